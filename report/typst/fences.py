"""Close what a Markdown cell leaves open, as Jupyter does at the end of every cell."""

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def close_fences(text: str) -> str:
    r"""Add the fence that ends an unclosed block of code.

    >>> close_fences("```python\nx = 1")
    '```python\nx = 1\n```'
    >>> close_fences("```\nx\n```")
    '```\nx\n```'
    """
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not match:
            continue
        marks, rest = match.groups()
        if not fence:
            fence = "" if marks[0] == "`" and "`" in rest else marks
        elif marks.startswith(fence) and not rest.strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text
