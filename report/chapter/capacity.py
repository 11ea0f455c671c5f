"""What the chapter on capacity and early stopping draws and tabulates of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from mlp_core import Sequential, Split
from report.chapter import figures, legal
from report.chapter.evidence import Estimate, over_seeds
from report.chapter.number import number, percents_once, within


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which nothing could be trained or compared."""
    legal.seeds(values, "seeds")
    legal.distinct(values, "hidden")
    legal.at_least(0, values, "train_images")
    legal.at_least(1, values, "hidden", "epochs", "patience")
    legal.positive(values, "learning_rate")
    legal.fraction(values, "momentum")
    legal.one_of(legal.DTYPES, values, "dtype")


def interval(estimate: Estimate, spec: str = ".1%", least: float = -np.inf) -> str:
    """Write a mean with its interval, or alone where one run shows none; per cents stay within 0 and 100.

    No end lies below `least`, such as 0 for a loss.

    Examples
    --------
    >>> interval(over_seeds([1.0, 2.0, 3.0]), ".1f"), interval(over_seeds([1.0]), ".1f")
    ('2.0 (−0.5 to 4.5)', '1.0')
    """
    low, high = estimate.low, estimate.high
    low = max(low, least)
    if spec.endswith("%"):
        low, high = np.clip([low, high], 0, 1)
    return within(estimate.value, low, high, spec)


def hits(networks: Sequence[Sequential], split: Split) -> np.ndarray:
    """Return which answers of each network are right, shape (networks, images)."""
    return np.array([network.predict(split.images) == split.labels for network in networks])


def curves(histories: Mapping[int, Sequence[Any]]) -> Figure:
    """Draw loss and accuracy over the updates, one column of panels per size: means, bands from lowest to highest."""
    figure, axes = plt.subplots(
        2, len(histories), figsize=(figures.TEXT_WIDTH, 4.0), sharex=True, sharey="row", squeeze=False
    )
    for column, (size, runs) in enumerate(histories.items()):
        for ax, kind in zip(axes[:, column], ("loss", "accuracy"), strict=True):
            series = {"training": [getattr(run, f"train_{kind}") for run in runs],
                      "validation": [getattr(run, f"valid_{kind}") for run in runs]}  # fmt: skip
            below = kind == "accuracy"
            figures.lines(series, ax=ax, xlabel="update" if below else "", log="" if below else "y")
            if column or below:
                ax.get_legend().remove()
        axes[0, column].set_title(f"$F$ = {number(size)}")
    axes[0, 0].set_ylabel("loss (nats per image)")
    axes[1, 0].set_ylabel("accuracy")
    axes[1, 0].yaxis.set_major_formatter(lambda value, _: number(value, ".0%"))
    return figure


def stopping_figure(whole: Sequence[Any], stopped: Sequence[Any]) -> Figure:
    """Draw the losses of whole runs, and shade where the lowest validation losses and the ends by the rule lie."""
    series = {"training": [run.train_loss for run in whole], "validation": [run.valid_loss for run in whole]}
    figure, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.6))
    figures.lines(series, ax=ax, xlabel="update", ylabel="loss (nats per image)", log="y")
    spans = {"lowest validation loss": [run.best_epoch for run in stopped], "end by the rule": [*map(len, stopped)]}
    for shade, (name, updates) in zip((0.45, 0.2), spans.items(), strict=True):
        ax.axvspan(min(updates) - 0.4, max(updates) + 0.4, color=figures.GREY, alpha=shade, linewidth=0, label=name)
    figures.legend_above(ax)
    return figure


def last_table(histories: Mapping[int, Sequence[Any]], images: int, valid_images: int) -> pd.DataFrame:
    """Return losses and accuracies after the last update with intervals over the seeds, one row per size."""
    sizes = {"train": images, "valid": valid_images}
    names = {"train_loss": "training loss", "valid_loss": "validation loss",
             "train_accuracy": "training accuracy", "valid_accuracy": "validation accuracy"}  # fmt: skip
    rows: dict[str, dict[str, str]] = {}
    for size, runs in histories.items():
        rows[number(size)] = {}
        for metric, name in names.items():
            split, kind = metric.split("_")
            found = over_seeds([getattr(run, metric)[-1] for run in runs], sizes[split] if kind == "accuracy" else None)
            rows[number(size)][name] = interval(found, ".3f", least=0) if kind == "loss" else interval(found)
    return percents_once(pd.DataFrame(rows).T.rename_axis("F"))


def turning_table(histories: Mapping[int, Sequence[Any]]) -> pd.DataFrame:
    """Return where the validation loss was lowest and what changed from there to the end, one row per size."""
    rows = {}
    for size, runs in histories.items():
        best = [run.best_epoch for run in runs]
        losses, accuracies = (
            np.array([(curve[place - 1], curve[-1]) for curve, place in zip(kind, best, strict=True)])
            for kind in ([run.valid_loss for run in runs], [run.valid_accuracy for run in runs])
        )
        rows[number(size)] = {
            "at update": f"{min(best)} to {max(best)}" if min(best) < max(best) else f"{best[0]}",
            "loss then": interval(over_seeds(losses[:, 0]), ".3f", least=0),
            "its change": interval(over_seeds(losses[:, 1] - losses[:, 0]), "+.3f"),
            "accuracy then": number(accuracies[:, 0].mean(), ".1%"),
            "its change, points": interval(over_seeds(100 * (accuracies[:, 1] - accuracies[:, 0])), "+.1f"),
        }
    return percents_once(pd.DataFrame(rows).T.rename_axis("F"))


def overfitted(histories: Mapping[int, Sequence[Any]], factor: float = 1.05) -> list[int]:
    """Return the sizes whose validation loss rose by more than 5 % after its lowest while the training loss fell.

    In every run; after a jump that spoils both losses, a network has not learned too much.
    """
    return [size for size, runs in histories.items()
            if all(run.valid_loss[-1] > factor * min(run.valid_loss)
                   and run.train_loss[-1] < run.train_loss[run.best_epoch - 1] for run in runs)]  # fmt: skip
