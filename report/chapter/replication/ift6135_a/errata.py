"""Report ift6135-a's errata that a computation shows: from its own tables, by arithmetic, by small pieces of code."""

from __future__ import annotations

import math

import numpy as np

from mlp_core import Dataset, Normal, mlp
from report.chapter import published
from report.chapter.number import number
from report.chapter.replication.ift6135_a.beside import LABEL
from report.chapter.replication.ift6135_a.training import BATCH, EPOCHS, HIDDEN

IMAGES = 50_000
APART = 1075 * math.log(2)
"""Logits so far apart have a probability below half of the smallest number of float64, which is 0."""


def errata_shown(data: Dataset) -> dict[int, str]:
    """Return what computation shows of each erratum, with its numbers."""
    return {
        0: _count(),
        1: _same_last_loss(),
        2: _logits_apart(data),
        3: _mean_with_labels(),
        4: _listed_count(),
        5: _evaluations(),
        6: _clock(),
        7: _own_seconds(),
        8: _most_frequent(),
        9: _finished(),
        10: _testing_loss(),
        11: _blocks(),
        12: _legible(),
    }


def _count() -> str:
    first, second = HIDDEN
    wrong = 785 * first + 513 * second + 768 * 11
    right = mlp([784, *HIDDEN, 10]).num_parameters
    return f"counted: {number(right)}; with 768 times 11 in the last layer {number(wrong)}"


def _losses(start: str) -> np.ndarray:
    """Return the printed training losses of a start."""
    table = published.load("initialization", LABEL)
    return table[table["initializer"] == start]["train_loss"].to_numpy()


def _same_last_loss() -> str:
    apart = abs(_losses("normal")[-1] - _losses("zeros")[-1])
    return f"the last printed losses of Normal and Zeros differ by {number(apart)}"


def _logits_apart(data: Dataset) -> str:
    images = data.valid.images[:100]
    spans = []
    for sigma in (1.0, 0.01):
        logits = mlp([images.shape[1], *HIDDEN, 10], "relu", Normal(sigma), seed=0).forward(images)
        spans.append(float(np.ptp(logits, axis=1).max()))
    one, hundredth = (number(span, spec) for span, spec in zip(spans, (".2g", ".1g"), strict=True))
    return (f"a probability of 0 needs logits {number(APART, '.0f')} apart; before the first step the furthest of "
            f"{len(images)} images are {one} apart with 1, and {hundredth} with 0.01")  # fmt: skip


def _mean_with_labels() -> str:
    losses, labels = np.array([0.1, 0.2]), np.array([3, 7])
    try:
        np.mean(losses, labels)  # type: ignore[call-overload]  # this is the mistake
    except TypeError as error:
        return f"a mean of two losses with two labels as its second argument: {type(error).__name__}"
    return "a mean with labels as its second argument is computed"


def _listed_count() -> str:
    first, second = HIDDEN
    listed = first + second + 10 + 784 * first + first * second
    return f"the sum as listed is {number(listed)}; the missing last weights are {number(second * 10)}"


def _evaluations() -> str:
    steps = math.ceil(IMAGES / BATCH)
    return f"{len(_losses('glorot'))} evaluations printed; as indented it would be {EPOCHS} times {steps}"


def _elapsed() -> np.ndarray:
    """Return the printed seconds since the start of the search."""
    return published.load("grid_ift6135a")["elapsed_total_seconds"].dropna().to_numpy()


def _clock() -> str:
    last = _elapsed()[-1]
    return f"{number(round(last))} seconds are {number(last / 3600, '.2f')} hours"


def _own_seconds() -> str:
    seconds = ", ".join(number(value, ".0f") for value in np.diff(_elapsed()))
    return f"differences between the printed times: {seconds} seconds"


def _recomputed(quantity: str) -> np.ndarray:
    """Return a quantity that follows from the labels of MNIST alone."""
    table = published.load("recomputed", LABEL)
    return table[table["quantity"] == quantity]["value"].astype(float).to_numpy()


def _most_frequent() -> str:
    parts = {"training": IMAGES, "validation": 10_000}
    shares = [_recomputed(f"{name} labels of class 1")[0] / images for name, images in parts.items()]
    train, valid = number(shares[0], ".3%"), number(shares[1], ".2%")
    return f"class 1 has {train} of the training and {valid} of the validation labels"


def _finished() -> str:
    losses = _recomputed("train_loss zeros")
    change = np.abs(np.diff(losses))
    return (f"ten biases alone: the loss changes by {number(change[0], '.1g')} in the second epoch and by "
            f"{number(change[6], '.1g')} in the eighth")  # fmt: skip


def _testing_loss() -> str:
    table = published.load("initialization_valid", LABEL)
    printed = table[table["initializer"] == "zeros"]["valid_loss"].iloc[0]
    apart = abs(_recomputed("valid_loss zeros")[-1] - printed)
    return f"ten biases alone, on the validation labels: {number(apart, '.1g')} from the printed one"


def _blocks() -> str:
    counts = [len(_losses(start)) for start in ("zeros", "normal", "glorot")]
    return f"{counts[0]}, {counts[1]} and {counts[2]} printed training losses for {EPOCHS} epochs each"


def _legible() -> str:
    table = published.load("grid_ift6135a")
    legible = table[table["result_legible"] == "yes"]
    rates = ", ".join(number(rate) for rate in sorted(set(legible["learning_rate"])))
    return f"{len(legible)} of {len(table)} results, all at the rate {rates}"
