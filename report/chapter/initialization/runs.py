"""How runs from several starts end, side by side and beside what two course reports printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mlp_core import History, Sequential, Split
from report.chapter import legal
from report.chapter.evidence import Comparison, Estimate, Group, best_group, compare, over_seeds, proportion
from report.chapter.number import MISSING, number, within
from report.chapter.sentence import listed

OVERFLOWED, LEARNED, CONSTANT = "overflowed", "better than a constant", "no better than a constant"
DEAD, RUNNING = "a layer dead", "still running"

Hits = Mapping[str, Sequence["np.ndarray | None"]]
"""Of each start, for each seed, which validation images the final network classifies correctly; None if overflowed."""


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which it has nothing to show."""
    legal.seeds(values, "seeds")
    legal.at_least(0, values, "train_images")
    counts = ("epochs", "batch_size", "draws", "probe_images", "probe_steps", "race_seeds", "race_steps")
    legal.at_least(1, values, "hidden", *counts)
    legal.positive(values, "learning_rate")
    legal.one_of(legal.ACTIVATION_NAMES, values, "activation")
    legal.one_of(legal.DTYPES, values, "dtype", "normal_dtype")
    if not values["hidden"]:
        expected = "the units of at least one hidden layer, since weights of zero hold only hidden units back"
        legal.refuse("hidden", expected, values["hidden"])


def check_classes(labels: np.ndarray, classes: int) -> None:
    """Refuse training images among which a class is missing: its share would be zero, and the loss of it infinite."""
    if missing := sorted({*range(classes)} - {*map(int, labels)}):
        raise ValueError(
            f"train_images: expected images of all {classes} classes; the first {len(labels)} training images have "
            f"none of class {listed([*map(str, missing)])}; take more"
        )


def with_interval(estimate: Estimate, spec: str | int = "") -> str:
    r"""Write a mean with its 95 % interval; without one where a single run, or equal ones, show no spread.

    Parameters
    ----------
    estimate : Estimate
    spec : str or int
        A format, or how many significant digits the mean is to have; the interval ends at the same place.

    Examples
    --------
    >>> with_interval(Estimate(0.5, 0.48, 0.523, 5), 2), with_interval(Estimate(0.5, np.nan, np.nan, 1), ".1%")
    ('0.50 (0.48 to 0.52)', '50.0\xa0%')
    """
    if isinstance(spec, int):
        leading = int(np.floor(np.log10(abs(estimate.value)))) if estimate.value else 0
        spec = f",.{max(0, spec - 1 - leading)}f" if -5 < leading < 5 else ".2g"
    return within(estimate.value, estimate.low, estimate.high, spec)


def mean(values: Sequence[float], spec: str | int = "", *, within: tuple[float, float] = (-np.inf, np.inf),
         images: int | None = None) -> str:  # fmt: skip
    """Write the mean of several runs with its interval, cut to what is possible; a dash after an overflow.

    Examples
    --------
    >>> mean([0.5, 0.5], ".1f"), mean([0.5, float("nan")])
    ('0.5', '–')
    """
    if not np.isfinite(values).all():
        return "–"
    found = over_seeds(values, images)
    low, high = np.clip([found.low, found.high], *within)
    return with_interval(replace(found, low=float(low), high=float(high)), spec)


def hits(networks: Mapping[str, Sequence[Sequential]], histories: Mapping[str, Sequence[History]], split: Split
         ) -> dict[str, list[np.ndarray | None]]:  # fmt: skip
    """Return which images of a split each final network classifies correctly; None where it has overflowed."""
    return {
        start: [
            None if run.diverged else network.predict(split.images) == split.labels
            for network, run in zip(networks[start], histories[start], strict=True)
        ]
        for start in networks
    }


def lasting(found: Hits, seeds: int) -> dict[str, np.ndarray]:
    """Return the answers of the starts that ran from every seed and never overflowed, shape (seeds, images)."""
    kept = {start: [one for one in runs if one is not None] for start, runs in found.items()}
    return {start: np.array(runs) for start, runs in kept.items() if len(runs) == seeds}


def versus(found: Hits, first: str, second: str) -> Comparison | None:
    """Compare two starts from the same seeds on the same images; None if a run of theirs has overflowed."""
    answers = lasting({first: found[first], second: found[second]}, len(found[first]))
    return compare(answers[first], answers[second]) if len(answers) == 2 else None


def points(found: Comparison | None) -> str:
    """Write a difference of accuracies in percentage points with its interval; a dash where there is none.

    >>> points(Comparison(0.045, -0.015, 0.104, 0.1, "cannot be told apart"))
    '+4.5 (−1.5 to +10.4)'
    """
    return within(found.points, found.low_points, found.high_points, "+.1f") if found else MISSING


def leaders(found: Hits, seeds: int) -> Group | None:
    """Return the starts that cannot be told from the best; None if no start has lasted."""
    answers = lasting(found, seeds)
    return best_group(answers) if answers else None



def ends(found: Hits, best_constant: float) -> dict[str, list[str]]:
    """Return how each run ended, by its start.

    Parameters
    ----------
    found : Hits
    best_constant : float
        The share of the most frequent class: what a network reaches without looking at an image.

    Returns
    -------
    dict
        "overflowed"; "better than a constant" if the 95 % interval of the accuracy lies above `best_constant`; else
        "no better than a constant".
    """
    return {
        start: [
            OVERFLOWED if right is None else LEARNED if proportion(right).low > best_constant else CONSTANT
            for right in runs
        ]
        for start, runs in found.items()
    }


def counted(words: Sequence[str]) -> str:
    """Say how often each end came.

    >>> counted(["overflowed", "better than a constant", "overflowed"])
    '2 of 3 overflowed, 1 of 3 better than a constant'
    """
    return ", ".join(f"{count} of {len(words)} {word}" for word, count in pd.Series(words).value_counts().items())


def outcome_table(histories: Mapping[str, Sequence[History]], ended: Mapping[str, Sequence[str]], images: int
                  ) -> pd.DataFrame:  # fmt: skip
    """Return one row per start and end: number of runs, last training loss, accuracy on so many validation images."""
    rows = []
    for start, runs in histories.items():
        for end in dict.fromkeys(ended[start]):
            group = [run for run, word in zip(runs, ended[start], strict=True) if word == end]
            last = [(np.nan, np.nan) if run.diverged else (run.train_loss[-1], run.valid_accuracy[-1]) for run in group]
            losses, accuracies = zip(*last, strict=True)
            loss, right = mean(losses, 3, within=(0, np.inf)), mean(accuracies, ".1%", within=(0, 1), images=images)
            rows.append((start, f"{len(group)} of {len(runs)} {end}", loss, right))
    return pd.DataFrame(rows, columns=["start", "end", "training loss", "validation accuracy"]).set_index("start")


def together(histories: Mapping[str, Sequence[History]]) -> dict[str, list[History]]:
    """Cut the histories of each start after the last epoch that all its runs reached.

    A mean over those that are left would be one of other runs than the mean before.
    """
    metrics = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")
    lengths = {start: min(map(len, runs)) for start, runs in histories.items()}
    return {
        start: [replace(run, **{name: getattr(run, name)[: lengths[start]] for name in metrics}) for run in runs]
        for start, runs in histories.items()
    }


def end_of_race(units: pd.DataFrame | None) -> str:
    """Return how a run from N(0, 1) ended, by the table of its dead units; None if it has overflowed.

    >>> end_of_race(None), end_of_race(pd.DataFrame({"fraction": [0.5, 1.0]}))
    ('overflowed', 'a layer dead')
    """
    return OVERFLOWED if units is None else DEAD if (units["fraction"] == 1).any() else RUNNING


def race_table(race: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return how often the runs in each number format came to which end, beside the largest number it holds."""
    words = (OVERFLOWED, DEAD, RUNNING)
    counts = {kind: {word: list(ended).count(word) for word in words} for kind, ended in race.items()}
    largest = {kind: {"largest number": number(float(np.finfo(kind).max), ".1e")} for kind in race}
    return pd.DataFrame({kind: largest[kind] | counts[kind] for kind in race}).T.rename_axis("format")
