"""Tables and figures of report ift6135-b beside ours: printed numbers as dots, ours as lines or bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures
from report.chapter.number import number, percents_once
from report.chapter.replication.ift6135_b.beside import printed_rows, undone
from report.chapter.replication.ift6135_b.found import N

LOSSES = {"train_loss": ("training", ".4f"), "valid_loss": ("validation", ".4f")}
SHARES = {"train_accuracy": ("training", ".2%"), "valid_accuracy": ("validation", ".2%")}
PERCENT = {
    "train_accuracy_percent_printed": ("counter, %", ".3f"),
    "train_accuracy_percent_corrected": ("undone, %", ".3f"),
    "valid_accuracy": ("validation", ".2%"),
}


def of_setting(row: Any) -> str:
    """Return what stands for a hand-picked row in a table: sizes, activations, batch, rate and the printed epoch."""
    return (
        f"{row.hidden_1:.0f}-{row.hidden_2:.0f} {row.activation_1}-{row.activation_2}, "
        f"{row.batch_size:.0f}, {row.learning_rate:g}, {row.epochs:.0f}"
    )


def rows_table(numbers: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Return the nine hand-picked rows, printed and ours, in columns of `LOSSES` or `SHARES`."""
    rows = {row.Index: of_setting(row) for row in printed_rows("hyperparameter_search")}
    return wide(numbers, "hyperparameter_search", rows, columns).rename_axis("setting")


def curve_table(numbers: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Return the ten epochs, printed and ours, in columns of `LOSSES` or `PERCENT`."""
    rows = {row.Index: str(row.epoch) for row in printed_rows("training_curve_710x610")}
    return wide(numbers, "training_curve_710x610", rows, columns).rename_axis("epoch")


def wide(numbers: pd.DataFrame, table: str, rows: Mapping[int, str], columns: Mapping[str, tuple[str, str]]
         ) -> pd.DataFrame:  # fmt: skip
    """Return printed numbers and ours in pairs of columns; a star marks those of ours beyond the tolerance."""
    cells: dict[str, list[str]] = {}
    for column, (words, spec) in columns.items():
        found = [numbers.loc[f"{table}/{index}/{column}"] for index in rows]
        cells[words] = [number(one["published"], spec) for one in found]
        cells[f"{words}, ours"] = [number(one["ours"], spec) + "*" * bool(one["verdict"] == "differs") for one in found]
    return percents_once(pd.DataFrame(cells, index=list(rows.values())))


def undone_table() -> pd.DataFrame:
    """Return what the counter printed in each epoch, and the number of right images that it says."""
    rows = printed_rows("training_curve_710x610")
    printed = [row.train_accuracy_percent_printed for row in rows]
    right = [number(int(round(one))) for one in undone(printed)]
    cells = {"printed, %": [number(one, ".6f") for one in printed], "right images": right}
    return pd.DataFrame(cells, index=[str(row.epoch) for row in rows]).rename_axis("epoch")


def check_table(numbers: pd.DataFrame, drawn: Mapping[str, Any]) -> pd.DataFrame:
    """Return the printed maxima of the gradient check beside median and central 95 % of the random networks."""
    cells = {}
    for row in printed_rows("gradient_check"):
        one = numbers.loc[f"gradient_check/{row.Index}/analytic_minus_numerical"]
        low, middle, high = drawn["ranges"]["with"][N.index(row.N)] if len(one["runs"]) else [np.nan] * 3
        ours = [number(value, ".2g") for value in (middle, low, high)]
        cells[number(row.N)] = [number(one["published"], ".3g"), *ours]
    columns = ["printed", "median of ours", "from", "to"]
    return pd.DataFrame.from_dict(cells, orient="index", columns=columns).rename_axis("N")


def draw_rows(numbers: pd.DataFrame) -> np.ndarray:
    """Draw the validation accuracy and loss of the nine rows, printed as dots, ours as bars from lowest to highest."""
    rows = printed_rows("hyperparameter_search")
    figure, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.8), sharey=True)
    places = np.arange(len(rows))[::-1]
    for ax, column, factor in zip(axes, ("valid_accuracy", "valid_loss"), (100, 1), strict=True):
        found = [numbers.loc[f"hyperparameter_search/{row.Index}/{column}"] for row in rows]
        ax.plot([factor * one["published"] for one in found], places, "o", label="printed")
        spans = [(min(one["runs"]), max(one["runs"]), place) for one, place in zip(found, places, strict=True)
                 if len(one["runs"])]  # fmt: skip
        if spans:
            low, high, height = map(np.array, zip(*spans, strict=True))
            middle, half = factor * (low + high) / 2, factor * (high - low) / 2
            ax.errorbar(middle, height - 0.25, xerr=half, fmt="s", capsize=2, label="ours")
    axes[0].set_yticks(places, [of_setting(row) for row in rows])
    axes[0].set_xlabel("validation accuracy, %")
    axes[1].set_xlabel("validation loss")
    figures.shared_legend(figure, axes)
    return axes  # type: ignore[no-any-return]


def draw_curve(numbers: pd.DataFrame) -> np.ndarray:
    """Draw the ten epochs: losses on the left, accuracies on the right, with the counter as printed and undone."""
    figure, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.8))
    panels = (
        {"training": ("train_loss", 1), "validation": ("valid_loss", 1)},
        {"training": ("train_accuracy_percent_corrected", 1), "validation": ("valid_accuracy", 100),
         "training, by the counter": ("train_accuracy_percent_printed", 1)},
    )  # fmt: skip
    for ax, lines in zip(axes, panels, strict=True):
        for label, (column, factor) in lines.items():
            draw_beside(ax, numbers, column, label, factor)
        ax.set_xlabel("epoch")
    axes[0].set_ylabel("loss")
    axes[1].set_ylabel("accuracy, %")
    figures.shared_legend(figure, axes)
    return axes  # type: ignore[no-any-return]


def draw_beside(ax: Axes, numbers: pd.DataFrame, column: str, label: str, factor: float) -> None:
    """Draw one column of the ten epochs as dots, and ours, where there are any, as a line with a band."""
    rows = printed_rows("training_curve_710x610")
    epochs, found = [row.epoch for row in rows], [numbers.loc[f"training_curve_710x610/{row.Index}/{column}"]
                                                  for row in rows]  # fmt: skip
    place = len(ax.get_legend_handles_labels()[1])
    marker, dash = figures.MARKERS[place], figures.DASHES[place]
    (dots,) = ax.plot(epochs, [factor * one["published"] for one in found], marker, markersize=3, label=label)
    if all(len(one["runs"]) for one in found):
        runs = factor * np.array([list(one["runs"]) for one in found])
        ax.plot(epochs, runs.mean(axis=1), color=dots.get_color(), linestyle=dash, marker="")
        ax.fill_between(epochs, runs.min(axis=1), runs.max(axis=1), color=dots.get_color(), alpha=0.2, linewidth=0)


def draw_starts(starts: Mapping[str, Sequence[Sequence[float]]]) -> Axes:
    """Draw the training loss of the three starts before each pass; the report's figure leaves the first value out."""
    ax = figures.lines(dict(starts), range(11), xlabel="passes made", ylabel="training loss", log="y")
    figures.varies(ax.lines[1])  # large weights make rounding errors large
    return ax


def draw_check(drawn: Mapping[str, Any]) -> Axes:
    """Draw the largest differences by N: printed, of random networks with and without the 1e-10, and after training."""
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 3.0))
    for constant, color, dash in (("with", "C0", "-"), ("without", "C1", "--")):
        low, middle, high = np.array(drawn["ranges"][constant]).T
        ax.fill_between(N, low, high, color=color, alpha=0.2, linewidth=0)
        label = f"random networks, {constant} the constant"
        ax.plot(N, middle, color=color, linestyle=dash, marker="", label=label)
    trained = positive(drawn["trained"])
    ax.plot(N, trained, color="C2", linestyle=":", marker="", label="after ten epochs, with the constant")
    figures.varies(*ax.lines, *ax.collections)  # rounding errors
    rows = printed_rows("gradient_check")
    ax.plot([row.N for row in rows], [row.analytic_minus_numerical for row in rows], "ko", label="printed")
    ax.set(xscale="log", yscale="log", xlabel="N", ylabel="largest difference")
    ax.legend()
    return ax


def positive(values: Sequence[float]) -> np.ndarray:
    """Return what a logarithmic axis can show: a gap where a difference is exactly zero."""
    array = np.array(values)
    return np.where(array > 0, array, np.nan)
