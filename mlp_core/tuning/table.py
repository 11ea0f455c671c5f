"""The table of a search: which settings are within the budget, and what their trials reached."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mlp_core.checks import METRICS
from mlp_core.extras import need
from mlp_core.history import History
from mlp_core.splits import Dataset
from mlp_core.tuning.spaces import Settings
from mlp_core.tuning.store import Record
from mlp_core.tuning.training import divide, layer_sizes, offered
from mlp_core.tuning.work import Trial

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ("parameters", "epochs", "best_epoch", "epochs_to_target")  # whole numbers, or none
LAST = METRICS[:4]  # what a trial measures on the training and validation splits


def in_budget(settings: list[Settings], parameters: Any, data: Dataset, build: Callable[..., Any] | None,
              run: Callable[..., Any] | None) -> list[Settings]:
    """Return the settings whose networks have at least `parameters[0]` and at most `parameters[1]` parameters.

    TypeError or ValueError where that is no pair, the search does not build the networks, or no setting is left.
    """
    if parameters is None:
        return settings
    if run is not None:
        raise ValueError("parameters=(low, high) needs networks that the search builds: leave it out with run=")
    try:
        low, high = parameters
    except (TypeError, ValueError):
        raise TypeError(f"expected parameters as a pair, such as (500_000, 1_000_000); got {parameters!r}") from None
    if low > high:
        raise ValueError(f"expected parameters=(least, most), got {parameters!r}")
    sizes = [count_parameters(point, data, build) for point in settings]
    kept = [point for point, size in zip(settings, sizes, strict=True) if size is None or low <= size <= high]
    if not kept:
        found = f"from {min(filter(None, sizes)):,} to {max(filter(None, sizes)):,}"
        raise ValueError(f"none of {len(settings)} settings has {low:,} to {high:,} parameters; they have {found}")
    return kept


def count_parameters(settings: Settings, data: Dataset, build: Callable[..., Any] | None) -> int | None:
    """Return the number of parameters of a setting's network; None where it cannot be built (its trial says why)."""
    try:
        if build is None:
            sizes = layer_sizes(data.train.images[0].size, settings["hidden"], len(data.classes))
            return sum((fan_in + 1) * fan_out for fan_in, fan_out in itertools.pairwise(sizes))
        own, _ = divide(settings)
        return int(build(**own, **offered(build, own, data, seed=0)).num_parameters)
    except (KeyError, TypeError, ValueError):
        return None


def to_frame(trials: list[tuple[Trial, Record]], target: float | None) -> "pd.DataFrame":
    """Return one row for each trial and its record, in this order."""
    pd = need("pandas")

    frame = pd.DataFrame([row(trial, record, target) for trial, record in trials])
    return frame.astype({name: "Int64" for name in COUNTS})


def row(trial: Trial, record: Record, target: float | None) -> dict[str, Any]:
    """Return the columns of one trial; what it did not measure is None or NaN."""
    failed = record["history"] is None
    history = History(status="failed", message=record["reason"]) if failed else History.from_dict(record["history"])
    best = history.best_epoch_by("valid_accuracy")
    last = {name: (getattr(history, name) or [float("nan")])[-1] for name in LAST}
    return {
        **trial.settings,
        **{name: record[name] for name in ("parameters", "status", "reason")},
        "epochs": len(history),
        **last,
        "best_valid_accuracy": history.valid_accuracy[best - 1] if best else float("nan"),
        "best_epoch": best,
        "epochs_to_target": history.epochs_to(target) if target is not None else None,
        "seconds": float("nan") if record["seconds"] is None else record["seconds"],
        "seed": trial.seed,
        "history": history,
    }
