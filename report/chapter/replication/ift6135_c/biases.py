"""From zero weights a ReLU network learns its ten output biases alone, so that settings follow from its losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlp_core.losses import log_softmax, softmax

RATE, BATCH = 0.0007, 64
"""What gives nine of the ten printed losses to 1e-15; the other settings below do not."""

INFERRED = "rate 0.0007"

SETTINGS: dict[str, dict[str, Any]] = {
    "rate 0.0006": {"rate": 0.0006},
    "rate 0.00069": {"rate": 0.00069},
    INFERRED: {},
    "rate 0.00071": {"rate": 0.00071},
    "rate 0.0008": {"rate": 0.0008},
    "rate 0.00035, batch 32": {"rate": 0.00035, "batch_size": 32},
    "rate 0.0014, batch 128": {"rate": 0.0014, "batch_size": 128},
    "rate 0.00007, momentum 0.9": {"rate": 0.00007, "momentum": 0.9},
    "rate 0.0007, order shuffled": {"shuffled": True},
    "rate 0.0007, mean over the epoch": {"measured": "over the epoch"},
}
"""What the column is compared with, by name: that setting and its neighbors."""


def biases_alone(
    labels: np.ndarray, *, rate: float = RATE, batch_size: int = BATCH, epochs: int = 10, momentum: float = 0.0,
    shuffled: bool = False, measured: str = "at the end",
) -> list[float]:  # fmt: skip
    """Return the mean loss over all labels for each epoch, from ten biases of zero that are trained alone.

    Every image gets the same scores, the biases b. So a batch's mean gradient is softmax(b) minus the share of each
    class in it, and the images do not matter.

    Parameters
    ----------
    labels : ndarray, shape (n,), int
    measured : {"at the end", "over the epoch"}
        Whether the loss is that after the epoch, or the mean over its batches before each update.
    """
    biases, velocity, losses = np.zeros(10), np.zeros(10), []
    rng = np.random.default_rng(0)
    everything = np.bincount(labels, minlength=10) / len(labels)
    starts = np.arange(0, len(labels), batch_size)
    for _ in range(epochs):
        order = rng.permutation(labels) if shuffled else labels
        one_hot = np.eye(10)[order]
        counts = np.add.reduceat(one_hot, starts)
        total = 0.0
        for count in counts:
            total -= float(count @ log_softmax(biases)) if measured == "over the epoch" else 0.0
            velocity = momentum * velocity + softmax(biases) - count / count.sum()
            biases = biases - rate * velocity
        end = -float(everything @ log_softmax(biases))
        losses.append(end if measured == "at the end" else total / len(labels))
    return losses


def columns(labels: np.ndarray, epochs: int) -> dict[str, list[float]]:
    """Return the losses of each setting that the printed column is compared with."""
    return {name: biases_alone(labels, epochs=epochs, **setting) for name, setting in SETTINGS.items()}
