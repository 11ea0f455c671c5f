"""Files that a notebook names: which of them it may have, and how they are read without surprises."""

import os
import stat
from pathlib import Path, PureWindowsPath

LARGEST = 100 * 2**20
"""Bytes of the largest file that is read."""


class FileError(ValueError):
    """A file that cannot be had; the message says why."""


def find(name: str, folder: Path, *, authored: bool) -> Path:
    """Return the path of a file that a notebook names.

    Parameters
    ----------
    name : str
        A relative path.
    folder : Path
        The notebook's folder, where relative paths start.
    authored : bool
        Whether the author of the notebook names it, in a Markdown cell: then it may lie anywhere in the repository, or
        in the working folder. An output has the notebook's folder only. Links count where they lead to.

    Raises
    ------
    FileError
        If it is not there, or lies elsewhere.
    """
    if name.startswith(("/", "\\", "~")) or PureWindowsPath(name).drive or name.startswith("file:"):
        raise FileError("has an absolute path; give the path from the notebook's folder")
    try:
        home = folder.resolve()
        path = (home / name).resolve()
        exists = path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise FileError(f"cannot be found: {type(error).__name__}") from None
    if not any(path.is_relative_to(root) for root in (_roots(home) if authored else [home])):
        allowed = "the repository or working folder" if authored else "the notebook's folder, as an output's files must"
        raise FileError(f"does not lie inside {allowed}")
    if not exists:
        raise FileError("does not exist (its path is taken from the notebook's folder)")
    return path


def read(path: Path) -> bytes:
    """Return the bytes of a regular file of bounded size; pipes, devices and the like are refused.

    Raises
    ------
    FileError
        If it is no such file, or cannot be read.
    """
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(number, "rb") as file:
            about = os.fstat(number)
            if not stat.S_ISREG(about.st_mode):
                raise FileError("is no regular file")
            if not 0 < about.st_size <= LARGEST:  # the files of /proc say that they are empty
                raise FileError(f"is empty or larger than {LARGEST // 2**20} MiB")
            return file.read(about.st_size)
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}") from None


def _roots(folder: Path) -> list[Path]:
    """Return the folder itself, its repository, and the working folder where it lies in that."""
    repository = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), folder)
    working = Path.cwd().resolve()
    roots = [folder, repository, working if folder.is_relative_to(working) else folder]
    return [root for root in roots if root != Path(root.anchor) or root == folder]
