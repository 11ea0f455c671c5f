"""Looking inside a network without changing it: what its layers do, what it confuses, where it learns nothing."""

from typing import TYPE_CHECKING

import numpy as np

from mlp_core.batches import Batches
from mlp_core.callbacks import Callback, TrainingState
from mlp_core.checks import check_batch, positive_int
from mlp_core.dropout import Dropout
from mlp_core.evaluation import check_network, check_split
from mlp_core.extras import need
from mlp_core.fast.threads import dot
from mlp_core.layers import ReLU
from mlp_core.losses import softmax_cross_entropy
from mlp_core.network import EVALUATION_CHUNK, Sequential
from mlp_core.splits import Split

if TYPE_CHECKING:
    import pandas as pd


def activations(network: Sequential, images: np.ndarray) -> list[np.ndarray]:
    """Return the output of each layer for images of shape (n, ...), floats: (n, ...) per layer, logits last."""
    check_network(network)
    x = network.as_batch(check_batch(images))
    outputs = []
    for layer in network.layers:
        x = layer.forward(x)
        outputs.append(x)
    return outputs


def activation_statistics(network: Sequential, images: np.ndarray) -> "pd.DataFrame":
    """Return a row per layer: ``mean``, ``std``, ``norm`` and ``zeros``, the fraction of zeros, of its output.

    The norm is the root mean square, over the batch, of an image's Euclidean norm, so that it does not grow with n.
    """
    outputs = activations(network, images)
    rows = [{"layer": index, "kind": type(layer).__name__, **_statistics(output, len(images))}
            for index, (layer, output) in enumerate(zip(network.layers, outputs, strict=True))]
    return _frame(rows, ["layer"])


def gradient_statistics(network: Sequential, images: np.ndarray, labels: np.ndarray) -> "pd.DataFrame":
    """Return ``mean``, ``std``, Euclidean ``norm`` and ``zeros`` of each gradient of the mean loss over a batch.

    There is a row per parameter, and one per layer for the gradient of its input ("input"). Dropout is switched off.
    """
    check_network(network)
    network = network.copy()
    for layer in network.layers:
        if isinstance(layer, Dropout):
            layer.p = 0.0
    logits = network.forward(check_batch(images), training=True)
    grad = softmax_cross_entropy(logits, labels)[1]
    rows = []
    for index, layer in reversed(list(enumerate(network.layers))):
        grad = layer.backward(grad)
        rows += [{"layer": index, "kind": type(layer).__name__, "array": name, **_statistics(array)}
                 for name, array in reversed({"input": grad, **layer.grads}.items())]
    return _frame(rows[::-1], ["layer", "array"])


def dead_units(network: Sequential, split: Split) -> "pd.DataFrame":
    """Return, for every ReLU layer, how many of its units are dead: zero for every image of the split.

    A dead unit passes no gradient back: its weights learn nothing more from these images. Every pixel of a feature map
    is a unit. The columns are ``units``, ``dead`` and ``fraction``; the index is the layer's place in the network.
    """
    check_split(network, split, "split")
    alive: dict[int, np.ndarray] = {}
    for images, *_ in Batches(split, EVALUATION_CHUNK):
        outputs = activations(network, images)
        for index, layer in enumerate(network.layers):
            if isinstance(layer, ReLU):
                active = np.asarray((outputs[index] > 0).any(axis=0))
                alive[index] = alive[index] | active if index in alive else active
    rows = [{"layer": index, "units": active.size, "dead": int((~active).sum())} for index, active in alive.items()]
    frame = _frame(rows, ["layer"], columns=["layer", "units", "dead"])
    return frame.assign(fraction=frame["dead"] / frame["units"])


def confusion_matrix(network: Sequential, split: Split) -> np.ndarray:
    """Return how many images of each class (row) were predicted as each (column): (classes, classes), int64."""
    check_split(network, split, "split")
    logits = network.logits(split.images)
    classes = logits.shape[1]
    pairs = split.labels * classes + logits.argmax(axis=1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def most_confident_mistakes(network: Sequential, split: Split, count: int = 10) -> "pd.DataFrame":
    """Return the wrong answers of which the network was surest, the surest first, at most `count`.

    Columns: ``index`` in the split, ``label``, ``predicted``, its ``probability``, and ``probability_of_label``.
    """
    pd = need("pandas")
    check_split(network, split, "split")
    positive_int(count, "count")
    probabilities = network.predict_proba(split.images)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != split.labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    columns = {"label": split.labels, "predicted": predicted, "probability": confidence}
    columns["probability_of_label"] = probabilities[np.arange(len(predicted)), split.labels]
    return pd.DataFrame({"index": surest, **{name: values[surest] for name, values in columns.items()}})


def class_prior_entropy(labels: np.ndarray) -> float:
    """Return ``-sum f_k log f_k`` (nats), f_k the fraction of class k among the labels.

    The lowest mean cross-entropy without a look at the images: what a network of dead units can reach by its biases.

    >>> round(class_prior_entropy(np.repeat(np.arange(10), 5)), 4)  # ten equally frequent classes: log 10
    2.3026
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(f"expected labels of shape (n,), n > 0, got {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"expected integer labels, got {labels.dtype}")
    fractions = np.unique(labels, return_counts=True)[1] / labels.size
    return float(-(fractions * np.log(fractions)).sum())


class Recorder(Callback):
    """Collect statistics while a network trains: before the first step, then every epoch or `every_steps` updates.

    The images of ``split`` need not be training images; a few hundred are enough. ``steps`` lists after how many
    updates each record was taken, ``activations``, ``gradients`` and ``dead`` what `activation_statistics`,
    `gradient_statistics` and `dead_units` returned.
    """

    def __init__(self, split: Split, *, every_steps: int | None = None) -> None:
        self.split = split
        self.every_steps = None if every_steps is None else positive_int(every_steps, "every_steps")
        self.steps: list[int] = []
        self.activations: list[pd.DataFrame] = []
        self.gradients: list[pd.DataFrame] = []
        self.dead: list[pd.DataFrame] = []

    def on_train_begin(self, state: TrainingState) -> None:
        """Forget earlier runs and record the start."""
        check_split(state.network, self.split, "the recorder's split")
        for records in (self.steps, self.activations, self.gradients, self.dead):
            records.clear()
        self.record(state)

    def on_batch_end(self, state: TrainingState) -> None:
        """Record after every `every_steps` updates, if that is set."""
        if self.every_steps and state.step % self.every_steps == 0:
            self.record(state)

    def on_epoch_end(self, state: TrainingState) -> None:
        """Record, unless `every_steps` is set."""
        if not self.every_steps:
            self.record(state)

    def record(self, state: TrainingState) -> None:
        """Record the statistics of the network as it is now."""
        images, labels = self.split.images, self.split.labels
        self.steps.append(state.step)
        self.activations.append(activation_statistics(state.network, images))
        self.gradients.append(gradient_statistics(state.network, images, labels))
        self.dead.append(dead_units(state.network, self.split))

    def to_frame(self, what: str) -> "pd.DataFrame":
        """Return the records of "activations", "gradients" or "dead" under one another, "step" as their first index."""
        pd = need("pandas")
        if what not in ("activations", "gradients", "dead"):
            raise ValueError(f"expected 'activations', 'gradients' or 'dead', got {what!r}")
        if not self.steps:
            raise ValueError("nothing is recorded yet: pass the recorder to train(..., callbacks=[recorder])")
        return pd.concat(getattr(self, what), keys=self.steps, names=["step"])


def _statistics(array: np.ndarray, batch: int = 1) -> dict[str, float]:
    """Return mean, standard deviation, norm (root mean square over a batch) and fraction of zeros."""
    flat = array.astype(np.float64, copy=False).ravel()
    norm, zeros = np.sqrt(dot(flat, flat) / batch), (flat == 0).mean()
    return {"mean": float(flat.mean()), "std": float(flat.std()), "norm": float(norm), "zeros": float(zeros)}


def _frame(rows: list[dict], index: list[str], columns: list[str] | None = None) -> "pd.DataFrame":
    pd = need("pandas")
    return pd.DataFrame(rows, columns=columns).set_index(index)
