"""What a search says: tables and comparisons in which every difference has its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from report.chapter.evidence import Comparison, Estimate, best_group, compare, over_seeds
from report.chapter.number import MISSING, number
from report.chapter.searching.trials import estimate


@dataclass(frozen=True)
class Crossing:
    """Two activations that change sides: the one is better at one learning rate, the other at another."""

    one: str
    other: str
    one_rate: float
    other_rate: float


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


def in_percent(found: Estimate) -> str:
    """Write an accuracy in per cent with its interval.

    >>> in_percent(Estimate(0.9, 0.88, 0.92, 5))
    '90.0 (88.0 to 92.0)'
    """
    return "{} ({} to {})".format(*(number(100 * part, ".1f") for part in (found.value, found.low, found.high)))


def compared(candidates: Mapping[str, Any], images: int, label: str = "setting") -> pd.DataFrame:
    """Return a table of accuracies and of differences to the best, with intervals; best first."""
    group = best_group(candidates, images)
    rows = []
    for name in [*group.names, *group.others]:
        found = compare(candidates[name], candidates[group.best], images)
        beside = f"{number(found.low_points, '.1f')} to {number(found.high_points, '.1f')}"
        told = "worse" if name in group.others else "cannot be told apart"
        rows.append({
            label: name,
            "accuracy, %": in_percent(estimate(candidates[name], images)),
            "minus the best, points": beside if name != group.best else MISSING,
            "verdict": told if name != group.best else "best mean",
        })  # fmt: skip
    return pd.DataFrame(rows).set_index(label)


def over_sizes(trials: pd.DataFrame) -> dict[tuple[str, float], np.ndarray]:
    """Return the accuracies of each activation and rate, one per size; without those of which a run diverged."""
    groups = trials.groupby(["activation", "learning_rate"], sort=False)
    return {
        key: group["valid_accuracy"].to_numpy(dtype=float) for key, group in groups if (group["status"] == "ok").all()
    }


def by_rate(trials: pd.DataFrame, images: int) -> pd.DataFrame:
    """Return one row per learning rate: every activation's accuracy over the sizes, and those that lead."""
    values, rows = over_sizes(trials), {}
    for rate in sorted(trials["learning_rate"].unique()):
        here = {activation: found for (activation, at), found in values.items() if at == rate}
        texts = {activation: in_percent(estimate(found, images)) for activation, found in here.items()}
        row = {activation: texts.get(activation, "diverged") for activation in trials["activation"].unique()}
        rows[number(rate)] = row | {"ahead": ", ".join(best_group(here, images).names) if here else MISSING}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("learning rate")


def crossing(trials: pd.DataFrame, images: int) -> Crossing | None:
    """Return two activations of which one is better at one rate and worse at another, if the data can tell any."""
    values, wins = over_sizes(trials), {}
    for (one, rate), first in values.items():
        for (other, at), second in values.items():
            if at == rate and one != other and compare(first, second, images).verdict == "better":
                wins[one, other] = rate
    both = [(pair, rate) for pair, rate in wins.items() if pair[::-1] in wins]
    return Crossing(*both[0][0], both[0][1], wins[both[0][0][::-1]]) if both else None


def by_size(trials: pd.DataFrame, sizes: Iterable[str]) -> dict[str, np.ndarray]:
    """Return each size's accuracy from each seed, a mean over the activations and rates that are there for all sizes.

    Empty where there is none.
    """
    finished = trials[trials["status"] == "ok"]
    wide = finished.pivot(index=["activation", "learning_rate"], columns=["size", "seed"], values="valid_accuracy")
    common = wide.dropna()
    if common.empty or {*sizes} - {*wide.columns.get_level_values("size")}:
        return {}
    return {size: common[size].mean(axis=0).to_numpy() for size in sizes}


def worth(winners: Mapping[str, Sequence[float]], trials: Mapping[str, int], images: int) -> pd.DataFrame:
    """Return, for the winner of each search, the score that won and what fresh seeds give.

    Parameters
    ----------
    winners : mapping of str to sequence of float
        Its accuracies: first the one that won, then those of seeds that had no say.
    trials : mapping of str to int
        How many trials it was the best of.
    """
    rows = {
        name: {
            "best of": trials[name],
            "score that won, %": number(100 * values[0], ".1f"),
            "fresh seeds, %": in_percent(estimate(values[1:], images)) if len(values) > 1 else MISSING,
        }
        for name, values in winners.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("search")


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
    for (hidden, activation, rate), group in trials.groupby(["hidden", "activation", "learning_rate"], sort=False):
        small, large = int(group["batch_size"].min()), int(group["batch_size"].max())
        if small == large or (group["status"] != "ok").any():
            continue
        a, b = ([h.valid_accuracy[0] for h in group.loc[group["batch_size"] == size, "history"]]
                for size in (small, large))  # fmt: skip
        setting = ", ".join(["-".join(map(str, hidden)), "-".join(activation), f"rate {number(rate)}"])
        return BatchEffect(setting, small, large, estimate(a, images), estimate(b, images), compare(a, b, images))
    return None


def last_at(trials: pd.DataFrame, rate: float, images: int) -> str | None:
    """Return the activation that is worse than each other one at this rate; None if there is none."""
    here = {activation: found for (activation, at), found in over_sizes(trials).items() if at == rate}
    if len(here) < 2:
        return None
    last = min(here, key=lambda activation: float(here[activation].mean()))
    told = all(compare(found, here[last], images).verdict == "better" for name, found in here.items() if name != last)
    return last if told else None


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
