"""What the chapter on data and backpropagation shows: its tables, four classifiers, and the check of a slope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mlp_core import Split, softmax
from report.chapter import figures, legal
from report.chapter.evidence import Comparison, Estimate, compare, paired, share
from report.chapter.number import number

_BLOCK = 1000
"""Images whose distances to all points are held in memory at once."""


class Slope(NamedTuple):
    """The slope of a loss along a direction, by a central difference and by the gradient's formula."""

    quotient: float
    formula: float

    def __str__(self) -> str:
        """Return both with as many decimals as round-off leaves."""
        return f"quotient {self.quotient:.5f}, formula {self.formula:.5f}"

    @property
    def error(self) -> float:
        """How far apart they are."""
        return abs(self.quotient - self.formula)


def slope(up: float, down: float, eps: float, gradient: np.ndarray, direction: np.ndarray) -> Slope:
    """Compare a gradient with the losses ``up`` and ``down``, a step `eps` along a direction and against it.

    Examples
    --------
    >>> print(slope(1.21, 0.81, 0.1, np.array([2.0]), np.array([1.0])))
    quotient 2.00000, formula 2.00000
    """
    return Slope((up - down) / (2 * eps), float(np.vdot(gradient, direction)))


def samples(split: Split, classes: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the positions of `count` random images of each class, row by row of a grid with one column per class."""
    members = [np.flatnonzero(split.labels == label) for label in range(classes)]
    most = min(map(len, members))
    if not 1 <= count <= most:
        legal.refuse("samples_per_class", f"1 to {most:,}, the images of the rarest class", count)
    return np.array([rng.choice(rows, count, replace=False) for rows in members]).T.ravel()


def first_images(split: Split, images: int) -> Split:
    """Return the first images of a split in double precision; ValueError unless it has so many."""
    if not 1 <= images <= len(split.labels):
        legal.refuse("images", f"1 to {len(split.labels):,}, the training images", images)
    return Split(split.images[:images].astype("float64"), split.labels[:images])


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which it has nothing to show."""
    legal.seeds(values, "seeds")
    legal.at_least(1, values, "samples_per_class", "images", "batch", "hidden", "steps")
    legal.positive(values, "eps", "learning_rate")
    legal.between(0, 1000, values, "eps")


def finite(losses: ArrayLike, *, learning_rate: float) -> np.ndarray:
    """Return the losses as an array; ValueError if one of them overflowed."""
    array = np.asarray(losses, dtype=float)
    if not np.isfinite(array).all():
        legal.refuse("learning_rate", "a rate at which the loss stays finite", learning_rate)
    return array


def draw_losses(by_hand: Sequence[Sequence[float]], library: Sequence[float], equal: float) -> Axes:
    """Draw the losses of the hand-written steps, and dashed upon the first start's those of the library.

    Parameters
    ----------
    by_hand : sequence, shape (starts, steps)
    library : sequence, shape (steps,)
        From the first start, too.
    equal : float
        The loss of equal probabilities for all classes.
    """
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.6))
    figures.lines({"formulas, mean": by_hand}, ax=ax, xlabel="step", ylabel="training loss",
                  references={"equal probabilities": equal})  # fmt: skip
    ax.lines[0].set_linestyle("-.")  # told from the first start in gray, too
    step = np.arange(1, len(library) + 1)
    ax.plot(step, by_hand[0], "-", color="C1", marker="", linewidth=3, label="first start")
    ax.plot(step, library, "--", color="black", marker="", linewidth=1, label="mlp_core")
    figures.legend_above(ax)
    return ax


def class_means(split: Split, classes: int) -> np.ndarray:
    """Return the mean image of each class, shape (classes, pixels); NaN for a class without an image."""
    means = np.full((classes, split.images.shape[1]), np.nan)
    for label in np.unique(split.labels):
        means[label] = split.images[split.labels == label].mean(axis=0, dtype=float)
    return means


def nearest(images: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return for each image the position of the nearest point, by Euclidean distance; points with NaN are passed over.

    Examples
    --------
    >>> nearest(np.array([[0.0], [9.0]]), np.array([[8.0], [1.0], [np.nan]]))
    array([1, 0])
    """
    points = points.astype(float)
    lengths = (points**2).sum(axis=1)
    known = np.flatnonzero(np.isfinite(lengths))
    blocks = [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]
    return known[np.concatenate([(lengths[known] - 2 * block @ points[known].T).argmin(axis=1) for block in blocks])]


def contest(first: ArrayLike, second: ArrayLike) -> Comparison:
    """Compare two classifiers on the same images; a single run of one is held against every seed of the other."""
    a, b = np.atleast_2d(first), np.atleast_2d(second)
    if max(len(a), len(b)) == 1:
        return paired(a[0], b[0])
    first_runs, second_runs = np.broadcast_arrays(a.astype(float), b.astype(float))
    return compare(first_runs, second_runs)


def classifier_table(hits: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Return the accuracy of each classifier and the interval within which it is known."""
    rows = {}
    for name, right in hits.items():
        found, runs = share(right), len(np.atleast_2d(right))
        accuracy, interval = number(100 * found.value, ".1f"), percents(found)
        rows[name] = {"accuracy, %": accuracy, "its 95 % interval": interval, "runs": number(runs)}
    return pd.DataFrame(rows).T.rename_axis("classifier")


def percents(found: Estimate) -> str:
    """Return an interval in per cents, for a column whose title says so.

    Examples
    --------
    >>> percents(Estimate(0.9, 0.826, 0.945, 100))
    '82.6 to 94.5'
    """
    return f"{number(100 * found.low, '.1f')} to {number(100 * found.high, '.1f')}"


def overflow_table(scales: Sequence[float]) -> pd.DataFrame:
    """Return the probability of the first of the scores (ξ, 0, 0), as the formula is written and as it is computed."""
    rows = {}
    for scale in scales:
        scores = np.array([scale, 0.0, 0.0])
        naive = {f"as written, {kind} precision": naive_softmax(scores.astype(dtype))[0]
                 for kind, dtype in (("single", "float32"), ("double", "float64"))}  # fmt: skip
        safe = {"maximum subtracted": softmax(scores.astype("float32"))[0]}
        rows[number(scale)] = {name: number(p, ".4f") for name, p in {**naive, **safe}.items()}
    return pd.DataFrame(rows).T.rename_axis("ξ")


def naive_softmax(scores: np.ndarray) -> np.ndarray:
    """Return the softmax as its formula is written, which overflows for large scores.

    Examples
    --------
    >>> naive_softmax(np.array([1000.0, 0.0]))
    array([nan,  0.])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(scores)
        return powers / powers.sum()


def wrong_table(scales: Sequence[float]) -> pd.DataFrame:
    """Return the size of two losses' gradients when the scores (ξ, 0, 0) are wrong, the second class being true."""
    rows = {}
    for scale in scales:
        p, t = softmax(np.array([float(scale), 0, 0])), np.array([0.0, 1, 0])
        squared = (np.diag(p) - np.outer(p, p)) @ (p - t)
        rows[number(scale)] = {
            "probability of the true class": number(p[1], ".2g"),
            "cross-entropy": number(np.linalg.norm(p - t), ".4f"),
            "squared error": number(np.linalg.norm(squared), ".2g"),
        }
    return pd.DataFrame(rows).T.rename_axis("ξ")
