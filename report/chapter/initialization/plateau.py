"""The plateau: what the last biases do in a network without a signal, by linear theory, beside a measured run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from mlp_core import Split
from mlp_core.batches import Batches
from report.chapter.figures import TEXT_WIDTH, legend_above, lines


@dataclass(frozen=True)
class Plateau:
    """What the theory of the plateau says.

    Attributes
    ----------
    excess : ndarray, shape (steps + 1,)
        The loss above the entropy of the class prior, before the first step and after each.
    per_epoch : int
        The steps of an epoch.
    neglected : float
        The widest spread of the biases about their optimum, which is the relative size of what the theory leaves out.
    """

    excess: np.ndarray
    per_epoch: int
    neglected: float

    @property
    def ends(self) -> np.ndarray:
        """The excess before the first epoch and after each."""
        return self.excess[:: self.per_epoch]

    def error(self, measured: Sequence[float]) -> float:
        """Return the largest relative difference from what was measured after each epoch; NaN where nothing moves."""
        away = self.ends > 1e-9
        return float(np.abs(np.asarray(measured)[away] / self.ends[away] - 1).max()) if away.any() else float("nan")


def plateau_theory(labels: np.ndarray, classes: int, *, learning_rate: float, epochs: int, batch_size: int,
            rng: np.random.Generator | None = None) -> Plateau:  # fmt: skip
    """Follow the last biases of a network without a signal, by linear theory, from batch to batch.

    With the biases' distance ``d`` from ``log f``, a step is ``d <- d - rate * (H d + f - g)``, ``f`` the shares of
    the classes, ``g`` those in the batch, and ``H = diag(f) - f f'``; the excess of the loss is ``d' H d / 2``.

    Parameters
    ----------
    labels : ndarray, shape (n,), int
        All classes have to occur.
    rng : Generator, optional
        Shuffles the images as it would in training; by default they keep their order.
    """
    shares = np.bincount(labels, minlength=classes) / len(labels)
    curvature = np.diag(shares) - np.outer(shares, shares)
    batches = Batches(Split(np.zeros((len(labels), 1)), labels), batch_size, rng, np.dtype("float64"))
    distance = np.log(shares).mean() - np.log(shares)
    walk = [distance]
    for _ in range(epochs):
        for _, batch, _ in batches:
            drawn = np.bincount(batch, minlength=classes) / len(batch)
            distance = distance - learning_rate * (curvature @ distance + shares - drawn)
            walk.append(distance)
    path = np.array(walk)
    excess = np.einsum("si,ij,sj->s", path, curvature, path) / 2
    return Plateau(excess, len(batches), float(np.ptp(path, axis=1).max()))


def plateau_figure(measured: Sequence[float], theory: Plateau) -> Axes:
    """Draw the measured excess after each epoch as points on the theory's line, which goes from step to step."""
    ax = plt.subplots(figsize=(TEXT_WIDTH, 2.6))[1]
    epochs = np.arange(len(theory.excess)) / theory.per_epoch
    wide = bool(theory.excess[0] > 20 * theory.excess[-1] > 0)
    lines({"theory, step by step": theory.excess}, epochs, ax=ax, ylabel="training loss − H (nats)", log="y" * wide)
    ax.lines[0].set(marker="", linewidth=1)
    ax.plot(range(len(measured)), measured, linestyle="", marker="o", color="C1", label="measured", markersize=4.5)
    legend_above(ax)
    return ax
