"""The chapter's figures, and what may be said about a confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from mlp_core import Sequential
from report.chapter.convolution.architectures import multiplications
from report.chapter.convolution.recipes import Recipe
from report.chapter.convolution.runs import Run
from report.chapter.figures import TEXT_WIDTH
from report.chapter.number import SPACE, number


def look_of(recipe: Recipe) -> dict[str, Any]:
    """Return the color and the marker of a network in every figure: one for the convolutional ones, one for others."""
    return {"color": "C1", "marker": "o"} if recipe.convolves else {"color": "C0", "marker": "s"}


def price(runs: Mapping[str, Run]) -> Axes:
    """Draw validation error against multiplications per image."""
    ax = plt.subplots(figsize=(TEXT_WIDTH, 2.8))[1]
    for run in (run for run in runs.values() if run.recipe.plain and not run.recipe.permuted):
        work, error, name = multiplications(run.networks[0]) / 1e6, run.error, run.recipe.label
        around = [[100 * (error.value - error.low)], [100 * (error.high - error.value)]]
        ax.errorbar([work], [100 * error.value], yerr=around, capsize=3, label=name, **look_of(run.recipe))
        ax.annotate(name, (work, 100 * error.value), (7, 4), textcoords="offset points", fontsize=8.5)
    ax.set(xscale="log", xlabel="million multiplications per image", ylabel="validation error")
    low, high = ax.get_xlim()
    ax.set(xlim=(low / 1.5, 2 * high), ylim=(0, None))
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(lambda value, _: number(value))
    ax.yaxis.set_major_formatter(lambda value, _: f"{number(value)}{SPACE}%")
    return ax


def first_maps(network: Sequential, images: np.ndarray) -> np.ndarray:
    """Return what the kernels of the first layer answer to images, after the ReLU, shape (n, kernels, H, W)."""
    convolution, rectifier = network.layers[:2]
    return rectifier.forward(convolution.forward(images.reshape(len(images), 1, 28, 28)))


def _sign(ax: Axes, kernel: np.ndarray, peak: float) -> None:
    """Write the sign of each weight that is not small into its cell."""
    for (row, column), weight in np.ndenumerate(kernel):
        if abs(weight) > peak / 4:
            ax.text(column, row, "+" if weight > 0 else "−", ha="center", va="center", fontsize=5,
                    color="black" if weight > 0 else "white")  # fmt: skip


def learned(network: Sequential, image: np.ndarray, most: int = 12) -> np.ndarray:
    """Draw the first kernels, one scale for all, and below each its answer to an image, which stands at the left."""
    kernels = network.layers[0].params["weight"][:most, 0]
    maps = first_maps(network, image[None])[0][:most]
    figure, axes = plt.subplots(2, len(kernels) + 1, figsize=(TEXT_WIDTH, 1.6), squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    axes[0, 0].remove()
    axes[1, 0].imshow(image.reshape(28, 28), cmap="gray_r")
    peak, top = float(np.abs(kernels).max()), float(maps.max()) or 1.0
    for ax, kernel in zip(axes[0, 1:], kernels, strict=True):
        weights = ax.imshow(kernel, cmap="gray", vmin=-peak, vmax=peak)
        _sign(ax, kernel, peak)
    for ax, answer in zip(axes[1, 1:], maps, strict=True):
        answers = ax.imshow(answer, cmap="gray_r", vmin=0, vmax=top)
        ax.set_xlabel("" if answer.any() else "silent", fontsize=7)
    axes[1, 0].set_xlabel("input", fontsize=7)
    for row, drawn in enumerate((weights, answers)):
        figure.colorbar(drawn, ax=list(axes[row, 1:]), aspect=8, pad=0.01).ax.tick_params(labelsize=7)
    return axes
