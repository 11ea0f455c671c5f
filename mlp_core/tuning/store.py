"""The durable store of a search: one file per finished trial, written whole or not at all, and a lock per trial.

A cache folder holds `trials/KEY.json` (the results), `locks/KEY.lock` (locked by the operating system while a trial
runs, so that a killed process locks nothing), `running/KEY` (marks what is under way), `checkpoints/` (of unfinished
trials) and `data/HASH/` (the arrays that the workers map into memory). All of it can be deleted at any time, even while
a search runs; only `trials` is worth keeping.
"""

import json
import os
import secrets
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import NoneType
from typing import Any

from filelock import FileLock, Timeout

from mlp_core.history import History
from mlp_core.storage.files import DatasetError, atomic_write, read_bytes
from mlp_core.storage.hashes import digest

Record = dict[str, Any]

FOLDERS = {"trials": ".json", "locks": ".lock", "running": "", "checkpoints": ".npz"}  # and how their files end
MAX_BYTES = 2**26  # of a record: the histories of a million epochs
ABANDONED = 600  # seconds after which nobody is still writing to a half-written file
FINAL = ("ok", "diverged")  # what a rerun does not repeat; a failure may have had a passing cause
FIELDS: dict[str, tuple[type, ...]] = {
    "key": (str,), "settings": (dict,), "epochs": (int,), "seed": (int,), "status": (str,), "reason": (str,),
    "finished": (str,), "parameters": (int, NoneType), "seconds": (float, NoneType), "history": (dict, NoneType),
}  # fmt: skip


class CacheWarning(UserWarning):
    """A search's cache could not be read or written; the search went on, and the message says what it means."""


class DamagedRecord(ValueError):
    """A cache file is cut short or altered."""


class TrialStore:
    """The trials of a cache folder, which is created if it is missing; with `sync` they outlive a power cut."""

    def __init__(self, folder: str | Path, *, sync: bool = True) -> None:
        self.folder, self.sync = Path(folder), sync
        with suppress(OSError):
            self.make()

    def make(self) -> None:
        """Create the folders that are missing; OSError if one cannot be created."""
        for name in FOLDERS:
            make_folder(self.folder / name)

    def path(self, key: str, folder: str = "trials") -> Path:
        """Return a trial's file in one of the `FOLDERS`."""
        return self.folder / folder / f"{key}{FOLDERS[folder]}"

    def load(self, key: str) -> Record | None:
        """Return a trial's result, or None if there is none; `DamagedRecord` if the file is not what was written."""
        path = self.path(key)
        try:
            return decode(read_bytes(path, MAX_BYTES, decompress=False), path)
        except DatasetError as error:
            if not os.path.lexists(path):
                return None
            raise DamagedRecord(str(error)) from None

    def result(self, key: str) -> Record | None:
        """Return the result of a trial that need not run again; None if there is none, `DamagedRecord` as `load`."""
        record = self.load(key)
        return record if record is not None and record["status"] in FINAL else None

    def save(self, record: Record) -> None:
        """Write a trial's result, which no kill loses from then on; OSError, and the old one stays, if it cannot be."""
        path = self.path(record["key"])
        with atomic_write(path, sync=self.sync) as file:
            file.write(encode(record))
            if path.is_dir():
                set_aside(path)

    def drop_checkpoint(self, lineage: str) -> None:
        """Remove the state of a trial that will not go on."""
        with suppress(OSError):
            self.path(lineage, "checkpoints").unlink()

    def records(self) -> Iterator[Record]:
        """Yield every readable result, the oldest first."""
        for path in sorted(self.folder.glob("trials/*.json"), key=lambda path: path.lstat().st_mtime_ns):
            with suppress(DamagedRecord):
                if (record := self.load(path.stem)) is not None:
                    yield record

    @contextmanager
    def claim(self, key: str, *, wait: bool) -> Iterator[bool]:
        """Hold a trial's lock while the block runs; yield False if another process does, and this one is not to `wait`.

        True as well where there can be no lock file (a full disk): better run a trial twice than not at all.
        """
        lock, mark, mine = self._lock(key), self.path(key, "running"), True
        try:
            try:
                lock.acquire(blocking=wait)
                mark.touch()
            except Timeout:
                mine = False
            except OSError:
                pass
            yield mine
        finally:
            if mine:
                with suppress(OSError):
                    mark.unlink()
            lock.release()

    def was_killed(self, key: str) -> bool:
        """Return whether a trial had begun and not ended when its process ended; the next call returns False."""
        mark = self.path(key, "running")
        if not mark.exists():
            return False
        try:
            with self._lock(key):
                mark.unlink(missing_ok=True)
        except OSError:  # a Timeout, too
            return False
        return True

    def _lock(self, key: str) -> FileLock:
        return FileLock(self.path(key, "locks"), thread_local=False, blocking=False)

    def sweep(self) -> None:
        """Remove the half-written files that killed processes left behind."""
        for part in self.folder.glob("trials/.*.part"):
            with suppress(OSError), self._lock(part.name.split(".")[1]):
                part.unlink(missing_ok=True)
        for part in (*self.folder.glob("checkpoints/.*.part"), *self.folder.glob("data/*/.*.part")):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > ABANDONED:
                    part.unlink()

    def clear(self) -> None:
        """Remove everything that a search put into the folder, and the folder if nothing else is in it."""
        for name in ("trials", "running", "checkpoints", "data", "locks"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        with suppress(OSError):
            self.folder.rmdir()


def make_folder(path: Path) -> None:
    """Create a folder; something else in its place is moved away."""
    if not path.is_dir() and (path.exists() or path.is_symlink()):
        set_aside(path)
    path.mkdir(parents=True, exist_ok=True)


def set_aside(path: Path) -> None:
    """Rename what lies in the way of a cache file, and warn: it may be somebody's."""
    aside = path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}")
    path.rename(aside)
    fault = f"{path} is no file or folder of a search's cache: renamed to {aside.name}"
    warnings.warn(fault, CacheWarning, stacklevel=3)


def encode(record: Record) -> bytes:
    """Return the bytes of a record's file: JSON, with a hash of the record beside it."""
    envelope = {"format": "mlp_core.trial", "version": 1, "sha256": record_hash(record), "record": record}
    return json.dumps(envelope, indent=1).encode() + b"\n"


def decode(content: bytes, path: Path) -> Record:
    """Return the record in a file's bytes; DamagedRecord if they are not what `encode` made of a trial's."""
    try:
        envelope = json.loads(content)
        record = envelope["record"]
        if envelope["sha256"] != record_hash(record) or record["key"] != path.stem:
            fault = "was altered: its content does not have the hash it names"
        elif not is_complete(record):
            fault = "lacks what a trial's record holds"
        else:
            return record
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        fault = f"is cut short or no search's ({type(error).__name__}: {error})"
    raise DamagedRecord(f"{path} {fault}")


def is_complete(record: Record) -> bool:
    """Return whether a record has every field of a trial's, of the right type; ValueError for a wrong history."""
    if any(type(record.get(name, ...)) not in kinds for name, kinds in FIELDS.items()):
        return False
    if record["history"] is not None or record["status"] in FINAL:
        History.from_dict(record["history"])
    return (record["parameters"] or 0) in range(2**63)


def record_hash(record: Record) -> str:
    """Return the hash by which a damaged record is known."""
    return digest(json.dumps(record, sort_keys=True))
