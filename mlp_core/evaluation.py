"""Loss and accuracy of a network over a whole split, and the checks that network and split have to pass first."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mlp_core.batches import Batches
from mlp_core.checks import check_shape
from mlp_core.losses import softmax_cross_entropy
from mlp_core.network import EVALUATION_CHUNK, Sequential
from mlp_core.splits import Split


class Evaluation(NamedTuple):
    """Mean cross-entropy (nats per image), and the fraction of images whose largest logit is that of their class."""

    loss: float
    accuracy: float


def evaluate(network: Sequential, split: Split) -> Evaluation:
    """Return the mean loss and the accuracy over a split: ``loss, accuracy = evaluate(network, data.test)``.

    The loss is in nats per image, the accuracy a fraction. TypeError or ValueError if network and split do not fit each
    other; FloatingPointError if the loss is not finite: the network has diverged.
    """
    check_split(network, split, "split")
    result = full_pass(network, split)
    if not math.isfinite(result.loss):
        raise FloatingPointError(f"the loss over the split is {result.loss}: the network's parameters or logits have "
                                 "overflowed; train it again with a lower learning rate")
    return result


def full_pass(network: Sequential, split: Split) -> Evaluation:
    """Return loss and accuracy over a split that passed `check_split`; not finite where the network has diverged."""
    total, right, count = 0.0, 0.0, 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for images, labels, weights in Batches(split, EVALUATION_CHUNK):
            logits = network.logits(images)
            total += softmax_cross_entropy(logits, labels, "sum", weights)[0]
            hits = logits.argmax(axis=1) == labels
            right += float(np.count_nonzero(hits) if weights is None else hits @ weights)
            count += len(labels) if weights is None else float(weights.sum())
    return Evaluation(total / count, right / count)


def measure(network: Sequential, splits: Mapping[str, Split]) -> dict[str, float]:
    """Return ``<name>_loss``, which may not be finite, and ``<name>_accuracy`` over each split; see `full_pass`."""
    metrics: dict[str, float] = {}
    for name, split in splits.items():
        metrics[f"{name}_loss"], metrics[f"{name}_accuracy"] = full_pass(network, split)
    return metrics


def check_network(network: Sequential) -> None:
    """Raise TypeError unless it is a `Sequential`."""
    if not isinstance(network, Sequential):
        raise TypeError(f"expected a network such as mlp([784, 512, 10]), got {network!r}")


def check_split(network: Sequential, split: Split, name: str) -> None:
    """Raise TypeError or ValueError, naming the split, unless the network can be trained and evaluated on it."""
    check_network(network)
    if not isinstance(split, Split):
        raise TypeError(f"expected {name} as a Split, such as data.train or Split(images, labels); "
                        f"got {type(split).__name__}")
    check_shape(split.images.shape, network.input_shape)
    with np.errstate(over="ignore", invalid="ignore"):
        logits = network.forward(split.images[:1])
    if logits.ndim != 2:
        raise ValueError(f"expected a network whose output is (n, classes), got outputs of shape {logits.shape}")
    highest, classes = split.labels.max(), logits.shape[1]
    if highest >= classes:
        raise ValueError(f"expected labels from 0 to {classes - 1} in {name}, as the network tells {classes} classes "
                         f"apart; got labels up to {highest}")
