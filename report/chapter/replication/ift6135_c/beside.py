"""Ours beside the numbers that report ift6135-c printed: inferred settings, and how far two runs may differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.number import number
from report.chapter.replication.ift6135_c import biases, networks
from report.chapter.replication.printed import key
from report.chapter.replication.rows import Basis, Ours, tolerance
from report.chapter.sentence import listed

LABEL = "ift6135-c"

REASONS = {"gradient_check": "network, image and whether it was trained are not stated"}

STARTS = {"glorot": "glorot_uniform", "normal": "normal"}
"""The report's names of starts, and ours."""

FIT = 1.5
"""Tolerances by which none of the six telling numbers may be missed: three standard deviations, as they are six."""

EXACT = 1e-12
"""For losses of ten biases in double precision, which sums in another order change by 1e-15."""

RELU, TANH = (0.0012, 0.0019), (0.0007, 0.0008)
SPREADS = {
    **{("relu", rate): RELU for rate in networks.RATES},
    **{("tanh", rate): TANH for rate in networks.RATES},
    ("sigmoid", 0.05): (0.0006, 0.0010),
    ("sigmoid", 0.01): (0.0018, 0.0027),
    ("sigmoid", 0.005): (0.0036, 0.0027),
}
"""Standard deviations of training and validation accuracy between five seeds, of networks half as wide (256-192) in the
grid's other settings: `accuracies(..., hidden=(256, 192), seed=0 to 4)`. Root mean square over the rates where they
differ by chance alone; the sigmoid's spread depends on the rate."""

START_SPREADS = {"glorot": 0.04, "normal": 1.9}
"""Standard deviations of the training loss between four seeds of 256-192: the largest after the first three epochs."""

CNN_SPREAD = 0.002
"""Of the validation accuracy between seeds: a guess, as nothing depends on it; the settings are assumed."""


def ours(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return what the experiments give for the printed numbers, by their keys."""
    return zeros(found) | starts(found) | grid(found) | kernels(found) | parameters(found)


def zeros(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the column of the zeros, whose settings follow from it."""
    printed = published.load("initialization", LABEL).query("initializer == 'zeros'")["train_loss"].to_numpy()
    others = np.arange(len(printed)) != 2
    misses = {name: np.abs(np.array(one) - printed)[others].max() for name, one in found["zeros"].items()}
    best = misses.pop(biases.INFERRED)
    note = (f"inferred: rate 0.0007, batch 64, file order, by this column: nine losses to {number(best, '.0e')}, with "
            f"the nearest other setting to {number(min(misses.values()), '.0e')}")  # fmt: skip
    copied = "the report prints the loss of epoch 2 again; " + note
    return {
        key("initialization", "train_loss", report=LABEL, initializer="zeros", epoch=epoch): Ours(
            [loss], EXACT, "inferred", copied if epoch == 3 else note
        )
        for epoch, loss in enumerate(found["zeros"][biases.INFERRED], 1)
    }


def starts(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the columns of Glorot and N(0, 1), for the first size of the grid."""
    size = networks.START_SIZES[0]
    note = "assumed: 784-256, ReLU, and rate, batch and order as inferred from the zeros"
    rows = {}
    for name, initializer in STARTS.items():
        runs = [one["train_loss"] for one in found["starts"]
                if (tuple(one["hidden"]), one["initializer"]) == (size, initializer)]  # fmt: skip
        wide = tolerance(START_SPREADS[name], len(runs))
        for epoch, losses in enumerate(zip(*runs, strict=True), 1):
            printed = key("initialization", "train_loss", report=LABEL, initializer=name, epoch=epoch)
            rows[printed] = Ours(list(losses), wide, "assumed", note)
    return rows


def fits(found: Mapping[str, Any]) -> dict[str, float]:
    """Return for each setting tried the largest deviation from its six telling numbers, in units of the tolerance."""
    ratios: dict[str, float] = {}
    for one in found["tried"]:
        printed = printed_row(networks.TELLING_SIZE, one["activation"], one["rate"])
        for quantity, wide in _tolerances(one["activation"], one["rate"], 1).items():
            ratio = abs(one[quantity] - printed[quantity]) / wide
            ratios[one["setting"]] = max(ratio, ratios.get(one["setting"], 0.0))
    return ratios


def inferred(found: Mapping[str, Any]) -> bool:
    """Return whether the telling rows fit plain SGD on pixels in [0, 1], and neither momentum nor other pixels."""
    ratios = fits(found)
    others = [ratio for name, ratio in ratios.items() if name not in (networks.CHOSEN, networks.SHUFFLED)]
    return ratios[networks.CHOSEN] <= FIT < min(others)


def grid(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return both accuracies of the 36 settings; the telling rows chose the settings and prove nothing."""
    basis: Basis = "inferred" if inferred(found) else "assumed"
    chosen, *others = [f"{name} by {number(ratio, '.2g')}" for name, ratio in fits(found).items()]
    why = f"{basis}: {chosen} tolerances at most off three rows, where others are off by more: {listed(others)}"
    rows, keys = {}, grid_keys()
    for size, activation, rate in networks.grid():
        telling = size == networks.TELLING_SIZE and (activation, rate) in networks.TELLING
        note = "not compared: the settings were chosen by this row" if telling else why
        same = [one for one in found["grid"]
                if (tuple(one["hidden"]), one["activation"], one["rate"]) == (size, activation, rate)]  # fmt: skip
        for column, wide in _tolerances(activation, rate, len(same)).items():
            runs = [one[column] for one in same]
            rows[keys[size, activation, rate] + column] = Ours(runs, wide, "assumed" if telling else basis, note)
    return rows


def grid_keys() -> dict[tuple[tuple[int, int], str, float], str]:
    """Return the keys of the grid's rows up to the column's name, by setting."""
    table = published.load("hyperparameter_search")
    rows = table[table["report"] == LABEL].astype({"hidden_1": int, "hidden_2": int})
    names = ["hidden_1", "hidden_2", "activation_1", "learning_rate"]
    return {((a, b), activation, rate): f"hyperparameter_search/{index}/"
            for index, a, b, activation, rate in rows[names].itertuples()}  # fmt: skip


def printed_row(size: tuple[int, int], activation: str, rate: float) -> dict[str, float]:
    """Return the accuracies that the report printed of one setting."""
    rows = published.load("hyperparameter_search").to_dict("records")
    row = rows[int(grid_keys()[size, activation, rate].split("/")[1])]
    return {name: row[name] for name in ("train_accuracy", "valid_accuracy")}


def _tolerances(activation: str, rate: float, runs: int) -> dict[str, float]:
    """Return the tolerances of both accuracies: the images are the report's own, so that seeds alone differ."""
    train, valid = SPREADS[activation, rate]
    return {"train_accuracy": tolerance(train, runs), "valid_accuracy": tolerance(valid, runs)}


def accuracy_tolerance(activation: str, rate: float) -> float:
    """Return the tolerance of the validation accuracy of one run."""
    return _tolerances(activation, rate, 1)["valid_accuracy"]


def kernels(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the accuracies of the CNN without and with L2 on the validation images."""
    rows = {}
    for model, name in {"cnn": "CNN", "cnn + L2": "CNN with L2"}.items():
        one = found["networks"][name]
        note = f"assumed: optimizer, rate, batch, pixels, L2; on the test images {number(one['test_accuracy'], '.2%')}"
        rows[key("cnn_vs_mlp", "value", report=LABEL, model=model)] = Ours(
            one["valid_accuracy"][-1:], tolerance(CNN_SPREAD, 1), "assumed", note
        )
    return rows


def parameters(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return the numbers of parameters, which are exact."""
    rows = {}
    for one in published.load("parameter_counts", LABEL).to_dict("records"):
        name = one["part"] if one["part"] in found["parameters"] else one["model"]
        printed = key("parameter_counts", "parameters_printed", report=LABEL, model=one["model"], part=one["part"])
        rows[printed] = Ours([found["parameters"][name]], 0.0)
    return rows
