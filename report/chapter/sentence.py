"""Sentences with places for numbers: what a template asks for, and what it says once the values are known.

A template is Markdown. In its prose `{name:spec}` is a place, in its formulas `{{name:spec}}`, for there single braces
are LaTeX's; code is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from inspect import cleandoc
from typing import Any

from report.chapter.number import in_math, number

Write = Callable[[Any, str], str]
Place = Callable[[str, str, Write], str]
"""Takes the field and the specification of a place, and how values are written there; returns what to put in it."""

FIELD = r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[-?\d+\])*"
_PLACE = rf"(?P<field>{FIELD})(?::(?P<spec>[^{{}}]*))?"
_PARTS = re.compile(
    rf"""
    (?P<code>
        ^[ ]{{0,3}}(?P<fence>`{{3,}}|~{{3,}})[^\n]*\n.*?(?:^[ ]{{0,3}}(?P=fence)[`~]*[ ]*$|\Z)
        | (?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ ]*\n).)+?(?<!`)(?P=ticks)(?!`)
        | \\. )
    | (?P<math> \$\$.+?\$\$ | \$(?=\S)(?:[^$\\\n]|\\.|\n(?![ ]*\n))+(?<=\S)\$(?!\d) )
    | (?P<line> (?<![ \\\n])\n[ ]{{0,3}}(?=\S)(?!(?:[-+*]|\d+[.)])[ ]|[>:|\#]|```|~~~|\$\$) )
    | \{{{_PLACE}\}}
    | (?P<brace> \{{[^\n]{{0,30}} )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_PLACE_IN_MATH = re.compile(rf"\{{\{{{_PLACE}\}}\}}")
_TAKES_ONE_SIGN = re.compile(r"(?:[\^_}]|\\[A-Za-z]+) *$")
"""What stands before an argument in a formula: without braces it would take the first digit of a number alone."""

_FORGOTTEN = re.compile(rf"(?<!\{{)\{{{FIELD}:[+,]*(?:,|(?:\.\d+)?[deEfFgG%])\}}")


def fill(template: str, values: Mapping[str, Any]) -> str:
    r"""Return the Markdown that a template says with these values, in the house's number format.

    Parameters
    ----------
    template : str
        May be indented as a docstring is. Single line breaks within a paragraph become spaces.
    values : mapping of field to number, str or None
        Fields are the places' names as the template has them, `"scores[0].mean"` for instance.

    Raises
    ------
    NameError
        If a field has no value.
    TypeError, ValueError
        If a value is neither a number nor text, if a specification does not fit it, or if a brace opens no place.
    OverflowError
        If a number is too large for a specification.

    Examples
    --------
    >>> print(fill("After {n} steps {loss:.3f}, by $\\eta = {{rate}}$.", {"n": 1000, "loss": 0.0914, "rate": 0.05}))
    After 1,000 steps 0.091, by $\eta = 0.05$.
    """

    def put(field: str, spec: str, write: Write) -> str:
        if field not in values:
            raise NameError(unknown(field, values))
        try:
            return write(values[field], spec)
        except (TypeError, ValueError, OverflowError) as error:
            raise type(error)(f"{{{field}{spec and ':'}{spec}}}: {error}") from None

    return _walk(template, put)


def fields(template: str) -> list[str]:
    r"""Return what a template asks for, in order.

    Examples
    --------
    >>> fields("{best.name}, {best.name} and $x^{{scores[-1]:.2f}}$, but not `{this}`")
    ['best.name', 'scores[-1]']
    """
    found: dict[str, None] = {}

    def note(field: str, spec: str, write: Write) -> str:
        found[field] = None
        return ""

    _walk(template, note)
    return list(found)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them, with semicolons where a name has a comma; nothing for none.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    >>> listed(["a, 1", "b", "c"])
    'a, 1; b; and c'
    """
    comma, last = ("; ", "; and ") if any("," in name for name in names) else (", ", " and ")
    return last.join(filter(None, [comma.join(names[:-1]), *names[-1:]]))


def counted(count: float, thing: str) -> str:
    """Return a number with the name of what it counts, in the plural unless there is just one.

    Examples
    --------
    >>> counted(1, "epoch"), counted(2000, "update")
    ('1 epoch', '2,000 updates')
    """
    return f"{number(count)} {thing}{'s' * (count != 1)}"


def unknown(name: str, names: Mapping[str, Any]) -> str:
    """Say that there is no such name, and which ones are near."""
    near = get_close_matches(name, [one for one in names if not one.startswith("_")])
    return f"{{{name}}}: there is no name {name} here" + (f"; near it: {', '.join(near)}" if near else "")


def _walk(template: str, place: Place) -> str:
    """Return the template with its places filled and the lines of its paragraphs joined."""
    return _PARTS.sub(partial(_part, place=place), cleandoc(template).strip())


def _part(found: re.Match[str], *, place: Place) -> str:
    """Return what stands instead of one part of a template."""
    if found["code"]:
        return found["code"]
    if found["line"]:
        return " "
    if found["field"]:
        return place(found["field"], found["spec"] or "", number)
    if found["math"]:
        if wrong := _FORGOTTEN.search(found["math"]):
            raise ValueError(f"{wrong[0]}: in a formula, where single braces are LaTeX's, write {{{wrong[0]}}}")
        return _PLACE_IN_MATH.sub(partial(_argument, place=place), found["math"])
    told = "outside formulas a place has single braces" if found["brace"].startswith("{{") else (
        "expected {name} or {name:spec}, the name with .attributes and [1], integer indices, only; "
        r"compute what is more in a line before, and write a brace itself as \{"
    )  # fmt: skip
    raise ValueError(f"{found['brace']} … {told}")


def _argument(found: re.Match[str], *, place: Place) -> str:
    """Return what stands instead of a place in a formula."""
    text = place(found["field"], found["spec"] or "", in_math)
    return f"{{{text}}}" if _TAKES_ONE_SIGN.search(found.string[: found.start()]) else text
