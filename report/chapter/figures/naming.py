"""What the lines of a figure are called: a legend that covers nothing, or names at their ends where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

MOST = 4
"""Lines that a legend may name; more than these have their names beside them."""

FAR = 0.9
"""Part of the width from which a line ends at the right; one that ends before has a piece of it beside its name."""

_LINE_HEIGHT = 0.15
"""Inches that a name takes of the height of its panel."""


def legend_above(ax: Axes) -> None:
    """Name the lines above the panel, in one row, or beside it where they are more than `MOST`; one needs no name."""
    count = len(ax.get_legend_handles_labels()[1])
    if legend := ax.get_legend():
        legend.remove()
    if count > MOST:
        name_lines(ax)
    elif count > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), borderaxespad=0.2, ncols=count)


def name_classes(ax: Axes, classes: Sequence[Any]) -> None:
    """Write classes below an axis, one at each whole number, aslant where long ones would run into each other."""
    aslant = max(len(str(name)) for name in classes) > 3
    looks: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if aslant else {}
    ax.set_xticks(range(len(classes)), [str(name) for name in classes], **looks)


def shared_legend(figure: Any, axes: Sequence[Axes]) -> None:
    """Name the lines of several panels once: below the figure, or beside the panel with most where they are many.

    A level line that only another panel has, such as a reference, then has its name there.
    """
    entries = {label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    for ax in axes:
        if legend := ax.get_legend():
            legend.remove()
    if len(entries) <= MOST:
        if len(entries) > 1:
            figure.legend(entries.values(), entries.keys(), loc="outside lower center", ncols=len(entries))
        return
    fullest = max(reversed(axes), key=_count_curves)
    name_lines(fullest)
    named = {*fullest.get_legend_handles_labels()[1]}
    for ax in axes:
        for line in _lines(ax):
            if (label := str(line.get_label())) not in named:
                _name_inside(ax, line, label)
                named.add(label)


def name_lines(ax: Axes) -> None:
    """Write the name of each line at the right of the panel, with a thin line from its end to its name.

    A line that ends early would seem to go on there: its name has a piece of the line beside it, as in a legend.

    Names stand in the order of the ends, far enough apart to be read; the panel must have its final limits.

    Examples
    --------
    >>> ax = plt.subplots()[1]
    >>> for place in range(5):
    ...     _ = ax.plot([1, 2], [place, 1.0], label=f"line {place}")
    >>> name_lines(ax)
    >>> heights = [text.xyann[1] for text in ax.texts]
    >>> [text.get_text() for text in ax.texts], bool(min(np.diff(heights)) > 0.02)
    (['line 0', 'line 1', 'line 2', 'line 3', 'line 4'], True)
    >>> plt.close(ax.figure)
    """
    ax.get_xlim(), ax.get_ylim()  # which makes them up
    ends = [(end, line) for line in _lines(ax) if (end := _end(ax, line))]
    ends.sort(key=lambda pair: pair[0][1])
    gap = _LINE_HEIGHT * ax.figure.dpi / ax.bbox.height
    heights = _apart([end[1] for end, _ in ends], gap)
    for (end, line), height in zip(ends, heights, strict=True):
        start, look = (end, {"linewidth": 0.5}) if end[0] > FAR else ((1, height), _look(line))
        arrow = {"arrowstyle": "-", "color": line.get_color(), "shrinkA": 0, "shrinkB": 2, "relpos": (0, 0.5), **look}
        ax.annotate(str(line.get_label()), start, (1.05, height), "axes fraction", "axes fraction", arrow, va="center",
                    fontsize=plt.rcParams["legend.fontsize"], annotation_clip=False)  # fmt: skip


def _look(line: Line2D) -> dict[str, Any]:
    return {"linewidth": line.get_linewidth(), "linestyle": line.get_linestyle(), "shrinkB": 5}


def _end(ax: Axes, line: Line2D) -> tuple[float, float] | None:
    """Return where a line ends, in parts of the panel's width and height; None where nothing of it is drawn."""
    points = ax.transData.transform(np.column_stack([np.asarray(one, dtype=float) for one in line.get_data()]))
    if _is_level(ax, line):
        points[:, 0] = ax.transAxes.transform([(1, 0)])[0, 0]
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    x, y = ax.transAxes.inverted().transform(points[-1])
    return float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1))


def _count_curves(ax: Axes) -> int:
    return sum(not _is_level(ax, line) for line in _lines(ax))


def _lines(ax: Axes) -> list[Line2D]:
    """Return the lines that have names."""
    return [line for line in ax.get_legend_handles_labels()[0] if isinstance(line, Line2D)]


def _is_level(ax: Axes, line: Line2D) -> bool:
    """Say whether a line goes across the panel, its x in parts of the width."""
    return bool(line.get_transform() == ax.get_yaxis_transform("grid"))


def _apart(heights: Sequence[float], gap: float) -> np.ndarray:
    """Return ascending heights that are a gap apart, about where they were, within the panel if there is room.

    >>> _apart([0.1, 0.1, 0.9], 0.1).round(2).tolist()
    [0.05, 0.15, 0.9]
    """
    placed = np.array(heights, dtype=float)
    for _ in range(100):
        short = gap - np.diff(placed)
        short[short < 1e-9] = 0
        placed[:-1] -= short / 2
        placed[1:] += short / 2
    if len(placed):
        placed += max(0.0, -placed[0]) or min(0.0, 1 - placed[-1])
    return placed


def _name_inside(ax: Axes, line: Line2D, label: str) -> None:
    """Write the name of a level line on it, at the left of the panel."""
    start = (0.02, float(np.asarray(line.get_ydata())[0]))
    ax.annotate(label, start, (0, 2), ax.get_yaxis_transform(), "offset points", va="bottom", color=line.get_color(),
                fontsize=plt.rcParams["legend.fontsize"])  # fmt: skip
