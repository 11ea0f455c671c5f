"""Pictures: grids of images with titles, filters, feature maps."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib import pyplot as plt

from report.chapter.figures.style import TEXT_WIDTH

TITLE_SIZE = 8.5
"""Points of a title; a sign is about half as wide."""


def image_grid(
    images: Any,
    titles: Sequence[Any] | None = None,
    *,
    columns: int = 8,
    image_shape: tuple[int, int] = (28, 28),
    cmap: str = "gray_r",
    limits: tuple[float, float] | None = None,
    width: float = TEXT_WIDTH,
) -> np.ndarray:
    """Draw images in rows of `columns`, each with its title.

    Parameters
    ----------
    images : array, shape (n, height * width) or (n, height, width)
        Flat images are given `image_shape`.
    titles : sequence, shape (n,), optional
        Their lines are broken between words where they are wider than a column.
    limits : (float, float), optional
        The values drawn as the first and the last color; by default those of each image.
    width : float
        Of the whole figure, in inches; its height follows.

    Returns
    -------
    ndarray of Axes, shape (n,)

    Examples
    --------
    >>> axes = image_grid(np.zeros((3, 4)), ["a", "b", "c"], columns=2, image_shape=(2, 2))
    >>> [ax.get_title() for ax in axes]
    ['a', 'b', 'c']
    >>> plt.close(axes[0].figure)
    """
    pictures = [np.reshape(image, image_shape) if np.ndim(image) == 1 else np.asarray(image) for image in images]
    if not pictures:
        raise ValueError("expected at least one image, got none")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"expected one title for each of {len(pictures)} images, got {len(titles)}")
    titles = titles if titles is None else [_broken(str(title), width / columns) for title in titles]
    figure, axes = _cells(len(pictures), columns, width, pictures[0].shape, titled=_lines(titles))
    low, high = limits or (None, None)
    for index, (ax, picture) in enumerate(zip(axes, pictures, strict=True)):
        ax.imshow(picture, cmap=cmap, vmin=low, vmax=high)
        if titles is not None:
            ax.set_title(titles[index], fontsize=TITLE_SIZE, pad=2)
    return axes


def filters(
    weight: Any, *, columns: int = 8, titles: Sequence[Any] | None = None, width: float = TEXT_WIDTH
) -> np.ndarray:
    """Draw the filters of a convolution, blue for negative and red for positive weights, on one common scale.

    Parameters
    ----------
    weight : array, shape (out_channels, in_channels, height, width)
        A filter over several input channels is drawn as the mean over them.
    """
    kernels = np.asarray(weight)
    if kernels.ndim != 4:
        raise ValueError(f"expected weights of shape (out_channels, in_channels, height, width), got {kernels.shape}")
    kernels = kernels.mean(axis=1)
    peak = float(np.abs(kernels).max()) or 1.0
    return image_grid(kernels, titles, columns=columns, cmap="RdBu_r", limits=(-peak, peak), width=width)


def feature_maps(
    maps: Any, *, columns: int = 8, titles: Sequence[Any] | None = None, width: float = TEXT_WIDTH
) -> np.ndarray:
    """Draw what each channel of a layer answers to one image.

    Parameters
    ----------
    maps : array, shape (channels, height, width)
        All on one scale, so that a silent channel is seen to be silent.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(f"expected the maps of one image, shape (channels, height, width), got {maps.shape}")
    return image_grid(
        maps, titles, columns=columns, limits=(min(0.0, float(maps.min())), float(maps.max())), width=width
    )


def _broken(title: str, width: float) -> str:
    r"""Break the lines of a title between words where they are wider than so many inches.

    >>> _broken("Sneaker as Ankle boot\n99.8 %", 0.8), _broken("5 as 3\n99.8 %", 0.8)
    ('Sneaker as\nAnkle boot\n99.8 %', '5 as 3\n99.8 %')
    """
    signs = int(72 * width / (TITLE_SIZE / 2))
    filled = partial(textwrap.fill, width=signs, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(filled, title.split("\n")))


def _lines(titles: Sequence[str] | None) -> int:
    """Count the lines of the tallest title."""
    return 0 if titles is None else max(title.count("\n") + 1 for title in titles)


def _cells(count: int, columns: int, width: float, shape: tuple[int, ...], *, titled: int) -> tuple[Any, np.ndarray]:
    """Make a grid of empty frames in which an image of `shape` fits its cell, with room for titles."""
    rows = -(-count // columns)
    height = rows * (0.92 * width / columns * shape[0] / shape[1] + 0.16 * titled + 0.04)
    figure, grid = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    for ax in grid.flat:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.grid(visible=False)
        ax.spines[:].set_visible(True)
        ax.spines[:].set(linewidth=0.4, color="0.7")
    for ax in grid.flat[count:]:
        ax.remove()
    return figure, grid.flat[:count]
