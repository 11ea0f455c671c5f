"""How sure answers are, and how right: reliability, calibration error, temperature scaling (Guo et al., 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from mlp_core import Sequential, Split
from report.chapter import evidence, figures
from report.chapter.capacity import interval
from report.chapter.number import in_percent, number

BINS = 10
"""Into how many parts of equal width the confidences from 0 to 1 are sorted."""

HALVES = slice(0, None, 2), slice(1, None, 2)
"""Every other image: what one half chooses is judged on the other."""


@dataclass(frozen=True)
class Answers:
    """What networks, one per seed, answer to the same images.

    Attributes
    ----------
    logits : ndarray, shape (seeds, images, classes), float
    labels : ndarray, shape (images,), int
    temperatures : ndarray, shape (seeds,), float
        By which the logits have been divided already; 1 for answers as a network gives them.
    """

    logits: np.ndarray
    labels: np.ndarray
    temperatures: np.ndarray

    @cached_property
    def right(self) -> np.ndarray:
        """Which answers are right, shape (seeds, images)."""
        return self.logits.argmax(axis=2) == self.labels

    @cached_property
    def confidence(self) -> np.ndarray:
        """The probability that a network gives to its own answer, shape (seeds, images)."""
        return softmax(self.logits, axis=2).max(axis=2)

    @cached_property
    def loss(self) -> np.ndarray:
        """The cross-entropy of each answer in nats, shape (seeds, images)."""
        return -np.take_along_axis(log_softmax(self.logits, axis=2), self.labels[None, :, None], axis=2)[..., 0]

    @cached_property
    def errors(self) -> np.ndarray:
        """The expected calibration error of each seed."""
        return np.array([calibration_error(*one) for one in zip(self.confidence, self.right, strict=True)])

    @cached_property
    def chance_errors(self) -> np.ndarray:
        """What each seed's would be on average if its network were calibrated."""
        return np.array([*map(chance_error, self.confidence)])

    def rescaled(self) -> Answers:
        """Return these answers with the logits divided by a temperature for each seed.

        Each half of the images is divided by the temperature that the other half chose, so that no image chooses for
        itself; the temperature kept is the halves' geometric mean.
        """
        logits, chosen = self.logits.copy(), np.ones((2, len(self.logits)))
        for place, (fitted, judged) in enumerate((HALVES, HALVES[::-1])):
            if self.labels[fitted].size:
                chosen[place] = [best_temperature(one[fitted], self.labels[fitted]) for one in self.logits]
            logits[:, judged] /= chosen[place][:, None, None]
        return Answers(logits, self.labels, np.sqrt(chosen.prod(axis=0)))


def ask(networks: Sequence[Sequential], split: Split) -> Answers:
    """Return what networks answer to the images of a split."""
    logits = np.array([network.logits(split.images) for network in networks], dtype=float)
    return Answers(logits, split.labels, np.ones(len(networks)))


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature between 0.1 and 100 at which logits of shape (images, classes) have the lowest loss."""

    def loss(power: float) -> float:
        return -float(log_softmax(logits / 10**power, axis=1)[np.arange(len(labels)), labels].mean())

    return float(10 ** minimize_scalar(loss, bounds=(-1, 2), method="bounded").x)


def reliability(confidence: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    """Sort one network's answers into bins of confidence; a row for each bin that has any.

    Parameters
    ----------
    confidence : ndarray, shape (images,), float
    right : ndarray, shape (images,), bool

    Returns
    -------
    DataFrame
        Indexed by bin, 0 to 9: "images" in it, their mean "confidence", the "accuracy", "low" and "high" of its
        interval of 95 % (Wilson's).

    Examples
    --------
    >>> found = reliability(np.array([0.62, 0.68, 0.95]), np.array([True, False, True]))
    >>> found["images"].to_dict(), found["accuracy"].to_dict()
    ({6: 2, 9: 1}, {6: 0.5, 9: 1.0})
    """
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = {}
    for one in np.unique(place):
        found = evidence.proportion(right[place == one])
        rows[one] = {"images": found.count, "confidence": confidence[place == one].mean(), "accuracy": found.value,
                     "low": found.low, "high": found.high}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").astype({"images": int}).rename_axis("bin")


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error: |accuracy - confidence| of the bins, averaged over the images in them.

    Examples
    --------
    >>> round(calibration_error(np.array([0.62, 0.68, 0.95]), np.array([True, False, True])), 4)
    0.1167
    """
    bins = reliability(confidence, right)
    return float(np.average((bins["accuracy"] - bins["confidence"]).abs(), weights=bins["images"]))


def chance_error(confidence: np.ndarray) -> float:
    """Return what calibration error a calibrated network with these confidences would show by chance, on average.

    Each answer is right with its confidence c as probability, so a bin's accuracy misses its mean confidence by a
    number of mean 0 and variance sum(c (1 - c)) / n²; of a normal variable, the mean size is sqrt(2 / pi) of that root.

    Examples
    --------
    >>> round(chance_error(np.full(100, 0.5)), 4)
    0.0399
    """
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    spread = np.bincount(place, confidence * (1 - confidence))
    return float(np.sqrt(2 / np.pi * spread).sum() / len(confidence))


def reliability_figure(answers: Mapping[str, Answers]) -> Figure:
    """Draw the first seed's reliability diagrams side by side, and below each how many images its bins hold."""
    figure, axes = plt.subplots(
        2, len(answers), figsize=(figures.TEXT_WIDTH, 3.4), sharex=True, sharey="row", squeeze=False,
        height_ratios=[3, 1],
    )  # fmt: skip
    for (above, below), (name, one) in zip(axes.T, answers.items(), strict=True):
        table = reliability(one.confidence[0], one.right[0])
        around = [table["accuracy"] - table["low"], table["high"] - table["accuracy"]]
        above.plot([0, 1], [0, 1], color=figures.GREY, linestyle=":", marker="", zorder=1)
        above.errorbar(
            table["confidence"], table["accuracy"], around, linestyle="", marker="o", markersize=4, capsize=2
        )
        above.set_title(name)
        places = (table.index.to_numpy() + 0.5) / BINS
        below.bar(places, table["images"], width=0.9 / BINS, color="C0")
        for x, count in zip(places, table["images"], strict=True):
            below.annotate(number(count), (x, count), (0, 4), textcoords="offset points", ha="center", rotation=90,
                           fontsize=8)  # fmt: skip
        below.set(xlabel="confidence", xlim=(0, 1.02), ylim=(0, 1.5 * len(one.labels)))
        below.grid(visible=False)
    axes[0, 0].set(ylabel="accuracy", ylim=(0, 1.02))
    axes[1, 0].set(ylabel="images", yticks=[])
    return figure


def table(answers: Mapping[str, Answers]) -> pd.DataFrame:
    """Return the means over the seeds, those of networks that differ in it with intervals, one row per kind of answers.

    All but the loss in per cent; "by chance" is what calibrated networks with these confidences would show.
    """
    rows = {
        name: {
            "accuracy": number(100 * one.right.mean(), ".1f"),
            "confidence": in_percent(evidence.over_seeds(one.confidence.mean(axis=1))),
            "calibration error": in_percent(evidence.over_seeds(one.errors)),
            "by chance": number(100 * one.chance_errors.mean(), ".1f"),
            "loss": interval(evidence.over_seeds(one.loss), ".2f", least=0),
        } for name, one in answers.items()
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("answers")
