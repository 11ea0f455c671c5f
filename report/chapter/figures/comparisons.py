"""Comparisons: bars, scatter plots, tables as heat maps, confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter.figures.naming import legend_above, name_classes
from report.chapter.figures.style import GREY, TEXT_WIDTH
from report.chapter.number import number

_HATCHES = ["", "///", "\\\\\\", "xxx", "---", "|||"]


def bars(
    values: Any,
    *,
    errors: Any = None,
    ax: Axes | None = None,
    xlabel: str = "",
    ylabel: str = "",
    references: Mapping[str, float] | None = None,
) -> Axes:
    """Draw bars: one group a row of the table, one bar a column, told apart by color and by hatching.

    Parameters
    ----------
    values : DataFrame (rows are groups, columns are the bars of a group), or Series or mapping of label to number
    errors : of the same form, optional
        Half lengths of the error bars.
    references : mapping of label to float, optional
        Gray horizontal lines.

    Examples
    --------
    >>> ax = bars({"zeros": 0.11, "Glorot": 0.97}, ylabel="accuracy")
    >>> [round(float(bar.get_height()), 2) for bar in ax.patches]
    [0.11, 0.97]
    >>> plt.close(ax.figure)
    """
    frame, spread = _frame(values), None if errors is None else _frame(errors)
    ax = ax or plt.subplots(figsize=(TEXT_WIDTH, 2.6))[1]
    width, places = 0.8 / frame.shape[1], np.arange(len(frame))
    for index, column in enumerate(frame.columns):
        ax.bar(
            places + (index - (frame.shape[1] - 1) / 2) * width,
            frame[column],
            width * 0.94,
            yerr=None if spread is None else spread[column],
            label=str(column),
            color=f"C{index}",
            edgecolor="white",
            hatch=_HATCHES[index % len(_HATCHES)],
            error_kw={"elinewidth": 0.8, "capsize": 2},
        )
    for label, value in (references or {}).items():
        ax.axhline(value, color=GREY, linestyle="--", linewidth=1, label=label)
    ax.set_xticks(places, [str(name) for name in frame.index])
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if frame.shape[1] > 1 or references:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5)
    return ax


def scatter(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: str | None = None,
    ax: Axes | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    log: str = "",
) -> Axes:
    """Scatter column `y` over column `x`, one color and marker for each value of column `by`.

    Parameters
    ----------
    log : str
        The axes with a logarithmic scale: "x", "y" or "xy".
    """
    ax = ax or plt.subplots(figsize=(TEXT_WIDTH, 2.6))[1]
    groups = [("", frame)] if by is None else list(frame.groupby(by, sort=False))
    for label, group in groups:
        ax.plot(group[x], group[y], linestyle="", markersize=4.5, alpha=0.85, label=str(label))
    if "y" in log:
        ax.set_yscale("log")
    if "x" in log:
        ax.set_xscale("log")
        _mark_values(ax, frame[x])
    ax.set_xlabel(x if xlabel is None else xlabel)
    ax.set_ylabel(y if ylabel is None else ylabel)
    if by is not None:
        legend_above(ax)
    return ax


def heatmap(
    table: pd.DataFrame,
    *,
    form: str = ".3g",
    ax: Axes | None = None,
    xlabel: str = "",
    ylabel: str = "",
    limits: tuple[float, float] | None = None,
    hide_zeros: bool = False,
) -> Axes:
    """Draw a table as shaded cells with their values written in them, as `form` specifies; dark means large."""
    ax = ax or plt.subplots(figsize=(TEXT_WIDTH, 0.6 + 0.26 * len(table)))[1]
    values = table.to_numpy(dtype=float)
    low, high = limits or (np.nanmin(values), np.nanmax(values))
    ax.imshow(values, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value) and not (hide_zeros and value == 0):
            dark = value > low + 0.6 * (high - low)
            ax.text(
                column,
                row,
                number(value, form),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "black",
            )
    ax.set_xticks(range(table.shape[1]), [str(name) for name in table.columns])
    ax.set_yticks(range(table.shape[0]), [str(name) for name in table.index])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax


def confusion_matrix(matrix: Any, classes: Sequence[Any], *, ax: Axes | None = None) -> Axes:
    """Draw how often each true class (row) was taken for each predicted class (column).

    Parameters
    ----------
    matrix : array, shape (classes, classes), int
        The shading follows the mistakes; the diagonal, which would drown them, is left white.
    classes : sequence, shape (classes,)
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(classes), len(classes)):
        raise ValueError(
            f"expected a matrix of shape {(len(classes), len(classes))} for {len(classes)} classes, got {counts.shape}"
        )
    ax = ax or plt.subplots(figsize=(0.68 * TEXT_WIDTH, 0.62 * TEXT_WIDTH))[1]
    mistakes = counts * (1 - np.eye(len(classes), dtype=int))
    table = pd.DataFrame(mistakes, index=list(classes), columns=list(classes))
    heatmap(
        table,
        form=",.0f",
        ax=ax,
        xlabel="predicted class",
        ylabel="true class",
        limits=(0, max(1, mistakes.max())),
        hide_zeros=True,
    )
    for place, count in enumerate(np.diag(counts)):
        ax.text(place, place, number(count), ha="center", va="center", fontsize=8, weight="bold")
    name_classes(ax, classes)
    ax.set_aspect("equal")
    return ax


def _mark_values(ax: Axes, values: pd.Series) -> None:
    """Put the ticks at the values themselves where they are few, as learning rates are."""
    distinct = sorted(set(values))
    if len(distinct) <= 6:
        ax.set_xticks(distinct, [number(value) for value in distinct])
        ax.set_xticks([], minor=True)


def _frame(values: Any) -> pd.DataFrame:
    return values if isinstance(values, pd.DataFrame) else pd.Series(values).to_frame("value")
