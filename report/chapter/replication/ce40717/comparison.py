"""Report ce40717's printed numbers and claims beside what its experiments give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from report.chapter import published
from report.chapter.replication.ce40717.training import FOLDS, LAMBDAS
from report.chapter.replication.rows import Basis, Ours, tolerance

LABEL = "ce40717"
NAMES = {"64": "first", "128-64": "improved"}
BASIS: dict[str, tuple[Basis, str]] = {
    "64": ("inferred", "lambda 0.001: the cross-validation's answer; which one the printed run used is not shown"),
    "128-64": ("stated", ""),
}

# Standard deviations of (accuracy, loss) between seeds, from `training.together` with the report's rules on first
# images of MNIST's file. Folds: six seeds, 200 updates on 9,000, measured on 3,000; the small strengths pooled.
FOLD_SPREADS = {0.1: (0.0076, 0.086), 0.01: (0.0057, 0.014), 0.001: (0.0057, 0.014), 0.0001: (0.0057, 0.014)}

# Rows of the curves up to an update, pooled: five seeds on 6,000 images. So few are soon learned by heart by the
# improved network, so that its later rows would be too narrow. There a seed's curve was another's, 45 updates apart
# (standard deviation of the update from which the loss stays below 0.1): from 150 on, 45 slopes of the printed curve.
CURVE_SPREADS = {
    "64": {
        0: (0.012, 0.56), 20: (0.05, 0.13), 40: (0.029, 0.093), 60: (0.02, 0.062), 100: (0.012, 0.042),
        160: (0.0072, 0.029), 299: (0.0052, 0.02),
    },
    "128-64": {
        0: (0.04, 0.37), 70: (0.19, 0.54), 100: (0.098, 0.28), 140: (0.032, 0.09), 200: (0.012, 0.04),
        300: (0.0065, 0.021), 400: (0.0039, 0.012), 499: (0.0023, 0.0081),
    },
}  # fmt: skip
# Of these networks on the 10,000 validation images; for the improved one that of its last training row instead.
TEST_SPREADS = {"64": 0.0042, "128-64": 0.0023}


def ours(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return what the experiments give for the printed numbers, by their keys."""
    return _of_curves(found) | _of_tests(found) | _of_folds(found) | _of_means(found)


def _of_curves(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the losses and accuracies before an update, of both networks."""
    result = {}
    for row in published.load("full_batch_curve").reset_index().to_dict("records"):
        hidden, updates = row["hidden"], row["updates_done"]
        runs = by_report(found[NAMES[hidden]])
        accuracy, loss = curve_spread(hidden, updates)
        for name, spread in (("accuracy", accuracy), ("loss", loss)):
            values = [before(run, name, hidden, updates) for run in runs]
            result[f"full_batch_curve/{row['index']}/train_{name}"] = Ours(
                values, tolerance(spread, len(runs)), *BASIS[hidden]
            )
    return result


def _of_tests(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the test accuracies."""
    result = {}
    for row in published.load("full_batch").reset_index().to_dict("records"):
        runs = by_report(found[NAMES[row["hidden"]]])
        basis, note = BASIS[row["hidden"]]
        note = note and f"{note}; printed in another session than the rows above it"
        values, allowed = [run["test_accuracy"] for run in runs], tolerance(TEST_SPREADS[row["hidden"]], len(runs))
        result[f"full_batch/{row['index']}/test_accuracy"] = Ours(values, allowed, basis, note)
    return result


def _of_folds(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return accuracy and loss on each left-out fold."""
    folds, result = by_report(found["folds"]), {}
    for index, strength, fold in published.load("kfold_l2")[["lambda", "fold"]].itertuples():
        runs = [run for run in folds if (run["lambda"], run["fold"]) == (strength, fold)]
        for name, spread in zip(("accuracy", "loss"), FOLD_SPREADS[strength], strict=True):
            values = [run[name] for run in runs]
            result[f"kfold_l2/{index}/{name}"] = Ours(values, tolerance(spread, len(runs)))
    return result


def _of_means(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the means over the folds; their spread is that of a fold divided by the root of the number of folds."""
    result = {}
    for index, strength in published.load("kfold_l2_means")["lambda"].items():
        accuracy, loss = (spread / np.sqrt(FOLDS) for spread in FOLD_SPREADS[strength])
        for column, name, scale, spread in (
            ("mean_accuracy_percent", "accuracy", 100, accuracy), ("mean_loss", "loss", 1, loss)
        ):  # fmt: skip
            values = [scale * value for value in fold_means(found, name)[strength]]
            result[f"kfold_l2_means/{index}/{column}"] = Ours(values, tolerance(scale * spread, len(values)))
    return result


def by_report(runs: Sequence[Mapping[str, Any]], rule: str = "report") -> list[Mapping[str, Any]]:
    """Return the runs with the report's update, or by another rule."""
    return [run for run in runs if run["rule"] == rule]


def before(run: Mapping[str, Any], name: str, hidden: str, updates: int) -> float:
    """Return what a run had after so many of the report's updates; a rehearsal makes a tenth of them."""
    of_report = {"64": 300, "128-64": 500}[hidden]
    return float(run[name][updates * len(run[name]) // of_report])


def curve_spread(hidden: str, updates: int) -> tuple[float, float]:
    """Return the spread between seeds of training accuracy and loss after so many updates."""
    return next(spread for last, spread in CURVE_SPREADS[hidden].items() if updates <= last)


def fold_means(found: Mapping[str, Any], name: str, rule: str = "report") -> dict[float, list[float]]:
    """Return the mean over the folds for each strength, a value a seed."""
    table = pd.DataFrame(by_report(found["folds"], rule)).pivot_table(name, "seed", "lambda")
    return {strength: table[strength].tolist() for strength in LAMBDAS if strength in table}
