"""Successive halving: train all trials for a little while, and only the better ones for longer.

Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016. The
rungs are synchronous, so that who goes on depends on neither the number of processes nor the order in which they end.
"""

from __future__ import annotations

import math
from typing import Any

from mlp_core.tuning.store import Record


def rung_epochs(n: int, epochs: int, factor: int | None) -> list[int]:
    """Return for how many epochs each rung trains, the last one for `epochs`.

    Parameters
    ----------
    n : int
        Number of trials.
    epochs : int
        Epochs of the last rung.
    factor : int or None
        From rung to rung one trial in `factor` goes on, for `factor` times as long; None for a single rung.

    Examples
    --------
    >>> rung_epochs(36, 10, 3)
    [1, 3, 10]
    >>> rung_epochs(36, 10, None)
    [10]
    """
    if factor is None:
        return [epochs]
    rungs = 0
    while factor ** (rungs + 1) <= min(n, epochs):
        rungs += 1
    return [epochs // factor**rung for rung in range(rungs, -1, -1)]


def check_factor(factor: Any) -> None:
    """Raise TypeError or ValueError unless `factor` is None or a whole number above 1."""
    if factor is None:
        return
    if isinstance(factor, bool) or not isinstance(factor, int):
        raise TypeError(f"expected halving as a whole number, such as 3, or None; got {factor!r}")
    if factor < 2:
        raise ValueError(f"expected halving of at least 2 (one trial in two goes on), got {factor}")


def promoted(records: dict[str, Record], factor: int) -> list[str]:
    """Return the keys of the trials that go on: the best by validation accuracy, the first of equals.

    Diverged and failed trials never go on.
    """
    scores = {key: score(record) for key, record in records.items()}
    ranked = sorted(records, key=lambda key: -scores[key])  # stable: equals keep the order of the space
    return [key for key in ranked[: max(1, len(records) // factor)] if scores[key] > -math.inf]


def score(record: Record) -> float:
    """Return the validation accuracy after the last epoch; minus infinity where there is none to go on with."""
    values = record["history"]["valid_accuracy"] if record["status"] == "ok" else []
    return float(values[-1]) if values else -math.inf


def stopped(record: Record, best: int, n: int, epochs: int) -> Record:
    """Return the record of a trial that did not go on; one that had failed or diverged keeps its reason."""
    if record["status"] != "ok":
        return record
    reason = f"not among the best {best} of {n} after {record['epochs']} of {epochs} epochs"
    return {**record, "status": "stopped", "reason": reason}
