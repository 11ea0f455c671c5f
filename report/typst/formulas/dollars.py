"""Formulas typed with blanks inside their dollars, `$ x + y $`: Jupyter sets them, pandoc takes them for text."""

from __future__ import annotations

import re

_DOLLARS = re.compile(
    r"""(?P<fence>^[ ]{0,3}(?P<mark>`{3,}+|~{3,}+)[^\n]*\n.*?(?:^[ ]{0,3}(?P=mark)|\Z))
      | (?<!`)(?P<ticks>`++).*?(?<!`)(?P=ticks)(?!`)
      | \\.
      | \$\$.*?\$\$
      | \$(?P<body>(?:[^$\\\n]|\\.|\n(?!\s*\n))+)\$(?!\d)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_FORMULA = re.compile(r"[\\^_=<>+*/|]|^\s*[A-Za-z]\s*$")


def tighten(markdown: str) -> str:
    r"""Take the blanks out between a formula and its dollars; code, and sums of money, stay as they are.

    >>> tighten("where $ x_1 $ and `$ y $` cost $ 5 or 6 $")
    'where $x_1$ and `$ y $` cost $ 5 or 6 $'
    """
    return _DOLLARS.sub(_tight, markdown) if "$" in markdown else markdown


def _tight(match: re.Match[str]) -> str:
    body = match["body"]
    if body is None or not body.strip() or not _FORMULA.search(body):
        return match[0]
    return f"${body.strip()}$"
