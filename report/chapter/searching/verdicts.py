"""What a search says: tables and comparisons in which every difference has its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from report.chapter.evidence import Comparison, Estimate, beside_best, best_group, compare, over_seeds
from report.chapter.number import MISSING, in_percent, number
from report.chapter.searching.trials import estimate


@dataclass(frozen=True)
class Crossing:
    """Two activations that change sides: the one is better at one learning rate, the other at another."""

    one: str
    other: str
    one_rate: float
    other_rate: float


Crossed = Mapping[tuple[str, float], Any]
"""Scores by activation and learning rate, of one size."""


@dataclass(frozen=True)
class Shift:
    """By how many points one activation leads another at the smallest and the largest rate; `found` is the change."""

    one: str
    other: str
    low_rate: float
    high_rate: float
    at_low: float
    at_high: float
    found: Comparison


@dataclass(frozen=True)
class LastEpoch:
    """Where a run from several seeds ends; `gap` is the validation loss minus the training loss."""

    loss: Estimate
    accuracy: Estimate
    gap: Comparison


@dataclass(frozen=True)
class BatchEffect:
    """Two settings that differ in the batch size alone, after their first epoch."""

    setting: str
    small: int
    large: int
    with_small: Estimate
    with_large: Estimate
    found: Comparison


def compared(candidates: Mapping[str, Any], images: int, label: str = "setting") -> pd.DataFrame:
    """Return a table of accuracies and of differences to the best, corrected for their number; best first."""
    group, found = best_group(candidates, images), beside_best(candidates, images)
    rows = []
    for name in [*group.names, *group.others]:
        one = found.get(name)
        rows.append({
            label: name,
            "accuracy, %": in_percent(estimate(candidates[name], images)),
            "minus the best, points": _ends(one) if one else MISSING,
            "verdict": one.verdict if one else "best mean",
        })  # fmt: skip
    return pd.DataFrame(rows).set_index(label)


def _ends(found: Comparison) -> str:
    """Write the interval of a difference in points; a dash where one run shows none."""
    if math.isnan(found.low):
        return MISSING
    return " to ".join(number(end, ".1f") for end in (found.low_points, found.high_points))


def with_failures(table: pd.DataFrame, failed: pd.Series) -> pd.DataFrame:
    """Return a table of settings with their numbers of failed runs; those without a mean, as a run diverged, last."""
    without = failed.index.difference(table.index, sort=False)
    rows = table.reindex([*table.index, *without]).fillna(MISSING)
    rows.loc[without, "verdict"] = "a run diverged"
    rows.index.name = table.index.name
    return rows.assign(**{"runs at chance": failed[rows.index].astype(int)})


def best_so_far(accuracies: Any, shares: Sequence[float] = (0.25, 0.5, 0.75)) -> np.ndarray:
    """Return the best of the first k trials for every k: quantiles over all orders in which they may come, exactly.

    Notes
    -----
    Of n values in rising order, the best of k is at most the i-th in C(i, k) of C(n, k) cases.

    Examples
    --------
    >>> best_so_far([0.1, 0.3, 0.2], shares=[0.5]).tolist()
    [[0.2, 0.3, 0.3]]
    """
    values = np.sort(np.nan_to_num(np.asarray(accuracies, dtype=float)))
    count = len(values)
    table = np.empty((len(shares), count))
    for k in range(1, count + 1):
        chances = np.array([math.comb(i, k) for i in range(1, count + 1)]) / math.comb(count, k)
        table[:, k - 1] = values[np.searchsorted(chances, np.asarray(shares) - 1e-12)]
    return table


def batch_effect(trials: pd.DataFrame, images: int) -> BatchEffect | None:
    """Compare the smallest with the largest batch of settings that are otherwise alike; None if there are no such."""
    for _, group in trials.groupby(["hidden", "activation", "learning_rate"], sort=False):
        hidden, activation, rate = (group[name].iloc[0] for name in ("hidden", "activation", "learning_rate"))
        small, large = int(group["batch_size"].min()), int(group["batch_size"].max())
        if small == large or (group["status"] != "ok").any():
            continue
        a, b = ([h.valid_accuracy[0] for h in group.loc[group["batch_size"] == size, "history"]]
                for size in (small, large))  # fmt: skip
        setting = ", ".join(["-".join(map(str, hidden)), "-".join(activation), f"rate {number(rate)}"])
        return BatchEffect(setting, small, large, estimate(a, images), estimate(b, images), compare(a, b, images))
    return None


def last_epoch(histories: Iterable[Any], images: int) -> LastEpoch:
    """Return the losses and the accuracy after the last epoch, over the seeds."""
    ends = [(h.train_loss[-1], h.valid_loss[-1], h.valid_accuracy[-1]) for h in histories]
    train, valid, accuracy = (np.array(values) for values in zip(*ends, strict=True))
    return LastEpoch(over_seeds(valid), estimate(accuracy, images), compare(valid, train))


def distinct(*searches: pd.DataFrame) -> int:
    """Return how many settings several searches tried, however often and from however many seeds."""
    found = set()
    for trials in searches:
        known = trials.reindex(columns=["hidden", "activation", "batch_size", "learning_rate"])
        for hidden, activation, batch, rate in known.itertuples(index=False):
            names = activation if isinstance(activation, str | tuple) else "relu"
            found.add((hidden, (names,) * len(hidden) if isinstance(names, str) else names, batch, rate))
    return len(found)


def crossed(points: pd.DataFrame, scores: Mapping[str, Any]) -> dict[tuple[str, float], Any]:
    """Return the scores of a table of settings by activation and learning rate."""
    rows = points[points["setting"].isin([*scores])]
    keys = zip(rows["activation"], rows["learning_rate"], rows["setting"], strict=True)
    return {(activation, rate): scores[setting] for activation, rate, setting in keys}


def by_rate(scores: Crossed, images: int) -> pd.DataFrame:
    """Return one row per learning rate: every activation's accuracy, and those that lead."""
    rows = {}
    for rate in sorted({rate for _, rate in scores}):
        here = {activation: found for (activation, at), found in scores.items() if at == rate}
        texts = {activation: in_percent(estimate(found, images)) for activation, found in here.items()}
        rows[number(rate)] = texts | {"ahead": ", ".join(best_group(here, images).names)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("learning rate")
    return table[[*(name for name in table if name != "ahead"), "ahead"]].fillna("diverged")


def crossing(scores: Crossed, images: int) -> Crossing | None:
    """Return two activations of which one is better at one rate and worse at another, if the data can tell any."""
    wins = {}
    for (one, rate), first in scores.items():
        for (other, at), second in scores.items():
            if at == rate and one != other and compare(first, second, images).verdict == "better":
                wins[one, other] = rate
    for (one, other), rate in wins.items():
        if (other, one) in wins:
            return Crossing(one, other, rate, wins[other, one])
    return None


def shift(scores: Crossed) -> Shift | None:
    """Return how the lead between the two best activations at the largest rate changes; None if there are no two."""
    low, high = (choose(rate for _, rate in scores) for choose in (min, max))
    both = {activation for activation, _ in scores if {(activation, low), (activation, high)} <= {*scores}}
    ranked = sorted(both, key=lambda activation: -float(np.mean(scores[activation, high])))
    if len(ranked) < 2 or low == high:
        return None
    one, other = ranked[:2]
    at_low, at_high = (np.asarray(scores[one, at], float) - np.asarray(scores[other, at], float) for at in (low, high))
    before, after = (100 * float(np.mean(lead)) for lead in (at_low, at_high))
    return Shift(one, other, low, high, before, after, compare(at_high, at_low))


def last_at(scores: Crossed, rate: float, images: int) -> str | None:
    """Return the activation that is worse than each other one at this rate; None if there is none."""
    here = {activation: found for (activation, at), found in scores.items() if at == rate}
    last = min(here, key=lambda activation: float(np.mean(here[activation])), default="")
    told = [compare(found, here[last], images).verdict == "better" for name, found in here.items() if name != last]
    return last if told and all(told) else None


def by_size(points: pd.DataFrame, scores: Mapping[str, Any], sizes: Iterable[str]) -> dict[str, Any]:
    """Return each size's scores, a mean over the activations and rates that are there for all of these sizes.

    Empty where there is none.
    """
    found: dict[tuple[str, float], dict[str, Any]] = {}
    for row in points.to_dict("records"):
        if row["setting"] in scores:
            found.setdefault((row["activation"], row["learning_rate"]), {})[row["size"]] = scores[row["setting"]]
    common = [here for here in found.values() if here.keys() >= {*sizes}]
    return {size: np.mean([here[size] for here in common], axis=0) for size in sizes} if common else {}


def are_settings(by_size: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
    """Return whether each size has the scores of one setting: one activation and rate was left, nothing is a mean."""
    return all(any(np.array_equal(found, one) for one in scores.values()) for found in by_size.values())


def worth(rows: Mapping[str, tuple[pd.Series, int, Any]], images: int) -> pd.DataFrame:
    """Return, for the winner of each search, the score that won and what fresh seeds give.

    Parameters
    ----------
    rows : mapping of str to (Series, int, array)
        The trial that won; of how many; and its scores from seeds that had no say, maybe none.
    images : int
        How many images each accuracy was measured on.
    """
    table = {
        name: {
            "setting": won["setting"],
            "best of": trials,
            "score that won, %": number(100 * won["valid_accuracy"], ".1f"),
            "fresh seeds, %": in_percent(estimate(fresh, images)) if len(fresh) else MISSING,
        }
        for name, (won, trials, fresh) in rows.items()
    }
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("search")
