"""Softmax cross-entropy on logits, the loss of every classifier here.

For one example with logits z and class y the loss is ``L = -log softmax(z)_y = log(sum_k exp(z_k)) - z_y``.
Its gradient is simply ``dL/dz_k = softmax(z)_k - [k = y]``, where [k = y] is 1 for the true class and 0 for all others.
Subtracting max(z) from every z_k changes neither, and no exponential can overflow then.
"""

from typing import Literal

import numpy as np

from mlp_core.checks import as_floats, as_labels, as_weights

Reduction = Literal["mean", "sum"]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return log softmax over the last axis, the shape of the logits; finite even where softmax rounds to 0.

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
    """Return the loss, in nats, and its gradient with respect to the logits; infinite or NaN logits raise no error.

    Parameters
    ----------
    logits : ndarray, shape (n, classes), float
        At least one row. The gradient has the same shape and dtype.
    labels : ndarray, shape (n,), int
        The true classes, 0 to classes - 1. TypeError unless they are integers, ValueError unless in range.
    reduction : {"mean", "sum"}
        How the examples' losses become one number; the gradient is that of this number.
    weights : ndarray, shape (n,), float, optional
        How much each example counts, by default 1; "mean" is the weighted mean. ValueError if negative, NaN or all 0.
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
        weights = as_weights(weights, len(labels))
        counts = weights / weights.mean() if reduction == "mean" else weights
        losses = losses * counts
        grad *= counts[:, None]
    loss = losses.sum(dtype=np.float64)
    if reduction == "mean":
        loss /= len(labels)
        grad /= len(labels)
    return float(loss), grad
