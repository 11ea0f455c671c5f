"""TeX macros of a notebook (`\\newcommand` and its kin), shared over its cells."""

import re

_MACRO = re.compile(r"\\(?:re)?newcommand\*?\s*\{?\s*\\\w+|\\def\s*\\\w+|\\DeclareMathOperator\*?\s*\{\s*\\\w+")


def macros(source: str) -> str:
    r"""Return the macro definitions in a cell's source, one a line.

    >>> print(macros(r"$\newcommand{\loss}{\mathcal{L}} \loss$"))
    \newcommand{\loss}{\mathcal{L}}
    """
    return "".join(source[match.start() : _end(source, match.end())] + "\n" for match in _MACRO.finditer(source)).rstrip("\n")


def _end(source: str, position: int) -> int:
    """Return where the definition that goes on at ``position`` ends: after its body's closing brace."""
    depth, body = 0, source.find("{", source.find("}", position) if source[position : position + 1] == "}" else position)
    for index in range(max(body, position), len(source)):
        depth += {"{": 1, "}": -1}.get(source[index], 0)
        if depth == 0 and source[index] == "}":
            return index + 1
    return len(source)
