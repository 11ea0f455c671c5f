"""Hashes of everything that a result depends on: contents, never times, so a clock that jumps changes nothing.

What counts is decided by rule. Python code counts as it runs, without comments and docstrings; all else as it stands.
A notebook depends on what its imports reach: all of `mlp_core`; each module in a room of `report`, such as
`report.chapter`, together with the folders of its name; and what lies beside the notebook under the imported name.
"""

import ast
import functools
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mlp_core.storage import hashes
from report.run.environment import data_folder

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder."""

LOCK = "requirements.lock"

SETTINGS = Path("report", "report.yml")
"""Lies in a room, but counts by what it says to a run."""

code_hash = functools.lru_cache(maxsize=1000)(hashes.code_hash)


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, of Python code as it runs; a missing file counts as missing."""
    if not path.is_file():
        return "missing"
    if path.suffix == ".py":
        return code_hash(path.read_bytes())
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_files(names: Mapping[Path, str]) -> str:
    """Return the SHA-256 over the names and contents of files."""
    return digest(sorted((name, digest_file(path)) for path, name in names.items()))


def stamps(paths: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """Return what tells that a file was touched meanwhile, even if its content is the old one again."""
    states = {str(path): path.stat() for path in paths if path.exists()}
    return {name: (one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for name, one in states.items()}


def room(place: Path) -> set[Path]:
    """Return the files in and under a folder, without caches and hidden ones; or the file, if it is one."""
    if os.path.isfile(place):
        return {place}
    found: set[Path] = set()
    for top, folders, names in os.walk(place, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        shown = [Path(top, name) for name in names if not name.startswith(".")]
        found |= {path for path in shown if path.is_file()}
    return found


def reached(sources: Iterable[str | bytes], root: Path, beside: Path) -> dict[Path, str]:
    """Return the files of all rooms that code imports, and that their code imports in turn.

    Parameters
    ----------
    sources : iterable of str or bytes
        Python code.
    root : Path
        Where `mlp_core` and `report` are.
    beside : Path
        The folder in which the code runs, which Python searches first.

    Returns
    -------
    dict of Path to str
        Each file's name, from the one folder or the other.
    """
    found: dict[Path, str] = {}
    seen: set[tuple[Path, str]] = set()
    asked: set[str] = set()
    waiting = list(sources)
    while waiting:
        names = _imports(waiting.pop()) - asked
        places = {place for name in names for place in _places(name, root, beside)} - seen
        new = {path: os.path.relpath(path, base) for base, place in places for path in room(base / place)}
        waiting += [path.read_bytes() for path in new if path.suffix == ".py" and path not in found]
        asked |= names
        seen |= places
        found |= new
    return found


def _places(name: str, root: Path, beside: Path) -> Iterator[tuple[Path, str]]:
    """Yield where the room of a module may be: a folder, and a path in it."""
    first, *inner = name.split(".")
    yield from ((beside, first), (beside, f"{first}.py"))
    if first == "mlp_core":
        yield root, first
    elif first == "report":
        second, third = [*inner, "", ""][:2]
        files = ["__init__.py", f"{second}.py", f"{second}/__init__.py", f"{second}/{third}.py"]
        folders = [f"{second}/{third}", third] if third else []
        yield from ((root, f"report/{place}") for place in files + folders)


@functools.lru_cache(maxsize=1000)
def _imports(source: str | bytes) -> frozenset[str]:
    """Return the full names that code imports; a name of `report` in a string may be imported, too."""
    try:
        nodes = list(_running(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    for node in nodes:
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                above = ".".join(filter(None, ["report" if node.level else "", node.module]))
                names |= {f"{above}.{alias.name}" for alias in node.names}
            case ast.Constant(value=str() as text) if text.startswith("report."):
                names.add(text)
    return frozenset(names)


def _running(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes of code that runs; what stands under TYPE_CHECKING is for readers only."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).removeprefix("typing.") == "TYPE_CHECKING":
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def experiment_files(sources: Iterable[str | bytes], root: Path, beside: Path) -> dict[Path, str]:
    """Return what a notebook computes and draws with: what its code and the process that runs it import, the lock."""
    return reached([*sources, "import report.run.worker"], root, beside) | {root / LOCK: LOCK}


def machine() -> list[str]:
    """Return what else decides how code runs."""
    return [platform.python_version(), platform.machine()]


def typesetting_files() -> dict[Path, str]:
    """Return what merges and typesets: all of `report`, the pinned packages."""
    files = {*room(ROOT / "report"), ROOT / LOCK} - {ROOT / SETTINGS}
    return {path: os.path.relpath(path, ROOT) for path in files}


def data_files(name: str, beside: Path) -> dict[Path, str]:
    """Return the local files of a data set: those that `MLP_CORE_DATA` has of this name, or what `name` is the path of.

    Downloaded and embedded data need none: `mlp_core` verifies the first, the lock file pins the second.
    """
    from mlp_core.datasets.catalogue import SOURCES  # spares NumPy

    if name not in SOURCES:
        return {path: os.path.relpath(path, beside) for path in room(beside / name)} if name else {}
    folder = data_folder()
    places = [folder / place for place in SOURCES[name].folders] if folder else []
    return {path: os.path.relpath(path, folder) for place in places for path in room(place)}


def snapshot(build: Path) -> Path:
    """Copy the code into the build folder, for notebooks to run with, whatever is edited meanwhile."""
    copy = code_folder(build)
    shutil.rmtree(copy, ignore_errors=True)
    for path in [*room(ROOT / "mlp_core"), *room(ROOT / "report"), *room(ROOT / LOCK)]:
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return copy


def code_folder(build: Path) -> Path:
    """Return where `snapshot` puts the code."""
    return (build / "code").resolve()
