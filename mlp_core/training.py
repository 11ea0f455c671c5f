"""Training: one step, and the loop around it."""

import logging
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from mlp_core.batches import Batches
from mlp_core.callbacks import Callback, EarlyStopping, TrainingState, as_callbacks, early_stopper
from mlp_core.checks import check_training
from mlp_core.divergence import TrainingDiverged, check_metrics, diverged
from mlp_core.evaluation import check_split, measure
from mlp_core.fast.plan import fast_step, is_supported, obstacle
from mlp_core.fast.threads import as_only_trainer, one_trainer
from mlp_core.history import History
from mlp_core.initializers import make_rng
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential
from mlp_core.optimizers import Optimizer
from mlp_core.progress import watchers
from mlp_core.splits import Split
from mlp_core.storage.checkpoints import Checkpoint, CheckpointError

__all__ = ["CheckpointError", "TrainingDiverged", "plain_step", "train", "train_step"]


@one_trainer
def plain_step(
    network: Sequential, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray,
    reduction: Reduction = "mean", weights: np.ndarray | None = None,
) -> float:  # fmt: skip
    """Make one update of the network, in place, as a textbook would: forward, loss, backward, update; return the loss.

    Images are floats of shape (n, ...), labels integers of shape (n,), weights (how much each image counts) floats of
    shape (n,). The loss, in nats, is that before the update; it and its gradient are the batch's "mean" or "sum".
    """
    logits = network.forward(images, training=True)
    loss, grad_logits = softmax_cross_entropy(logits, labels, reduction, weights)
    network.backward(grad_logits)
    optimizer.step(network)
    return loss


@one_trainer
def train_step(
    network: Sequential, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray,
    reduction: Reduction = "mean", weights: np.ndarray | None = None,
) -> float:  # fmt: skip
    """Make one update: by the fast step of `mlp_core.fast` if it supports the network, else by `plain_step`.

    Arguments and result are those of `plain_step`, up to rounding; the fast step may leave no gradients in the layers.
    """
    if len(images) == 0:
        raise ValueError(f"expected images of shape (n, ...) with n >= 1, got {images.shape}")
    step = fast_step if is_supported(network) else plain_step
    return step(network, optimizer, images, labels, reduction, weights)


def train(
    network: Sequential, split: Split, *, optimizer: Optimizer, epochs: int,
    valid: Split | None = None, test: Split | None = None,
    batch_size: int | None = 128, seed: int | np.random.Generator = 0, shuffle: bool = True,
    reduction: Reduction = "mean", step: Callable[..., float] = train_step,
    early_stopping: EarlyStopping | None = None,
    callbacks: Iterable[Callback | Callable[[TrainingState], object]] = (),
    evaluate_train: bool | int = True, evaluate_initial: bool = False,
    on_divergence: Literal["raise", "record"] = "raise", checkpoint: str | os.PathLike[str] | None = None,
) -> History:  # fmt: skip
    """Train a network on a split, in place, and return what was measured, one value per epoch for each metric.

    Parameters
    ----------
    network : Sequential
        Changed in place.
    split : Split
        The training images and labels.
    optimizer : Optimizer
        Such as ``SGD(0.1)``; goes on from the state it holds.
    epochs : int
        Passes over the training images; 0 trains nothing.
    valid, test : Split, optional
        Measured after every epoch, never trained on.
    batch_size : int, optional
        Images per update; more than there are, or None, takes them all at once. The last batch may be smaller.
    seed : int or numpy.random.Generator
        Source of the shuffling.
    shuffle : bool
        Whether every epoch draws a new order; False keeps the split's order.
    reduction : {"mean", "sum"}
        Whether a batch's gradient is the mean or the sum over its images. Reported losses are means either way.
    step : function
        Makes one update, called as `plain_step` is. `train_step` takes the shortcuts of `mlp_core.fast` for networks of
        built-in layers, since that is faster; ``step=plain_step`` runs every layer's own ``forward`` and ``backward``,
        as one reads them. That both give the same, up to rounding, is tested (``tests/test_step.py``). Where the plain
        step replaces the fast one, the logger ``mlp_core.training`` says why, at level INFO.
    early_stopping : EarlyStopping, optional
        When to stop before the last epoch, and whether to go back to the best one.
    callbacks : iterable of Callback or function
        Called with the `TrainingState`, in this order.
    evaluate_train : bool or int
        Whether to measure loss and accuracy over the training split after every epoch, which takes a good part of
        the time; a number m measures the first m images alone. ``running_loss`` is recorded in any case.
    evaluate_initial : bool
        Whether to measure before the first update, too (``history.initial``).
    on_divergence : {"raise", "record"}
        What to do when the loss is no longer a finite number: raise, or end the history with the epochs before.
    checkpoint : path-like, optional
        A file, written after every epoch. If it exists already, the run goes on from it and ends bit for bit like an
        uninterrupted one; ``epochs`` may be larger than it was before. Callbacks see only the epochs that are left.

    Raises
    ------
    TrainingDiverged
        If the loss or a parameter is no longer finite, and ``on_divergence`` is "raise".
    CheckpointError
        If the checkpoint cannot be read, or belongs to a run with other settings, data or initial parameters.
    TypeError, ValueError
        If an argument has the wrong type, or a value that makes no sense.
    """
    check_training(optimizer, epochs, reduction, step, on_divergence, evaluate_train)
    splits = {name: part for name, part in (("train", split), ("valid", valid), ("test", test)) if part is not None}
    for name, part in splits.items():
        check_split(network, part, name)
    measured = {name: part for name, part in splits.items() if evaluate_train or name != "train"}
    if not isinstance(evaluate_train, bool):
        measured["train"] = split[:evaluate_train]
    batches = Batches(split, batch_size, make_rng(seed) if shuffle else None, network.dtype)
    if step is train_step and (reason := obstacle(network)):
        logging.getLogger(__name__).info("training with the plain step, not the fast one: %s", reason)
    state = TrainingState(network, optimizer, History(status="running"), epochs, len(batches))
    stopper = early_stopper(early_stopping, state, measured)
    listeners = [*stopper, *as_callbacks(callbacks), *watchers()]
    if checkpoint is not None:
        settings = {"batch_size": batches.batch_size, "reduction": reduction, "early_stopping": early_stopping,
                    "shuffle": shuffle, "evaluate_train": evaluate_train, "evaluate_initial": evaluate_initial,
                    **({} if step is train_step else {"step": step})}
        listeners.insert(0, Checkpoint(checkpoint, state, splits, settings, *stopper, shuffling=batches.rng))
    try:
        as_only_trainer((*network.layers, optimizer), _loop,
                        state, batches, measured, reduction, step, listeners, evaluate_initial)
    except TrainingDiverged:
        if on_divergence == "raise":
            raise
    return state.history


def _loop(
    state: TrainingState, batches: Batches, measured: Mapping[str, Split], reduction: Reduction,
    step: Callable[..., float], callbacks: Sequence[Callback], evaluate_initial: bool,
) -> None:  # fmt: skip
    """Run all epochs that are left: update with each batch, then measure, then tell the callbacks."""

    def tell(hook: str) -> None:
        for callback in callbacks:
            getattr(callback, hook)(state)

    def look() -> dict[str, float]:
        return check_metrics(state, measure(state.network, measured), reduction)

    try:
        tell("on_train_begin")
        if evaluate_initial and not state.history.initial:
            state.history.initial = look()
        while state.epoch < state.epochs and not state.stop_reason:
            state.epoch, started, total = state.epoch + 1, time.perf_counter(), 0.0
            for images, labels, weights in batches:
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    loss = step(state.network, state.optimizer, images, labels, reduction, weights)
                loss = loss / len(labels) if reduction == "sum" else loss
                if not math.isfinite(loss):
                    raise diverged(state, f"the loss became {loss}", reduction)
                state.step, state.loss, total = state.step + 1, loss, total + loss * len(labels)
                tell("on_batch_end")
            if not all(np.isfinite(array).all() for array in state.network.params.values()):
                raise diverged(state, "a parameter became infinite or NaN", reduction)
            metrics = look() | {"running_loss": total / len(batches.labels)}
            for name, value in {**metrics, "seconds": time.perf_counter() - started}.items():
                getattr(state.history, name).append(value)
            tell("on_epoch_end")
            tell("on_epoch_done")
        state.history.message = state.stop_reason
        if state.history.status == "running":
            state.history.status = "stopped by a callback" if state.stop_reason else "completed"
    finally:
        tell("on_train_end")
