"""One step of training: the four lines that everything else is built around."""

from __future__ import annotations

import numpy as np

from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential
from mlp_core.optimizers import Optimizer


def train_step(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    reduction: Reduction = "mean",
) -> float:
    """Make one update of the network from one mini-batch.

    Parameters
    ----------
    network : Sequential
        Changed in place.
    optimizer : Optimizer
    images : ndarray, shape (n, ...), float
    labels : ndarray, shape (n,), int
    reduction : {"mean", "sum"}
        Whether the loss, and so its gradient, is the batch's mean or sum.

    Returns
    -------
    float
        The loss of the batch before the update.
    """
    logits = network.forward(images, training=True)
    loss, grad_logits = softmax_cross_entropy(logits, labels, reduction)
    network.backward(grad_logits)
    optimizer.step(network)
    return loss
