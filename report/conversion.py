"""The value of a parameter, by its declared type and the range that its name implies."""

import ast
import math
import re
from dataclasses import dataclass
from typing import Any

from report.errors import ConfigError, shown

# Limits that hold for a parameter by the last words of its name, singular or plural, and for every element of a list.
RANGES: tuple[tuple[str, float, float, str], ...] = (
    (r"epochs?|batch_sizes?|hidden|units|folds?|n_splits|trials|patience|repeats", 1, math.inf, "at least 1"),
    (r"seeds?", 0, 2**32 - 1, "from 0 to 2**32 - 1"),
    (r"learning_rates?", math.ulp(0.0), math.inf, "greater than 0"),
    (r"weight_decays?", 0, math.inf, "at least 0"),
    (r"momentums?|dropouts?", 0, math.nextafter(1.0, 0.0), "at least 0 and less than 1"),
)

LARGEST = 2**63 - 1
"""The largest whole number, with either sign: NumPy's."""

DECIMAL = re.compile(r"[-+]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][-+]?[0-9]{1,4})?")


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell.

    Attributes
    ----------
    name : str
    annotation : str
        The declared type, as written.
    default : object
        The value that stands in the notebook.
    meaning : str
        The comment behind it.
    """

    name: str
    annotation: str
    default: Any
    meaning: str


def convert(parameter: Parameter, value: Any) -> Any:
    """Return `value` as the parameter's declared type, where it plainly means one.

    ``"1e-3"`` is taken for a float (YAML reads it as text), 2 for the float 2.0, 10.0 for the int 10, a tuple for a
    list; 2.5 for an int, "many" for a number, a number for a str or True for an int are refused.

    Raises
    ------
    ConfigError
        If the value is of another type, not finite, or out of the range that the parameter's name implies.
    """
    try:
        converted = _as_type(ast.parse(parameter.annotation, mode="eval").body, value)
        _check_plain(converted)
    except (TypeError, OverflowError, RecursionError) as error:
        got = f"{shown(value)} ({type(value).__name__})" + ", too large a number" * isinstance(error, OverflowError)
        raise ConfigError(f"parameter {parameter.name} expects {parameter.annotation}, got {got}") from None
    except (NotImplementedError, ValueError):
        known = "int, float, str, bool, list[...], dict[...], Literal[...] and X | None"
        raise ConfigError(
            f"parameter {parameter.name}: type {shown(parameter.annotation)} is not one of {known}"
        ) from None
    _check_range(parameter.name, converted)
    return converted


def _as_type(kind: ast.expr, value: Any) -> Any:
    """Convert `value` to the type that an annotation's syntax tree stands for; TypeError if it is none."""
    match kind:
        case ast.Name(id="bool" | "int" | "float" | "str" as name):
            return _as_scalar(name, value)
        case ast.Name(id="list"):
            return _as_list(value)
        case ast.Name(id="dict") if isinstance(value, dict):
            return value
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return [_as_type(item, element) for element in _as_list(value)]
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, item])) if isinstance(value, dict):
            return {_as_type(key, k): _as_type(item, v) for k, v in value.items()}
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            return _as_choice(ast.literal_eval(choices), value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _as_either(left, right, value)
        case ast.Constant(value=None) if value is None:
            return None
        case ast.Name(id="dict") | ast.Subscript(value=ast.Name(id="dict")) | ast.Constant(value=None):
            raise TypeError
    raise NotImplementedError


def _as_scalar(name: str, value: Any) -> Any:
    """Convert `value` to bool, int, float or str."""
    if name in ("bool", "str"):
        if type(value).__name__ == name:
            return value
        raise TypeError
    number = _number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise TypeError
    if name == "float":
        return float(number)
    if abs(number) > LARGEST:
        raise OverflowError
    if number != int(number):
        raise TypeError
    return int(number)


def _number(text: str) -> int | float:
    """Read a number in base ten."""
    if not DECIMAL.fullmatch(text.strip()):
        raise TypeError
    return float(text) if set(text) & set(".eE") else int(text)


def _as_list(value: Any) -> list[Any]:
    """Take a list, a tuple, or the text of either (YAML reads `(1, 2)` as text) for a list."""
    if isinstance(value, str) and value.lstrip().startswith(("(", "[")):
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, MemoryError):
            raise TypeError from None
    if isinstance(value, list | tuple):
        return [list(element) if isinstance(element, tuple) else element for element in value]
    raise TypeError


def _as_choice(choices: Any, value: Any) -> Any:
    """Take one of the values of a `Literal`."""
    allowed = choices if isinstance(choices, tuple) else (choices,)
    if any(value == choice and type(value) is type(choice) for choice in allowed):
        return value
    raise TypeError


def _as_either(left: ast.expr, right: ast.expr, value: Any) -> Any:
    """Convert to the first side of a union that takes the value."""
    try:
        return _as_type(left, value)
    except (TypeError, OverflowError):
        return _as_type(right, value)


def _check_plain(value: Any) -> None:
    """Raise TypeError if a value, or one inside it, is none that JSON has: what is not listed, a set, bytes, a nan."""
    match value:
        case dict() if len({type(key) for key in value}) < 2:
            _check_plain([*value, *value.values()])
        case list():
            for element in value:
                _check_plain(element)
        case float() if math.isfinite(value):
            pass
        case int() if abs(value) <= LARGEST:
            pass
        case str() | None:
            pass
        case _:
            raise TypeError


def _check_range(name: str, value: Any) -> None:
    """Raise ConfigError if a number is out of the range that its parameter's name implies."""
    if isinstance(value, list):
        for element in value:
            _check_range(name, element)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    for pattern, low, high, meaning in RANGES:
        if re.search(rf"(^|_)({pattern})$", name) and not low <= value <= high:
            raise ConfigError(f"parameter {name} must be {meaning}, got {shown(value)}")
