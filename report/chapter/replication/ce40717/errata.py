"""The errata of report ce40717 that computation shows, each by a small one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlp_core import Sequential, Split, evaluate, mlp
from report.chapter import published
from report.chapter.number import number
from report.chapter.penalty import length
from report.chapter.replication.ce40717 import training
from report.chapter.replication.ce40717.claims import starts_differ_by
from report.chapter.replication.ce40717.comparison import LABEL
from report.chapter.replication.ce40717.mistakes import check_update, outlier
from report.chapter.replication.ce40717.training import MAXIMUM, MISTAKES, PENALIZED, SIGN, SUMMED, Rule


def errata_shown(split: Split) -> dict[int, str]:
    """Return what a computation gives for each erratum that one shows, by its row among the report's.

    Parameters
    ----------
    split : Split
        Some hundred images, on which small networks are trained.
    """
    shown: dict[int, Callable[[Split], str]] = {
        0: _sign, 1: _penalized, 2: _summed, 3: _start, 4: _maximum, 5: _two_starts, 6: _rate, 9: _row_before,
        10: _gaps, 12: _new_weights, 13: _letter, 14: _digits,
    }  # fmt: skip
    return {index: show(split) for index, show in shown.items()}


def _sign(split: Split) -> str:
    printed, right = (
        length(net) / length(start)
        for start, net, _ in (_trained(split, mistakes, strength=0.1) for mistakes in ((SIGN,), ()))
    )
    return (
        f"in 200 small updates at lambda 0.1 the length of the weights becomes {number(printed, '.2f')} times that of "
        f"the start, with the right sign {number(right, '.2f')} times; growth alone: {number(1.005**200, '.2f')}"
    )


def _penalized(split: Split) -> str:
    with_it, without = (_output_biases(split, mistakes) for mistakes in ((PENALIZED,), ()))
    return (
        f"in 200 small updates at lambda 0.1, right but for that, the length of the output biases becomes "
        f"{number(with_it, '.2f')} times that of the start; without, {number(without, '.2f')} times"
    )


def _summed(split: Split) -> str:
    grown = _output_biases(split, MISTAKES)
    wrong, right = (check_update(mistakes)["2.bias"] for mistakes in ((SUMMED,), ()))
    return (
        f"beside central differences the step of the output biases is off by {number(wrong, '.0%')}, summed per unit "
        f"by {number(right, '.0%')}; in 200 updates at lambda 0.1 the report's make these biases "
        f"{number(grown, '.4f')} times as long, their penalty alone would make them {number(1.005**200, '.4f')} times"
    )


def _start(split: Split) -> str:
    theirs = evaluate(_network(split, 0), split)[0]
    usual = evaluate(mlp([split.images.shape[1], 64, 10], initializer="he_normal"), split)[0]
    return (
        f"first loss from N(0, 1/outputs) {number(theirs, '.2f')}, from N(0, 2/inputs) and zero biases "
        f"{number(usual, '.2f')}, by guessing {number(np.log(10), '.2f')}"
    )


def _maximum(split: Split) -> str:
    alone, own = (np.isnan(outlier(mistakes, 746)).any(axis=1).sum() for mistakes in ((MAXIMUM,), ()))
    return (
        f"of two images whose logits lie 746 apart, one common maximum leaves {alone} without probabilities (0/0), "
        f"each image's own {own}"
    )


def _two_starts(split: Split) -> str:
    differ = number(starts_differ_by(), ".1g")
    return f"of one draw of 10 x 64 weights the two expressions differ by at most {differ} of a value"


def _rate(split: Split) -> str:
    losses = [_trained(split, MISTAKES, rate=rate, updates=updates)[2] for rate, updates in ((0.05, 60), (0.6, 100))]
    return (
        f"one small network of one layer: training loss {number(losses[0], '.3f')} after 60 updates at rate 0.05, "
        f"{number(losses[1], '.3f')} after 100 at 0.6; for the whole networks see the claims"
    )


def _row_before(split: Split) -> str:
    start, net, _ = _trained(split, MISTAKES, updates=1)
    (curve,) = training.together([start.copy()], [Rule(0.05, 0.001)], split.images.astype("float64"), split.labels, 1)
    return (
        f"a small run's row 0 has loss {number(curve['loss'][0], '.4f')}; the start's is "
        f"{number(evaluate(start, split)[0], '.4f')}, after one update it is {number(evaluate(net, split)[0], '.4f')}"
    )


def _gaps(split: Split) -> str:
    folds = published.load("kfold_l2", LABEL).groupby("lambda")["accuracy"]
    means, spread = 100 * folds.mean(), 100 * folds.std()[0.001]
    ahead = [number(means[0.001] - means[other], ".3f") for other in (0.0001, 0.01)]
    return (
        f"by the printed folds 0.001 is {ahead[0]} and {ahead[1]} points ahead; the standard deviation of its folds is "
        f"{number(spread, '.2f')}"
    )


def _new_weights(split: Split) -> str:
    losses = {
        (strength, seed): _trained(split, MISTAKES, strength=strength, updates=50, seed=seed)[2]
        for strength in (0.001, 0.0001) for seed in range(6)
    }  # fmt: skip
    same = [losses[0.001, seed] - losses[0.0001, seed] for seed in range(6)]
    new = [losses[0.001, seed] - losses[0.0001, (seed + 1) % 6] for seed in range(6)]
    from_new, from_same = (number(float(np.std(one, ddof=1)), ".1g") for one in (new, same))
    return (
        f"between small runs the difference in loss between 0.001 and 0.0001 varies by {from_new} from new weights, by "
        f"{from_same} from the same"
    )


def _letter(split: Split) -> str:
    return f"(1 + 0.05)^200 = {number(1.05**200, ',.0f')}"


def _digits(split: Split) -> str:
    loss = published.load("kfold_l2", LABEL)["loss"][6]
    return f"the nearest double prints as {float(loss)!r}, with {len(repr(float(loss))) - 2} digits"


def _trained(
    split: Split, mistakes: tuple[str, ...], *, rate: float = 0.05, strength: float = 0.001, updates: int = 200,
    seed: int = 0,
) -> tuple[Sequential, Sequential, float]:  # fmt: skip
    """Train a small network; return it as it was and as it is then, and the loss before the last update."""
    net = _network(split, seed)
    start = net.copy()
    rule = Rule(rate, strength, mistakes)
    (curve,) = training.together([net], [rule], split.images.astype("float64"), split.labels, updates)
    return start, net, curve["loss"][-1]


def _network(split: Split, seed: int) -> Sequential:
    """Return a small network with the report's start."""
    return training.network([split.images.shape[1], 16, int(split.labels.max()) + 1], [seed])


def _output_biases(split: Split, mistakes: tuple[str, ...]) -> float:
    """Return the length of the output biases after 200 updates at lambda 0.1, in parts of their start."""
    start, net, _ = _trained(split, mistakes, strength=0.1)
    return float(np.linalg.norm(net.params["2.bias"]) / np.linalg.norm(start.params["2.bias"]))
