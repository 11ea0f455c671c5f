"""Figures of a report run again: printed numbers as dots, ours as a line with a band from lowest to highest run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from report.chapter import figures, published


def with_settings(numbers: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the numbers of one printed table with the settings of their rows, and `column`, that of the table.

    Parameters
    ----------
    numbers : DataFrame
        Rows of `rows.beside`.
    table : str
        A name that `published.load` knows.
    """
    part = numbers[numbers["table"] == table].rename(columns={"quantity": "words"}).drop(columns=["report", "table"])
    places = part.index.str.split("/")
    settings = published.load(table).loc[places.str[1].astype(int)].set_index(part.index)
    return part.assign(column=places.str[2]).join(settings[settings.columns.difference(part.columns)])


def draw_beside(ax: Axes, x: Iterable[float], numbers: pd.DataFrame, label: str, above: float = 0.0) -> None:
    """Draw printed numbers as dots and, where there are any, ours as a line with a band, in one color.

    Each series of a panel has a mark and a dash of its own, so that gray print tells them apart.

    Parameters
    ----------
    ax : Axes
    x : iterable of float
        A place per number.
    numbers : DataFrame
        With columns published and runs.
    above : float
        Where it is given, the distances of all numbers from it are drawn, on whichever side of it they are, so that a
        logarithmic axis shows them all; our mean is then the mean distance.
    """
    x = list(x)

    def level(values: ArrayLike) -> np.ndarray:
        numbers = np.asarray(values, dtype=float)
        return np.abs(numbers - above) if above else numbers

    place = sum(line.get_linestyle() == "None" for line in ax.lines)
    marker, dash = figures.MARKERS[place % len(figures.MARKERS)], figures.DASHES[place % len(figures.DASHES)]
    dots = ax.plot(x, level(numbers["published"]), linestyle="", marker=marker, label=f"{label}, printed")
    if any(len(runs) for runs in numbers["runs"]):
        color = dots[0].get_color()
        runs = [level(one) if len(one) else np.array([np.nan]) for one in numbers["runs"]]
        mean = [one.mean() for one in runs]
        ax.plot(x, mean, color=color, linestyle=dash, marker="", label=f"{label}, ours")
        low, high = ([edge(one) for one in runs] for edge in (np.min, np.max))
        ax.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)


def as_marks(ax: Axes) -> None:
    """Draw as marks what `draw_beside` drew as lines with bands, where the places have no order that a line would show.

    No mark is left on the frame.
    """
    for band in ax.collections:
        band.remove()
    for line in ax.lines:
        if line.get_linestyle() != "None":
            line.set(linestyle="None", marker="o", markerfacecolor="none", markersize=9)
    ax.margins(y=0.15)
    figures.legend_above(ax)
