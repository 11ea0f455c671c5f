"""Where trials run: in this process, in processes of this machine (loky), or elsewhere, on a Dask cluster."""

import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future, as_completed
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from mlp_core.extras import need
from mlp_core.splits import Dataset
from mlp_core.tuning.fingerprint import code_version
from mlp_core.tuning.shared_data import DatasetLost, publish_dataset
from mlp_core.tuning.store import Record, TrialStore
from mlp_core.tuning.work import SAME_CODE, Job, Trial, make_record, run_trial

Results = Iterable[Record | None]  # None for a trial that another search is running
MAX_KILLS = 4  # a trial whose process dies this often, the last time alone in its pool, has failed
NOBODY = ""  # stands in for a trial where a process died without one
CONNECT_TIMEOUT = 20  # seconds until a Dask scheduler, and its first worker, must have answered


class ClusterError(ConnectionError):
    """The Dask cluster cannot be reached, cannot run the trials, or went away; finished trials are kept."""


def run_here(trials: Iterable[Trial], job: Job, data: Dataset) -> Generator[Record]:
    """Yield the records of the trials, run one after the other in this process, with one BLAS thread."""
    yield from in_turns(trials, lambda some, wait: (run_trial(trial, job, data, wait) for trial in some))


def in_turns(trials: Iterable[Trial], run: Callable[[Iterable[Trial], bool], Results]) -> Generator[Record]:
    """Yield the records that `run(trials, wait)` gives, at first without waiting for other searches."""
    left = {trial.key: trial for trial in trials}
    for wait in (False, True):
        for record in run(list(left.values()), wait):
            if record is not None:
                del left[record["key"]]
                yield record


class LocalPool(AbstractContextManager["LocalPool"]):
    """Processes of this machine with one BLAS thread each; started when first used, and again after a break.

    Leaving the ``with`` block ends them, at once after an error. If this process is killed, they remove `scratch`.
    """

    def __init__(self, workers: int, scratch: str | None = None) -> None:
        self.workers, self.scratch = workers, scratch

    @cached_property
    def executor(self) -> Any:
        """The running executor."""
        pool, watched = need("joblib.externals.loky").ProcessPoolExecutor, (os.getpid(), self.scratch)
        blas = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return pool(self.workers, env=blas, initializer=start_worker, initargs=watched)

    def close(self, kill: bool) -> None:
        """End the processes."""
        if executor := vars(self).pop("executor", None):
            executor.shutdown(kill_workers=kill)

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """End the processes."""
        self.close(kill=kind is not None)


def run_processes(trials: Iterable[Trial], job: Job, data: Dataset, pool: LocalPool) -> Generator[Record]:
    """Yield the records of the trials as local processes finish them; a killed process costs only its trial's time."""
    store = TrialStore(str(job.folder))
    pending = {trial.key: trial for trial in trials}
    kills: Counter[str] = Counter()
    for key in pending:
        store.was_killed(key)  # by whoever killed an earlier search: that counts for nothing here
    while pending:
        job = replace(job, data=str(publish_dataset(data, store.folder, sync=job.sync)))
        suspects = [trial for trial in pending.values() if kills[trial.key] >= MAX_KILLS - 1]
        try:
            with LocalPool(1, pool.scratch) if suspects else nullcontext(pool) as chosen:
                for record in gather(chosen.executor, suspects[:1] or pending.values(), job):
                    del pending[record["key"]]
                    kills[NOBODY] = 0
                    yield record
        except (BrokenExecutor, DatasetLost) as error:  # or data that somebody removed: published again
            if isinstance(error, BrokenExecutor):
                pool.close(kill=True)
            running = [key for key in pending if store.was_killed(key)]
            kills.update(running or [NOBODY])
            if kills[NOBODY] >= MAX_KILLS:
                raise RuntimeError(f"the worker processes fail before they begin a trial: {error}") from error
            for key in [key for key in running if kills[key] >= MAX_KILLS]:
                yield make_record(pending.pop(key), "failed", f"its process died {kills[key]} times ({error})")


def start_worker(parent: int, scratch: str | None) -> None:
    """Prepare a local worker: leave Ctrl-C to the process that searches, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=follow, args=(parent, scratch), daemon=True).start()


def follow(parent: int, scratch: str | None) -> None:
    """Wait for the parent process to end, however it does, then end this one: what it has finished is on disk."""
    import psutil

    while (now := psutil.Process().parent()) is not None and now.pid == parent:
        time.sleep(0.25)  # seconds
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def run_dask(trials: Iterable[Trial], job: Job, data: Dataset, scheduler: Any) -> Generator[Record]:
    """Yield the records of the trials as a Dask cluster finishes them; or raise `ClusterError`."""
    with dask_client(scheduler) as client:
        folder, sent = Path(str(job.folder)), None
        if check_workers(client, folder):  # they map the data set from it, and write their results themselves
            job = replace(job, data=str(publish_dataset(data, folder, sync=job.sync)))
        else:  # each gets the data set once, and its results come back for this process to write
            job, sent = replace(job, folder=None), client.scatter(data, broadcast=True, hash=False)
        executor = client.get_executor(pure=False)
        try:
            yield from gather(executor, trials, job, sent)
        except (CancelledError, DatasetLost) as error:
            lost = "cluster" if isinstance(error, CancelledError) else "workers' data set"
            raise ClusterError(f"the Dask {lost} went away: search again, finished trials are kept") from error
        finally:
            executor.shutdown(wait=False)


@contextmanager
def dask_client(scheduler: Any) -> Iterator[Any]:
    """Connect to a scheduler, or use the client that is given."""
    Client = need("distributed").Client
    if isinstance(scheduler, Client):
        yield scheduler
        return
    advice = "start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1 --nworkers N`"
    try:
        client = Client(scheduler, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {scheduler}: {advice} ({error})") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_TIMEOUT)
        except TimeoutError as error:
            raise ClusterError(f"the Dask scheduler at {scheduler} has no workers: {advice}") from error
        yield client


def check_workers(client: Any, folder: Path) -> bool:
    """Return whether all workers see the cache folder; ClusterError if one has another version of the code."""
    with NamedTemporaryFile(dir=folder) as token:
        answers = client.run(describe_worker, token.name)
    strangers = [address for address, (code, _) in answers.items() if code != code_version()]
    if strangers:
        raise ClusterError(f"another version of mlp_core or NumPy on {', '.join(strangers)}: {SAME_CODE}")
    return all(sees for _, sees in answers.values())


def describe_worker(token: str) -> tuple[str, bool]:
    """Return, on a Dask worker, its version of the code and whether it sees the file."""
    return code_version(), Path(token).exists()


def gather(pool: Any, trials: Iterable[Trial], job: Job, data: Any = None) -> Generator[Record]:
    """Yield the records of the trials as the pool finishes them; BrokenExecutor, if a process died, after them."""
    submit = partial(pool.submit, run_trial)
    yield from in_turns(trials, lambda some, wait: results({submit(trial, job, data, wait): trial for trial in some}))


def results(futures: dict[Future[Record | None], Trial]) -> Results:
    """Yield the results as they come; a broken pool is raised once nothing more will come."""
    broken = None
    for future in as_completed(futures):
        try:
            yield future.result()
        except BrokenExecutor as error:
            broken = error
        except Exception as error:
            if type(error).__name__ != "KilledWorker":
                raise
            yield make_record(futures[future], "failed", str(error))
    if broken is not None:
        raise broken
