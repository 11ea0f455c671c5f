"""The figure for report ece421."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.ticker import LogLocator, NullFormatter

from report.chapter import figures
from report.chapter.number import number
from report.chapter.replication.ece421.training import SIZES
from report.chapter.replication.pictures import draw_beside, with_settings


def drawn(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown beyond printed numbers: nothing."""
    return {}


def draw_sizes(numbers: pd.DataFrame) -> np.ndarray:
    """Draw losses and accuracies at the end by the number of hidden units.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    table = with_settings(numbers, "capacity_notmnist_measured")
    figure, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.8))
    labels = {"loss": "loss (nats per image)", "accuracy": "accuracy, %"}
    for ax, (kind, label) in zip(axes, labels.items(), strict=True):
        for name, words in {"train": "training", "validation": "validation", "test": "test"}.items():
            part = table[(table["quantity"] == kind) & (table["data_set"] == name)]
            draw_beside(ax, part["hidden_units"], part, words)
        ax.set(xlabel="hidden units", ylabel=label, xscale="log", xticks=SIZES, xticklabels=SIZES)
        ax.minorticks_off()
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0].yaxis.set_major_formatter(lambda value, _: number(value, ".2g"))
    axes[0].yaxis.set_minor_formatter(NullFormatter())
    figures.shared_legend(figure, axes)
    return axes
