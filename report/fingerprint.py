"""Hashes of everything that a result depends on: contents, never times, so a clock that jumps changes nothing."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder."""

SOURCE_SUFFIXES = {".py", ".mplstyle", ".csv", ".lua", ".typ", ".j2", ".json", ".css", ".html", ".otf", ".ttf"}

NOTEBOOK_HELPERS = ("figures", "figures.py", "published", "published.py", "results.py", "course.mplstyle")
"""What notebooks use of `report`."""


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_files(paths: Iterable[Path], *, root: Path) -> str:
    """Return the SHA-256 over names (relative to `root`) and contents of files; a missing file counts as missing."""
    total = hashlib.sha256()
    for path in sorted(paths):
        body = path.read_bytes() if path.is_file() else b"missing"
        total.update(f"{os.path.relpath(path, root)} {len(body)}\n".encode())
        total.update(body)
    return total.hexdigest()


def sources(*folders: Path) -> list[Path]:
    """Return the source files in and under folders; a file given counts itself."""
    found = [path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*"))]
    return [path for path in found if path.suffix in SOURCE_SUFFIXES and "__pycache__" not in path.parts]


def experiment_code() -> str:
    """Return the hash of what notebooks compute and draw with: `mlp_core`, helpers in `report`, pinned packages."""
    helpers = [path for name in NOTEBOOK_HELPERS if (path := ROOT / "report" / name).exists()]
    files = [*sources(ROOT / "mlp_core", *helpers), ROOT / "requirements.lock"]
    return digest([digest_files(files, root=ROOT), platform.python_version(), platform.machine()])


def typesetting_code() -> str:
    """Return the hash of what merges and typesets: all of `report`, the pinned packages."""
    return digest_files([*sources(ROOT / "report"), ROOT / "requirements.lock"], root=ROOT)


def dataset_files(name: str) -> str:
    """Return the hash of the local files of a data set, where `MLP_CORE_DATA` names a folder with some.

    Downloaded and embedded data need none: `mlp_core` verifies the first, the lock file pins the second.
    """
    folder = os.environ.get("MLP_CORE_DATA")
    if not folder or not Path(folder).is_dir():
        return ""
    tops = [path for path in Path(folder).iterdir() if path.name.lower().startswith(name.lower())]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return digest_files(files, root=Path(folder))
