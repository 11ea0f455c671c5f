"""Settings that a course report picked by hand, and the one of them whose every epoch it prints."""

from __future__ import annotations

from typing import Any

import pandas as pd

from report.chapter import published
from report.chapter.number import in_percent
from report.chapter.searching.trials import estimate, named, scores


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
    """Return one row per hand-picked setting: updates per epoch, epochs if they are not all the same, accuracy."""
    known, rows = scores(trials), {}
    same = trials["epochs"].nunique() == 1
    accuracy = f"accuracy after epoch {trials['epochs'].iloc[0]}, %" if same else "accuracy, %"
    for setting in dict.fromkeys(map(str, theirs["setting"])):
        printed = theirs[theirs["setting"] == setting]
        epochs = trials.loc[trials["setting"] == setting, "epochs"]
        rows[setting] = {
            "updates per epoch": -(-train_images // int(printed["batch_size"].iloc[0])),
            "epochs": " to ".join(dict.fromkeys([str(epochs.min()), str(epochs.max())])),
            accuracy: in_percent(estimate(known[setting], images)) if setting in known else "diverged",
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("setting")
    return table.drop(columns="epochs") if same else table


def curve_lines(histories: Any) -> dict[str, Any]:
    """Return the losses of our runs by epoch."""
    return {"training": [h.train_loss for h in histories], "validation": [h.valid_loss for h in histories]}
