"""Trials on a Dask cluster: past one machine, with Dask's own futures."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from mlp_core.extras import need
from mlp_core.splits import Dataset
from mlp_core.tuning.fingerprint import code_version
from mlp_core.tuning.shared_data import DatasetLost, publish_dataset
from mlp_core.tuning.store import Record
from mlp_core.tuning.work import SAME_CODE, Job, Trial
from mlp_core.tuning.workers import gather

CONNECT_TIMEOUT = 20  # seconds until a Dask scheduler, and its first worker, must have answered


class ClusterError(ConnectionError):
    """The Dask cluster cannot be reached, cannot run the trials, or went away; finished trials are kept."""


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
