"""Figures of report ift6135-c: published numbers as dots, ours as lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures, published
from report.chapter.replication.ift6135_c import networks
from report.chapter.replication.ift6135_c.beside import LABEL, grid_keys
from report.chapter.replication.ift6135_c.columns import STARTS


def drawn(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown beyond printed numbers: the scan of the zeros, the sweep of N, the CNNs' curves."""
    curves = [f"{split}_{kind}" for split in ("train", "valid") for kind in ("loss", "accuracy")]
    networks = {name: {curve: one[curve] for curve in curves} for name, one in found["networks"].items()}
    return {"zeros": found["zeros"], "sweep": found["sweep"], "networks": networks}


def draw_starts(numbers: pd.DataFrame) -> np.ndarray:
    """Draw the training losses from the three starts, a panel each."""
    _, axes = plt.subplots(1, len(STARTS), figsize=(figures.TEXT_WIDTH, 2.4))
    for ax, name in zip(axes, STARTS, strict=True):
        rows = numbers[numbers["table"].eq("initialization") & numbers["quantity"].str.startswith(f"{name},")]
        _beside(ax, range(1, len(rows) + 1), rows)
        ax.set(title=name, xlabel="epoch", xticks=range(2, len(rows) + 1, 2))
        if name == "normal":  # ours are many times as large
            ax.set_yscale("log")
        else:
            ax.ticklabel_format(axis="y", useOffset=False)
    axes[0].set_ylabel("training loss")
    return np.asarray(axes)


def draw_grid(numbers: pd.DataFrame, column: str = "valid_accuracy") -> np.ndarray:
    """Draw the accuracies over the learning rate, a panel for each activation, a color and a mark for each size."""
    figure, axes = plt.subplots(1, len(networks.ACTIVATIONS), figsize=(figures.TEXT_WIDTH, 2.6))
    rates, keys = sorted(networks.RATES), grid_keys()
    for ax, activation in zip(axes, networks.ACTIVATIONS, strict=True):
        for place, size in enumerate(networks.HIDDEN):
            rows = numbers.loc[[keys[size, activation, rate] + column for rate in rates]]
            _beside(ax, rates, 100 * rows[["published", "ours"]], place, f"{size[0]}-{size[1]}")
        ax.set(title=activation, xlabel="learning rate", xscale="log")
        ax.set_xticks(rates, map(str, rates))
        ax.minorticks_off()
    axes[0].set_ylabel(f"{'validation' if column == 'valid_accuracy' else 'training'} accuracy, %")
    figures.shared_legend(figure, axes)
    return np.asarray(axes)


def _beside(ax: Axes, x: Any, rows: pd.DataFrame, place: int = 0, label: str = "") -> None:
    """Draw published numbers as dots, and ours as a line where there are any, with the looks of a place."""
    color = f"C{place}"
    if rows["ours"].notna().any():
        ax.plot(x, rows["ours"], color=color, linestyle=figures.DASHES[place], marker="")
    marker = figures.MARKERS[place]
    ax.plot(x, rows["published"], color=color, linestyle="", marker=marker, markersize=3.5, label=label)


def draw_curves(found: Mapping[str, Any]) -> np.ndarray:
    """Draw loss and error by epoch of the CNNs and the perceptron, on training and on validation images."""
    figure, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.8))
    for place, (name, one) in enumerate(found["networks"].items()):
        for split, style, fill in (("train", "-", f"C{place}"), ("valid", "--", "white")):
            look = {"color": f"C{place}", "marker": figures.MARKERS[place], "markerfacecolor": fill, "markersize": 3}
            label = f"{name}, {'training' if split == 'train' else 'validation'}"
            epochs = range(1, len(one[f"{split}_loss"]) + 1)
            errors = [100 * (1 - accuracy) for accuracy in one[f"{split}_accuracy"]]
            for ax, values in zip(axes, (one[f"{split}_loss"], errors), strict=True):
                ax.plot(epochs, values, linestyle=style, label=label, **look)
    for ax, title in zip(axes, ("loss", "error, %"), strict=True):
        ax.set(xlabel="epoch", ylabel=title, ylim=(0, None))
    figures.shared_legend(figure, axes)
    return np.asarray(axes)


def draw_sweep(found: Mapping[str, Any]) -> Axes:
    """Draw the largest difference over N: ours with all ten weights, and without kinks, beside the published ones."""
    one = found["sweep"]
    differences, kinks = np.abs(one["difference"]), np.array(one["kinks"])
    smooth = np.where(kinks, np.nan, differences)
    best = [np.nanmax(row) if np.isfinite(row).any() else np.nan for row in smooth]
    theirs = published.load("gradient_check", LABEL).groupby("N")["analytic_minus_numerical"]
    largest = theirs.apply(lambda values: values.abs().max())
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.6))
    ax.plot(one["N"], one["largest"], label="ours")
    ax.plot(one["N"], best, label="ours, steps across no kink", linestyle="--", marker="")
    ax.plot(largest.index, largest.to_numpy(), linestyle="", marker="o", label="published")
    ax.set(xscale="log", yscale="log", xlabel="N", ylabel="largest difference")
    ax.legend()
    return ax
