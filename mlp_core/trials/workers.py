"""Where trials run: in this process, or in processes of this machine (loky)."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
import warnings
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlp_core.splits import Dataset
from mlp_core.trials.shared_data import publish_dataset
from mlp_core.trials.store import Record, TrialStore
from mlp_core.trials.work import THREAD_VARIABLES, Job, Trial, make_record, one_thread, run_trial

MAX_KILLS = 3  # a trial whose process dies this often, the last time alone in its pool, has failed
FOLLOW_INTERVAL = 0.25  # seconds between a worker's looks at whether its parent lives


def run_here(trials: Iterable[Trial], job: Job, data: Dataset) -> Generator[Record]:
    """Yield the records of the trials, run one after the other in this process, with one BLAS thread."""
    with one_thread():
        busy = []
        for trial in trials:
            record = run_trial(trial, job, data)
            if record is None:
                busy.append(trial)
            else:
                yield record
        yield from (record for trial in busy if (record := run_trial(trial, job, data, True)) is not None)


def run_processes(
    trials: Iterable[Trial], job: Job, data: Dataset, n_jobs: int, *, scratch: bool
) -> Generator[Record]:
    """Yield the records of the trials as local processes finish them; a killed process costs only its trial's time.

    Parameters
    ----------
    trials : iterable of Trial
    job : Job
    data : Dataset
        Written to the store once, and mapped into the processes' memory.
    n_jobs : int
        How many processes.
    scratch : bool
        Whether the store's folder is to vanish with this process, should it be killed.
    """
    store = TrialStore(str(job.folder))
    job = replace(job, data=str(publish_dataset(data, store.folder)))
    pending = {trial.key: trial for trial in trials}
    kills: Counter[str] = Counter()
    for key in pending:
        store.forget_running(key)
    while pending:
        suspect = [trial for trial in pending.values() if kills[trial.key] >= MAX_KILLS - 1][:1]
        batch = suspect or list(pending.values())
        try:
            with local_pool(min(n_jobs, len(batch)), store.folder if scratch else None) as pool:
                for record in gather(pool, batch, job):
                    del pending[record["key"]]
                    yield record
        except BrokenExecutor as error:
            blame(batch, pending, store, kills, error)
            for key in [key for key in pending if kills[key] >= MAX_KILLS]:
                yield killed_record(pending.pop(key), f"its process died {kills[key]} times ({error})")


def blame(
    batch: list[Trial], pending: dict[str, Trial], store: TrialStore, kills: Counter[str], error: BrokenExecutor
) -> None:
    """Count a broken pool against the trials that were running; RuntimeError if processes die without any."""
    guilty = [trial.key for trial in batch if trial.key in pending and store.was_running(trial.key)]
    kills.update(guilty or ["nobody"])
    for key in guilty:
        store.forget_running(key)
    if kills["nobody"] >= MAX_KILLS:
        raise RuntimeError(f"the worker processes die before they begin a trial: {error}") from error


def killed_record(trial: Trial, reason: str) -> Record:
    """Return the record of a trial that never ended."""
    return make_record(trial, status="failed", reason=reason, history=None, seconds=None)


@contextmanager
def local_pool(workers: int, scratch: Path | None) -> Iterator[Executor]:
    """Start processes with one BLAS thread each; on an error or an interrupt, kill them."""
    from joblib.externals.loky import ProcessPoolExecutor

    environment = dict.fromkeys(THREAD_VARIABLES, "1")
    pool = ProcessPoolExecutor(
        workers, env=environment, initializer=start_worker, initargs=(os.getpid(), scratch and str(scratch))
    )
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "A worker stopped while", UserWarning)  # to free memory, and is replaced
            yield pool
            pool.shutdown()
    except BaseException:
        pool.shutdown(kill_workers=True)
        raise


def start_worker(parent: int, scratch: str | None) -> None:
    """Prepare a local worker: leave Ctrl-C to the process that searches, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=follow, args=(parent, scratch), daemon=True).start()


def follow(parent: int, scratch: str | None) -> None:
    """Wait for the parent process to end, however it does, then end this one: what it has finished is on disk."""
    import psutil

    while (now := psutil.Process().parent()) is not None and now.pid == parent:
        time.sleep(FOLLOW_INTERVAL)
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def gather(pool: Any, trials: Iterable[Trial], job: Job, *data: Any) -> Generator[Record]:
    """Yield the records of the trials as the pool finishes them, those that another search is running last.

    Raises
    ------
    BrokenExecutor
        If a process of the pool died, after every finished record has been yielded.
    """
    arguments = [job, *(data or (None,))]
    futures = {pool.submit(run_trial, trial, *arguments): trial for trial in trials}
    busy: list[Trial] = []
    for trial, record in results(futures):
        if record is None:
            busy.append(trial)
        else:
            yield record
    waiting = {pool.submit(run_trial, trial, *arguments, True): trial for trial in busy}
    yield from (record for _, record in results(waiting) if record is not None)


def results(futures: dict[Future[Record | None], Trial]) -> Iterator[tuple[Trial, Record | None]]:
    """Yield the trials with their results as they come; a broken pool is raised once nothing more will come."""
    broken = None
    for future in as_completed(futures):
        try:
            record = future.result()
        except BrokenExecutor as error:
            broken = error
        except Exception as error:
            if type(error).__name__ != "KilledWorker":
                raise
            yield futures[future], killed_record(futures[future], str(error))
        else:
            yield futures[future], record
    if broken is not None:
        raise broken
