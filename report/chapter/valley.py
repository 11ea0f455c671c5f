"""A narrow valley of a network's own loss, cut open: where it curves most, where it falls, and paths down it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from scipy.interpolate import RectBivariateSpline
from scipy.sparse.linalg import LinearOperator, eigsh

from mlp_core import SGD, Sequential, Split, evaluate, softmax_cross_entropy
from report.chapter import figures
from report.chapter.explore import Field, offer
from report.chapter.number import number
from report.chapter.sentence import counted

UPDATES = 40
"""Updates of a path."""
HEIGHT = 0.5
"""How far up the wall a path starts, in nats above the floor, if the wall were a parabola."""
GRID, FINE = (21, 17), 41
"""Places along and across the valley at which the loss is measured for the picture, and is interpolated."""
EPS = 1e-7
"""Length of the steps, in the space of all weights, by which curvature is measured: few meet a kink of a ReLU."""


class Path(NamedTuple):
    """Places of a descent, shape (updates + 1, 2), along and across the valley, and the losses there."""

    places: np.ndarray
    losses: np.ndarray

    @property
    def reach(self) -> float:
        """How far along the valley it ends."""
        return float(self.places[-1, 0])

    @property
    def crossings(self) -> int:
        """How many times it went from one wall of the valley to the other; what stays near the floor does not count."""
        across = self.places[:, 1]
        walls = across[abs(across) > abs(across[0]) / 4]
        return int((np.diff(np.sign(walls)) != 0).sum())


@dataclass(frozen=True)
class Valley:
    """A plane through the space of a network's weights, and the loss on some images as a function of the place in it.

    Attributes
    ----------
    network : Sequential
        A copy, whose weights are moved about.
    part : Split
    origin : ndarray, shape (P,), float
        All parameters in a row, at a point on the valley's floor.
    axes : ndarray, shape (2, P), float
        Two directions of length 1: along the valley, down the floor, and across it, where the loss curves most, to the
        side that rises higher.
    curvature : float
        The loss's second derivative across the valley at the origin, the largest that it has there in any direction.
    """

    network: Sequential
    part: Split
    origin: np.ndarray
    axes: np.ndarray
    curvature: float

    @property
    def edge(self) -> float:
        """The rate from which on plain steps across no longer shrink, two over the curvature."""
        return 2 / self.curvature

    @property
    def start(self) -> np.ndarray:
        """Where paths begin: beside the origin, up the wall."""
        return np.array([0.0, np.sqrt(2 * HEIGHT / self.curvature)])

    def loss(self, place: np.ndarray) -> float:
        """Return the loss at a place, shape (2,)."""
        _put(self.network, self.origin + place @ self.axes)
        return evaluate(self.network, self.part)[0]

    def descend(self, share: float, momentum: float = 0.0, updates: int = UPDATES) -> Path:
        """Go down from the start within the plane, by the library's gradient and its `SGD`.

        Parameters
        ----------
        share : float
            The learning rate as a multiple of `edge`.
        momentum : float
        updates : int
        """
        point = SimpleNamespace(params={"place": self.start}, grads={})
        optimizer, places, losses = SGD(share * self.edge, momentum=momentum), [], []
        for update in range(updates + 1):
            place = point.params["place"]
            loss, gradient = _slope(self.network, self.part, self.origin + place @ self.axes)
            places.append(place.copy())
            losses.append(loss)
            point.grads["place"] = self.axes @ gradient
            if update < updates:
                optimizer.step(point)
        return Path(np.array(places), np.array(losses))

    @cached_property
    def frame(self) -> tuple[float, float, float]:
        """What a picture shows: from where to where along the valley, and how far to either side."""
        side = float(self.start[1])
        reach = max(side, float(self.descend(0.5, 0.9).places[:, 0].max()))
        return -0.2 * reach, 1.3 * reach, 2.4 * side

    @cached_property
    def surface(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places along and across the valley, and the loss at each pair of them, shape (across, along)."""
        left, right, side = self.frame
        along, across = np.linspace(left, right, GRID[0]), np.linspace(-side, side, GRID[1])
        measured = [[max(self.loss(np.array([x, y])), 1e-9) for x in along] for y in across]  # logarithms follow
        fine = np.linspace(left, right, FINE), np.linspace(-side, side, FINE)
        return *fine, np.exp(RectBivariateSpline(across, along, np.log(measured))(*fine[::-1]))


def carve(network: Sequential, part: Split, updates: int = 60) -> Valley:
    """Let a copy of a network go down to the floor of a valley by plain full-batch steps, and look around there.

    Along the valley is where as many further steps lead. They have half the rate from which on they would no longer
    shrink across it, as the loss curves at first.
    """
    network = network.astype("float64")
    weights = np.concatenate([array.ravel() for array in network.params.values()])
    rate = 1 / _sharpest(network, part, weights)[0]
    weights = _walk(network, part, weights, rate, updates)
    curvature, across = _sharpest(network, part, weights)
    downhill = _walk(network, part, weights, rate, updates) - weights
    downhill -= across * (across @ downhill)
    axes = np.array([downhill / (np.linalg.norm(downhill) or 1.0), across])
    cut = Valley(network, part, weights, axes, curvature)
    higher = cut.loss(cut.start) >= cut.loss(-cut.start)
    return cut if higher else replace(cut, axes=axes * [[1], [-1]])


def draw(valley: Valley, *settings: tuple[float, float]) -> np.ndarray:
    """Draw the valley from above, with a path for each pair of a share of the `edge` and a momentum.

    Returns
    -------
    ndarray of Axes, shape (settings,)
    """
    height = 2.2 if len(settings) > 1 else 2.9
    _, axes = plt.subplots(1, len(settings), figsize=(figures.TEXT_WIDTH, height), sharey=True, squeeze=False)
    for ax, (share, momentum) in zip(axes[0], settings, strict=True):
        _draw_path(ax, valley, share, momentum)
    axes[0, 0].set_ylabel("across")
    return axes[0]


def _draw_path(ax: Axes, valley: Valley, share: float, momentum: float) -> None:
    """Draw one path on the valley."""
    along, across, losses = valley.surface
    path = valley.descend(share, momentum)
    frame = (*along[[0, -1]], *across[[0, -1]])
    ax.imshow(np.log(losses), extent=frame, origin="lower", aspect="auto", alpha=0.3, interpolation="bilinear")
    levels = np.geomspace(losses.min(), losses.max(), 12)
    figures.varies(ax.contour(along, across, losses, levels, colors="0.6", linewidths=0.4))
    ax.plot(*path.places.T, color="C1", linestyle="-", marker=".", markersize=4, linewidth=0.9, label="path")
    ax.plot(*path.places[-1:].T, color="black", linestyle="", marker="x", markersize=6, label="end")
    ax.set(xlim=frame[:2], ylim=frame[2:], xlabel="along the valley")
    ax.set_title(f"$\\eta = {share:.3g} \\cdot 2/L''$, $\\mu = {momentum:.3g}$\nloss {number(path.losses[-1], '.2f')}")


def explore(valley: Valley) -> None:
    """Let a reader move the rate and the momentum; the open figure is what stands for it on paper."""
    offer(
        partial(explain, valley),
        share=Field("learning rate, in units of 2/L''", 0.5, 0.05, 2.0, 0.05),
        momentum=Field("momentum", 0.9, 0.0, 0.95, 0.05),
    )


def explain(valley: Valley, share: float, momentum: float) -> str:
    """Draw one path, large, and say where it leads."""
    draw(valley, (share, momentum))
    path = valley.descend(share, momentum)
    left, right, side = valley.frame
    x, y = path.places.T
    out = bool(((x < left) | (x > right) | (abs(y) > side)).any())
    rate, first, last = (number(one, ".3g") for one in (share * valley.edge, path.losses[0], path.losses[-1]))
    crossed = f"crosses the floor {counted(path.crossings, 'time')}"
    return (f"Rate {rate}, momentum {number(momentum)}: the path {crossed}{' and leaves the picture' * out}; "
            f"in {len(x) - 1} updates the loss goes from {first} to {last}.")  # fmt: skip


def _put(network: Sequential, weights: np.ndarray) -> None:
    """Give a network these parameters, which stand in a row."""
    arrays = network.params.values()
    ends = np.cumsum([array.size for array in arrays])[:-1]
    for array, values in zip(arrays, np.split(weights, ends), strict=True):
        array[...] = values.reshape(array.shape)


def _slope(network: Sequential, part: Split, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean loss at some weights, and its gradient in a row."""
    _put(network, weights)
    loss, gradient = softmax_cross_entropy(network.forward(part.images, training=True), part.labels)
    network.backward(gradient)
    return loss, np.concatenate([network.grads[name].ravel() for name in network.params])


def _walk(network: Sequential, part: Split, weights: np.ndarray, rate: float, updates: int) -> np.ndarray:
    """Return where plain steps lead to from some weights."""
    for _ in range(updates):
        weights = weights - rate * _slope(network, part, weights)[1]
    return weights


def _sharpest(network: Sequential, part: Split, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the largest curvature of the loss at some weights, and its direction, a vector of length 1."""

    def bend(direction: np.ndarray) -> np.ndarray:
        """Multiply by the matrix of second derivatives: the change of the gradient on a short way."""
        step = EPS * direction.ravel() / np.linalg.norm(direction)
        ends = (_slope(network, part, weights + sign * step)[1] for sign in (1, -1))
        return np.subtract(*ends) * np.linalg.norm(direction) / (2 * EPS)

    size = len(weights)
    start = np.random.default_rng(0).normal(size=size)
    values, vectors = eigsh(LinearOperator((size, size), bend, dtype=float), k=1, which="LA", v0=start, tol=1e-6)
    return float(values[0]), vectors[:, 0]
