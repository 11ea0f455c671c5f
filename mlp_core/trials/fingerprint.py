"""What makes two trials the same: their settings, their data and the code that runs them, as hashes and seeds."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

# Modules that cannot change what a trial computes; every other module of the package can.
BYSTANDERS = {"atomic.py", "datasets.py", "diagnostics.py", "estimator.py", "gradient_check.py", "search.py"}


@functools.cache
def code_version() -> str:
    """Return a hash of this package's sources that a trial's result depends on, and of NumPy's version."""
    package = Path(__file__).parents[1]
    sources = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    matter = sorted(name for name in sources if name not in BYSTANDERS and not name.startswith(("sources/", "trials/")))
    return digest(np.__version__, *(sources[name].read_bytes() for name in [*matter, "trials/training.py"]))


def function_hash(function: Callable[..., Any] | None) -> str:
    """Return a hash of a function of the user: its source, its defaults, and the functions and numbers it refers to.

    Functions of other modules are known by their names alone: a change inside an installed library goes unnoticed.
    """
    if function is None:
        return ""
    if not isinstance(function, FunctionType):
        raise TypeError(f"expected an ordinary function (def ...), got {function!r}")
    return digest(json.dumps(_describe(function, set())))


def _describe(function: FunctionType, seen: set[FunctionType]) -> list[Any]:
    """Return the function as JSON: name, source, defaults, and what it finds outside itself, each function once."""
    seen.add(function)
    try:
        source: Any = inspect.getsource(function)
    except (OSError, TypeError):
        source = [function.__code__.co_code.hex(), repr(function.__code__.co_consts)]
    scope = inspect.getclosurevars(function)
    outside = {**scope.globals, **scope.nonlocals}
    defaults = [function.__defaults__, function.__kwdefaults__]
    return [function.__qualname__, source, _value(defaults, function, seen), _value(outside, function, seen)]


def _value(value: Any, owner: FunctionType, seen: set[FunctionType]) -> Any:
    """Return something a function refers to as JSON."""
    if isinstance(value, FunctionType) and value.__module__ == owner.__module__:
        return value.__qualname__ if value in seen else _describe(value, seen)
    if isinstance(value, Mapping):
        return {str(name): _value(item, owner, seen) for name, item in sorted(value.items(), key=str)}
    if isinstance(value, (list, tuple)):
        return [_value(item, owner, seen) for item in value]
    if isinstance(value, np.ndarray):
        return [value.dtype.str, value.shape, digest(value.tobytes())]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, "__qualname__", getattr(value, "__name__", type(value).__qualname__))


def canonical(value: Any) -> Any:
    """Return a setting's value as JSON: numbers, strings and lists of them; other objects by their `repr`.

    Raises
    ------
    TypeError
        If the `repr` is only an address, which says nothing about the value.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): canonical(item) for name, item in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if isinstance(value, type):
        return value.__name__
    text = repr(value)
    if " at 0x" in text:
        raise TypeError(f"expected a setting whose repr says what it is (a dataclass, say), got {text}")
    return text


def trial_seed(settings: Mapping[str, Any], seed: int) -> int:
    """Return a trial's own seed: its setting "seed" if it has one, else drawn from its settings and the search's seed.

    It depends on neither the other trials nor their order.
    """
    if "seed" in settings:
        return int(settings["seed"])
    return int(digest("seed", str(seed), json.dumps(canonical(settings)))[:8], 16)


def trial_key(settings: Mapping[str, Any], epochs: int, seed: int, data: str, code: str) -> str:
    """Return the name under which a trial's result is kept: another name as soon as anything differs."""
    return digest(json.dumps(canonical(settings)), str(epochs), str(seed), data, code)[:32]


def digest(*parts: str | bytes | memoryview) -> str:
    """Return the SHA-256 of the parts, each with its length, as 64 hexadecimal digits."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(b"%d:" % len(content))
        total.update(content)
    return total.hexdigest()
