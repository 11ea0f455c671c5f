"""Each mistake of report ce40717's update planted by itself: what finds it, and what it does to a small run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

from mlp_core import Split
from report.chapter.capacity import interval
from report.chapter.evidence import over_seeds
from report.chapter.number import number, percents_once
from report.chapter.penalty import length
from report.chapter.replication.ce40717.training import MISTAKES, Rule, errors, network, together, update

PLANTED: dict[str, tuple[str, ...]] = {"none": (), **{one: (one,) for one in MISTAKES}, "all four": MISTAKES}


def check_update(mistakes: Collection[str], *, rate: float = 0.05, strength: float = 0.1) -> dict[str, float]:
    """Hold the step of one update beside central differences of what it should lower: the loss with its penalty.

    Returns
    -------
    dict
        For each parameter array of a tiny network the largest difference between (before - after) / rate and the
        numerical gradient of ``loss + strength/2 * ||W||²``, in parts of the largest entry of that gradient.
    """
    rng = np.random.default_rng(0)
    net, images, labels = network([5, 4, 3], [0]), rng.random((6, 5)), np.arange(6) % 3

    def objective() -> float:
        loss, _, _ = errors(net.forward(images), labels, ())
        return loss / len(labels) + strength / 2 * length(net) ** 2

    numerical = {name: _differences(value, objective) for name, value in net.params.items()}
    before = {name: value.copy() for name, value in net.params.items()}
    update(net, images, labels, Rule(rate, strength, mistakes))
    steps = {name: (before[name] - value) / rate for name, value in net.params.items()}
    return {name: float(np.abs(steps[name] - true).max() / np.abs(true).max()) for name, true in numerical.items()}


def _differences(value: np.ndarray, objective: Callable[[], float], eps: float = 1e-5) -> np.ndarray:
    """Return the central difference of an objective for each entry of a parameter array, which is left as it was."""
    found = np.empty_like(value)
    for place in np.ndindex(value.shape):
        kept, ends = value[place], []
        for shift in (eps, -eps):
            value[place] = kept + shift
            ends.append(objective())
        value[place], found[place] = kept, (ends[0] - ends[1]) / (2 * eps)
    return found


def checks_table() -> pd.DataFrame:
    """Return the relative error of each parameter array's step, a row for each planted mistake."""
    found = pd.DataFrame({name: check_update(mistakes) for name, mistakes in PLANTED.items()}).T
    arrays = {"0.weight": "$W_1$", "0.bias": "$b_1$", "2.weight": "$W_2$", "2.bias": "$b_2$"}
    return percents_once(found.map(lambda error: number(error, ".1%")).rename(columns=arrays).rename_axis("mistake"))


def outlier(mistakes: Collection[str], distance: float) -> np.ndarray:
    """Return p - y of two images in one batch, the logits of the second so far above those of the first."""
    with np.errstate(invalid="ignore"):
        return errors(np.array([[1.0, 0.0], [distance + 1, distance]]), np.array([0, 0]), mistakes)[2]


def small_run(
    split: Split, held: Split, seeds: Sequence[int], *, hidden: int = 16, rate: float = 0.05, strength: float = 0.1,
    updates: int = 200,
) -> dict[str, dict[str, np.ndarray]]:  # fmt: skip
    """Train by each rule from the same starts; return what came of it, a value a seed.

    Returns
    -------
    dict
        By mistake: "training loss", "held-out accuracy", and the lengths of "weights" and "output biases" in parts of
        their start.
    """
    sizes = [split.images.shape[1], hidden, int(split.labels.max()) + 1]
    networks = [network(sizes, [seed]) for _ in PLANTED for seed in seeds]
    starts = [(length(net), _biases(net)) for net in networks]
    rules = [Rule(rate, strength, mistakes) for mistakes in PLANTED.values() for _ in seeds]
    curves = together(networks, rules, split.images.astype("float64"), split.labels, updates)
    values = np.array([
        [curve["loss"][-1], np.mean(net.predict(held.images) == held.labels), length(net) / size, _biases(net) / biases]
        for curve, net, (size, biases) in zip(curves, networks, starts, strict=True)
    ]).reshape(len(PLANTED), len(seeds), 4)  # fmt: skip
    names = ("training loss", "held-out accuracy", "weights", "output biases")
    return {rule: dict(zip(names, of_rule.T, strict=True)) for rule, of_rule in zip(PLANTED, values, strict=True)}


def small_table(found: dict[str, dict[str, np.ndarray]]) -> pd.DataFrame:
    """Return the means of a small run, for loss and accuracy with 95 % intervals over the seeds."""
    return pd.DataFrame({
        rule: {
            "training loss": interval(over_seeds(of["training loss"]), ".3f"),
            "held-out accuracy": interval(over_seeds(of["held-out accuracy"]), ".1%"),
            **{name: number(float(of[name].mean()), ".4f") for name in ("weights", "output biases")},
        }
        for rule, of in found.items()
    }).T.rename_axis("mistake")  # fmt: skip


def _biases(net: object) -> float:
    """Return the length of the output layer's biases."""
    return float(np.linalg.norm(net.layers[-1].params["bias"]))  # type: ignore[attr-defined]
