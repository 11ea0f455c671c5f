"""The perceptrons of report ift6135-c: its starts, its grid of 36, the settings that the grid is inferred from."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from mlp_core import SGD, Sequential, Split, evaluate, mlp, train
from mlp_core.diagnostics import activations

HIDDEN = [(784, 256), (512, 384), (666, 333), (666, 666)]
ACTIVATIONS = ["relu", "sigmoid", "tanh"]
RATES = [0.05, 0.01, 0.005]
BATCH, EPOCHS, SEED = 64, 10, 500

START_SIZES = [(784, 256), (512, 384), (666, 666), (64, 32)]
"""The report does not say which network its starts were tried with: three of its grid's sizes, and a narrow one."""

CHOSEN = "plain SGD, file order, pixels in [0, 1]"
"""What the grid runs with, since its telling rows fit; the report states none of it."""

SHUFFLED = "order shuffled"

TRIED: dict[str, dict[str, Any]] = {
    SHUFFLED: {"shuffle": True},
    "momentum 0.9": {"momentum": 0.9},
    "pixels in [−1, 1]": {"pixels": "centered"},
    "pixels standardized": {"pixels": "standardized"},
}
"""Settings that differ from the chosen one in one thing each."""

TELLING_SIZE = (512, 384)
TELLING = [("relu", 0.05), ("sigmoid", 0.005), ("tanh", 0.005)]
"""The rows of this size by which the settings are told apart; the other rows are compared, these are not."""


def seen(split: Split, pixels: str) -> Split:
    """Return the images with pixels in [0, 1] as they are, in [-1, 1], or with MNIST's mean and deviation taken off."""
    scale = {"as they are": (0.0, 1.0), "centered": (0.5, 0.5), "standardized": (0.1307, 0.3081)}
    mean, deviation = (split.images.dtype.type(one) for one in scale[pixels])
    return Split((split.images - mean) / deviation, split.labels) if pixels != "as they are" else split


def start(train_split: Split, valid: Split, *, hidden: tuple[int, ...], initializer: str, rate: float, epochs: int,
          seed: int) -> dict[str, list[float]]:  # fmt: skip
    """Return the training and validation losses at the end of each epoch: file order, batches of 64, plain SGD."""
    network = mlp([784, *hidden, 10], initializer=initializer, seed=seed)
    settings: dict[str, Any] = {"optimizer": SGD(rate), "epochs": epochs, "batch_size": BATCH, "shuffle": False}
    found = train(network, train_split, valid=valid, **settings)
    return {"train_loss": found.train_loss, "valid_loss": found.valid_loss}


def trained(train_split: Split, *, hidden: tuple[int, ...], activation: str, rate: float, epochs: int, seed: int,
            momentum: float = 0.0, shuffle: bool = False) -> Sequential:  # fmt: skip
    """Return a network of the grid after its last epoch."""
    network = mlp([784, *hidden, 10], activation=activation, seed=seed)
    train(
        network, train_split, optimizer=SGD(rate, momentum=momentum), epochs=epochs, batch_size=BATCH, seed=seed,
        shuffle=shuffle, evaluate_train=False,
    )  # fmt: skip
    return network


def accuracies(train_split: Split, valid: Split, *, pixels: str = "as they are", **settings: Any) -> dict[str, float]:
    """Return the accuracy on all training and on all validation images after the last epoch."""
    splits = seen(train_split, pixels), seen(valid, pixels)
    network = trained(splits[0], **settings)
    found = [evaluate(network, split).accuracy for split in splits]
    return {"train_accuracy": found[0], "valid_accuracy": found[1]}


def saturation(train_split: Split, valid: Split, *, faster: float, **settings: Any) -> dict[str, Any]:
    """Return what share of a sigmoid network's hidden outputs is within 0.05 of 0 or 1, and what a larger rate gives.

    Parameters
    ----------
    faster : float
        The larger rate.
    **settings
        Those of `trained`, of the network whose units are looked at.
    """
    network = trained(train_split, **settings)
    outputs = [values for values in activations(network, valid.images[:1000])[1:-1:2]]
    shares = [float(np.mean(np.abs(values - 0.5) > 0.45)) for values in outputs]
    return {
        "saturated": shares,
        "valid_accuracy": evaluate(network, valid).accuracy,
        "faster_valid_accuracy": evaluate(trained(train_split, **settings | {"rate": faster}), valid).accuracy,
    }


def grid() -> list[tuple[tuple[int, int], str, float]]:
    """Return the 36 settings in the order of the report's table."""
    return list(product(HIDDEN, ACTIVATIONS, RATES))
