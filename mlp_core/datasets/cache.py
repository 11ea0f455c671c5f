"""The user's cache of downloaded data sets: filled once, by one process at a time, and repaired where it is damaged."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import filelock
import numpy as np
from platformdirs import user_cache_dir

from mlp_core.datasets.catalogue import Source, read_archive, read_folder, read_part
from mlp_core.datasets.downloads import PATIENT, Patience, download
from mlp_core.storage.archives import HEADROOM
from mlp_core.storage.files import DatasetError


def from_cache(source: Source, patience: Patience = PATIENT, *, looked_in: Sequence[Path] = ()) -> list[np.ndarray]:
    """Return the arrays of `source`, downloaded into the user's cache where it lacks them.

    `DatasetError`, if they cannot be had, says what was tried (`looked_in`, too) and which files to put where by hand.
    """
    folders = cache_folders(source.name)
    for folder in folders:
        if arrays := _complete(source, folder):
            return arrays
    try:
        return fetch(source, _writable(folders), patience)
    except (DatasetError, OSError) as error:
        tried = [*(f"{folder}: nothing of {source.name} there" for folder in looked_in), *str(error).splitlines()]
        raise DatasetError(_how_to_get(source, folders[0], tried)) from None


def fetch(source: Source, folder: Path, patience: Patience = PATIENT) -> list[np.ndarray]:
    """Return the arrays of `source` from `folder`, after downloading into it what is missing or damaged."""
    with _locked(folder, patience):
        for left_over in folder.glob(".*.part"):  # of a process that was killed
            left_over.unlink(missing_ok=True)
        if arrays := _complete(source, folder):
            return arrays
        _download(source, folder, _damaged(source, folder), patience)
        for path in _damaged(source, folder):  # nothing is removed before there is something better
            path.unlink()
        arrays = read_folder(source, folder)
        if arrays is None:
            raise DatasetError(f"{folder}: emptied while it was in use")
        return arrays


def _complete(source: Source, folder: Path) -> list[np.ndarray] | None:
    """Return the arrays of `source` from `folder`; None where anything is missing or damaged."""
    with contextlib.suppress(DatasetError):
        return read_folder(source, folder)
    return None


def _damaged(source: Source, folder: Path) -> dict[Path, str]:
    """Return the files that are not what they should be, each with its fault."""
    readers: dict[str, Callable[[Path], object]] = {
        name: partial(read_part, part) for part in source.parts for name in part.file_names}
    readers |= dict.fromkeys(source.archives, partial(read_archive, source))
    faults = {}
    for name, read in readers.items():
        try:
            if (folder / name).exists():
                read(folder / name)
        except DatasetError as error:
            faults[folder / name] = str(error)
    return faults


def _download(source: Source, folder: Path, damaged: dict[Path, str], patience: Patience) -> None:
    """Download what `folder` lacks, file by file; where that fails, all of it as one archive."""
    faults = list(damaged.values())
    for attempt in (_download_parts, _download_archive) if source.archive_url else (_download_parts,):
        try:
            return attempt(source, folder, damaged, patience)
        except DatasetError as error:
            faults.append(str(error))
    raise DatasetError("\n".join(faults))


def _download_archive(source: Source, folder: Path, _: dict[Path, str], patience: Patience) -> None:
    download([source.archive_url], folder / source.archives[0], check=partial(read_archive, source),
             limit=source.size + HEADROOM, patience=patience)


def _download_parts(source: Source, folder: Path, damaged: dict[Path, str], patience: Patience) -> None:
    """Download the IDX files that `folder` lacks; the mirror that gave one file is asked first for the next."""
    mirrors = list(source.mirrors)
    for part in source.parts:
        if any((folder / name).exists() and folder / name not in damaged for name in part.file_names):
            continue
        urls = {mirror + (part.remote or f"{part.name}.gz"): mirror for mirror in mirrors}
        used = urls[download(list(urls), folder / f"{part.name}.gz", check=partial(read_part, part),
                             limit=part.size + HEADROOM, patience=patience)]
        mirrors.sort(key=lambda mirror: mirror != used)


def cache_folders(name: str) -> list[Path]:
    """Return where downloads of data set `name` are kept: the user's cache, or else a temporary folder."""
    return [Path(base) / name for base in (user_cache_dir("mlp_core"), Path(tempfile.gettempdir(), "mlp_core"))]


def _writable(folders: list[Path]) -> Path:
    """Return the first of `folders` that can be made and written to; `DatasetError` if none can."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    raise DatasetError(f"no folder to keep a download in: cannot write to {' or '.join(map(str, folders))}")


@contextlib.contextmanager
def _locked(folder: Path, patience: Patience) -> Iterator[None]:
    try:
        with filelock.FileLock(folder / ".lock", timeout=patience.lock):
            yield
    except filelock.Timeout as error:
        raise DatasetError(f"{folder}: another process has been downloading to it for {patience.lock:g} s; "
                           "end that one, or wait for it") from error


def _how_to_get(source: Source, folder: Path, tried: list[str]) -> str:
    """Return the message for someone whose computer cannot download."""
    files = "\n".join(f"  {source.mirrors[0]}{part.remote or part.name + '.gz'}" for part in source.parts)
    return (f"cannot get {source.name}; what was tried:\n" + "".join(f"  {line}\n" for line in tried) +
            f"Without a network, put these files by hand into {folder}/\n"
            f"(or into {source.folders[0]}/ in a folder of yours that MLP_CORE_DATA names):\n{files}\n"
            "Or use load_dataset(\"mnist-5k\"), which is installed and needs no download.")
