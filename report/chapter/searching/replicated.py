"""The rows that three course reports published of their searches, beside ours."""

from __future__ import annotations

from typing import Any

import pandas as pd

from report.chapter import published
from report.chapter.number import number
from report.chapter.searching.trials import estimate, named, scores
from report.chapter.searching.verdicts import in_percent

TOLERANCE, SIGMOID_TOLERANCE = 0.01, 0.025
"""One point of accuracy; more for sigmoid units, which after ten epochs are still on the steep part of their curve."""


def published_grid(report: str) -> pd.DataFrame:
    """Return the settings of one report's search, hidden units as `search` has them.

    >>> published_grid("ift6135-a")["hidden"].tolist()[0]
    (512, 512)
    """
    table = published.load("hyperparameter_search", report)
    table["hidden"] = [(int(one["hidden_1"]), int(one["hidden_2"])) for one in table.to_dict("records")]
    return table.rename(columns={"activation_1": "activation"})


def grid_rows(report: str, trials: pd.DataFrame, *, comparable: bool) -> list[dict[str, Any]]:
    """Return a row for each published setting of a grid that our trials have, too."""
    rows = []
    for theirs in published_grid(report).to_dict("records"):
        same = (trials["hidden"] == theirs["hidden"]) & (trials["learning_rate"] == theirs["learning_rate"])
        if several := "activation" in trials:
            same &= trials["activation"] == theirs["activation"]
        if same.any():
            words = [f"{theirs['hidden'][0]}-{theirs['hidden'][1]}", *[theirs["activation"]] * several]
            what = ", ".join([*words, f"rate {theirs['learning_rate']:g}", "validation accuracy"])
            tolerance = SIGMOID_TOLERANCE if several and theirs["activation"] == "sigmoid" else TOLERANCE
            ours = trials.loc[same, "valid_accuracy"]
            rows.append(published.row(report, what, theirs["valid_accuracy"], ours, tolerance, comparable=comparable))
    return rows


def picked_settings(count: int, shrink: int) -> pd.DataFrame:
    """Return the first settings that report ift6135-b picked by hand, as `search` takes them, and named.

    Parameters
    ----------
    count : int
        How many of the nine.
    shrink : int
        By what the numbers of hidden units are divided.
    """
    table = published.load("hyperparameter_search", "ift6135-b").head(count)
    rows = table.to_dict("records")
    table["hidden"] = [tuple(max(1, int(row[f"hidden_{layer}"]) // shrink) for layer in (1, 2)) for row in rows]
    table["activation"] = [(row["activation_1"], row["activation_2"]) for row in rows]
    return named(table.astype({"batch_size": int}))


def picked_table(trials: pd.DataFrame, theirs: pd.DataFrame, images: int, train_images: int) -> pd.DataFrame:
    """Return one row per hand-picked setting: updates per epoch, epochs, our accuracy and what was published."""
    known, rows = scores(trials), {}
    for setting in dict.fromkeys(map(str, theirs["setting"])):
        printed = theirs[theirs["setting"] == setting]
        epochs = trials.loc[trials["setting"] == setting, "epochs"]
        pairs = zip(printed["valid_accuracy"], printed["epochs"], strict=True)
        rows[setting] = {
            "updates per epoch": -(-train_images // int(printed["batch_size"].iloc[0])),
            "epochs": " to ".join(dict.fromkeys([str(epochs.min()), str(epochs.max())])),
            "accuracy, %": in_percent(estimate(known[setting], images)) if setting in known else "diverged",
            "published": "; ".join(f"{number(100 * accuracy, '.1f')} after {after:.0f}" for accuracy, after in pairs),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("setting")


def picked_rows(theirs: pd.DataFrame, trials: pd.DataFrame, *, comparable: bool, epochs: int) -> list[dict[str, Any]]:
    """Return a row for each setting that report ift6135-b picked; one that ran longer than ours is not compared."""
    rows = []
    for one in theirs.to_dict("records"):
        a, b = one["activation"]
        what = (
            f"{one['hidden_1']:.0f}-{one['hidden_2']:.0f}, {a}-{b}, batch {one['batch_size']:.0f}, "
            f"rate {one['learning_rate']:g}, validation accuracy (theirs after {one['epochs']:.0f} epochs)"
        )
        ours = trials.loc[trials["setting"] == one["setting"], "valid_accuracy"]
        alike = comparable and epochs >= one["epochs"]
        rows.append(published.row("ift6135-b", what, one["valid_accuracy"], ours, TOLERANCE, comparable=alike))
    return rows


def curve_rows(histories: Any, epochs: int, *, comparable: bool) -> list[dict[str, Any]]:
    """Return a row for each epoch and measure of the one run that report ift6135-b prints in full."""
    theirs = published.load("training_curve_710x610").set_index("epoch")
    return [
        published.row(
            "ift6135-b", f"710-610, batch 8, {name.replace('_', ' ')}, epoch {epoch}", theirs.loc[epoch, name],
            [getattr(history, name)[epoch - 1] for history in histories], tolerance, comparable=comparable,
        )
        for name, tolerance in (("train_loss", 0.02), ("valid_loss", 0.02), ("valid_accuracy", 0.005))
        for epoch in theirs.index[:epochs]
    ]  # fmt: skip


def curve_lines(histories: Any, *, as_published: bool) -> dict[str, Any]:
    """Return the losses of our runs by epoch, and beside them the published ones if the settings are the same."""
    curves = {"training": [h.train_loss for h in histories], "validation": [h.valid_loss for h in histories]}
    if as_published:
        theirs = published.load("training_curve_710x610")
        curves |= {"training, published": [*theirs["train_loss"]], "validation, published": [*theirs["valid_loss"]]}
    return curves
