"""Histories as JSON: bounded, checked field by field, with words for the numbers that JSON lacks."""

import json
import math
import os
import reprlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mlp_core.checks import check_metric
from mlp_core.storage.files import DatasetError, atomic_write, read_bytes

H = TypeVar("H")
FORMAT, VERSION = "mlp_core.History", 1
LIMIT = 16 << 20  # bytes of a file
LARGEST = 2**1000  # of the whole numbers that become floats
NOT_FINITE = ("nan", "inf", "-inf")  # what JSON has no numbers for


def write(path: str | os.PathLike[str], document: dict[str, Any], make: Callable[[Any], H]) -> None:
    """Write a document of which `make` makes a history, where a link points; ValueError, no file, if it is none."""
    content = json.dumps(document, indent=1, allow_nan=False).encode() + b"\n"
    if len(content) > LIMIT:
        raise ValueError(f"expected at most {LIMIT:,} bytes of JSON, got {len(content):,}")
    make(json.loads(content))
    with atomic_write(os.path.realpath(path)) as file:
        file.write(content)


def read(path: str | os.PathLike[str], make: Callable[[Any], H]) -> H:
    """Return what `make` makes of a file's document; ValueError if that is no history."""
    os.stat(path)  # which raises FileNotFoundError as `open` does
    try:
        return make(json.loads(read_bytes(Path(path), LIMIT, decompress=False).decode()))
    except (ValueError, RecursionError, DatasetError) as error:
        raise ValueError(f"{os.fspath(path)} holds no readable history: {error}") from None


def encode(values: dict[str, Any]) -> dict[str, Any]:
    """Return a history's values as a document."""
    return {"format": FORMAT, "version": VERSION, **_encode(values)}


def decode(document: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Return the values in a document; ValueError if it is none of a history with fields of these types."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f'expected a JSON object with "format": "{FORMAT}"')
    if document.get("version") != VERSION:
        raise ValueError(f"expected version {VERSION}, got {document.get('version')!r}")
    values = {name: value for name, value in document.items() if name not in ("format", "version")}
    if unknown := values.keys() - kinds.keys():
        raise ValueError(f"unknown entries: {', '.join(sorted(unknown))}")
    return {name: _decode(name, value, kinds[name]) for name, value in values.items()}


def _encode(value: Any) -> Any:
    """Replace the floats that JSON has no word for by strings."""
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encode(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _decode(name: str, value: Any, expected: type) -> Any:
    """Undo `_encode` for the field `name`, and check its type."""
    if not isinstance(value, expected):
        raise ValueError(f"expected {name} as a {expected.__name__}, got {reprlib.repr(value)}")
    if isinstance(value, dict):
        for key in value:
            check_metric(key)
        return {key: _number(name, item) for key, item in value.items()}
    return [_number(name, item) for item in value] if isinstance(value, list) else value


def _number(name: str, value: Any) -> float:
    """Return a number of JSON, or one of the words for NaN and infinities, as a float."""
    if type(value) is float or (type(value) is int and abs(value) < LARGEST) or value in NOT_FINITE:
        return float(value)
    raise ValueError(f"expected numbers in {name}, got {reprlib.repr(value)}")
