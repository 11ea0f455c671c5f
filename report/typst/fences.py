"""Close what a Markdown cell leaves open, as Jupyter does at the end of every cell; tell its code from its words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<prefix>[ >\t]*(?:(?:[-*+]|\d{1,9}[.)])[ ]+)*)(?P<marks>`{3,}|~{3,})(?P<rest>.*)")
_TOP = 3
"""Blanks before a fence that stands in no list and no quotation, at most."""


@dataclass(frozen=True)
class _Fence:
    """A fence that is open: what stands before its marks, and these."""

    prefix: str
    marks: str

    def ends_before(self, line: str) -> bool:
        """Whether the quotation or the list that it stands in ends before a line."""
        if ">" in self.prefix:
            return not line.lstrip().startswith(">")
        return len(self.prefix) > _TOP and line[:1] not in ("", " ", "\t")

    def closes(self, match: re.Match[str]) -> bool:
        return match["marks"].startswith(self.marks) and not match["rest"].strip()


def close_fences(text: str) -> str:
    r"""Add the fence that ends an unclosed block of code.

    >>> close_fences("```python\nx = 1")
    '```python\nx = 1\n```'
    >>> close_fences("```\nx\n```")
    '```\nx\n```'
    """
    *_, (_, _, fence) = _lines(text)
    return f"{text}\n{fence.marks}" if fence and len(fence.prefix) <= _TOP and not fence.prefix.strip() else text


def outside_fences(text: str) -> Iterator[str]:
    """Yield the lines that stand in no block of code."""
    return (line for line, is_code in fenced(text) if not is_code)


def fenced(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it belongs to a block of code."""
    return ((line, bool(before or after)) for line, before, after in _lines(text))


def _lines(text: str) -> Iterator[tuple[str, _Fence | None, _Fence | None]]:
    """Yield each line, with the fence that is open before it, and the one behind it."""
    fence: _Fence | None = None
    for line in text.split("\n"):
        if fence and fence.ends_before(line):
            fence = None
        before, match = fence, _FENCE.fullmatch(line)
        if match and not fence:
            is_code_in_words = match["marks"][0] == "`" and "`" in match["rest"]
            fence = None if is_code_in_words else _Fence(match["prefix"], match["marks"])
        elif match and fence and fence.closes(match):
            fence = None
        yield line, before, fence
