"""The durable store of a search: one file a finished trial, written whole or not at all, and a lock a trial.

A cache folder holds `trials/KEY.json` (the results), `locks/KEY.lock` (locked by the operating system while a trial
runs, so that a killed process locks nothing), `running/KEY` (marks what is under way), `checkpoints/` (of unfinished
trials) and `data/HASH/` (the arrays that the workers map into memory). All of it can be deleted at any time; only
`trials` is worth keeping.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from mlp_core.atomic import atomic_write
from mlp_core.trials.fingerprint import digest

Record = dict[str, Any]

FORMAT, VERSION = "mlp_core.trial", 1
POLL_INTERVAL = 0.1  # seconds between two looks at a lock that another search holds
FULL = (errno.ENOSPC, errno.EDQUOT)


class CacheWarning(UserWarning):
    """A search's cache could not be read or written; the search went on, and the message says what it means."""


class DamagedRecord(ValueError):
    """A cache file is cut short or altered."""


class TrialStore:
    """The trials of a cache folder.

    Parameters
    ----------
    folder : path-like
        Created if it is missing.
    sync : bool
        Whether results are to outlive a power cut, and not only a kill; False for a folder that is soon deleted.

    Raises
    ------
    OSError
        If the folder cannot be created.
    """

    def __init__(self, folder: str | Path, *, sync: bool = True) -> None:
        self.folder, self.sync = Path(folder), sync
        for name in ("trials", "locks", "running", "checkpoints"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Return the file that a trial's result is kept in."""
        return self.folder / "trials" / f"{key}.json"

    def load(self, key: str) -> Record | None:
        """Return a trial's result, or None if there is none.

        Raises
        ------
        DamagedRecord
            If the file is cut short or altered.
        """
        try:
            content = self.path(key).read_bytes()
        except FileNotFoundError:
            return None
        return decode(content, self.path(key))

    def save(self, record: Record) -> None:
        """Write a trial's result: once this returns, no kill loses it, and if `sync`, no power cut.

        Raises
        ------
        OSError
            If it cannot be written (a full disk, say); what stood there before still does.
        """
        with atomic_write(self.path(record["key"]), sync=self.sync) as file:
            file.write(encode(record))

    def records(self) -> Iterator[Record]:
        """Yield every readable result, the oldest first."""
        for path in sorted(self.folder.glob("trials/*.json"), key=lambda path: path.stat().st_mtime_ns):
            with suppress(DamagedRecord, FileNotFoundError):
                yield decode(path.read_bytes(), path)

    @contextmanager
    def claim(self, key: str, *, wait: bool) -> Iterator[bool]:
        """Hold a trial's lock while the block runs, so that no other process runs the trial, too.

        Parameters
        ----------
        key : str
        wait : bool
            Whether to wait for a process that holds it.

        Yields
        ------
        bool
            False if another process holds the lock, and `wait` is False. True as well where the disk is too full for a
            lock file: better run a trial twice than not at all.
        """
        lock = FileLock(self._lock(key), thread_local=False)
        try:
            lock.acquire(timeout=-1 if wait else 0, poll_interval=POLL_INTERVAL)
        except Timeout:
            yield False
            return
        except OSError as error:
            if error.errno not in FULL:
                raise
        try:
            self._mark(key).touch()
        except OSError as error:
            if error.errno not in FULL:
                raise
        try:
            yield True
        finally:
            self._mark(key).unlink(missing_ok=True)
            lock.release()

    def checkpoint(self, lineage: str) -> Path:
        """Return the file that keeps the state of an unfinished trial."""
        return self.folder / "checkpoints" / f"{lineage}.npz"

    def was_killed(self, key: str) -> bool:
        """Return whether a trial had begun and not ended when its process ended; the next call returns False."""
        if not self._mark(key).exists():
            return False
        try:
            with FileLock(self._lock(key), blocking=False):
                self._mark(key).unlink(missing_ok=True)
        except Timeout:
            return False
        return True

    def _lock(self, key: str) -> Path:
        """Return the file that is locked while a trial runs."""
        return self.folder / "locks" / f"{key}.lock"

    def _mark(self, key: str) -> Path:
        """Return the file that stands there while a trial runs."""
        return self.folder / "running" / key

    def sweep(self) -> None:
        """Remove the half-written files that killed processes left behind."""
        for part in self.folder.glob("trials/.*.part"):
            key = part.name.split(".")[1]
            with suppress(Timeout), FileLock(self._lock(key), blocking=False):
                part.unlink(missing_ok=True)

    def remove(self, keys: list[str]) -> None:
        """Remove the results of these trials."""
        for key in keys:
            self.path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove everything that a search put into the folder, and the folder if nothing else is in it."""
        for name in ("trials", "running", "checkpoints", "data", "locks"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        with suppress(OSError):
            self.folder.rmdir()


def encode(record: Record) -> bytes:
    """Return the bytes of a record's file: JSON, with a hash of the record beside it."""
    envelope = {"format": FORMAT, "version": VERSION, "sha256": record_hash(record), "record": record}
    return json.dumps(envelope, indent=1, allow_nan=False).encode() + b"\n"


def decode(content: bytes, path: Path) -> Record:
    """Return the record in a file's bytes; DamagedRecord if they are not what `encode` made."""
    try:
        envelope = json.loads(content)
        record = envelope["record"]
        intact = envelope["sha256"] == record_hash(record) and record["key"] == path.stem
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedRecord(f"{path} is cut short or no search's ({error})") from None
    if not intact:
        raise DamagedRecord(f"{path} was altered: its content does not have the hash it names")
    return record


def record_hash(record: Record) -> str:
    """Return the hash by which a damaged record is known."""
    return digest(json.dumps(record, sort_keys=True))
