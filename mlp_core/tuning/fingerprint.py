"""What makes two trials the same: their settings, their data and the code that runs them, as hashes and seeds."""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.storage.hashes import code_hash, digest
from mlp_core.tuning.values import Unhashable, value_hash


@functools.cache
def code_version() -> str:
    """Return a hash of this package's code as it runs, and of NumPy's version."""
    package = Path(__file__).parents[1]
    sources = sorted(package.rglob("*.py"))
    names = [path.relative_to(package).as_posix() for path in sources]
    return digest(np.__version__, *names, *(code_hash(path.read_bytes()) for path in sources))


def identify(build: Callable[..., Any] | None, run: Callable[..., Any] | None) -> tuple[str, str]:
    """Return a hash of the user's functions, and why their results cannot be kept: empty if they can."""
    try:
        return digest(*("" if function is None else value_hash(function) for function in (build, run))), ""
    except Unhashable as error:
        name = "run" if build is None else "build"
        return "", f"{name}= cannot be told from another function, since it refers to {error}"


def canonical(value: Any, *, strict: bool = True) -> Any:
    """Return a setting's value as JSON to read: numbers, strings and lists of them; other objects by their `repr`.

    Where that is only an address, TypeError if `strict`; otherwise a name stands for it.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): canonical(item, strict=strict) for name, item in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [canonical(item, strict=strict) for item in value]
    if isinstance(value, type):
        return value.__name__
    text = repr(value)
    if " at 0x" not in text:
        return text
    if strict:
        raise TypeError(f"expected a setting whose repr says what it is (a dataclass, say), got {text}")
    return str(getattr(value, "__qualname__", type(value).__qualname__))


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Return a hash of the settings by their values, whatever their order; TypeError where one cannot be told so."""
    hashes = []
    for name, value in sorted(settings.items()):
        try:
            if type(value) is object:
                raise Unhashable("an object() is nothing but itself")
            hashes += [str(name), value_hash(value)]
        except Unhashable as error:
            wanted = "expected a setting that can be told by its value (a number, a text, a dataclass)"
            raise TypeError(f"{wanted}, got {name}={value!r}: {error}") from None
    return digest(*hashes)


def trial_seed(settings: Mapping[str, Any], seed: int) -> int:
    """Return a trial's own seed: its setting "seed" if it has one, else drawn from its settings and the search's."""
    if "seed" in settings:
        return int(settings["seed"])
    return int(digest("seed", str(seed), json.dumps(canonical(settings, strict=False)))[:8], 16)


def trial_key(settings: Mapping[str, Any], epochs: int, seed: int, data: str, code: str) -> str:
    """Return the name under which a trial's result is kept: another name as soon as anything differs."""
    return digest(settings_hash(settings), str(epochs), str(seed), data, code)[:32]
