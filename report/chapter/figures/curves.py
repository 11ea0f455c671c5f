"""Curves: losses and accuracies by epoch with bands over seeds, and sweeps on logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from report.chapter.figures.naming import legend_above, shared_legend
from report.chapter.figures.style import GREY, TEXT_WIDTH
from report.chapter.number import SPACE, number

_NAMES = {"train": "training", "valid": "validation", "test": "test"}

_LEVELS = ((0, (2, 3)), (0, (1, 2)), (0, (5, 3, 1, 3)))
"""Dashes of level lines, which no curve has."""


def lines(
    series: Mapping[str, Any],
    x: Any = None,
    *,
    ax: Axes | None = None,
    xlabel: str = "epoch",
    ylabel: str = "",
    log: str = "",
    references: Mapping[str, float] | None = None,
) -> Axes:
    """Draw one line per label; several runs under a label become their mean with a band from lowest to highest.

    Parameters
    ----------
    series : mapping of label to array, shape (points,) or (runs, points), or a list of runs of unlike length
        Runs that stopped early count in the mean as far as they go.
    x : array, shape (points,), optional
        1, 2, 3 ... by default, the epochs.
    ax : Axes, optional
        Drawn into a new figure of the text's width by default.
    log : str
        The axes with a logarithmic scale: "x", "y" or "xy".
    references : mapping of label to float, optional
        Gray horizontal lines, for instance a published value.

    Examples
    --------
    >>> ax = lines({"one run": [3.0, 2.0, 1.0], "two runs": [[3.0, 2.0], [3.0, 1.0, 0.5]]}, ylabel="loss")
    >>> len(ax.lines), [round(float(y), 2) for y in ax.lines[1].get_ydata()]
    (2, [3.0, 1.5, 0.5])
    >>> plt.close(ax.figure)
    """
    alone = ax is None
    ax = ax or plt.subplots(figsize=(TEXT_WIDTH, 2.6))[1]
    for label, runs in series.items():
        _band(ax, _table(runs), x, label)
    for style, (label, value) in zip(cycle(_LEVELS), (references or {}).items(), strict=False):
        ax.axhline(value, color=GREY, linestyle=style, linewidth=1, label=label, marker="")
    _scales(ax, log)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if alone:
        legend_above(ax)
    elif len(ax.get_legend_handles_labels()[1]) > 1:
        ax.legend()
    return ax


def learning_curves(
    histories: Mapping[str, Any],
    metrics: Sequence[str] = ("train_loss", "valid_loss"),
    *,
    log: bool = False,
    height: float = 2.6,
    references: Mapping[str, Mapping[str, float]] | None = None,
) -> np.ndarray:
    """Draw one panel a metric, one line per label; several histories (seeds) under a label become a band.

    Parameters
    ----------
    histories : mapping of label to History, or to a list of them
    metrics : sequence of str
        "train_loss", "valid_accuracy" and so on, or "valid_error", which is one minus the accuracy.
    log : bool
        Logarithmic vertical axes for losses and errors.
    height : float
        In inches.
    references : mapping of metric to a mapping of label to value, optional
        Gray horizontal lines in the metric's panel.

    Returns
    -------
    ndarray of Axes, shape (len(metrics),)
    """
    figure, axes = plt.subplots(1, len(metrics), figsize=(TEXT_WIDTH, height), squeeze=False)
    for ax, metric in zip(axes[0], metrics, strict=True):
        series = {label: _values(group, metric) for label, group in histories.items()}
        series = {label: runs for label, runs in series.items() if runs}
        marks = (references or {}).get(metric)
        lines(
            series, ax=ax, ylabel=_title(metric), log="y" if log and "accuracy" not in metric else "", references=marks
        )
        _format_metric(ax, metric)
    shared_legend(figure, axes[0])
    return axes[0]


def panels(
    tables: Mapping[str, Any],
    x: Any = None,
    *,
    xlabel: str = "epoch",
    ylabel: str = "",
    log: str = "",
    height: float = 2.0,
) -> np.ndarray:
    """Draw one panel a title side by side on common axes, in each one line per label: small multiples to compare.

    Parameters
    ----------
    tables : mapping of title to DataFrame (columns are the lines, its index the horizontal axis), or to a mapping as
        :func:`lines` takes it
    x : array, shape (points,), optional
        The horizontal axis where `tables` are mappings; the epochs by default.
    log : str
        The axes with a logarithmic scale: "x", "y" or "xy".

    Returns
    -------
    ndarray of Axes, shape (len(tables),)
    """
    figure, axes = plt.subplots(1, len(tables), figsize=(TEXT_WIDTH, height), squeeze=False, sharey=True, sharex=True)
    for ax, (title, table) in zip(axes[0], tables.items(), strict=True):
        index = getattr(table, "index", x)
        lines(table, index, ax=ax, xlabel=xlabel, log=log)
        ax.set_title(title)
    axes[0, 0].set_ylabel(ylabel)
    shared_legend(figure, axes[0])
    return axes[0]


def loglog_sweep(
    x: Any,
    measured: Mapping[str, Any],
    theory: Mapping[str, Any] | None = None,
    *,
    ax: Axes | None = None,
    xlabel: str = "",
    ylabel: str = "",
) -> Axes:
    """Draw measured points over `x` on logarithmic axes, with theoretical curves in gray behind them.

    Parameters
    ----------
    x : array, shape (points,)
    measured, theory : mapping of label to array, shape (points,)
        Zeros and non-finite values cannot be drawn on a logarithmic axis and leave a gap.
    """
    ax = ax or plt.subplots(figsize=(TEXT_WIDTH, 3.0))[1]
    for label, values in measured.items():
        ax.loglog(x, _positive(values), label=label)
    lower, upper = ax.get_ylim()
    for dash, (label, values) in zip(cycle([":", "--", "-."]), (theory or {}).items(), strict=False):
        ax.loglog(x, _positive(values), color=GREY, linestyle=dash, marker="", linewidth=1, zorder=1, label=label)
    ax.set_ylim(lower, upper)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if ax.lines:
        ax.legend()
    return ax


def _values(group: Any, metric: str) -> list:
    """Collect one metric from a history or a list of them, leaving out those that did not record it."""
    group = group if isinstance(group, Sequence) else [group]
    split, _, kind = metric.partition("_")
    if kind != "error":
        return [values for history in group if (values := getattr(history, metric, None))]
    return [1 - np.asarray(values) for values in _values(group, f"{split}_accuracy")]


def _table(runs: Any) -> np.ndarray:
    """Stack runs into an array of shape (runs, points), the short ones filled up with NaN."""
    rows = [np.atleast_1d(np.asarray(row, dtype=float)) for row in (runs if np.ndim(runs[0]) else [runs])]
    table = np.full((len(rows), max(len(row) for row in rows)), np.nan)
    for filled, row in zip(table, rows, strict=True):
        filled[: len(row)] = row
    return table


def _band(ax: Axes, table: np.ndarray, x: Any, label: str, **look: Any) -> None:
    """Draw the mean of the runs and shade from the lowest to the highest; markers only where they can be told apart."""
    x = np.arange(1, table.shape[1] + 1) if x is None else np.asarray(x)
    finite = np.where(np.isfinite(table), table, np.nan)
    known = ~np.isnan(finite).all(axis=0)
    if len(x) > 25:
        look["marker"] = ""
    (line,) = ax.plot(x[known], np.nanmean(finite[:, known], axis=0), label=label, **look)
    if len(table) > 1:
        low, high = np.nanmin(finite[:, known], axis=0), np.nanmax(finite[:, known], axis=0)
        ax.fill_between(x[known], low, high, color=line.get_color(), alpha=0.18, linewidth=0)


def _positive(values: Any) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _scales(ax: Axes, log: str) -> None:
    """Set logarithmic axes, a vertical one if it has anything to show; a linear horizontal axis gets whole numbers."""
    if "y" in log and any((np.asarray(line.get_ydata(), dtype=float) > 0).any() for line in ax.lines):
        ax.set_yscale("log")
    if "x" in log:
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
        ax.xaxis.set_major_formatter(lambda value, _: number(value))


def _format_metric(ax: Axes, metric: str) -> None:
    """Show fractions as percentages, with 1, 2, 5 marked in each decade of a logarithmic axis."""
    if not metric.endswith(("accuracy", "error")):
        return
    if ax.get_yscale() == "log":
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(lambda value, _: f"{number(100 * value)}{SPACE}%")


def _title(metric: str) -> str:
    split, _, kind = metric.partition("_")
    return f"{_NAMES.get(split, split)} {kind}"
