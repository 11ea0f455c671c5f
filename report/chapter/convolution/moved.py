"""The same images elsewhere in their frame: what two networks answer when a digit is moved or turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import ndimage

from mlp_core import Split
from report.chapter.convolution.runs import Pair, Run, against
from report.chapter.explore import Field, offer
from report.chapter.figures import TEXT_WIDTH, name_classes
from report.chapter.number import number
from report.chapter.sentence import counted, listed

Move = tuple[int, int, float]
"""Pixels to the right, pixels down, degrees to the left; negative the other way."""

STAY: Move = (0, 0, 0)
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "C1"}, {"color": "C0", "hatch": "////", "edgecolor": "white", "linewidth": 0},
)  # fmt: skip
"""Of the bars of the convolutional network and of the perceptron."""


def move(images: np.ndarray, right: int = 0, down: int = 0, left_turn: float = 0) -> np.ndarray:
    """Turn images about their middle, then move them by whole pixels; where nothing comes from is zero.

    Parameters
    ----------
    images : ndarray, shape (n, 784), float
    right, down : int
        Pixels, also negative.
    left_turn : float
        Degrees, against the clock.

    Examples
    --------
    >>> image = np.zeros((1, 784))
    >>> image[0, 28 + 3] = 1  # row 1, column 3
    >>> moved = move(image, right=2, down=1)
    >>> np.flatnonzero(moved[0]).tolist(), move(image, right=-4).any().item()
    ([61], False)
    """
    squares = images.reshape(-1, 28, 28)
    if left_turn:
        squares = ndimage.rotate(squares, left_turn, axes=(2, 1), reshape=False, order=1)
    return ndimage.shift(squares, (0, down, right), order=0).reshape(images.shape)


def moved_pair(pair: Pair, valid: Split, **where: Any) -> Pair:
    """Compare the networks of a pair on images that are moved, as :func:`move` takes it."""
    split = Split(move(valid.images, **where), valid.labels)
    return against(*(_asked(run, split) for run in (pair.first, pair.second)))


def _asked(run: Run, split: Split) -> Run:
    """Return a run with its networks' answers to other images."""
    seen = run.recipe.see(split)
    return replace(run, misses=[network.predict(seen.images) != seen.labels for network in run.networks])


def drifts(moved: Pair, pair: Pair) -> list[Pair]:
    """Return each run on moved images beside the same run on images that stay."""
    return [against(moved.first, pair.first), against(moved.second, pair.second)]


@dataclass(frozen=True)
class Mover:
    """Some validation images that can be moved, and the networks of a pair, from the first seed, that look at them.

    Attributes
    ----------
    pair : Pair
    images : Split
    classes : sequence of str
        Their names.
    """

    pair: Pair
    images: Split
    classes: Sequence[str]

    def ask(self, image: int, how: Move = STAY) -> tuple[np.ndarray, np.ndarray]:
        """Return a moved image, shape (784,), and the probabilities that either network gives, shape (2, classes)."""
        moved = Split(move(self.images.images[[image]], *how), self.images.labels[[image]])
        runs = (self.pair.first, self.pair.second)
        given = [run.networks[0].predict_proba(run.recipe.see(moved).images)[0] for run in runs]
        return moved.images[0], np.array(given)

    @cached_property
    def known(self) -> int:
        """The first image that both networks classify correctly; the first of all if there is none."""
        missed = self.pair.first.misses[0] | self.pair.second.misses[0]
        return int(np.argmin(missed))

    def draw(self, *moves: Move, image: int | None = None) -> np.ndarray:
        """Draw an image, moved, and the probabilities that either network gives: below it, or beside it if it is alone.

        Returns
        -------
        ndarray of Axes, shape (moves, 2)
        """
        image, alone = self.known if image is None else image, len(moves) == 1
        figure, pairs = _beside() if alone else _stacked(len(moves))
        for (above, below), how in zip(pairs, moves, strict=True):
            picture, given = self.ask(image, how)
            above.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
            above.set(xticks=[], yticks=[], title=self._name(image) + f", {told(how)}" * (not alone))
            above.grid(visible=False)
            above.spines[:].set_visible(True)
            self._bars(below, given)
        pairs[0, 1].set_ylabel("probability")
        figure.legend(*pairs[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return pairs

    def _bars(self, ax: Axes, given: np.ndarray) -> None:
        """Draw the probabilities of both networks, class by class."""
        places = np.arange(len(self.classes))
        for side, name, heights, looks in zip(
            (-0.2, 0.2), (self.pair.name, self.pair.other), given, LOOKS, strict=True
        ):
            # a published network has ten outputs, whatever the data
            ax.bar(places + side, heights[: len(places)], 0.4, label=name, **looks)
        name_classes(ax, self.classes)
        ax.set_ylim(0, 1)
        ax.yaxis.set_major_formatter(lambda value, _: number(value, ".0%"))
        ax.grid(visible=False, axis="x")

    def _name(self, image: int) -> str:
        return str(self.classes[self.images.labels[image]])

    def explain(self, image: int, right: int, down: int, left_turn: int) -> str:
        """Draw one image, moved, and say what both networks take it for."""
        how = (right, down, left_turn)
        self.draw(how, image=image)
        names, given = (self.pair.name, self.pair.other), self.ask(image, how)[1]
        takes = [f"{name} takes it for {self.classes[one.argmax()]} ({number(one.max(), '.0%')})"
                 for name, one in zip(names, given, strict=True)]  # fmt: skip
        return f"Class {self._name(image)}, {told(how)}: {', '.join(takes)}."

    def explore(self) -> None:
        """Let a reader choose an image and move it; the open figure is what stands for it on paper."""
        offer(
            self.explain,
            image=Field("image", self.known, 0, len(self.images) - 1),
            right=Field("pixels to the right", 2, -14, 14),
            down=Field("pixels down", 0, -14, 14),
            left_turn=Field("degrees to the left", 0, -90, 90, 5),
        )


def _stacked(columns: int) -> tuple[Figure, np.ndarray]:
    """Return frames for so many images, and below each one for bars, shape (columns, 2)."""
    figure, axes = plt.subplots(2, columns, figsize=(TEXT_WIDTH, 3.2), squeeze=False, height_ratios=[1.3, 1])
    return figure, axes.T


def _beside() -> tuple[Figure, np.ndarray]:
    """Return a frame for one image, and beside it one for bars, shape (1, 2)."""
    return plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.4), squeeze=False, width_ratios=[1, 2])


def told(how: Move) -> str:
    """Say how an image was moved.

    Examples
    --------
    >>> told((0, 0, 0)), told((-1, 2, 0)), told((0, 0, -5))
    ('as it is', '1 pixel to the left and 2 pixels down', 'turned 5 degrees to the right')
    """
    right, down, turn = how
    words = [f"turned {counted(abs(turn), 'degree')} to the {'left' if turn > 0 else 'right'}"] * bool(turn)
    words += [f"{counted(abs(right), 'pixel')} to the {'right' if right > 0 else 'left'}"] * bool(right)
    words += [f"{counted(abs(down), 'pixel')} {'down' if down > 0 else 'up'}"] * bool(down)
    return listed(words) if words else "as it is"
