"""One step of training: the four lines of `plain_step`, around which everything else is built."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlp_core.fast.plan import fast_step, is_supported
from mlp_core.fast.threads import one_trainer
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential
from mlp_core.optimizers import Optimizer


@one_trainer
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

    Notes
    -----
    Computes what `plain_step` computes, up to rounding; networks of built-in layers take the shortcuts of
    `mlp_core.fast`, which does not always leave gradients in the layers.
    """
    if len(images) == 0:
        raise ValueError(f"expected images of shape (n, ...) with n >= 1, got {images.shape}")
    return quickest_step(network)(network, optimizer, images, labels, reduction)


def quickest_step(network: Sequential) -> Callable[..., float]:
    """Return the fast step where it does what the network would, else the plain one."""
    return fast_step if is_supported(network) else plain_step


@one_trainer
def plain_step(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    reduction: Reduction = "mean",
    weights: np.ndarray | None = None,
) -> float:
    """Make one update, as a textbook would write it: forward, loss, backward, update."""
    logits = network.forward(images, training=True)
    loss, grad_logits = softmax_cross_entropy(logits, labels, reduction, weights)
    network.backward(grad_logits)
    optimizer.step(network)
    return loss
