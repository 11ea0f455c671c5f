"""Successive halving: train all trials for a little while, and only the better ones for longer.

Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016. The
rungs are synchronous, so that who goes on depends on neither the number of processes nor the order in which they end.
"""

import math
from collections.abc import Sequence

from mlp_core.tuning.session import Session
from mlp_core.tuning.store import Record
from mlp_core.tuning.work import Trial


def rung_epochs(n: int, epochs: int, factor: int | None) -> list[int]:
    """Return for how many epochs each rung of `n` trials trains, the last one for `epochs`; for no factor the only one.

    >>> rung_epochs(36, 10, 3)
    [1, 3, 10]
    """
    lengths = [epochs]
    while factor and factor ** len(lengths) <= min(n, epochs):
        lengths.insert(0, epochs // factor ** len(lengths))
    return lengths


def promoted(records: dict[str, Record], factor: int) -> list[str]:
    """Return the keys of the trials that go on: those "ok" that are best by validation accuracy, first of equals."""
    lists = {key: record["history"]["valid_accuracy"] for key, record in records.items() if record["status"] == "ok"}
    scores = {key: float(values[-1]) for key, values in lists.items() if values}
    able = [key for key in scores if scores[key] > -math.inf]  # and no NaN
    ranked = sorted(able, key=lambda key: -scores[key])  # stable: equals keep the order of the space
    return ranked[: max(1, len(records) // factor)]


def climb(session: Session, rungs: Sequence[Sequence[Trial]], title: str, factor: int) -> list[tuple[Trial, Record]]:
    """Run the settings of all rungs on the first, one in `factor` on the next, and so on; return each last result."""
    places, outcome = list(range(len(rungs[0]))), {}
    for number, rung in enumerate(rungs, 1):
        suffix = f", rung {number} of {len(rungs)}, {rung[0].epochs} epochs" if len(rungs) > 1 else ""
        records = session.run([rung[place] for place in places], title + suffix)
        on = promoted(records, factor) if number < len(rungs) else list(records)
        length = f"{rung[0].epochs} of {rungs[-1][0].epochs} epochs"
        stopped = {"status": "stopped", "reason": f"not among the best {len(on)} of {len(records)} after {length}"}
        for place in places:
            trial, record = rung[place], records[rung[place].key]
            if trial.key not in on:
                session.store.drop_checkpoint(trial.lineage)
                if record["status"] == "ok":  # what has failed or diverged keeps its reason
                    record = {**record, **stopped}
            outcome[place] = trial, record
        places = [place for place in places if rung[place].key in on]
    return list(outcome.values())
