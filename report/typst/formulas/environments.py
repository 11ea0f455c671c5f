r"""What each `\begin{...}` is as a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import MathError


@dataclass(frozen=True)
class Environment:
    """Delimiters, alignment and style of one environment; `argument` is "columns", "count", "optional" or ""."""

    left: str = ""
    right: str = ""
    columns: str = "c"
    style: str = "text"
    gaps: str = "columns"
    argument: str = ""
    alone: bool = False
    staggered: bool = False


_FENCES = {"": ("", ""), "p": ("(", ")"), "b": ("[", "]"), "B": ("{", "}"), "v": ("|", "|"), "V": ("‖", "‖")}
_PAIRS = Environment(columns="rl", style="display", gaps="pairs")
_LINES = Environment(style="display")


def _alone(environment: Environment, *, argument: str = "", staggered: bool = False) -> Environment:
    return Environment(
        columns=environment.columns,
        style="display",
        gaps=environment.gaps,
        argument=argument,
        alone=True,
        staggered=staggered,
    )


ENVIRONMENTS = {
    **{f"{kind}matrix": Environment(left, right) for kind, (left, right) in _FENCES.items()},
    **{f"{kind}matrix*": Environment(left, right, argument="optional") for kind, (left, right) in _FENCES.items()},
    **{f"{kind}smallmatrix": Environment(left, right, style="script") for kind, (left, right) in _FENCES.items()},
    "subarray": Environment(style="script", argument="columns"),
    "array": Environment(argument="columns"),
    "darray": Environment(style="display", argument="columns"),
    "cases": Environment("{", columns="l"),
    "dcases": Environment("{", columns="l", style="display"),
    "rcases": Environment("", "}", columns="l"),
    "drcases": Environment("", "}", columns="l", style="display"),
    "aligned": _PAIRS,
    "alignedat": Environment(columns="rl", style="display", gaps="none", argument="count"),
    **dict.fromkeys(("gathered", "multlined"), _LINES),
    "lgathered": Environment(columns="l", style="display"),
    "rgathered": Environment(columns="r", style="display"),
    "split": _alone(_PAIRS),
    **{name: _alone(_PAIRS) for name in ("align", "align*", "flalign", "flalign*")},
    **{name: _alone(_LINES) for name in ("gather", "gather*", "equation", "equation*", "displaymath", "math")},
    **{name: _alone(_LINES, staggered=True) for name in ("multline", "multline*")},
    **{name: _alone(Environment(columns="rl", gaps="none"), argument="count") for name in ("alignat", "alignat*")},
    **{name: _alone(Environment(columns="rcl", gaps="none")) for name in ("eqnarray", "eqnarray*")},
}

ALONE = {name for name, environment in ENVIRONMENTS.items() if environment.alone}
"""Environments that are displayed formulas by themselves, with or without dollars around them."""


def column_rules(specification: str) -> tuple[str, tuple[int, ...]]:
    r"""Read the argument of array: letters of alignment, and where vertical rules stand.

    >>> column_rules("c|rr|")
    ('crr', (1, 3))
    """
    text = re.sub(r"[@!]\s*\{[^{}]*\}|\s", "", specification)
    text = re.sub(r"\*\{?(\d)\}?\{([^{}]*)\}", lambda match: match[2] * int(match[1]), text)
    text = re.sub(r"[pmb]\{[^{}]*\}", "l", text)
    columns, rules = "", []
    for char in text:
        if char in "lcr":
            columns += char
        elif char in "|:":
            if len(columns) not in rules:
                rules.append(len(columns))
        else:
            raise MathError(f"columns of an array are l, c, r and |, got {specification!r}")
    if not columns:
        raise MathError("an array needs its columns, as in \\begin{array}{lcr}")
    return columns, tuple(rules)
