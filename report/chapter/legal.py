"""What parameters of a chapter may be: one refusal for each kind of them, in the parameter's own words.

`values` are the chapter's parameters by name, for instance its ``globals()``. A list is legal if all its members are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from mlp_core.initializers import INITIALIZERS
from mlp_core.models import ACTIVATIONS
from report.chapter.sentence import listed

Values = Mapping[str, Any]

DTYPES = ("float64", "float32")
ACTIVATION_NAMES, INITIALIZER_NAMES = tuple(ACTIVATIONS), tuple(INITIALIZERS)


def refuse(name: str, expected: str, got: Any) -> NoReturn:
    """Raise the ValueError that says which parameter is meant, what was expected of it, and what came."""
    raise ValueError(f"{name}: expected {expected}, got {got:,}" if type(got) is int else
                     f"{name}: expected {expected}, got {got!r}")  # fmt: skip


def at_least(least: int, values: Values, *names: str) -> None:
    """Refuse what is below a number.

    Examples
    --------
    >>> at_least(1, {"epochs": 0}, "epochs")
    Traceback (most recent call last):
    ValueError: epochs: expected at least 1, got 0
    """
    _each(values, names, lambda one: one >= least, f"at least {least}")


def between(least: float, most: float, values: Values, *names: str) -> None:
    """Refuse what is below the one or above the other.

    Examples
    --------
    >>> between(0, 1, {"target": 2.0}, "target")
    Traceback (most recent call last):
    ValueError: target: expected 0 to 1, got 2.0
    """
    _each(values, names, lambda one: least <= one <= most, f"{least:,} to {most:,}")


def positive(values: Values, *names: str) -> None:
    """Refuse what is not above zero, or not finite."""
    _each(values, names, lambda one: 0 < one < math.inf, "a number above 0")


def fraction(values: Values, *names: str) -> None:
    """Refuse what is below 0, or not below 1, as a momentum or a chance to drop a unit has to be."""
    _each(values, names, lambda one: 0 <= one < 1, "a number from 0 to below 1")


def one_of(options: Collection[str], values: Values, *names: str) -> None:
    """Refuse other names than these.

    Examples
    --------
    >>> one_of(DTYPES, {"dtype": "float16"}, "dtype")
    Traceback (most recent call last):
    ValueError: dtype: expected one of float64 and float32, got 'float16'
    """
    _each(values, names, lambda one: one in options, f"one of {listed([*options])}")


def distinct(values: Values, *names: str) -> None:
    """Refuse an empty list, and one that has something twice.

    Examples
    --------
    >>> distinct({"seeds": [1, 1]}, "seeds")
    Traceback (most recent call last):
    ValueError: seeds: expected at least one, none of them twice, got [1, 1]
    """
    for name in names:
        found = values[name]
        if not found or any(one in found[:place] for place, one in enumerate(found)):
            refuse(name, "at least one, none of them twice", found)


def seeds(values: Values, *names: str) -> None:
    """Refuse lists that are no seeds: empty, negative, or twice the same."""
    distinct(values, *names)
    at_least(0, values, *names)


def _each(values: Values, names: Collection[str], holds: Callable[[Any], bool], expected: str) -> None:
    """Refuse the first of these parameters for which something does not hold; of a list, for any of its members."""
    for name in names:
        value = values[name]
        members, each = (value, ", each") if isinstance(value, list) else ([value], "")
        if not all(map(holds, members)):
            refuse(name, expected + each, value)
