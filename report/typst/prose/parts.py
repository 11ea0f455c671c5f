r"""A text in parts: fenced code, spans of code, tags of HTML, escaped characters, and the words between them."""

from collections.abc import Iterator
from itertools import groupby

from ..fences import fenced

CODE = r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t>]*\n).){0,9999}?(?<!`)(?P=ticks)(?!`) | `+"
"""A span of code, which does not reach beyond its paragraph; or ticks that begin none."""
ESCAPE = r"\\[!-/:-@\[-`{-~]"
_ATTRIBUTE = r"""\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
TAG = rf"<!--(?:(?!<!--).)*?--> | </?[A-Za-z][\w-]*(?:{_ATTRIBUTE})*\s*/?> | <[A-Za-z][\w+.-]+:[^\s<>]*>"
"""Comments and tags of HTML, and addresses between angles."""


def blocks(text: str) -> Iterator[tuple[bool, str]]:
    r"""Yield stretches of whole lines, and whether they are fenced code; joined by line breaks they are the text.

    >>> list(blocks("a\n```\n$b$\n```\nc"))
    [(False, 'a'), (True, '```\n$b$\n```'), (False, 'c')]
    """
    for is_code, lines in groupby(fenced(text), key=lambda line: line[1]):
        yield is_code, "\n".join(line for line, _ in lines)
