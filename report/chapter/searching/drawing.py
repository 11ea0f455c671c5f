"""Pictures of a search: a grid of three axes as one map, and two searches racing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from report.chapter import figures
from report.chapter.evidence import Group
from report.chapter.number import number
from report.chapter.searching.trials import estimate

ON_ANY_CELL = [withStroke(linewidth=3, foreground="white")]
"""What makes a black frame seen on dark cells, too, and in gray print."""


def draw_map(trials: pd.DataFrame, known: Mapping[str, Any], group: Group, images: int) -> np.ndarray:
    """Draw accuracy in per cent by size and rate, a panel per activation, half an interval under each number.

    Parameters
    ----------
    trials : DataFrame
        One seed of every setting, named.
    known : mapping of str to array
        The accuracies of those that have more seeds.
    group : Group
        Its settings are framed.
    images : int
        How many each accuracy was measured on.

    Returns
    -------
    ndarray of Axes, shape (activations,)
    """
    activations = list(trials["activation"].unique())
    height = 1.0 + 0.4 * trials["size"].nunique()
    _, axes = plt.subplots(1, len(activations), figsize=(figures.TEXT_WIDTH, height), squeeze=False, sharey=True)
    finished = 100 * trials.loc[trials["status"] == "ok", "valid_accuracy"].astype(float)
    limits = (float(finished.min()), max(float(finished.max()), float(finished.min()) + 1))
    for ax, activation in zip(axes[0], activations, strict=True):
        _panel(ax, trials[trials["activation"] == activation], known, group, images, limits)
        ax.set_title(activation)
    axes[0, 0].set_ylabel("hidden units")
    return axes[0]


def _panel(ax: Axes, trials: pd.DataFrame, known: Mapping[str, Any], group: Group, images: int,
           limits: tuple[float, float]) -> None:  # fmt: skip
    """Draw one activation's map; a run that diverged leaves its cell empty but for the word."""
    sizes, rates = list(trials["size"].unique()), sorted(trials["learning_rate"].unique())
    means, marks = np.full((len(sizes), len(rates)), np.nan), []
    for setting, size, rate, status, accuracy in trials[
        ["setting", "size", "learning_rate", "status", "valid_accuracy"]
    ].itertuples(index=False):
        y, x = sizes.index(size), rates.index(rate)
        if status == "ok":
            found = estimate(known.get(setting, accuracy), images)
            means[y, x] = 100 * found.value
            marks.append((x, y, f"±{number(50 * (found.high - found.low), '.1f')}", setting in group.names))
        else:
            marks.append((x, y, "diverged", False))
    table = pd.DataFrame(means, index=sizes, columns=[number(rate) for rate in rates])
    figures.heatmap(table, form=".1f", ax=ax, xlabel="learning rate", limits=limits)
    for x, y, text, framed in marks:
        dark = means[y, x] > limits[0] + 0.6 * (limits[1] - limits[0])
        ax.text(x, y + 0.3, text, ha="center", va="center", fontsize=7, color="white" if dark else "black")
        if framed:
            ax.add_patch(Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, fill=False, lw=1.4, path_effects=ON_ANY_CELL))


def draw_race(so_far: Mapping[str, np.ndarray]) -> Axes:
    """Draw the best score of the first trials of each search: the median as a line, half of all orders as a band.

    Parameters
    ----------
    so_far : mapping of str to ndarray, shape (3, trials)
        Lower quartile, median, upper quartile, from :func:`best_so_far`.
    """
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.6))
    for name, (low, middle, high) in so_far.items():
        trials = np.arange(1, len(middle) + 1)
        (line,) = ax.plot(trials, 100 * middle, label=name, markersize=3)
        ax.fill_between(trials, 100 * low, 100 * high, color=line.get_color(), alpha=0.18, linewidth=0)
    lowest = 100 * min(low[len(low) // 4] for low, _, _ in so_far.values()) - 2
    highest = 100 * max(high[-1] for _, _, high in so_far.values())
    ax.set_ylim(lowest, highest + 0.05 * (highest - lowest))
    ax.set_xlabel("trials")
    ax.set_ylabel("best accuracy, %")
    figures.legend_above(ax)
    return ax
