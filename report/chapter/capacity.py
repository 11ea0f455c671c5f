"""What the chapter on capacity and early stopping measures, beyond what training records: how sure answers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from mlp_core import Sequential, Split
from report.chapter import figures, legal
from report.chapter.evidence import Estimate, over_seeds
from report.chapter.number import number, within


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


def loss(logits: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    """Return the mean cross-entropy of logits divided by a temperature, in nats per image.

    Examples
    --------
    >>> round(loss(np.array([[2.0, 0.0]]), np.array([0])), 3), round(loss(np.array([[2.0, 0.0]]), np.array([0]), 2), 3)
    (0.127, 0.313)
    """
    shares = log_softmax(np.asarray(logits, dtype=float) / temperature, axis=1)
    return -float(shares[np.arange(len(labels)), labels].mean())


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature between 0.1 and 100 with the lowest loss."""
    found = minimize_scalar(lambda power: loss(logits, labels, 10**power), bounds=(-1, 2), method="bounded")
    return float(10**found.x)


def cooled_loss(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the loss at the best temperature, and that temperature.

    Each half of the images is measured at the temperature that the other half chose, so that no image chooses for
    itself; the temperature returned is the halves' geometric mean.
    """
    halves = [slice(0, None, 2), slice(1, None, 2)]
    chosen = [best_temperature(logits[half], labels[half]) for half in halves]
    losses = [loss(logits[half], labels[half], other) for half, other in zip(halves, chosen[::-1], strict=True)]
    return float(np.mean(losses)), float(np.sqrt(chosen[0] * chosen[1]))


def certainty(networks: Sequence[Sequential], split: Split) -> pd.DataFrame:
    """Return one row per network: accuracy, confidence, loss, loss at the best temperature, and that temperature.

    The confidence is the mean probability that a network gives to its own answer; a calibrated network's equals its
    accuracy.
    """
    rows = []
    for network in networks:
        logits = network.logits(split.images)
        cooled, temperature = cooled_loss(logits, split.labels)
        rows.append({
            "accuracy": float((logits.argmax(axis=1) == split.labels).mean()),
            "confidence": float(softmax(logits.astype(float), axis=1).max(axis=1).mean()),
            "loss": loss(logits, split.labels), "loss, rescaled": cooled, "temperature": temperature,
        })  # fmt: skip
    return pd.DataFrame(rows)


def certainty_table(measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the means of :func:`certainty` with intervals over the seeds, one column per kind of network."""
    spec = {"accuracy": ".1%", "confidence": ".1%", "loss": ".3f", "loss, rescaled": ".3f", "temperature": ".2f"}
    cells = {name: {row: interval(over_seeds(table[row]), form, least=0) for row, form in spec.items()}
             for name, table in measured.items()}  # fmt: skip
    return pd.DataFrame(cells).rename_axis("mean over seeds")


def reliability(networks: Sequence[Sequential], split: Split, bins: int = 10, fewest: int = 10) -> pd.DataFrame:
    """Return confidence and accuracy in equal bins of confidence, all networks together; bins with few answers go."""
    sure = np.concatenate([network.predict_proba(split.images).max(axis=1) for network in networks])
    right = hits(networks, split).ravel()
    place = np.minimum((sure * bins).astype(int), bins - 1)
    table = pd.DataFrame({"confidence": sure.astype(float), "accuracy": right.astype(float)}).groupby(place)
    return table.mean()[table.size() >= fewest]


def reliability_figure(networks: Mapping[str, Sequence[Sequential]], split: Split) -> Figure:
    """Draw accuracy over confidence for several groups of networks, with the diagonal of perfect calibration."""
    figure, ax = plt.subplots(figsize=(figures.TEXT_WIDTH * 0.6, 2.9))
    for name, group in networks.items():
        table = reliability(group, split)
        ax.plot(table["confidence"], table["accuracy"], label=name)
    ax.plot([0, 1], [0, 1], color=figures.GREY, linestyle=":", marker="", label="calibrated")
    ax.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    ax.legend()
    return figure


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
    ax.legend()
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
    return pd.DataFrame(rows).T.rename_axis("F")


def turning_table(histories: Mapping[int, Sequence[Any]]) -> pd.DataFrame:
    """Return where the validation loss was lowest and what became of it, means over the seeds, one row per size."""
    rows = {}
    for size, runs in histories.items():
        best = [run.best_epoch for run in runs]
        rows[number(size)] = {
            "lowest loss": interval(over_seeds([min(run.valid_loss) for run in runs]), ".3f", least=0),
            "at update": f"{min(best)} to {max(best)}" if min(best) < max(best) else f"{best[0]}",
            "last loss": interval(over_seeds([run.valid_loss[-1] for run in runs]), ".3f", least=0),
            "accuracy then": number(np.mean([run.valid_accuracy[run.best_epoch - 1] for run in runs]), ".1%"),
            "last accuracy": number(np.mean([run.valid_accuracy[-1] for run in runs]), ".1%"),
        }
    return pd.DataFrame(rows).T.rename_axis("F")


def overfitted(histories: Mapping[int, Sequence[Any]], factor: float = 1.05) -> list[int]:
    """Return the sizes whose validation loss rose by more than 5 % after its lowest while the training loss fell.

    In every run; after a jump that spoils both losses, a network has not learned too much.
    """
    return [size for size, runs in histories.items()
            if all(run.valid_loss[-1] > factor * min(run.valid_loss)
                   and run.train_loss[-1] < run.train_loss[run.best_epoch - 1] for run in runs)]  # fmt: skip
