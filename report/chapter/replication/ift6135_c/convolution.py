"""The CNN of report ift6135-c, without and with L2, and a perceptron of its size; how they train is assumed."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlp_core import SGD, Sequential, Split, cnn, evaluate, mlp, train
from report.chapter.checkpoints import checkpoint

NETWORKS: dict[str, dict[str, Any]] = {
    "CNN": {"hidden": ()},
    "CNN with L2": {"hidden": (), "weight_decay": 0.01},
    "MLP": {"hidden": (666, 333)},
}
"""What is trained, by name; the perceptron is the one of its grid whose number of parameters is next to the CNN's."""

LEARNING_RATE, MOMENTUM, BATCH = 0.003, 0.9, 256
MEASURED = 5_000
"""Training images whose loss and error are measured after each epoch: all of them would take a tenth of the time."""


def centered(split: Split) -> Split:
    """Return the images with pixels in [-1, 1]."""
    return Split(2 * split.images - 1, split.labels)


def build(hidden: tuple[int, ...], seed: int, narrow: bool = False) -> Sequential:
    """Return a perceptron with these hidden layers, or the report's CNN where there are none.

    Parameters
    ----------
    narrow : bool
        A perceptron with 8 hidden units instead, for a rehearsal.
    """
    if narrow:
        return mlp([784, 8, 10], seed=seed)
    return mlp([784, *hidden, 10], seed=seed) if hidden else cnn("ift6135-c", seed=seed)


def curves(
    train_split: Split, valid: Split, test: Split, *, hidden: tuple[int, ...], epochs: int, seed: int,
    weight_decay: float = 0.0, narrow: bool = False, cache: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return losses and accuracies after each epoch, the accuracies at the end, and which images are then missed."""
    splits = [centered(split) for split in (train_split, valid, test)]
    network = build(hidden, seed, narrow)
    settings = {"hidden": list(hidden), "epochs": epochs, "seed": seed, "weight_decay": weight_decay, "narrow": narrow}
    found = train(
        network, splits[0], valid=splits[1], epochs=epochs, batch_size=BATCH, seed=seed, evaluate_train=MEASURED,
        optimizer=SGD(LEARNING_RATE, momentum=MOMENTUM, weight_decay=weight_decay),
        checkpoint=checkpoint(cache, report="ift6135-c", data=train_split.labels[:100].tolist(), **settings),
    )  # fmt: skip
    missed = np.flatnonzero(network.predict(splits[1].images) != valid.labels)
    return {
        **{name: getattr(found, name) for name in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")},
        "test_accuracy": evaluate(network, splits[2]).accuracy,
        "missed": missed.tolist(),
        "images": len(valid.labels),
    }
