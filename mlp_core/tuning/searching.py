"""Hyperparameter search: trials over a space, in parallel, each result on disk the moment its trial ends."""

import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from mlp_core.checks import METRICS, positive_int
from mlp_core.extras import need
from mlp_core.history import History
from mlp_core.splits import Dataset
from mlp_core.storage.hashes import digest
from mlp_core.tuning.fingerprint import code_version, identify
from mlp_core.tuning.session import Session, open_engine, open_store, rung_epochs
from mlp_core.tuning.shared_data import dataset_hash
from mlp_core.tuning.spaces import check_space
from mlp_core.tuning.store import CacheWarning, Record
from mlp_core.tuning.training import in_budget, setting_names
from mlp_core.tuning.work import Job, Trial, make_trial

if TYPE_CHECKING:
    import pandas as pd


def search(space: Iterable[Mapping[str, Any]], data: Dataset, *, epochs: int, n_jobs: int = -1,
           cache: str | Path | None = None, seed: int = 0, scheduler: Any = None,
           parameters: tuple[int, int] | None = None, target: float | None = None, halving: int | None = None,
           checkpoints: bool = False, build: Callable[..., Any] | None = None, run: Callable[..., Any] | None = None,
           progress: bool = True) -> "pd.DataFrame":
    """Train one network for each setting of a space, and return what they reached.

    Parameters
    ----------
    space : list of dict
        What `grid` or `random_search` returns. Known settings are ``hidden`` (units of each hidden layer),
        ``activation``, ``initializer``, ``bias_initializer``, ``dropout``, ``dtype``; ``optimizer`` ("sgd" or "adam"),
        ``learning_rate`` (0.1) and the other arguments of `SGD` and `Adam`; ``batch_size``, ``shuffle``,
        ``reduction``, ``early_stopping``, ``evaluate_train`` as for `train`; ``stop_at`` (a validation accuracy, as a
        fraction, that ends the trial); and ``seed``, the trial's own.
    data : Dataset
        Trials train on ``data.train`` and are measured on ``data.valid``.
    epochs : int
        Passes over the training images, for every trial.
    n_jobs : int
        Local processes, each with one BLAS thread; -1 for one per core, -2 for one fewer. 1 trains in this process.
    cache : path-like, optional
        Folder that keeps finished trials: one with the same settings, epochs, seed, data and code is not repeated.
        Searches that run at once on one folder share the work. The code is that of this package, and of `build` or
        `run` with all they refer to, by value, without comments and docstrings. What has no content to compare, such
        as an open file, a lock or `eval`, leaves the cache unused.
    seed : int
        Each trial draws its own seed from it and its settings, whatever the order and the number of processes.
    scheduler : str or distributed.Client, optional
        A Dask cluster to run on instead, such as "tcp://host:8786"; by default the one that MLP_CORE_SCHEDULER names
        in the environment. Its workers need this package; data are sent to them where they do not see the cache folder.
    parameters : (int, int), optional
        Least and most parameters of a network; settings outside are left out before anything is trained.
    target : float, optional
        Validation accuracy (a fraction) for the column ``epochs_to_target``.
    halving : int, optional
        Stop poor trials early: all train for a few epochs, the best one in `halving`, by validation accuracy, for
        `halving` times as long, and so on; the last ones for `epochs`. The others get the status "stopped".
    checkpoints : bool
        Whether trials keep their state after every epoch, so that a killed one goes on where it was. Halving does so
        anyway. Writes some megabytes per epoch.
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
        One row per trial, in the order of the space: its settings; ``parameters``; ``status`` ("ok", "diverged",
        "failed", "stopped") and the ``reason``; ``epochs`` trained; ``train_loss``, ``train_accuracy``, ``valid_loss``
        and ``valid_accuracy`` after the last epoch; ``best_valid_accuracy``, ``best_epoch`` and ``epochs_to_target``;
        ``seconds``; ``seed``; ``history`` (a `History`). Its ``attrs`` say how many settings there were ("space"), were
        in the budget ("kept") and came from the cache ("reused"); and why the cache was not used ("uncached"), where it
        was not.

    Raises
    ------
    TypeError, ValueError
        If an argument makes no sense, a setting is unknown or missing, or none is in the budget: before any training.
    ClusterError
        If the Dask cluster cannot be used, or goes away.

    Warns
    -----
    CacheWarning
        If a cache file is damaged (its trial runs again), a result could not be written (it is in the table), or
        nothing is kept because `build` or `run` cannot be told from another function, or is another one in the workers.

    Notes
    -----
    An exception in a trial makes it a row with status "failed"; the next search runs it again, but not one that is "ok"
    or "diverged". A trial that hangs holds its process until Ctrl-C ends the search; what is finished is in the cache.
    float32 results are the same, bit for bit, for any number of processes, but may differ on another processor.
    """
    check_arguments(data, epochs, n_jobs, build, run, halving)
    settings = check_space(space, *setting_names(build, run))
    kept = in_budget(settings, parameters, data, build, run)
    functions, uncached = identify(build, run)
    if uncached and cache is not None:
        warnings.warn(f"{cache} is not used, neither read nor written: {uncached}", CacheWarning, stacklevel=2)
        cache = None
    identity = (dataset_hash(data), digest(code_version(), functions))
    lengths = rung_epochs(len(kept), epochs, halving)
    rungs = [[make_trial(point, length, seed, identity, last=length == epochs) for point in kept] for length in lengths]
    scheduler = scheduler or os.environ.get("MLP_CORE_SCHEDULER")
    title = f"{len(kept)} of {len(settings)} settings in the budget" if parameters else "search"
    with open_store(cache) as store:
        keep = checkpoints or halving is not None
        job = Job(str(store.folder), None, code_version(), store.sync, keep, functions if cache else "", build, run)
        with open_engine(n_jobs, scheduler, job, data, len(kept)) as engine:
            session = Session(store, engine, progress)
            outcome = session.climb(rungs, title, halving or 1)
    frame = need("pandas").DataFrame([row(trial, record, target) for trial, record in outcome])
    counts = ("parameters", "epochs", "best_epoch", "epochs_to_target")  # whole numbers, or none
    frame = frame.astype(dict.fromkeys(counts, "Int64"))
    frame.attrs.update(space=len(settings), kept=len(kept), reused=session.reused,
                       **({"uncached": uncached} if uncached else {}))
    return frame


def check_arguments(data: Any, epochs: Any, n_jobs: Any, build: Any, run: Any, halving: Any) -> None:
    """Raise TypeError or ValueError for what no search can use."""
    if not isinstance(data, Dataset):
        raise TypeError(f"expected data as a Dataset, such as load_dataset('mnist-5k'); got {type(data).__name__}")
    positive_int(epochs, "epochs")
    for name, value in (("n_jobs", n_jobs), ("halving", 2 if halving is None else halving)):
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError(f"expected {name} as a whole number, got {value!r}")
    if n_jobs == 0:
        raise ValueError("expected n_jobs of at least 1, or -1 for one process a core; got 0")
    for name, function in (("build", build), ("run", run)):
        if function is not None and not isinstance(function, FunctionType):
            raise TypeError(f"expected {name} as an ordinary function (def ...), got {function!r}")
    if build is not None and run is not None:
        raise ValueError("expected build= or run=, got both: run replaces the building, too")
    if halving is not None and halving < 2:
        raise ValueError(f"expected halving of at least 2 (one trial in two goes on), got {halving}")


def row(trial: Trial, record: Record, target: float | None) -> dict[str, Any]:
    """Return the columns of one trial; what it did not measure is None or NaN."""
    failed = record["history"] is None
    history = History(status="failed", message=record["reason"]) if failed else History.from_dict(record["history"])
    best = history.best_epoch_by("valid_accuracy")
    return {
        **trial.settings,
        **{name: record[name] for name in ("parameters", "status", "reason")},
        "epochs": len(history),
        **{name: (getattr(history, name) or [float("nan")])[-1] for name in METRICS[:4]},  # of training and validation
        "best_valid_accuracy": history.valid_accuracy[best - 1] if best else float("nan"),
        "best_epoch": best,
        "epochs_to_target": history.epochs_to(target) if target is not None else None,
        "seconds": float("nan") if record["seconds"] is None else record["seconds"],
        "seed": trial.seed,
        "history": history,
    }
