"""What happens to one trial, in whichever process it runs: claim it, train it, write its result, return it."""

import functools
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception_only
from typing import Any

from mlp_core.fast.threads import one_thread
from mlp_core.network import Sequential
from mlp_core.progress import FILE
from mlp_core.splits import Dataset
from mlp_core.tuning.fingerprint import canonical, code_version, identify, trial_key, trial_seed
from mlp_core.tuning.shared_data import open_dataset
from mlp_core.tuning.spaces import Settings
from mlp_core.tuning.store import DamagedRecord, Record, TrialStore
from mlp_core.tuning.training import run_custom, train_network

SAME_CODE = "install on every worker what this process has, and restart the workers"


@dataclass(frozen=True)
class Trial:
    """One point of a search."""

    settings: Settings
    epochs: int
    seed: int
    key: str  # the name its result is kept under
    lineage: str  # the name of its checkpoint, the same for a longer training of the same trial
    last: bool  # whether no longer training can follow, so that the checkpoint may go once the result is kept


@dataclass(frozen=True)
class Job:
    """What all trials of a search share, small enough to go to a worker with each of them."""

    folder: str | None  # the cache that workers write to; None where they cannot reach it
    data: str | None  # the folder of the memory-mapped data set; None where the data set is passed itself
    code: str  # `code_version()` of the process that searches; a worker with another one refuses to work
    sync: bool = True  # whether results are to outlive a power cut
    checkpoints: bool = False  # whether trials keep their state after every epoch
    functions: str = ""  # the hash of `build` and `run`, the user's; empty where nothing is kept under it
    build: Callable[..., Sequential] | None = field(default=None, compare=False)
    run: Callable[..., Any] | None = field(default=None, compare=False)
    # machine and number of the process that searches, whose BLAS threads are left alone; workers get one
    process: tuple[str, int] = field(default_factory=lambda: (platform.node(), os.getpid()))


def make_trial(settings: Settings, epochs: int, seed: int, identity: tuple[str, str], *, last: bool = True) -> Trial:
    """Return the trial of these settings; `seed` is the search's, `identity` the hashes of its data and code."""
    own_seed = trial_seed(settings, seed)
    key, lineage = (trial_key(settings, length, own_seed, *identity) for length in (epochs, 0))
    return Trial(settings, epochs, own_seed, key, lineage, last)


def run_trial(trial: Trial, job: Job, data: Dataset | None = None, wait: bool = False) -> Record | None:
    """Return a trial's result, by then on disk; None where another search runs it, and this one is not to `wait`.

    A record that is not on disk says why as "unwritten" (empty if nobody has tried), and "foreign" if it must not be:
    this process sees other functions than the one that searches.
    """
    if job.folder is None:
        return execute(trial, job, data, None)
    store = TrialStore(job.folder, sync=job.sync)
    checkpoint = store.path(trial.lineage, "checkpoints") if job.checkpoints else None
    with store.claim(trial.key, wait=wait) as mine:
        if not mine:
            return None
        with suppress(DamagedRecord):
            if (record := store.result(trial.key)) is not None:
                return record
        record = execute(trial, job, data, checkpoint)
        if "foreign" not in record:
            record = written(store, record)
        if trial.last:
            store.drop_checkpoint(trial.lineage)
        return record


def written(store: TrialStore, record: Record) -> Record:
    """Write the record, and return it; where that fails, with the reason as "unwritten"."""
    record = {name: value for name, value in record.items() if name != "unwritten"}
    try:
        store.save(record)
    except OSError as error:
        record["unwritten"] = error.strerror or str(error)
    return record


def execute(trial: Trial, job: Job, data: Dataset | None, checkpoint: Path | None) -> Record:
    """Run a trial, whatever comes of it, and return its record."""
    if code_version() != job.code:
        raise RuntimeError(f"the worker on {platform.node()} has another version of mlp_core or NumPy: {SAME_CODE}")
    if job.process != (platform.node(), os.getpid()):
        limit_worker()
    foreign = {} if sees_same_functions(job) else {"foreign": True}
    data = data or open_dataset(str(job.data))
    length: dict[str, int] = {"epochs": trial.epochs, "seed": trial.seed}
    start, parameters = time.perf_counter(), None
    try:
        with one_thread():
            if job.run is not None:
                history = run_custom(trial.settings, data, run=job.run, **length)
            else:
                history, parameters = train_network(
                    trial.settings, data, build=job.build, checkpoint=checkpoint, **length)
    except (Exception, SystemExit, GeneratorExit) as error:
        record = make_record(trial, "failed", "".join(format_exception_only(error)).strip())
    else:
        status = "diverged" if history.diverged else "ok"
        record = make_record(trial, status, history.message, history.to_dict(), parameters)
    return {**record, "seconds": time.perf_counter() - start, **foreign}


@functools.lru_cache(maxsize=1)
def sees_same_functions(job: Job) -> bool:
    """Return whether this process sees what the searching one does: it may have imported a module that was changed."""
    return not job.functions or identify(job.build, job.run)[0] == job.functions


def make_record(trial: Trial, status: str, reason: str, history: Record | None = None,
                parameters: int | None = None) -> Record:
    """Return the record of an outcome: what identifies the trial, what came of it, and where and when it ended."""
    settings, now = canonical(trial.settings, strict=False), datetime.now(UTC).isoformat(timespec="seconds")
    identity = {"key": trial.key, "settings": settings, "epochs": trial.epochs, "seed": trial.seed}
    outcome = {"parameters": parameters, "status": status, "reason": reason, "history": history, "seconds": None}
    return {**identity, **outcome, "host": platform.node(), "pid": os.getpid(), "finished": now, "unwritten": ""}


@functools.cache
def limit_worker() -> None:
    """Give this process one BLAS thread for the rest of its life: what the user's functions multiply has one, too."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    os.environ.pop(FILE, None)  # where several trainings would write over one another
