"""What happens to one trial, in whichever process it runs: claim it, train it, write its result, return it."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mlp_core.history import METRICS, History
from mlp_core.models import mlp
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD, Adam
from mlp_core.splits import Dataset
from mlp_core.training import train
from mlp_core.trials.fingerprint import canonical, code_version, trial_key, trial_seed
from mlp_core.trials.shared_data import open_dataset
from mlp_core.trials.spaces import Settings
from mlp_core.trials.store import DamagedRecord, Record, TrialStore

OPTIMIZERS: dict[str, Callable[..., Any]] = {"sgd": SGD, "adam": Adam}
TRAINING = ("batch_size", "shuffle", "reduction", "early_stopping")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # read when a BLAS is loaded
SAME_CODE = "install on every worker what this process has, and restart the workers"
FINAL = ("ok", "diverged")  # what a rerun does not repeat; a failure may have had a passing cause


@dataclass(frozen=True)
class Trial:
    """One point of a search: what to train, for how long, from which seed, and the name its result is kept under."""

    settings: Settings
    epochs: int
    seed: int
    key: str


@dataclass(frozen=True)
class Job:
    """What all trials of a search share, small enough to go to a worker with each of them.

    Attributes
    ----------
    folder : str or None
        The cache that workers write to; None where they cannot reach it.
    data : str or None
        The folder of the memory-mapped data set; None where the data set is passed itself.
    code : str
        `code_version()` of the process that searches; a worker with another one refuses to work.
    build, run : function or None
        The user's, see `mlp_core.search.search`.
    """

    folder: str | None
    data: str | None
    code: str
    build: Callable[..., Sequential] | None = None
    run: Callable[..., Any] | None = None


def make_trial(settings: Settings, epochs: int, seed: int, data: str, code: str) -> Trial:
    """Return the trial of these settings; `data` and `code` are hashes, `seed` is the search's."""
    own_seed = trial_seed(settings, seed)
    return Trial(settings, epochs, own_seed, trial_key(settings, epochs=epochs, seed=own_seed, data=data, code=code))


def run_trial(trial: Trial, job: Job, data: Dataset | None = None, wait: bool = False) -> Record | None:
    """Return a trial's result: the one on disk, or else a new one, which is on disk before this returns.

    Parameters
    ----------
    trial : Trial
    job : Job
    data : Dataset, optional
        Where there is no `job.data`.
    wait : bool
        Whether to wait where another search is running the trial.

    Returns
    -------
    dict or None
        The record, with "written" if it is on disk; None where another search is running the trial.
    """
    if job.folder is None:
        return execute(trial, job, data)
    store = TrialStore(job.folder)
    with store.claim(trial.key, wait=wait) as mine:
        if not mine:
            return None
        record = finished(store, trial.key)
        return {**record, "written": True} if record is not None else written(store, execute(trial, job, data))


def finished(store: TrialStore, key: str) -> Record | None:
    """Return the result of a trial that need not run again."""
    try:
        record = store.load(key)
    except DamagedRecord:
        return None
    return record if record is not None and record["status"] in FINAL else None


def written(store: TrialStore, record: Record) -> Record:
    """Write the record, and return it with "written"; where that fails with the reason as "unwritten" instead."""
    record = {name: value for name, value in record.items() if name != "unwritten"}
    try:
        store.save(record)
    except OSError as error:
        return {**record, "unwritten": f"{error.strerror or error}"}
    return {**record, "written": True}


def execute(trial: Trial, job: Job, data: Dataset | None) -> Record:
    """Run a trial, whatever comes of it, and return its record."""
    if code_version() != job.code:
        raise RuntimeError(f"the worker on {platform.node()} has another version of mlp_core or NumPy: {SAME_CODE}")
    dataset = data if data is not None else open_dataset(str(job.data))
    limit_worker()
    start = time.perf_counter()
    try:
        history, parameters = measure(trial, job, dataset)
    except Exception as error:
        outcome: Record = {"status": "failed", "reason": f"{type(error).__name__}: {error}", "history": None}
    else:
        status = "diverged" if history.diverged else "ok"
        outcome = {"status": status, "reason": history.message, "history": history.to_dict(), "parameters": parameters}
    return make_record(trial, seconds=time.perf_counter() - start, **outcome)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run the block with one BLAS thread: float32 results differ with the number of threads."""
    from threadpoolctl import threadpool_limits

    importlib.import_module("scipy.linalg.blas")  # its own OpenBLAS must be loaded to be limited
    with threadpool_limits(1):
        yield


@functools.cache
def limit_worker() -> None:
    """Give this process one BLAS thread for the rest of its life; `one_thread` around it gives the others back."""
    if all(os.environ.get(name) == "1" for name in THREAD_VARIABLES):
        return
    from threadpoolctl import threadpool_limits

    importlib.import_module("scipy.linalg.blas")
    threadpool_limits(1)


def measure(trial: Trial, job: Job, data: Dataset) -> tuple[History, int | None]:
    """Return a trial's history, and its number of parameters where the search built the network."""
    if job.run is not None:
        return run_custom(trial, job.run, data)
    return run_default(trial, job.build or build_mlp, data)


def make_record(trial: Trial, **outcome: Any) -> Record:
    """Return the record of an outcome: what identifies the trial, what came of it, and where and when it ended."""
    return {
        "key": trial.key,
        "settings": canonical(trial.settings),
        "epochs": trial.epochs,
        "seed": trial.seed,
        "parameters": None,
        **outcome,
        "host": platform.node(),
        "pid": os.getpid(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def run_default(trial: Trial, build: Callable[..., Sequential], data: Dataset) -> tuple[History, int]:
    """Build the network, train it, and return its history and its number of parameters."""
    settings, training = divide(trial.settings)
    network = build(**settings, **offered(build, settings, data, trial.seed))
    batches = {name: training.pop(name) for name in TRAINING if name in training}
    optimizer = make_optimizer(**training)
    history = train(
        network,
        data.train,
        valid=data.valid,
        optimizer=optimizer,
        epochs=trial.epochs,
        seed=trial.seed,
        on_divergence="record",
        **batches,
    )
    return history, network.num_parameters


def run_custom(trial: Trial, run: Callable[..., Any], data: Dataset) -> tuple[History, None]:
    """Call the user's `run`, and return what it measured as a history."""
    settings = {name: value for name, value in trial.settings.items() if name != "seed"}
    return as_history(run(data, **settings, epochs=trial.epochs, seed=trial.seed)), None


def as_history(result: Any) -> History:
    """Return what a user's `run` measured as a History; TypeError if it is nothing of that kind."""
    if isinstance(result, History):
        return result
    if not isinstance(result, Mapping) or not result.keys() <= set(METRICS):
        raise TypeError(f"expected run to return a History or a dictionary of {', '.join(METRICS)}; got {result!r}")
    history = History()
    for name, values in result.items():
        setattr(history, name, [float(value) for value in values])
    return history


def build_mlp(
    hidden: tuple[int, ...],
    activation: str | tuple[str, ...] = "relu",
    initializer: Any = "glorot_uniform",
    bias_initializer: Any = "zeros",
    dropout: float = 0.0,
    dtype: str = "float32",
    *,
    in_features: int,
    classes: int,
    seed: int,
) -> Sequential:
    """Build the network of a trial's settings: `mlp` with `hidden` units between the images and the classes."""
    return mlp(
        [in_features, *hidden, classes],
        activation,
        initializer,
        seed,
        dtype,
        dropout=dropout,
        bias_initializer=bias_initializer,
    )


def make_optimizer(optimizer: str = "sgd", learning_rate: Any = 0.1, **settings: Any) -> SGD | Adam:
    """Return the optimizer of a trial's settings."""
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"expected an optimizer among {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    return OPTIMIZERS[optimizer](learning_rate, **settings)


def divide(settings: Settings) -> tuple[Settings, Settings]:
    """Return the settings for the builder, and those for the optimizer and the training; "seed" is neither's."""
    training = training_names()
    first = {name: value for name, value in settings.items() if name not in training and name != "seed"}
    return first, {name: value for name, value in settings.items() if name in training}


@functools.cache
def training_names() -> tuple[str, ...]:
    """Return the names of the settings that optimizers and training take."""
    options = [name for kind in OPTIMIZERS.values() for name in inspect.signature(kind).parameters]
    return tuple(dict.fromkeys(["optimizer", *options, *TRAINING]))


def offered(build: Callable[..., Any], settings: Settings, data: Dataset, seed: int) -> dict[str, Any]:
    """Return what the search itself knows and the builder has a parameter for."""
    known = {"in_features": data.train.images[0].size, "classes": len(data.classes), "seed": seed}
    wanted = inspect.signature(build).parameters
    return {name: value for name, value in known.items() if name in wanted and name not in settings}


def setting_names(build: Callable[..., Any] | None, run: Callable[..., Any] | None) -> list[str] | None:
    """Return the names that a setting may have; None where the user's function takes any (``**settings``)."""
    parameters = inspect.signature(run or build or build_mlp).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None
    if run is not None:
        return [name for name in [*parameters][1:] if name not in ("epochs", "seed")] + ["seed"]
    own = [name for name in parameters if name not in ("in_features", "classes", "seed")]
    return [*own, *training_names(), "seed"]
