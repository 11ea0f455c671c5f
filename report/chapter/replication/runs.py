"""Experiments that go on after an interruption: what one has given is kept until its code or settings change."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import mlp_core
from mlp_core import Split
from mlp_core.storage import hashes
from mlp_core.storage.files import atomic_write
from mlp_core.storage.hashes import digest

COMPUTING = ("*.py", "fast/*.py", "gradient_check/*.py")
"""The rooms of `mlp_core` that decide what an experiment gives, beside its data, which is told by a hash of its own."""

code_hash = lru_cache(maxsize=1000)(hashes.code_hash)


def remembered(folder: str | Path, name: str, experiment: Callable[..., Any], **settings: Any) -> Any:
    """Return what an experiment gives for its settings, from its file if it has run before.

    Parameters
    ----------
    folder : path-like
        Where the files are; empty for none, so that the experiment runs.
    name : str
        The file's name, without ending.
    experiment : function
        Called with the settings; returns what JSON can hold, which keeps every digit of a float.
    **settings
        Arguments of the experiment: what JSON can hold, and data as a `Split`. The folder itself may be among them, for
        the experiment's own files: where it lies makes no difference.

    Returns
    -------
    object
        What the experiment returned. It runs anew where a setting, the code that computes in `mlp_core` or that of its
        own module differs.
    """
    if not folder:
        return experiment(**settings)
    path = Path(folder) / f"{name}.json"
    told = json.dumps({key: value for key, value in settings.items() if value is not folder}, sort_keys=True,
                      default=_told_apart)  # fmt: skip
    made_with = digest(values_code(Path(inspect.getfile(experiment))), told)
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["made_with"] == made_with:
            _spent[name] = kept["seconds"]
            return kept["found"]
    start = time.process_time()
    found = experiment(**settings)
    _spent[name] = round(time.process_time() - start, 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        file.write(json.dumps({"made_with": made_with, "seconds": _spent[name], "found": found}).encode())
    return found


_spent: dict[str, float] = {}


def spent() -> float:
    """Return the processor time in seconds of all runs that this process asked for, those of before included."""
    return round(sum(_spent.values()), 1)


def values_code(*files: Path) -> str:
    """Return a hash of the code that values depend on, as it runs: NumPy, what computes in `mlp_core`, these files."""
    package = Path(mlp_core.__file__).parent
    sources = [path for pattern in COMPUTING for path in sorted(package.glob(pattern))]
    return digest(np.__version__, *(code_hash(path.read_bytes()) for path in (*sources, *sorted(files))))


def _told_apart(value: Any) -> str:
    """Return what tells a split from another: a hash of its images and labels."""
    if not isinstance(value, Split):
        raise TypeError(f"expected settings that JSON can hold, or a Split, got {type(value).__name__}")
    return digest(value.images.tobytes(), value.labels.tobytes())
