"""Figures and the table of the grid for report ift6135-a."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures
from report.chapter.number import number, percents_once
from report.chapter.replication.ift6135_a.training import parameters
from report.chapter.replication.pictures import draw_beside, with_settings

LIMIT = 2.301062638237115
"""The printed training loss at which zeros end; doubles beside it are 4e-16 apart."""


def draw_starts(numbers: pd.DataFrame) -> np.ndarray:
    """Draw the training losses: Glorot's, and how far those of the plateau are from its end.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    losses = with_settings(numbers, "initialization").query("column == 'train_loss'")
    _, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.6))
    parts = {name: losses[losses["initializer"] == name] for name in ("glorot", "zeros", "normal")}
    draw_beside(axes[0], parts["glorot"]["epoch"], parts["glorot"], "Glorot")
    for name in ("zeros", "normal"):
        draw_beside(axes[1], parts[name]["epoch"], parts[name], name, above=LIMIT - 5e-16)
    axes[0].set(xlabel="epoch", ylabel="training loss")
    axes[1].set(xlabel="epoch", ylabel="loss above its limit", yscale="log")
    for ax in axes:
        ax.legend()
    return axes


def draw_grid(numbers: pd.DataFrame) -> Axes:
    """Draw the validation accuracies of the grid's legible points by their numbers of parameters."""
    points = with_settings(numbers, "grid_ift6135a").query("column == 'valid_accuracy_percent'")
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.2))
    draw_beside(ax, range(len(points)), points, "rate 0.01")
    names = [f"{first}-{second}" for first, second in zip(points["hidden_1"], points["hidden_2"], strict=True)]
    ax.set(xticks=range(len(points)), xticklabels=names, ylabel="validation accuracy, %")
    figures.legend_above(ax)
    return ax


def drawn(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown beyond printed numbers: the points of the grid."""
    shown = ("first", "second", "rate", "valid_accuracy")
    return {"grid": [{name: point[name] for name in shown} for point in found["grid"]]}


def grid_table(drawn: Mapping[str, Any], *, full: bool) -> pd.DataFrame:
    """Return the points of the grid with their parameters; in full with our validation accuracy at each rate."""
    points = pd.DataFrame(drawn["grid"]).sort_values(["first", "second"])
    names = points["first"].astype(str) + "-" + points["second"].astype(str)
    counts = [number(parameters(*sizes)) for sizes in points[["first", "second"]].itertuples(index=False)]
    accuracies = points["valid_accuracy"].map(lambda value: number(value, ".2%")) if full else "not run"
    table = points.assign(layers=names, parameters=counts, accuracy=accuracies)
    rates = table.assign(rate=table["rate"].map(lambda rate: f"rate {number(rate)}"))
    shown = rates.pivot(index=["layers", "parameters"], columns="rate", values="accuracy").rename_axis(columns=None)
    return percents_once(shown.reindex([*dict.fromkeys(zip(names, counts, strict=True))]))
