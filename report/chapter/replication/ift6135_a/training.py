"""Report ift6135-a's experiments: three starts, a grid of sizes and rates, and what its claims need beyond them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core import SGD, Callback, Dataset, Normal, Sequential, Split, TrainingState, dead_units, mlp, train
from mlp_core.diagnostics import gradient_statistics
from report.chapter.replication.runs import remembered

SEEDS = (0, 1, 2)
HIDDEN, RATE, BATCH, EPOCHS = (512, 768), 0.1, 128, 10
FIRST, SECOND, RATES = (392, 512, 768, 1024), (256, 512, 768, 1024), (1.0, 0.1, 0.01)
FEWEST, MOST = 500_000, 1_000_000
"""Parameters between which a point of the grid is kept."""

NORMAL_DRAWS = 20
"""Draws of N(0, 1): most of them overflow within an epoch, so that more are needed than of other starts."""

PROBE = 500
"""Training images on which the first steps are watched."""

STEPS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256)
IMAGES, NARROW = 64, 32
"""A rehearsal has so few images of each kind, and hidden layers so many times narrower."""


def experiments(data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
    """Run the three starts, the grid, the start as it is listed, and the cure by sigmoid units."""
    train_part, valid = (in_256ths(part if full else part[:IMAGES]) for part in (data.train, data.valid))
    splits = {"train_part": train_part, "valid": valid, "narrow": 1 if full else NARROW}

    def run(name: str, **settings: Any) -> dict[str, Any]:
        return remembered(cache, f"ift6135-a {name}", trained, **splits, **settings)

    return {
        "images": len(train_part),
        "alone": biases_alone(train_part.labels, valid.labels),
        "zeros": run("zeros", seed=0, sigma=0.0, watched=True),
        "normal": [
            run(f"normal {seed}", seed=seed, sigma=1.0, watched=True, shortcut=True) for seed in range(NORMAL_DRAWS)
        ],
        "glorot": [run(f"glorot {seed}", seed=seed) for seed in SEEDS],
        "grid": [
            {"first": first, "second": second, "rate": rate}
            | run(f"grid {first}-{second} {rate:g}", seed=0, hidden=[first, second], rate=rate, every_epoch=False)
            for first, second, rate in grid_points()
        ],
        "as listed": run("as listed", seed=0, sigma=0.01, epochs=1),
        "sigmoid": run("sigmoid", seed=0, sigma=1.0, activation="sigmoid", every_epoch=False),
    }


def in_256ths(split: Split) -> Split:
    """Return a split with pixels as the well-known file `mnist.pkl` has them: the brightest is 255/256."""
    return Split(split.images * np.float32(255 / 256), split.labels)


def grid_points() -> list[tuple[int, int, float]]:
    """Return first and second layer and rate of the points within the limits, in the order of the report.

    >>> len(grid_points()), grid_points()[-1]
    (24, (768, 256, 0.01))
    """
    return [
        (first, second, rate)
        for rate in RATES
        for first in FIRST
        for second in SECOND
        if FEWEST < parameters(first, second) < MOST
    ]


def parameters(first: int, second: int, inputs: int = 784, classes: int = 10) -> int:
    """Return how many weights and biases two hidden layers make.

    >>> parameters(512, 768)
    803594
    """
    return (inputs + 1) * first + (first + 1) * second + (second + 1) * classes


def biases_alone(
    labels: np.ndarray, valid_labels: np.ndarray, start: np.ndarray | None = None, epochs: int = EPOCHS
) -> dict[str, Any]:
    """Train ten output biases and nothing else, as a network without a signal does: it needs no image.

    Parameters
    ----------
    start : ndarray, optional
        The biases to begin with, zeros by default.

    Returns
    -------
    dict
        Lists of loss and accuracy of the training labels and of the validation labels' loss after each epoch, and the
        biases at the end.
    """
    biases = np.zeros(10) if start is None else start.astype(float)
    found: dict[str, Any] = {"train_loss": [], "train_accuracy": [], "valid_loss": []}
    for _ in range(epochs):
        for first in range(0, len(labels), BATCH):
            batch = labels[first : first + BATCH]
            biases = biases - RATE * (probabilities(biases) - np.bincount(batch, minlength=10) / len(batch))
        costs = -np.log(probabilities(biases))
        found["train_loss"].append(float(costs[labels].mean()))
        found["train_accuracy"].append(float((labels == biases.argmax()).mean()))
        found["valid_loss"].append(float(costs[valid_labels].mean()))
    return found | {"biases": biases.tolist()}


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis as the report computes it, in float64: a probability may come out as 0."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def trained(
    train_part: Split, valid: Split, *, seed: int, narrow: int = 1, hidden: Sequence[int] = HIDDEN, rate: float = RATE,
    sigma: float | None = None, activation: str = "relu", epochs: int = EPOCHS, every_epoch: bool = True,
    watched: bool = False, shortcut: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Train one network in the order of the file and return what was measured.

    Parameters
    ----------
    narrow : int
        By how much hidden layers are narrower.
    sigma : float, optional
        Of normal weights; Glorot's uniform ones without it.
    every_epoch : bool
        Whether the training images are measured after each epoch.
    watched : bool
        Whether gradients and live units are looked at during the first steps and at the end, in float64.
    shortcut : bool
        Whether the epochs after one that left the last hidden layer dead train the output biases alone: the rest has no
        gradient any more.
    """
    sizes = [train_part.images.shape[1], *(size // narrow for size in hidden), 10]
    start = "glorot_uniform" if sigma is None else Normal(sigma)
    network = mlp(sizes, activation, start, seed=seed, dtype="float64" if watched else "float32")
    watch, ends = FirstSteps(train_part[:PROBE]), Epochs(train_part, shortcut)
    began = time.perf_counter()
    history = train(
        network, train_part, optimizer=SGD(rate), epochs=epochs, batch_size=BATCH, shuffle=False, evaluate_train=False,
        on_divergence="record", callbacks=[watch] * watched + [ends] * every_epoch,
    )  # fmt: skip
    if shortcut and not history.diverged:
        ends.go_on(network, valid, epochs)
    loss, right = loss_and_hits(network, valid)
    return {
        "overflowed": history.diverged,
        **ends.found(epochs if every_epoch else 0),
        "valid_loss": loss,
        "valid_accuracy": float(right.mean()),
        "seconds": time.perf_counter() - began,
        **(watch.found(network, train_part, history.diverged) if watched else {}),
    }


def loss_and_hits(network: Sequential, split: Split) -> tuple[float, np.ndarray]:
    """Return the mean of -log p, infinite where a p is 0, and which answers are right."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = probabilities(network.logits(split.images).astype(float))
        costs = -np.log(p[np.arange(len(split)), split.labels])
    return float(costs.mean()), p.argmax(axis=1) == split.labels


class Epochs(Callback):
    """Measures the training images after each epoch, and may stop when the last hidden layer is dead."""

    def __init__(self, split: Split, stops: bool) -> None:
        self.split, self.stops = split, stops
        self.seen: dict[str, list[float]] = {"train_loss": [], "train_accuracy": []}
        self.silent_after: int | None = None

    def on_epoch_end(self, state: TrainingState) -> None:
        """Measure."""
        loss, right = loss_and_hits(state.network, self.split)
        self.seen["train_loss"].append(loss)
        self.seen["train_accuracy"].append(float(right.mean()))
        with np.errstate(over="ignore", invalid="ignore"):
            dead = self.stops and dead_units(state.network, self.split)["fraction"].iloc[-1] == 1
        if dead:
            self.silent_after = state.epoch
            state.stop("the last hidden layer is dead")

    def go_on(self, network: Sequential, valid: Split, epochs: int) -> None:
        """Train the output biases for the epochs that are left."""
        biases = network.layers[-1].params["bias"]
        left = epochs - len(self.seen["train_loss"])
        more = biases_alone(self.split.labels, valid.labels, biases, left)
        for name, values in self.seen.items():
            values += more[name]
        biases[:] = more["biases"]

    def found(self, epochs: int) -> dict[str, Any]:
        """Return what was measured, NaN in the epochs after an overflow, and after which epoch the layer was dead."""
        lists = {name: values + [np.nan] * (epochs - len(values)) for name, values in self.seen.items()}
        return {**lists, "silent_after": self.silent_after}


class FirstSteps(Callback):
    """Looks at the weights' gradient and the live units after some of the first steps."""

    def __init__(self, probe: Split) -> None:
        self.probe = probe
        self.seen: dict[str, list[Any]] = {"steps": [], "gradient": [], "live": []}

    def on_train_begin(self, state: TrainingState) -> None:
        """Look before the first step."""
        self.on_batch_end(state)

    def on_batch_end(self, state: TrainingState) -> None:
        """Look if it is time."""
        if state.step in STEPS:
            with np.errstate(over="ignore", invalid="ignore"):
                self.seen["live"].append((1 - dead_units(state.network, self.probe)["fraction"]).tolist())
                self.seen["gradient"].append(weight_gradient(state.network, self.probe))
            self.seen["steps"].append(state.step)

    def found(self, network: Sequential, split: Split, overflowed: bool) -> dict[str, Any]:
        """Return what was seen, and the largest gradient norm of a thousand training images at the end."""
        parts = [] if overflowed else [split[start : start + 1000] for start in range(0, len(split), 1000)]
        return {
            "first": self.seen,
            "last_gradient": max((weight_gradient(network, part) for part in parts), default=np.nan),
        }


def weight_gradient(network: Sequential, split: Split) -> float:
    """Return the norm of the mean loss's gradient by all weights, without biases."""
    with np.errstate(over="ignore", invalid="ignore"):
        norms = gradient_statistics(network, split.images, split.labels)["norm"].xs("weight", level="array")
        return float(np.sqrt((norms**2).sum()))
