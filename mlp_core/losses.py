"""Softmax cross-entropy on logits, the loss of every classifier here.

For one example with logits z and class y the loss is ``L = -log softmax(z)_y = log(sum_k exp(z_k)) - z_y``.
Its gradient is the pleasant ``dL/dz_k = softmax(z)_k - [k = y]``.  Subtracting max(z) from z changes neither, and no
exponential can overflow any more.
"""

from typing import Literal

import numpy as np

from mlp_core.checks import as_floats, as_labels

Reduction = Literal["mean", "sum"]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return log softmax over the last axis; finite for every finite input.

    >>> log_softmax(np.array([[1e4, -1e4]]))
    array([[     0., -20000.]])
    """
    logits = as_floats(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities over the last axis: ``exp(z_k) / sum_j exp(z_j)``.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    logits = as_floats(logits)
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(
    logits: np.ndarray, labels: np.ndarray, reduction: Reduction = "mean", weights: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Return the loss, in nats, and its gradient with respect to the logits; not finite if the logits are not.

    Parameters
    ----------
    logits : ndarray, shape (n, classes), float
        The gradient has this shape and dtype.
    labels : ndarray, shape (n,), int
        The true classes, 0 to classes - 1.
    reduction : {"mean", "sum"}
        Over the batch; the gradient is that of the reduced loss.
    weights : ndarray, shape (n,), float, optional
        How many times each example counts, not all 0 times; once by default.
    """
    logits, labels = as_floats(logits), as_labels(labels, logits)
    if reduction not in ("mean", "sum"):
        raise ValueError(f"expected reduction 'mean' or 'sum', got {reduction!r}")
    rows = np.arange(len(labels))
    log_probabilities = log_softmax(logits)
    losses = -log_probabilities[rows, labels]
    grad = np.exp(log_probabilities)
    grad[rows, labels] -= 1
    if weights is not None:
        counts = weights / weights.mean() if reduction == "mean" else weights
        losses = losses * counts
        grad *= counts[:, None]
    loss = losses.sum(dtype=np.float64)
    if reduction == "mean":
        loss /= len(labels)
        grad /= len(labels)
    return float(loss), grad
