"""All runs of report ift6135-c, in full or as a rehearsal on a few images with narrow networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlp_core import Conv2d, Dataset, Linear, MaxPool2d, cnn, mlp
from report.chapter.replication.ift6135_c import biases, checking, convolution, networks
from report.chapter.replication.runs import remembered

SEEDS = (500, 501, 502)
"""The report fixed its seed to 500; another program's 500 draws other weights, so any seed is as good."""

STARTS = ("glorot_uniform", "normal")
REPEATED = ("relu", 0.05)
"""The rows of the grid, one for each size, that run from every seed, to compare sizes; all others run once."""

SLOW, FASTER = 0.05, 0.5
"""The sigmoid's learning rates: the largest of the grid, and a tenfold one that tells slow from stuck."""


@dataclass(frozen=True)
class Plan:
    """How much is run.

    Attributes
    ----------
    shrink : int
        By what the numbers of hidden units are divided.
    """

    data: Dataset
    full: bool
    epochs: int
    shrink: int
    cache: str

    def hidden(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the hidden units of the networks that stand for a size of the report's."""
        first, second = (max(1, units // self.shrink) for units in size)
        return first, second

    def run(self, name: str, experiment: Callable[..., Any], **settings: Any) -> Any:
        """Return what one run gives, or gave before it was interrupted."""
        return remembered(self.cache, f"ift6135-c {name}", experiment, epochs=self.epochs, **settings)


def experiments(data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
    """Run every experiment of the report.

    Parameters
    ----------
    data : Dataset
    full : bool
        In the report's settings; else on 64 images, with networks of a sixty-fourth of the width.
    cache : str
        Folder in which finished runs are kept; empty for none.
    """
    if full:
        plan = Plan(data, full, networks.EPOCHS, 1, cache)
    else:
        few = Dataset(data.train[:64], data.valid[:64], data.test[:64], name=data.name, classes=data.classes)
        plan = Plan(few, full, networks.EPOCHS, 64, cache)
    accuracies_of_grid = grid(plan)
    return {
        "zeros": biases.columns(data.train.labels, plan.epochs),
        "starts": starts(plan),
        "grid": accuracies_of_grid,
        "tried": tried(plan, accuracies_of_grid),
        "sigmoid": sigmoid(plan),
        "sweep": checking.sweep(plan.data.train, hidden=plan.hidden((666, 333)), seed=SEEDS[0]),
        "parameters": parameters(),
        "networks": convolutional(plan),
    }


def starts(plan: Plan) -> list[dict[str, Any]]:
    """Return losses by epoch from Glorot's and N(0, 1) weights: every size once, N(0, 1) with the first three times."""
    return [
        {"hidden": list(size), "initializer": initializer, "seed": seed}
        | plan.run(
            f"start {size} {initializer} {seed}", networks.start, train_split=plan.data.train, valid=plan.data.valid,
            hidden=plan.hidden(size), initializer=initializer, rate=biases.RATE, seed=seed,
        )
        for initializer in STARTS
        for size in networks.START_SIZES
        for seed in (SEEDS if (initializer, size) == ("normal", networks.START_SIZES[0]) else SEEDS[:1])
    ]  # fmt: skip


def grid(plan: Plan) -> list[dict[str, Any]]:
    """Return the accuracies of the 36 settings."""
    return [
        {"hidden": list(size), "activation": activation, "rate": rate, "seed": seed}
        | accuracies(plan, size, activation=activation, rate=rate, seed=seed)
        for size, activation, rate in networks.grid()
        for seed in (SEEDS if (activation, rate) == REPEATED else SEEDS[:1])
    ]


def tried(plan: Plan, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the accuracies of the telling rows under each setting that the report does not state, the grid's first."""
    size, telling = networks.TELLING_SIZE, networks.TELLING
    as_in_grid = [
        {"setting": networks.CHOSEN, **one} for activation, rate in telling for one in found
        if (one["hidden"], one["activation"], one["rate"], one["seed"]) == ([*size], activation, rate, SEEDS[0])
    ]  # fmt: skip
    return as_in_grid + [
        {"setting": name, "activation": activation, "rate": rate}
        | accuracies(plan, size, activation=activation, rate=rate, seed=SEEDS[0], **setting)
        for name, setting in networks.TRIED.items()
        for activation, rate in telling
    ]


def accuracies(plan: Plan, size: tuple[int, int], **settings: Any) -> dict[str, float]:
    """Return the accuracies of one network of the grid; the same settings run once where runs are kept."""
    name = " ".join(map(str, [*size, *settings.values()]))
    found: dict[str, float] = plan.run(
        f"grid {name}", networks.accuracies, train_split=plan.data.train, valid=plan.data.valid,
        hidden=plan.hidden(size), **settings,
    )  # fmt: skip
    return found


def sigmoid(plan: Plan) -> dict[str, Any]:
    """Return what shows whether sigmoid networks are stuck or slow."""
    size = networks.TELLING_SIZE
    found: dict[str, Any] = plan.run(
        "sigmoid", networks.saturation, train_split=plan.data.train, valid=plan.data.valid, hidden=plan.hidden(size),
        activation="sigmoid", rate=SLOW, faster=FASTER, seed=SEEDS[0],
    )  # fmt: skip
    return found | {"images": len(plan.data.valid.labels)}


def convolutional(plan: Plan) -> dict[str, Any]:
    """Return the curves of the CNN, of the one with L2, and of the perceptron beside them, one run each."""
    data = plan.data
    return {
        name: plan.run(
            f"network {name}", convolution.curves, train_split=data.train, valid=data.valid, test=data.test,
            seed=SEEDS[0], narrow=not plan.full, cache=plan.cache, **setting,
        )
        for name, setting in convolution.NETWORKS.items()
    }  # fmt: skip


def parameters() -> dict[str, int]:
    """Return the number of parameters of the grid's networks and of the CNN's layers, as the report names them."""
    counts = {f"mlp {a}-{b}": mlp([784, a, b, 10]).num_parameters for a, b in networks.HIDDEN}
    network = cnn("ift6135-c")
    listed = [layer for layer in network.layers if isinstance(layer, (Conv2d, MaxPool2d, Linear))]
    for place, layer in enumerate(listed, 1):
        counts[f"{type(layer).__name__}-{place}"] = sum(array.size for array in layer.params.values())
    return counts | {"cnn": network.num_parameters}
