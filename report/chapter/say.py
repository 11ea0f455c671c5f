"""Say a sentence with numbers in a notebook: written as a sentence, shown as Markdown."""

from __future__ import annotations

import math
import numbers
import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from inspect import cleandoc
from typing import Any

from report.chapter.number import number
from report.chapter.sentence import fields, fill, unknown

METADATA = "say"
"""Where a sentence's output keeps its template and values: ``output["metadata"]["say"]``."""


def say(template: str, /, *, when: Any = True, **values: Any) -> None:
    r"""Show a sentence, or some paragraphs, with its numbers filled in.

    Parameters
    ----------
    template : str
        Markdown. `{accuracy:.1%}` is filled with a number or text in the house's format, by names of the notebook,
        attributes and integer indices: `{best.name}`, `{scores[-1].mean:.2f}`. In formulas, where single braces are
        LaTeX's, it takes two: `$\lambda = {{decay}}$`. Code stays as it is. A brace itself is `\{`.
    when : bool
        If false, nothing is said and no name looked up.
    **values : number, str or None
        Names of this sentence alone; they go before those of the notebook.

    Raises
    ------
    NameError, AttributeError, LookupError
        If a name, an attribute or an index is unknown; the message says which, and what is near.
    TypeError
        If a value is neither a number nor text, for instance a list, or true or false.
    ValueError
        If a specification does not fit its value, or a brace opens no place.
    """
    if not when:
        return
    from IPython.display import Markdown, display

    caller = sys._getframe(1)
    names = {**caller.f_globals, **caller.f_locals, **values}
    found = {field: _stored(look_up(field, names)) for field in fields(template)}
    text = fill(template, found)
    display(Markdown(text), metadata={METADATA: {"template": cleandoc(template).strip(), "values": found}})


def look_up(field: str, names: Mapping[str, Any]) -> Any:
    """Return the value of a field such as ``scores[0].mean``, which is a name, then attributes and indices.

    Examples
    --------
    >>> look_up("scores[-1].real", {"scores": [1.0, 2.0]})
    2.0
    """
    name = re.match(r"\w+", field)[0]  # type: ignore[index]  # a field begins with a name
    if name not in names:
        raise NameError(unknown(name, names))
    value = names[name]
    for step in re.finditer(r"\.(\w+)|\[(-?\d+)\]", field):
        so_far = f"{{{field}}}: {field[: step.start()]}, a {type(value).__name__},"
        value = _attribute(value, step[1], so_far) if step[1] else _item(value, int(step[2]), so_far)
    return value


def _attribute(value: Any, name: str, so_far: str) -> Any:
    if hasattr(value, name):
        return getattr(value, name)
    near = get_close_matches(name, [one for one in dir(value) if not one.startswith("_")])
    hint = f"; near it: {', '.join(near)}" if near else ""
    if isinstance(value, Mapping) and name in value:
        hint = f"; give its value a name in a line before: … = …[{name!r}]"
    raise AttributeError(f"{so_far} has no attribute {name}{hint}")


def _item(value: Any, index: int, so_far: str) -> Any:
    try:
        return value[index]
    except (LookupError, TypeError):
        size = f"; it has {len(value)} values" if hasattr(value, "__len__") else ""
        raise LookupError(f"{so_far} has no [{index}]{size}") from None


def _stored(value: Any) -> Any:
    """Turn a value into what JSON keeps: None for what is missing, a sign for infinity; others stay as they are."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if isinstance(value, numbers.Integral):
            return int(value)  # of any size
        value = float(value)
        return value if math.isfinite(value) else None if math.isnan(value) else number(value)
    return value
