"""Drawings that explain: a network's two passes, and a convolution unfolded. Every number in them is computed."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from mlp_core import Conv2d, Layer, Linear, ReLU, Sequential, softmax_cross_entropy
from mlp_core.convolution import im2col
from report.chapter.figures import TEXT_WIDTH
from report.chapter.number import number

Place = tuple[float, float]

CELL = (0.3, 0.17)
"""Width and height of a cell, in inches."""
NUMBERS, WORDS = 7.5, 8.5
"""Type of the numbers in cells and of what stands beside them, in points."""
SHADES = ListedColormap(["white", "0.87", "0.68"])
"""Of cells with the marks 0, 1 and 2: apart in gray, too."""
CLEAR = ListedColormap([(1.0, 1.0, 1.0, 0.0)])


def passes(network: Sequential, image: np.ndarray, label: int) -> Axes:
    """Draw what a network with one hidden layer of ReLU units computes for one image, forward and backward.

    Parameters
    ----------
    network : Sequential
        ``Linear``, ``ReLU``, ``Linear``; as `mlp_core.mlp` makes it from three sizes of two or three units.
    image : ndarray, shape (pixels,), float
    label : int
        Its true class, from 0.
    """
    kinds = [type(layer) for layer in network.layers]
    if kinds != [Linear, ReLU, Linear] or max(max(layer.params["weight"].shape) for layer in network.layers[::2]) > 3:
        raise ValueError(f"expected Linear, ReLU and Linear of at most three units each, got {network.layers}")
    ax, height = _sheet("both passes", 2.6), 0.6
    values, gradients = _both_passes(network, image[None], label)
    places, ends = _across([value.shape[1] for value in values])
    for name, value, gradient, x in zip(["X", "Z_1", "A", "Z_2", "L"], values, gradients, places, strict=True):
        _array(ax, value, (x, height), f"${name}$", size=value.size > 1)
        _array(ax, gradient, (x, height - 0.3), f"$D_{{{name}}}$", shade=1, below=True)
    for name, (start, end) in zip(["Linear", "ReLU", "Linear", "softmax,\ncross-\nentropy"], ends, strict=True):
        _arrow(ax, (start, height), (end, height))
        _arrow(ax, (end, height - 0.3), (start, height - 0.3), back=True)
        ax.text((start + end) / 2, height + 0.05, name, fontsize=WORDS - 1, ha="center", va="bottom", linespacing=0.9)
    for index, layer, (start, end) in zip("12", network.layers[::2], ends[::2], strict=True):
        _parameters(ax, layer, index, ((start + end) / 2, height))
    return ax


def _both_passes(network: Sequential, x: np.ndarray, label: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return what enters and leaves each layer and the loss, and the gradients of all these."""
    values = [x]
    for layer in network.layers:
        values.append(layer.forward(values[-1], training=True))
    loss, gradient = softmax_cross_entropy(values[-1], np.array([label]))
    gradients = [gradient, np.ones((1, 1))]
    for layer in network.layers[::-1]:
        gradients.insert(0, layer.backward(gradients[0]))
    return [*values, np.array([[loss]])], gradients


def _parameters(ax: Axes, layer: Layer, index: str, at: Place) -> None:
    """Draw a layer's weights and biases above its place, their gradients beside them, and how both pass."""
    columns = layer.params["weight"].shape[1]
    shift, bottom = (columns * CELL[0] + 0.12) / 2, at[1] + 0.75
    left = max(at[0], 2 * shift - 0.06)
    for side, arrays, form in ((-shift, layer.params, "{}"), (shift, layer.grads, "D_{{{}}}")):
        bias, weight = arrays["bias"][None], arrays["weight"]
        top = bottom + 0.42 + CELL[1] * len(weight) / 2
        shade = int(side > 0)
        _array(ax, bias, (left + side, bottom), f"${form.format('b_' + index)}$", shade=shade)
        _array(ax, weight, (left + side, top), f"${form.format('W_' + index)}$", shade=shade, size=not shade)
    _arrow(ax, (at[0] - 0.09, bottom - 0.12), (at[0] - 0.09, at[1] + 0.24))
    _arrow(ax, (at[0] + 0.09, at[1] + 0.24), (at[0] + 0.09, bottom - 0.12), back=True)


def unfolding(image: np.ndarray, layer: Conv2d, shown: tuple[int, int] = (0, 5)) -> Axes:
    """Draw a convolution of a small image with one kernel, and below it the matrix product that it is.

    Parameters
    ----------
    image : ndarray, shape (height, width), float
    layer : Conv2d
        One channel in and out.
    shown : (int, int)
        The places whose patches are marked, counted row by row from 0.
    """
    if (layer.in_channels, layer.out_channels) != (1, 1):
        raise ValueError(f"expected a convolution of one channel to one, got {layer}")
    x = image[None, None].astype(layer.dtype)
    columns, answers = im2col(x, layer.kernel_size, layer.stride, layer.padding), layer.forward(x)[0, 0]
    kernel = layer.params["weight"][0, 0]
    positions = im2col(np.arange(1.0, image.size + 1).reshape(x.shape), layer.kernel_size, layer.stride, layer.padding)
    patches, places = np.zeros(image.shape, int), np.zeros(answers.size, int)
    for mark, place in enumerate(shown, 1):
        patches.flat[positions[positions[:, place] > 0, place].astype(int) - 1] = mark
        places[place] = mark
    ax, upper, lower = _sheet("unfolding", 2.5), 1.85, 0.5
    grid = partial(_array, ax, digits="g", cell=(0.24, 0.2))
    grid(image, (0.95, upper), "image $X$", shade=patches)
    grid(kernel, (2.75, upper), "kernel")
    grid(answers, (4.75, upper), "feature map $Z$", shade=places.reshape(answers.shape))
    ax.text(2.05, upper, "$*$", fontsize=14, ha="center", va="center")
    ax.text(3.5, upper, "$=$", fontsize=12, ha="center", va="center")
    grid(kernel.reshape(1, -1), (0.66, lower), "kernel as a row, $W$")
    grid(columns, (2.5, lower), "patches as columns, $U$", shade=np.tile(places, (len(columns), 1)))
    grid(answers.reshape(1, -1), (5.12, lower), "$W U$", shade=places)
    ax.text(1.28, lower, "$\\cdot$", fontsize=14, ha="center", va="center")
    ax.text(3.81, lower, "$=$", fontsize=12, ha="center", va="center")
    return ax


def _sheet(name: str, height: float) -> Axes:
    """Return a frame as wide as the text in which lengths are inches; its name is for the figure in words alone."""
    figure, ax = plt.subplots(figsize=(TEXT_WIDTH, height))
    figure.set_layout_engine("constrained", w_pad=0, h_pad=0)
    ax.set(xlim=(0, TEXT_WIDTH), ylim=(0, height), ylabel=name)
    ax.set_axis_off()
    return ax


def _array(
    ax: Axes, values: np.ndarray, at: Place, name: str, *, cell: Place = CELL, digits: str = ".2f",
    shade: np.ndarray | int = 0, size: bool = False, below: bool = False,
) -> None:  # fmt: skip
    """Draw a matrix as a grid of numbers around a place, with its name and perhaps its size above or below."""
    rows, columns = values.shape
    x = at[0] + cell[0] * (np.arange(columns + 1) - columns / 2)
    y = at[1] - cell[1] * (np.arange(rows + 1) - rows / 2)
    if np.any(shade):
        ax.pcolormesh(x, y, np.broadcast_to(shade, (rows, columns)), cmap=SHADES, vmin=0, vmax=2)
    ax.pcolormesh(x, y, values, cmap=CLEAR, edgecolors="0.25", linewidth=0.5, label=name)
    for (row, column), value in np.ndenumerate(values):
        middle = at[0] + cell[0] * (column - (columns - 1) / 2), at[1] - cell[1] * (row - (rows - 1) / 2)
        ax.text(*middle, number(float(value), digits), fontsize=NUMBERS, ha="center", va="center_baseline")
    title = f"{name}  {rows} × {columns}" if size else name
    edge, side = (y[-1] - 0.04, "top") if below else (y[0] + 0.04, "bottom")
    ax.text(at[0], edge, title, fontsize=WORDS, ha="center", va=side)


def _across(widths: list[int]) -> tuple[list[float], list[Place]]:
    """Return the middles of arrays, so many cells wide, that fill the width, and where each gap begins and ends."""
    middles, ends, left = [], [], 0.05
    gap = (TEXT_WIDTH - 2 * left - sum(widths) * CELL[0]) / (len(widths) - 1)
    for width in widths:
        right = left + width * CELL[0]
        middles.append((left + right) / 2)
        ends.append((right + 0.04, right + gap - 0.04))
        left = right + gap
    return middles, ends[:-1]


def _arrow(ax: Axes, start: Place, end: Place, *, back: bool = False) -> None:
    """Draw an arrow: full for what goes forward, dashed for a gradient."""
    style = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9, "color": "0.4" if back else "black"}
    ax.annotate("", end, start, arrowprops=style | {"linestyle": (0, (3, 2)) if back else "-"})
