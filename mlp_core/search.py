"""Hyperparameter search: trials over a space, in parallel, each result on disk the moment its trial ends.

``python -m mlp_core.search --help`` lists and clears the cache of a search.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mlp_core.callbacks import progress_class
from mlp_core.splits import Dataset
from mlp_core.trials.cluster import ClusterError, run_dask
from mlp_core.trials.fingerprint import code_version, digest, function_hash
from mlp_core.trials.spaces import check_space, grid, random_search
from mlp_core.trials.store import CacheWarning, DamagedRecord, Record, TrialStore
from mlp_core.trials.table import in_budget, to_frame
from mlp_core.trials.work import FINAL, Job, Trial, make_trial, setting_names, written
from mlp_core.trials.workers import run_here, run_processes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CacheWarning", "ClusterError", "grid", "random_search", "search"]


def search(
    space: Iterable[Mapping[str, Any]],
    data: Dataset,
    *,
    epochs: int,
    n_jobs: int = -1,
    cache: str | Path | None = None,
    seed: int = 0,
    scheduler: Any = None,
    parameters: tuple[int, int] | None = None,
    target: float | None = None,
    build: Callable[..., Any] | None = None,
    run: Callable[..., Any] | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Train one network for each setting of a space, and return what they reached.

    Parameters
    ----------
    space : list of dict
        What `grid` or `random_search` returns. Known settings are ``hidden`` (units of each hidden layer),
        ``activation``, ``initializer``, ``bias_initializer``, ``dropout``, ``dtype``; ``optimizer`` ("sgd" or "adam"),
        ``learning_rate`` (0.1) and the other arguments of `SGD` and `Adam`; ``batch_size``, ``shuffle``,
        ``reduction``, ``early_stopping`` as for `train`; and ``seed``, for a trial's seed.
    data : Dataset
        Trials train on ``data.train`` and are measured on ``data.valid``.
    epochs : int
        Passes over the training images, for every trial.
    n_jobs : int
        Local processes, each with one BLAS thread; -1 for one a core, -2 for one fewer. 1 trains in this process.
    cache : path-like, optional
        Folder that keeps the finished trials. A search that finds a trial there, trained with the same settings,
        epochs, seed, data and code, does not repeat it. Searches that run at once on one folder share the work.
    seed : int
        From it and the settings each trial draws its own seed, whatever the order and the number of processes.
    scheduler : str or distributed.Client, optional
        A Dask cluster to run on instead, such as "tcp://host:8786". Its workers need this package; those that see the
        cache folder write to it themselves.
    parameters : (int, int), optional
        Least and most parameters of a network; settings outside are left out before anything is trained.
    target : float, optional
        Validation accuracy (a fraction) for the column ``epochs_to_target``.
    build : function, optional
        ``build(**settings)`` returns the `Sequential` to train, such as `cnn`. It gets the settings that are not the
        optimizer's or the training's, and ``seed``, ``in_features`` and ``classes`` if it has parameters of that name.
    run : function, optional
        ``run(data, **settings, epochs, seed)`` replaces the training; returns a `History`, or a dictionary of some of
        its lists (``{"valid_accuracy": [0.9]}``).
    progress : bool
        Whether to show a bar, once the search takes more than two seconds, unless the environment sets TQDM_DISABLE.

    Returns
    -------
    DataFrame
        One row a trial, in the order of the space: its settings; ``parameters``; ``status`` ("ok", "diverged" or
        "failed") and the ``reason``; ``epochs`` trained; ``train_loss``, ``train_accuracy``, ``valid_loss`` and
        ``valid_accuracy`` after the last epoch; ``best_valid_accuracy``, ``best_epoch`` and ``epochs_to_target``;
        ``seconds``; ``seed``; ``history`` (a `History`). Its ``attrs`` say how many settings there were ("space"), were
        in the budget ("kept") and came from the cache ("reused").

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be meant, a setting has an unknown name, or none is in the budget: before any training.
    ClusterError
        If the Dask cluster cannot be used, or goes away.

    Warns
    -----
    CacheWarning
        If a cache file is damaged (its trial runs again), or a result could not be written (it is in the table).

    Notes
    -----
    An exception in a trial makes it a row with status "failed"; the next search tries it again. Trials with status "ok"
    or "diverged" are never repeated. float32 results are the same bits on every number of processes, since every trial
    has one BLAS thread; another kind of processor may change the last digits.
    """
    check_arguments(data, epochs, n_jobs)
    settings = check_space(space, setting_names(build, run))
    kept = in_budget(settings, parameters, data, build, run)
    content = digest(data.sha256, str(len(data.classes)))
    code = digest(code_version(), function_hash(build), function_hash(run))
    trials = [make_trial(point, epochs, seed, content, code) for point in kept]
    with open_store(cache) as store:
        found = look_up(store, trials)
        reused = len(found)
        missing = {trial.key: trial for trial in trials if trial.key not in found}
        job = Job(str(store.folder), None, code_version(), build, run)
        scheduler = scheduler or os.environ.get("MLP_CORE_SCHEDULER")
        engine = start([*missing.values()], job, data, n_jobs, scheduler, scratch=cache is None)
        title = f"{len(kept)} of {len(settings)} settings in the budget" if parameters else "search"
        with closing(engine), progress_bar(title, reused, reused + len(missing), progress) as advance:
            found.update(collect(engine, store, advance))
        warn_of_unwritten(store, found)
    frame = to_frame([(trial, found[trial.key]) for trial in trials], target)
    frame.attrs.update(space=len(settings), kept=len(kept), reused=reused)
    return frame


def check_arguments(data: Any, epochs: Any, n_jobs: Any) -> None:
    """Raise TypeError or ValueError for what no search can use."""
    if not isinstance(data, Dataset):
        raise TypeError(f"expected data as a Dataset, such as load_dataset('mnist-5k'); got {type(data).__name__}")
    for name, value in (("epochs", epochs), ("n_jobs", n_jobs)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"expected {name} as a whole number, got {value!r}")
    if epochs < 1:
        raise ValueError(f"expected at least 1 epoch, got {epochs}")
    if n_jobs == 0:
        raise ValueError("expected n_jobs of at least 1, or -1 for one process a core; got 0")


def process_count(n_jobs: int) -> int:
    """Return the number of processes that `n_jobs` asks for; negative numbers count down from all cores."""
    from joblib import cpu_count

    return n_jobs if n_jobs > 0 else max(1, cpu_count() + 1 + n_jobs)


@contextmanager
def open_store(cache: str | Path | None) -> Iterator[TrialStore]:
    """Open the cache folder, or a temporary one that vanishes with the search."""
    if cache is not None:
        store = TrialStore(cache)
        store.sweep()
        yield store
        return
    with tempfile.TemporaryDirectory(prefix="mlp-core-search-", ignore_cleanup_errors=True) as folder:
        yield TrialStore(folder)


def look_up(store: TrialStore, trials: Iterable[Trial]) -> dict[str, Record]:
    """Return the records that need no new run, by key; warn of damaged ones."""
    found = {}
    for trial in trials:
        try:
            record = store.load(trial.key)
        except DamagedRecord as error:
            warnings.warn(f"{error}: the trial runs again", CacheWarning, stacklevel=3)
            continue
        if record is not None and record["status"] in FINAL:
            found[trial.key] = record
    return found


def start(
    trials: list[Trial], job: Job, data: Dataset, n_jobs: int, scheduler: Any, *, scratch: bool
) -> Generator[Record]:
    """Return a generator that runs the trials, and yields their records as they end."""
    if not trials:
        return (record for record in list[Record]())
    if scheduler:
        return run_dask(trials, job, data, scheduler)
    processes = process_count(n_jobs)
    if processes == 1:
        return run_here(trials, job, data)
    return run_processes(trials, job, data, processes, scratch=scratch)


def collect(
    engine: Iterable[Record], store: TrialStore, advance: Callable[[], object]
) -> Iterator[tuple[str, Record]]:
    """Yield the records with their keys; write those that no worker could, and warn of the first that cannot be."""
    warned = False
    for record in engine:
        if not record.pop("written", False):
            record = written(store, record)
            record.pop("written", None)
        if "unwritten" in record and not warned:
            warned = True
            message = f"{store.folder} cannot be written: {record['unwritten']}. The search goes on, holds its results "
            warnings.warn(f"{message}in memory, and tries to write them again at its end", CacheWarning, stacklevel=3)
        advance()
        yield record["key"], record


def warn_of_unwritten(store: TrialStore, found: Mapping[str, Record]) -> None:
    """Try once more to write what could not be written; warn of what still cannot."""
    again = [written(store, record) for record in found.values() if "unwritten" in record]
    lost = [record for record in again if "unwritten" in record]
    if lost:
        message = f"{len(lost)} finished trials are in the table, but not in {store.folder}: {lost[0]['unwritten']}. "
        warnings.warn(f"{message}Make room, or the next search repeats them", CacheWarning, stacklevel=3)


@contextmanager
def progress_bar(title: str, done: int, total: int, wanted: bool) -> Iterator[Callable[[], object]]:
    """Show how many trials are done and how long the rest may take; yield the function that counts one more."""
    kind = progress_class() if wanted and done < total else None
    if kind is None:
        yield lambda: None
        return
    with kind(desc=title, initial=done, total=total, unit="trial", delay=2) as bar:
        yield bar.update


class _Callable(ModuleType):
    """A module that can be called.

    The package exports the function `search`; importing the module of the same name puts the module in its place.
    Either way, `mlp_core.search(...)` searches.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> pd.DataFrame:
        """Search."""
        return search(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable

if __name__ == "__main__":
    from mlp_core.trials.command_line import main

    sys.exit(main())
