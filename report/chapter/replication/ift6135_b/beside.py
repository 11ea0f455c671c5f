"""Ours beside every number that ift6135-b printed, with tolerances that were fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.replication.ift6135_b.found import RUNS, N, Setting, kept
from report.chapter.replication.rows import Ours, tolerance

LABEL = "ift6135-b"

SETTINGS = {
    "data": "mnist.pkl.gz, its own 50,000 training and 10,000 validation images (stated)",
    "pixels": "gray levels / 256 (inferred: so the file has them, and the listing changes nothing)",
    "networks": "784-h1-h2-10; ReLU as listed; two rows with sigmoid units (stated; their program is not listed)",
    "start": "zeros, N(0, 1) or Glorot uniform, biases zero (stated); the seeds are not",
    "order": "file order, whole batches only: at batch 32 the last 16 images are never used (stated: the listing)",
    "update": "plain SGD on the mean gradient of -log p; batch and rate of each row (stated)",
    "loss": "mean of -log(p + 1e-10) (stated: the listing)",
    "epochs of the rows": "one more than the printed one (inferred from one row, which the ten-epoch run has, too)",
    "training accuracy of the rows": "through the listing's counter (inferred from these rows, which are not compared)",
    "ten epochs": "710-610, batch 8, rate 0.01 (stated)",
    "initialization": "710-610, batch 8, rate 0.01, losses before each of 11 passes (stated: the listing)",
    "gradient check": "784-600-600-10, Glorot, not trained, image 5, first unit of layer two (stated; the draw is not)",
    "MLP beside the CNN": "512-256, batch 32, rate 0.01, 10 epochs (stated); the rest as above (inferred)",
    "CNN": "layers, batch 32, rate 0.01 (stated); plain SGD, Glorot, file order, no padding, 10 epochs (assumed)",
}

REASONS: dict[str, str] = {}
"""Every printed number has a run."""

SPREAD = {"train_loss": 0.021, "valid_loss": 0.0145, "train_accuracy": 0.029, "valid_accuracy": 0.026}
"""Standard deviation between seeds: of a loss as a part of it, of an accuracy as a part of the error.

Known beforehand from 710-610 at batch 8 on the first 10,000 training images only, five seeds: the root mean square over
ten passes. There, 512-256 at batch 32 has at most 0.014, 0.014, 0.018 and 0.017 from the second of twelve passes on.
"""

CENTRAL = (0.025, 0.975)
"""The part of the random networks in whose range a difference of the gradient check counts as reproduced."""

PIXELS = "the scale of the pixels is inferred"
COUNTER = "ours through the counter, which these rows chose"


def ours(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return what the runs give for every printed number, by its key."""
    return rows(found) | curve(found) | check(found) | beside_cnn(found) | counts(found)


def printed_rows(table: str) -> list[Any]:
    """Return the report's rows of a published table, each with its `Index` as the keys of printed numbers have it."""
    rows = published.load(table)
    return list(rows[rows["report"] == LABEL].itertuples())


def near(metric: str, printed: float, runs: int) -> float:
    """Return how far a mean of runs may lie from one printed loss or accuracy."""
    part = printed if metric.endswith("loss") else 1 - printed
    return tolerance(SPREAD[metric] * part, runs)


def rows(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return ours for the nine hand-picked settings: one pass more than the printed epoch."""
    made = {}
    for row in printed_rows("hyperparameter_search"):
        name, done = run_of(row), int(row.epochs) + 1
        note = f"one pass more than the printed epoch, which counts from zero; {PIXELS}"
        for metric in SPREAD:
            values = kept(found, name, metric, done)
            allowed = near(metric, getattr(row, metric), len(values))
            place = f"hyperparameter_search/{row.Index}/{metric}"
            made[place] = Ours(values, allowed, "inferred", note)
            if metric == "train_accuracy":  # these rows say themselves that they went through it
                made[place] = Ours([counted(share) for share in values], allowed, "other", COUNTER)
    return made


def counted(share: float) -> float:
    """Return what the counter prints for an accuracy that it had in the epoch before, too: `never_reset` in the limit.

    An epoch in which the accuracy rose by one point makes a difference of 2e-5.

    >>> round(counted(0.98), 5)
    0.98196
    """
    return share / (1 - 1 / 500)


def run_of(row: Any) -> str:
    """Return the name of the runs with the settings of a printed row."""
    sizes, kinds = (row.hidden_1, row.hidden_2), (row.activation_1, row.activation_2)
    wanted = Setting(sizes, kinds, row.batch_size, row.learning_rate)[:4]
    return next(name for name, setting in RUNS.items() if setting[:4] == wanted)  # the report's own runs come first


def curve(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return ours for the ten epochs of 710-610; the printed accuracy through the counter."""
    made = {}
    through = [never_reset(run["train_accuracy"]) for run in found["runs"]["710-610"]]
    for row in printed_rows("training_curve_710x610"):
        place = f"training_curve_710x610/{row.Index}"
        for metric in ("train_loss", "valid_loss", "valid_accuracy"):
            values = kept(found, "710-610", metric, row.epoch)
            allowed = near(metric, getattr(row, metric), len(values))
            made[f"{place}/{metric}"] = Ours(values, allowed, "inferred", PIXELS)
        shares = [100 * share for share in kept(found, "710-610", "train_accuracy", row.epoch)]
        allowed = 100 * near("train_accuracy", row.train_accuracy_percent_corrected / 100, len(shares))
        made[f"{place}/train_accuracy_percent_corrected"] = Ours(shares, allowed, "inferred", PIXELS)
        printed, note = [one[row.epoch - 1] for one in through], f"ours through the same counter; {PIXELS}"
        made[f"{place}/train_accuracy_percent_printed"] = Ours(printed, allowed, "inferred", note)
    return made


def never_reset(shares: list[float]) -> list[float]:
    """Return what a counter prints in per cent that goes on from its last print instead of from zero.

    >>> never_reset([0.93832, 0.96096])[1]
    96.283664
    """
    printed: list[float] = []
    for share in shares:
        before = printed[-1] if printed else 0.0
        printed.append(round((before + round(share * 50_000)) / 50_000 * 100, 9))
    return printed


def undone(printed: list[float]) -> np.ndarray:
    """Return how many of 50,000 images were right, from what that counter printed; whole numbers up to lost digits."""
    return 500 * np.array(printed) - np.array([0.0, *printed[:-1]])


def check(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the middle of the central 95 % of the random networks, whose half width is the tolerance."""
    made, spans = {}, ranges(found)
    for row in printed_rows("gradient_check"):
        low, _, high = spans[N.index(row.N)]
        note = f"the middle of the central 95 % of {len(found['draws'])} random networks; {PIXELS}"
        made[f"gradient_check/{row.Index}/analytic_minus_numerical"] = Ours(
            [float(low + high) / 2], float(high - low) / 2, "inferred", note
        )
    return made


def ranges(found: Mapping[str, Any], constant: str = "with") -> np.ndarray:
    """Return the ends of the central 95 % of the random networks and their median, shape (N, 3): low, median, high."""
    differences = np.array([draw[constant] for draw in found["draws"]])
    return np.quantile(differences, [CENTRAL[0], 0.5, CENTRAL[1]], axis=0).T


def beside_cnn(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return ours for the errors of the CNN, whose settings are assumed, and of the MLP beside it."""
    made = {}
    for row in printed_rows("cnn_vs_mlp"):
        convolves, best = row.model == "cnn", row.metric == "best_valid_error"
        name = "cnn" if convolves else "512-256, batch 32"
        if best:  # of the run that goes to the end
            right = [max(found["runs"][name][0]["valid_accuracy"])]
        else:
            right = kept(found, name, "valid_accuracy", int(row.epoch))
        made[f"cnn_vs_mlp/{row.Index}/value"] = Ours(
            [1 - share for share in right], near("valid_accuracy", 1 - row.value, len(right)),
            "assumed" if convolves else "inferred",
            "optimizer, start, order and padding are assumed" if convolves else PIXELS,
        )  # fmt: skip
    return made


def counts(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the numbers of parameters of our networks."""
    made = {}
    for row in printed_rows("parameter_counts"):
        convolves = row.model == "cnn"
        name = "cnn, without convolution biases" if convolves else row.model.removeprefix("mlp ")
        made[f"parameter_counts/{row.Index}/parameters_printed"] = Ours(
            [float(found["parameters"][name])], 0, "stated", "without the 35 biases of the convolutions" * convolves
        )
    return made
