"""Trials of a search as a chapter reads them: named settings, further seeds, what is left after the first one.

A *setting* is all that a search varies but the seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from mlp_core import SGD, Dataset, mlp, train
from report.chapter import legal
from report.chapter.evidence import Estimate, Group, over_seeds, proportion
from report.chapter.number import number

PICKED = 9
"""How many settings report ift6135-b picked by hand."""


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which it has nothing to search."""
    legal.seeds(values, "seeds", "curve_seeds")
    legal.distinct(values, "hidden", "activations", "learning_rates", "widths", "second_rates")
    legal.one_of(legal.ACTIVATION_NAMES, values, "activations")
    legal.one_of(legal.DTYPES, values, "dtype")
    legal.positive(values, "learning_rates", "second_rates")
    legal.at_least(0, values, "train_images")
    legal.at_least(1, values, "parameters", "batch_size", "epochs", "widths", "second_batch", "random_trials",
                   "random_units", "picked_epochs", "shrink", "curve_epochs")  # fmt: skip
    legal.between(1, PICKED, values, "picked")
    legal.between(0, 1, values, "target")
    if any(len(layers) != 2 or min(layers) < 1 for layers in values["hidden"]):
        legal.refuse("hidden", "two layers of at least one unit in each place", values["hidden"])
    for name, size, meaning in (("parameters", 2, "the fewest and the most"), ("random_units", 3, "least, most, step")):
        if len(found := values[name]) != size or found[0] > found[1]:
            legal.refuse(name, f"{size} numbers, {meaning}", found)
    if values["n_jobs"] == 0:
        legal.refuse("n_jobs", "1 or more, or -1 for every core", 0)


def check_budget(values: legal.Values, inputs: int, classes: int) -> None:
    """Refuse sizes of hidden layers none of which is within the budget of parameters."""
    parameters = values["parameters"]
    pairs = {"hidden": values["hidden"], "widths": [[a, b] for a in values["widths"] for b in values["widths"]]}
    for name, layers in pairs.items():
        _within_budget(name, values[name], layers, parameters, inputs, classes)
    pairs_in_budget(values["random_units"], parameters, inputs, classes)


def _within_budget(
    name: str, given: Any, pairs: list[list[int]], parameters: Sequence[int], inputs: int, classes: int
) -> list[list[int]]:
    """Return the pairs of hidden layers within the budget; refuse the parameter that gave them if there are none."""
    least, most = parameters
    within = [pair for pair in pairs if least <= count(inputs, *pair, classes) <= most]
    if not within:
        between = f"between {inputs} pixels and {classes} classes"
        legal.refuse(name, f"sizes of two layers with {least:,} to {most:,} parameters {between}", given)
    return within


def named(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials with the columns "size" and "setting", in words: "512-384" and "512-384, tanh, 0.1"."""
    sizes = ["-".join(map(str, hidden)) for hidden in trials["hidden"]]
    columns = [sizes]
    if "activation" in trials:
        columns.append([one if isinstance(one, str) else "-".join(one) for one in trials["activation"]])
    if trials["batch_size"].nunique() > 1:
        columns.append([f"batch {size}" for size in trials["batch_size"]])
    columns.append([number(rate, ".3g") for rate in trials["learning_rate"]])
    return trials.assign(size=sizes, setting=[", ".join(parts) for parts in zip(*columns, strict=True)])


def answers(points: pd.DataFrame, seeds: Sequence[int], data: Dataset, epochs: int, n_jobs: int) -> dict[str, Any]:
    """Train each setting from each seed, and return which validation images it classifies correctly.

    Parameters
    ----------
    points : DataFrame
        Trials of the settings, named, each once.
    seeds : sequence of int
    data : Dataset
    epochs, n_jobs : int
        As for `search`.

    Returns
    -------
    dict of str to ndarray
        By setting, shape (seeds, images), without settings of which a run diverged. From one seed nothing is trained:
        the accuracies that the trials have, shape (1,), would tell as little.
    """
    if len(seeds) == 1:
        return scores(points)
    rows = points.to_dict("records")
    jobs = [delayed(_answers)(row, seed, data, epochs) for row in rows for seed in seeds]
    found = Parallel(n_jobs=n_jobs)(jobs)
    runs = {row["setting"]: found[i * len(seeds) : (i + 1) * len(seeds)] for i, row in enumerate(rows)}
    return {setting: np.array(hits) for setting, hits in runs.items() if all(one is not None for one in hits)}


def _answers(row: dict[str, Any], seed: int, data: Dataset, epochs: int) -> np.ndarray | None:
    """Return which validation images one network classifies correctly; None if it diverged."""
    sizes = [data.train.images.shape[1], *row["hidden"], len(data.classes)]
    network = mlp(sizes, row["activation"], seed=seed, dtype=row["dtype"])
    history = train(network, data.train, optimizer=SGD(row["learning_rate"]), epochs=epochs, seed=seed,
                    batch_size=row["batch_size"], evaluate_train=False, on_divergence="record")  # fmt: skip
    return None if history.diverged else network.predict(data.valid.images) == data.valid.labels


def estimate(accuracies: Any, images: int) -> Estimate:
    """Return a mean accuracy with its interval: over the seeds and images, or over the images alone for one seed.

    Parameters
    ----------
    accuracies : float or array_like, shape (seeds,) or (seeds, images)
    images : int
        How many images each accuracy was measured on.
    """
    values = np.atleast_1d(np.asarray(accuracies, dtype=float))
    return over_seeds(values, images) if len(values) > 1 else proportion(round(float(values.mean()) * images), images)


def another_run(accuracies: Any, images: int) -> Estimate:
    """Return where one more run of a setting may end, by the spread of its seeds and by the images.

    Parameters
    ----------
    accuracies : array_like, shape (seeds,) or (seeds, images)
        From one seed, whose spread is unknown, the interval is that of the images alone.
    images : int
        How many each accuracy was measured on.

    Notes
    -----
    A new value lies around the mean of S others with the variance ``s² (1 + 1/S)``, S + 1 times that of the mean.
    """
    means = np.asarray(accuracies, dtype=float).reshape(len(accuracies), -1).mean(axis=1)
    found = proportion(round(float(means.mean()) * images), images)
    if len(means) < 2:
        return found
    mean = over_seeds(means)
    by_seeds = (mean.value - mean.low) * math.sqrt(len(means) + 1)
    low, high = (math.hypot(by_seeds, found.value - end) for end in (found.low, found.high))
    return Estimate(found.value, max(0.0, found.value - low), min(1.0, found.value + high), len(means))


def survivors(trials: pd.DataFrame, best: Any, images: int) -> pd.DataFrame:
    """Return the trials of one seed that are worth more: their interval meets that of another run of the best.

    The best score of one seed is partly luck, and what another seed changes may be much. So the others are held
    against what another seed would give for the same setting, not against the score that won.

    Parameters
    ----------
    trials : DataFrame
        One seed of every setting, named.
    best : array or None
        The scores of their `winner` from every seed; None, if it diverged from one, keeps all that finished.
    images : int
        How many each accuracy was measured on.
    """
    finished = _finished(trials)
    least = 0.0 if best is None else another_run(best, images).low
    highs = np.array([estimate(accuracy, images).high for accuracy in finished["valid_accuracy"]])
    return finished[highs >= least].reset_index(drop=True)


def untried(points: pd.DataFrame, scores: Mapping[str, Any]) -> pd.DataFrame:
    """Return the settings of a table that have no scores yet."""
    return points[~points["setting"].isin([*scores])]


def _finished(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials that did not diverge."""
    finished = trials[trials["status"] == "ok"]
    if finished.empty:
        raise ValueError("learning_rates: expected rates with which a network learns, but every run diverged")
    return finished


def scores(trials: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the validation accuracies of each setting, shape (seeds,); without settings of which a run diverged."""
    groups = trials.groupby("setting", sort=False)
    return {
        str(setting): group["valid_accuracy"].to_numpy(dtype=float)
        for setting, group in groups
        if (group["status"] == "ok").all()
    }


def at_chance(trials: pd.DataFrame, images: int, classes: int) -> pd.Series:
    """Return which trials diverged, or cannot be told from guessing one of the classes."""
    lows = [proportion(round(found * images), images).low if found >= 0 else 0.0 for found in trials["valid_accuracy"]]
    return (trials["status"] != "ok") | (np.array(lows) <= 1 / classes)


def finalists(trials: pd.DataFrame, group: Group) -> list[pd.Series]:
    """Return the setting with the best mean and, if it is another, that of its group with the fewest parameters."""
    rows = {row["setting"]: row for _, row in trials.iterrows()}
    smallest = min(group.names, key=lambda name: int(rows[name]["parameters"]))
    return [rows[setting] for setting in dict.fromkeys([group.best, smallest])]


def winner(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the best trial, as a table of one row."""
    finished = _finished(trials)
    best = int(finished["valid_accuracy"].to_numpy(dtype=float).argmax())
    return finished.iloc[[best]]


def pairs_in_budget(units: Sequence[int], parameters: Sequence[int], inputs: int, classes: int) -> list[list[int]]:
    """Return all pairs of hidden layers whose networks have so many parameters.

    Parameters
    ----------
    units : sequence of int
        Of a layer: the least, the most and the step between.
    parameters : sequence of int
        Of a network: the least and the most.
    """
    low, high, step = units
    choices = range(low, high + 1, step)
    pairs = [[a, b] for a in choices for b in choices]
    return _within_budget("random_units", list(units), pairs, parameters, inputs, classes)


def count(*sizes: int) -> int:
    """Return the number of weights and biases of a network with these layers.

    >>> count(784, 784, 256, 10)
    818970
    """
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
