"""A figure's data in words: the text that a notebook stores beside each picture, for `pytest --nbval` to compare."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

KINDS = (
    (Line2D, "line"),
    (PathCollection, "points"),
    (LineCollection, "lines"),
    (PolyCollection, "area"),
    (QuadMesh, "mesh"),
)
"""What a series without a label is called; all others are images."""

_VARYING: WeakSet[Artist] = WeakSet()


def varies(*artists: Artist) -> None:
    """Mark axes or lines whose values differ from machine to machine: seconds, rounding errors.

    :func:`describe` names them without their numbers, so that no comparison of notebooks fails on them.
    """
    _VARYING.update(artists)


def describe(figure: Figure) -> str:
    """Return what a figure shows: each panel's axes, and of each series the mean of x, and first, mean and last of y.

    Numbers have four significant digits. Of an image, the pixels are the series. Series that :func:`varies` marked
    keep their name only. So a picture can be compared as text, which its pixels cannot: fonts and versions move them.
    """
    panels = [ax for ax in figure.axes if ax.has_data()]
    blocks = [_panel(ax, number) for number, ax in enumerate(panels, 1)]
    return "\n".join([f"Figure of {len(panels)} panel{'s' * (len(panels) != 1)}", *blocks])


def _panel(ax: Axes, number: int) -> str:
    """Return the lines about one panel."""
    names = [ax.get_title(), " over ".join(filter(None, (ax.get_ylabel(), ax.get_xlabel())))]
    head = f"{number}. " + ", ".join(" ".join(name.split()) for name in names if name)
    series: list[Any] = [*ax.lines, *ax.collections, *ax.images]
    texts = [_line(one, one in _VARYING or ax in _VARYING) for one in series]
    bars = [patch.get_height() for patch in ax.patches if hasattr(patch, "get_height") and ax not in _VARYING]
    return "\n".join([head.rstrip(), *texts, *([f"   bars: {_numbers(np.array(bars))}"] if bars else [])])


def _line(artist: Line2D | Collection | AxesImage, varying: bool) -> str:
    """Return the line about one series."""
    label = str(artist.get_label())
    kind = next((name for one, name in KINDS if isinstance(artist, one)), "image")
    name = kind if label.startswith("_") else " ".join(label.split())
    if varying:
        return f"   {name}: differs from machine to machine"
    if isinstance(artist, Line2D):
        x, y = artist.get_data(orig=False)
    elif isinstance(artist, PathCollection):
        x, y = np.ma.asarray(artist.get_offsets(), float).reshape(-1, 2).T
    elif isinstance(artist, QuadMesh | AxesImage):
        return f"   {name}: {_numbers(artist.get_array())}"
    else:
        corners = [path.vertices for path in artist.get_paths()]
        return f"   {name}: y {_numbers(np.concatenate([np.empty((0, 2)), *corners])[:, 1])}"
    across = _finite(x)
    return f"   {name}: x mean {_digits(across.mean()) if len(across) else 'none'}; y {_numbers(y)}"


def _finite(values: Any) -> np.ndarray:
    """Return the values that are neither masked nor infinite nor missing, in one row."""
    return np.ma.masked_invalid(np.ma.asarray(values, float)).compressed()


def _numbers(values: Any) -> str:
    """Return the first, mean and last of the finite values, and how many there are."""
    finite = _finite(values)
    if not len(finite):
        return "no finite values"
    first, mean, last = (_digits(value) for value in (finite[0], finite.mean(), finite[-1]))
    return f"first {first}, mean {mean}, last {last} ({len(finite)} values)"


def _digits(value: float) -> str:
    """Return four significant digits; what is lost in rounding near zero is zero."""
    return f"{0.0 if abs(value) < 1e-13 else value:.4g}"
