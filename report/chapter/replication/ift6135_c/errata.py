"""What arithmetic shows of the errata of report ift6135-c, from the published tables alone and in a second."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from mlp_core import finite_difference_sweep, mlp
from report.chapter import evidence, published
from report.chapter.number import number
from report.chapter.replication.ift6135_c.beside import LABEL


def errata_shown() -> dict[int, str]:
    """Return what a computation gives for errata, by their rows among the report's."""
    table = _differences()
    largest = table.abs().max()
    computed, printed = _zeros()
    others = np.arange(len(printed)) != 2
    miss = number(np.abs(computed - printed)[others].max(), ".1e")
    return {
        0: f"epoch 3 by ten biases trained alone: {computed[2]:.16f}; the nine others deviate by at most {miss}",
        1: f"printed: {number(printed[0] - printed[-1], '.6f')} less after ten epochs",
        2: f"largest of the last two columns: {number(largest[50_000], '.3e')}, then {number(largest[500_000], '.3e')}",
        3: _truncation(table),
        4: _waking(table),
        5: f"weights with a difference other than 0 at N = 1,000: {int((table[1000] != 0).sum())} of {len(table)}",
        6: _two_names(),
        7: _penalty(),
        8: _sigmoid(),
        9: _at_least(),
        12: f"computed at the end of each epoch, nine losses deviate by at most {miss}",
    }


def _zeros() -> tuple[np.ndarray, np.ndarray]:
    """Return the zeros column as recomputed from the labels of MNIST, and as printed."""
    table, known = (published.load(name, LABEL) for name in ("initialization", "recomputed"))
    computed = known.loc[known["quantity"] == "train_loss zeros", "value"].astype(float)
    return computed.to_numpy(), table.loc[table["initializer"] == "zeros", "train_loss"].to_numpy()


def _differences() -> pd.DataFrame:
    """Return analytic minus numerical, a row for each weight, a column for each N."""
    table = published.load("gradient_check", LABEL).astype({"weight": int})
    return table.pivot(index="weight", columns="N", values="analytic_minus_numerical")


def _truncation(table: pd.DataFrame) -> str:
    """Say what truncation alone would give at N = 1, and what a unit that wakes does."""
    weight = table.loc[2]
    expected = weight[50] * 50**2
    ratio = weight[50] / weight[1000]
    return (f"weight 2 falls by {number(ratio, '.0f')} from N = 50 to 1,000, by the law 400; so at N = 1 it would be "
            f"{number(expected, '.1e')}, printed {number(weight[1], '.2e')}; {_kinks()}")  # fmt: skip


def _kinks() -> str:
    """Count on a small network of our own how many steps of 1 and of 1/1000 cross a kink."""
    network = mlp([8, 12, 10, 3], seed=0, dtype="float64")
    x = np.random.default_rng(0).uniform(0, 1, (1, 8))
    active = int(np.argmax(network.layers[0].forward(x)[0]))
    indices = [(active, unit) for unit in range(10)]
    found = finite_difference_sweep(network, x, np.array([0]), N=[1, 1000], indices=indices)
    one, thousandth = found.kinks.sum(axis=1)
    return f"on a small network of ours {one} of 10 steps of 1 cross a kink, {thousandth} of those of 0.001"


def _waking(table: pd.DataFrame) -> str:
    """Say what a dead unit that wakes within a step of 1/50 shows, by the report's own figures."""
    weight = table.loc[1]
    return (f"weight 1: {number(weight[50], '.2e')} at N = 50, {number(weight[1000], '.0f')} at 1,000; a unit that "
            f"wakes between {number(1 / 1000)} and {number(1 / 50)}, where its gradient is 0")  # fmt: skip


def _two_names() -> str:
    """Give the standard error of a share of 98.31 %."""
    error = math.sqrt(2 * 0.9831 * (1 - 0.9831) / 10_000)
    return f"two sets of 10,000 images differ by {number(100 * error, '.2f')} points, one standard error"


def _penalty() -> str:
    """Compare 98.31 and 97.83 % of 10,000 images each, without knowing seeds."""
    first, second = (evidence.proportion(right, 10_000) for right in (9831, 9783))
    variance = sum(one.value * (1 - one.value) / 10_000 for one in (first, second))
    difference, error = first.value - second.value, math.sqrt(variance)
    return (f"{number(100 * difference, '.2f')} points with a standard error of {number(100 * error, '.2f')} by the "
            "images alone; of the seeds one run shows nothing")  # fmt: skip


def _sigmoid() -> str:
    """Say how the sigmoid's printed accuracies rise with the rate."""
    table = published.load("hyperparameter_search", LABEL).query("activation_1 == 'sigmoid' and hidden_1 == 512")
    rates = table.sort_values("learning_rate")
    pairs = zip(rates["valid_accuracy"], rates["learning_rate"], strict=True)
    return "512-384 as printed: " + ", ".join(f"{number(a, '.1%')} at rate {number(r)}" for a, r in pairs)


def _at_least() -> str:
    """Count the settings above and at 97 %."""
    accuracy = published.load("hyperparameter_search", LABEL)["valid_accuracy"]
    return f"{int((accuracy >= 0.97).sum())} settings at least 97 %, {int((accuracy > 0.97).sum())} above".replace(
        "97 %", number(0.97, ".0%")
    )
