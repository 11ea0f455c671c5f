"""What the chapter on capacity and early stopping draws and tabulates of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from mlp_core import Callback, Sequential, Split, TrainingState
from report.chapter import figures, legal
from report.chapter.evidence import Estimate, compare, over_seeds
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


class AtLowest(Callback):
    """Keep a copy of a network as it is at its lowest validation loss, and let it train on."""

    network: Sequential | None = None

    def on_epoch_end(self, state: TrainingState) -> None:
        """Copy the network if no epoch before was better."""
        if state.history.best_epoch == state.epoch:
            self.network = state.network.copy()


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


def last_table(histories: Mapping[int, Sequence[Any]], ends: Mapping[int, Any], images: int) -> pd.DataFrame:
    """Return losses and accuracies after the last update with intervals, one row per size.

    `ends` are the answers to the validation images, which `calibration.ask` returns, `images` how many were trained on.
    """
    rows = {}
    for size, runs in histories.items():
        loss = over_seeds([run.train_loss[-1] for run in runs])
        accuracy = over_seeds([run.train_accuracy[-1] for run in runs], images)
        rows[number(size)] = {
            "training loss": interval(loss, ".3f", least=0),
            "validation loss": interval(over_seeds(ends[size].loss), ".3f", least=0),
            "training accuracy": interval(accuracy),
            "validation accuracy": interval(over_seeds(ends[size].right)),
        }
    return percents_once(pd.DataFrame(rows).T.rename_axis("F"))


def turning_table(
    histories: Mapping[int, Sequence[Any]], turns: Mapping[int, Any], ends: Mapping[int, Any]
) -> pd.DataFrame:
    """Return where the validation loss was lowest and what changed from there to the end, one row per size.

    `turns` and `ends` are the answers to the validation images there and at the end, as `calibration.ask` returns them.
    """
    rows = {}
    for size, runs in histories.items():
        best, turn, end = [run.best_epoch for run in runs], turns[size], ends[size]
        loss, accuracy = compare(end.loss, turn.loss), compare(end.right, turn.right)
        rows[number(size)] = {
            "at update": f"{min(best)} to {max(best)}" if min(best) < max(best) else f"{best[0]}",
            "loss then": interval(over_seeds(turn.loss), ".3f", least=0),
            "change of the loss": within(loss.difference, loss.low, loss.high, "+.3f"),
            "accuracy then": number(turn.right.mean(), ".1%"),
            "change of accuracy, points": within(accuracy.points, accuracy.low_points, accuracy.high_points, "+.1f"),
        }
    return percents_once(pd.DataFrame(rows).T.rename_axis("F"))


def overfitted(histories: Mapping[int, Sequence[Any]], factor: float = 1.05) -> list[int]:
    """Return the sizes whose validation loss rose by more than 5 % after its lowest while the training loss fell.

    In every run; after a jump that spoils both losses, a network has not learned too much.
    """
    return [size for size, runs in histories.items()
            if all(run.valid_loss[-1] > factor * min(run.valid_loss)
                   and run.train_loss[-1] < run.train_loss[run.best_epoch - 1] for run in runs)]  # fmt: skip


def leaps(histories: Mapping[int, Sequence[Any]], factor: float = 10.0) -> dict[int, int]:
    """Return, of the sizes with such runs, in how many the training loss rose to a multiple of its lowest before."""
    counts = {}
    for size, runs in histories.items():
        losses = [np.asarray(run.train_loss) for run in runs]
        counts[size] = sum(bool(np.any(loss > factor * np.minimum.accumulate(loss))) for loss in losses)
    return {size: count for size, count in counts.items() if count}
