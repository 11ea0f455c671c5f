"""Tables and figures of the appendix on report ce40717."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from report.chapter import figures, published
from report.chapter.capacity import interval
from report.chapter.evidence import compare, over_seeds
from report.chapter.number import number, within
from report.chapter.replication.ce40717.comparison import by_report
from report.chapter.replication.ce40717.training import LAMBDAS

NETWORKS = {"64": "784-64-10", "128-64": "784-128-64-10"}
RESULTS = {"loss": ("train_loss", ".4f"), "accuracy": ("train_accuracy", ".4f")}
FOLDS = {"loss": ("loss", ".4f"), "accuracy": ("accuracy", ".4f")}


def wide(numbers: pd.DataFrame, table: str, rows: pd.DataFrame, results: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Return published numbers and ours in one row for each row of a published table; a star marks what differs.

    Parameters
    ----------
    numbers : DataFrame
        As `Replicated` has them.
    table : str
        The published table.
    rows : DataFrame
        Those of its rows and columns that tell what a row is about.
    results : mapping of str to (column, specification)
        What is shown, by its name.
    """
    parts = [rows.map(number)]
    for name, (column, spec) in results.items():
        part = numbers.loc[[f"{table}/{index}/{column}" for index in rows.index]].set_index(rows.index)
        told = part.assign(tolerance=part["tolerance"].where(part["runs"].str.len() > 0))
        values = told[["published", "ours", "tolerance"]].map(lambda value, spec=spec: number(value, spec))
        stars = part["verdict"].map(lambda verdict: "*" * (verdict == "differs"))
        parts.append(values.rename(columns={"published": name}).assign(ours=values["ours"] + stars))
    return pd.concat(parts, axis=1).set_index(list(rows.columns))


def curve_table(numbers: pd.DataFrame, hidden: str) -> pd.DataFrame:
    """Return the printed rows of one network's training beside ours."""
    rows = published.load("full_batch_curve").query("hidden == @hidden")[["updates_done"]]
    return wide(numbers, "full_batch_curve", rows, RESULTS).rename_axis("updates")


def fold_table(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the printed folds beside ours."""
    return wide(numbers, "kfold_l2", published.load("kfold_l2")[["lambda", "fold"]], FOLDS)


def curves_figure(numbers: pd.DataFrame) -> Figure:
    """Draw the printed losses and accuracies as dots, ours as lines with a band over the seeds."""
    figure, axes = plt.subplots(2, 2, figsize=(figures.TEXT_WIDTH, 4.2), sharex="col")
    table = published.load("full_batch_curve")
    for column, (hidden, name) in zip(axes.T, NETWORKS.items(), strict=True):
        rows = table[table["hidden"] == hidden]
        for ax, (quantity, (result, _)) in zip(column, RESULTS.items(), strict=True):
            part = numbers.loc[[f"full_batch_curve/{index}/{result}" for index in rows.index]]
            _line(ax, rows["updates_done"], part)
            ax.plot(rows["updates_done"], part["published"], "k.", markersize=3, label="published", zorder=3)
            ax.set_ylabel(f"training {quantity}")
        column[0].set(title=name, yscale="log")
        column[1].set_xlabel("updates")
    figures.shared_legend(figure, axes.ravel())
    return figure


def _line(ax: Axes, x: pd.Series, part: pd.DataFrame) -> None:
    """Draw the mean of our runs with a band from the lowest to the highest, where there are any."""
    if part["runs"].str.len().all():
        runs = np.array(part["runs"].tolist())
        (line,) = ax.plot(x, runs.mean(axis=1), marker="", label="ours")
        ax.fill_between(x, runs.min(axis=1), runs.max(axis=1), color=line.get_color(), alpha=0.3, linewidth=0)


def folds_figure(numbers: pd.DataFrame) -> Figure:
    """Draw the printed figures of every fold as dots, and ours beside them with a bar over the seeds."""
    figure, axes = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.5))
    table = published.load("kfold_l2")
    for ax, quantity in zip(axes, FOLDS, strict=True):
        part = numbers.loc[[f"kfold_l2/{index}/{quantity}" for index in table.index]]
        place = table["lambda"] * 10 ** (0.1 * table["fold"] - 0.2)
        ax.plot(place, part["published"], "k.", markersize=4, label="published", zorder=3)
        if part["runs"].str.len().all():
            runs = np.array(part["runs"].tolist())
            mean = runs.mean(axis=1)
            ax.errorbar(place * 1.1, mean, [mean - runs.min(axis=1), runs.max(axis=1) - mean], fmt=".", label="ours")
        ax.set(xscale="log", xlabel="$\\lambda$, folds side by side", ylabel=f"{quantity} on the fold")
    figures.shared_legend(figure, axes)
    return figure


def drawn(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown beyond printed numbers: the report's update and the right one side by side."""
    return {"rules": rules(found)}


def rules(found: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what the report's update and the right one give from the same starts, and the difference."""
    folds = [run for run in found["folds"] if run["seed"] == 0]
    pairs = {
        f"folds, lambda {number(strength)}, {name}": [
            [run[name] for run in by_report(folds, rule) if run["lambda"] == strength] for rule in ("right", "report")
        ]
        for strength in LAMBDAS for name in ("loss", "accuracy")
    }  # fmt: skip
    for name, of in {
        "training loss": lambda run: run["loss"][-1], "test accuracy": lambda run: run["test_accuracy"],
        "length of the weights": lambda run: run["length"],
    }.items():  # fmt: skip
        pairs[f"784-64-10, {name}"] = [list(map(of, by_report(found["first"], rule))) for rule in ("right", "report")]
    rows = {}
    for name, (right, report) in pairs.items():
        if right:
            more = compare(right, report)
            rows[name] = {
                "report's update": interval(over_seeds(report), ".4f"),
                "right update": interval(over_seeds(right), ".4f"),
                "right minus report's": within(more.difference, more.low, more.high, ".4f"),
            }
    return rows


def rules_table(rules: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return the table of `rules`."""
    return pd.DataFrame(rules).T.rename_axis("quantity")
