"""Close what a Markdown cell leaves open, as Jupyter does at the end of every cell."""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def close_fences(text: str) -> str:
    r"""Add the fence that ends an unclosed block of code.

    >>> close_fences("```python\nx = 1")
    '```python\nx = 1\n```'
    >>> close_fences("```\nx\n```")
    '```\nx\n```'
    """
    *_, (_, fence) = _lines(text)
    return f"{text}\n{fence}" if fence else text


def outside_fences(text: str) -> Iterator[str]:
    """Yield the lines that stand in no block of code."""
    return (line for line, fence in _lines(text) if not fence)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line, with the fence that is open behind it."""
    fence = ""
    for line in text.split("\n"):
        if match := _FENCE.match(line):
            marks, rest = match.groups()
            if not fence:
                fence = "" if marks[0] == "`" and "`" in rest else marks
            elif marks.startswith(fence) and not rest.strip():
                fence = ""
        yield line, fence
