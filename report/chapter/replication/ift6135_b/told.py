"""What the runs of several seeds say together: verdicts of comparisons, and how a clause gives their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from report.chapter.evidence import BETTER, EQUAL, LEVEL, WORSE, Comparison, Estimate, compare, over_seeds, proportion
from report.chapter.number import within
from report.chapter.replication.ift6135_b.found import kept
from report.chapter.replication.sentences import Holds

Found = Mapping[str, Any]
TARGET = 0.97
VERDICT: dict[str, Holds] = {BETTER: "holds", WORSE: "does not hold", EQUAL: "cannot be told"}


def images(found: Found) -> int:
    """Return how many validation images there are."""
    return int(found["valid_images"])


def missed(found: Found, name: str, done: int) -> np.ndarray:
    """Return which validation images each seed misclassified after so many passes, shape (seeds, images)."""
    table = np.zeros((len(kept(found, name, "misses", done)), images(found)), dtype=bool)
    for row, places in zip(table, kept(found, name, "misses", done), strict=True):
        row[places] = True
    return table


def against(found: Found, first: str, second: str, done: int) -> Comparison:
    """Compare two settings after equally many passes by the images that they misclassify."""
    return compare(missed(found, first, done), missed(found, second, done), lower_is_better=True)


def together(told: Sequence[Comparison]) -> Holds:
    """Return the verdict that all comparisons share, else that nothing can be told, unless one says the contrary."""
    verdicts = {one.verdict for one in told}
    return VERDICT[WORSE if WORSE in verdicts else BETTER if verdicts == {BETTER} else EQUAL]


def unanimous(found: Sequence[bool]) -> Holds:
    """Return whether all seeds say so, or none does, or they differ."""
    return "holds" if all(found) else "cannot be told" if any(found) else "does not hold"


def by_share(share: float) -> Holds:
    """Return whether nearly all random networks say so, or nearly none does."""
    return "holds" if share >= 1 - LEVEL else "does not hold" if share <= LEVEL else "cannot be told"


def reached(found: Found, name: str, target: float = TARGET) -> list[float]:
    """Return the first pass of each seed whose validation accuracy is the target at least; infinite if none was."""
    return [
        next((done for done, share in enumerate(run["valid_accuracy"], 1) if share >= target), math.inf)
        for run in found["runs"][name]
    ]


def epochs_to(found: Found, name: str, target: float = TARGET) -> str:
    """Say when each seed reached the target.

    Examples
    --------
    >>> epochs_to({"runs": {"a": [{"valid_accuracy": [0.96, 0.98]}, {"valid_accuracy": [0.9]}]}}, "a")
    'a: 2, more than 1'
    """
    firsts = zip(reached(found, name, target), found["runs"][name], strict=True)
    words = [f"more than {len(run['valid_accuracy'])}" if math.isinf(first) else str(first) for first, run in firsts]
    return f"{name}: {', '.join(words)}"


def listed_epochs(found: Found, names: Sequence[str]) -> str:
    """Say when each seed of several settings reached 97 %."""
    return "; ".join(epochs_to(found, name) for name in names)


def estimate(found: Found, name: str, done: int) -> Estimate:
    """Return the validation accuracy with its interval, of the images alone where one seed came so far."""
    values = kept(found, name, "valid_accuracy", done)
    if len(values) > 1:
        return over_seeds(values, images(found))
    return proportion(round(values[0] * images(found)), images(found))


def accuracy(found: Found, name: str, done: int) -> str:
    """Return a setting's validation accuracy after so many passes, with its interval."""
    one = estimate(found, name, done)
    return f"{name} {within(one.value, one.low, one.high, '.1%')}"


def shown(values: Sequence[float], spec: str) -> str:
    """Return the mean of several runs with its interval, or the one run."""
    one = over_seeds(values)
    return within(one.value, one.low, one.high, spec)
