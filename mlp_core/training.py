"""The training loop: mini-batches, epochs, evaluation, early stopping, divergence."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mlp_core.batches import Batches
from mlp_core.callbacks import Callback, TrainingState, as_callbacks
from mlp_core.early_stopping import EarlyStopping, Watch
from mlp_core.evaluation import Evaluation, check_split, evaluate, full_pass
from mlp_core.fast.threads import as_only_trainer
from mlp_core.history import History
from mlp_core.initializers import make_rng
from mlp_core.losses import Reduction
from mlp_core.step import quickest_step
from mlp_core.storage.checkpoints import Checkpoint, CheckpointError, fingerprint

if TYPE_CHECKING:
    from mlp_core.network import Sequential
    from mlp_core.optimizers import Optimizer
    from mlp_core.splits import Split

__all__ = ["CheckpointError", "Evaluation", "TrainingDiverged", "evaluate", "train"]


class TrainingDiverged(ArithmeticError):
    """The loss or the parameters stopped being finite numbers.

    Attributes
    ----------
    epoch, step : int
        The epoch under way, counted from 1, and the updates made over all epochs.
    last_finite_loss : float
        Loss of the last mini-batch (nats an image) that still had one; NaN if none had.
    history : History
        The epochs before.
    """

    def __init__(self, message: str, epoch: int, step: int, last_finite_loss: float, history: History) -> None:
        super().__init__(message, epoch, step, last_finite_loss, history)  # all of them, so that it can be pickled
        self.epoch, self.step, self.last_finite_loss, self.history = epoch, step, last_finite_loss, history

    def __str__(self) -> str:
        """Return the message alone."""
        return str(self.args[0])


def train(
    network: Sequential,
    split: Split,
    *,
    optimizer: Optimizer,
    epochs: int,
    valid: Split | None = None,
    test: Split | None = None,
    batch_size: int | None = 128,
    seed: int | np.random.Generator = 0,
    shuffle: bool = True,
    reduction: Reduction = "mean",
    early_stopping: EarlyStopping | None = None,
    callbacks: Iterable[Callback | Callable[[TrainingState], object]] = (),
    evaluate_train: bool | int = True,
    evaluate_initial: bool = False,
    on_divergence: Literal["raise", "record"] = "raise",
    checkpoint: str | os.PathLike[str] | None = None,
) -> History:
    """Train a network on a split, in place, and return what was measured.

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
        Measured after every epoch, never learnt from.
    batch_size : int, optional
        Images an update; more than there are, or None, takes them all at once. The last batch may be smaller.
    seed : int or numpy.random.Generator
        Source of the shuffling.
    shuffle : bool
        Whether every epoch draws a new order; False keeps the split's order.
    reduction : {"mean", "sum"}
        Whether a batch's gradient is the mean or the sum over its images. Reported losses are means either way.
    early_stopping : EarlyStopping, optional
        When to stop before the last epoch, and whether to go back to the best one.
    callbacks : iterable of Callback or function
        Called with the `TrainingState`, in this order.
    evaluate_train : bool or int
        Whether to measure loss and accuracy over the training split after every epoch, which takes a good part of
        its time; a number measures its first so many images. ``running_loss`` is measured all the same.
    evaluate_initial : bool
        Whether to measure before the first step, too (``history.initial``).
    on_divergence : {"raise", "record"}
        What to do when the loss is no longer a finite number: raise, or end the history with the epochs before.
    checkpoint : path-like, optional
        A file, written after every epoch. If it is there already, the run goes on from it, and ends with the bits of
        an uninterrupted one; it may have more epochs than when it was interrupted. Callbacks see only what is left.

    Returns
    -------
    History
        One value an epoch for each metric.

    Raises
    ------
    TrainingDiverged
        If the loss or a parameter is no longer finite, and ``on_divergence`` is "raise".
    CheckpointError
        If the checkpoint cannot be read, or is of a run with other settings, data or initial parameters.
    TypeError, ValueError
        If an argument cannot be meant.
    """
    _check_arguments(optimizer, epochs, reduction, on_divergence, evaluate_train)
    splits = {name: part for name, part in (("train", split), ("valid", valid), ("test", test)) if part is not None}
    for name, part in splits.items():
        check_split(network, part, name)
    batches = Batches(split, batch_size, make_rng(seed) if shuffle else None, network.dtype)
    state = TrainingState(network, optimizer, History(status="running"), epochs, len(batches))
    measured = {name: part for name, part in splits.items() if evaluate_train or name != "train"}
    if not isinstance(evaluate_train, bool):
        measured["train"] = split[:evaluate_train]
    run = Run(state, batches, measured, reduction, as_callbacks(callbacks), Watch(early_stopping, state, measured))
    settings = {"batch_size": batches.batch_size, "reduction": reduction, "early_stopping": early_stopping}
    settings |= {"shuffle": shuffle, "evaluate_train": evaluate_train, "evaluate_initial": evaluate_initial}
    file = Checkpoint(checkpoint, fingerprint(run, splits, settings)) if checkpoint is not None else None
    try:
        as_only_trainer((*network.layers, optimizer), run.go, evaluate_initial, file)
    except TrainingDiverged:
        if on_divergence == "raise":
            raise
    return state.history


class Run:
    """A training run under way.

    Parameters
    ----------
    state : TrainingState
        What callbacks see of it.
    batches : Batches
        The mini-batches of an epoch.
    measured : dict of str to Split
        The splits to measure after every epoch, by name.
    reduction : {"mean", "sum"}
    callbacks : list of Callback
    watch : Watch
        Early stopping.
    """

    def __init__(
        self,
        state: TrainingState,
        batches: Batches,
        measured: dict[str, Split],
        reduction: Reduction,
        callbacks: list[Callback],
        watch: Watch,
    ) -> None:
        self.state, self.batches, self.measured, self.reduction = state, batches, measured, reduction
        self.callbacks, self.watch = callbacks, watch

    def go(self, evaluate_initial: bool, checkpoint: Checkpoint | None) -> None:
        """Run all epochs that are left."""
        state = self.state
        if checkpoint is not None:
            checkpoint.resume(self)
        if evaluate_initial and not state.history.initial:
            state.history.initial = self.measure()
        try:
            self.call("on_train_begin")
            while state.epoch < state.epochs and not state.stop_reason:
                self.epoch()
                if checkpoint is not None:
                    checkpoint.save(self)
            self.conclude()
        finally:
            self.watch.restore(state.network)
            self.call("on_train_end")

    def conclude(self) -> None:
        """Write into the history how the run ended."""
        history, reason = self.state.history, self.state.stop_reason
        history.message = reason
        if history.status == "running":
            history.status = "stopped by a callback" if reason else "completed"

    def epoch(self) -> None:
        """Make one pass over the training images, measure, and tell everyone."""
        state, started = self.state, time.perf_counter()
        state.epoch += 1
        running_loss = self.steps()
        metrics = {**self.measure(), "running_loss": running_loss, "seconds": time.perf_counter() - started}
        for name, value in metrics.items():
            getattr(state.history, name).append(value)
        self.watch.after_epoch(state)
        self.call("on_epoch_end")

    def steps(self) -> float:
        """Make the epoch's updates; return the mean loss of its batches, weighted by their sizes."""
        state, total = self.state, 0.0
        for images, labels, weights in self.batches:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                step = quickest_step(state.network)
                loss = step(state.network, state.optimizer, images, labels, self.reduction, weights)
            loss = loss / len(labels) if self.reduction == "sum" else loss
            if not math.isfinite(loss):
                raise self.diverged(f"the loss became {loss}")
            state.step, state.loss, total = state.step + 1, loss, total + loss * len(labels)
            self.call("on_batch_end")
        if not all(np.isfinite(array).all() for array in state.network.params.values()):
            raise self.diverged("a parameter became infinite or NaN")
        return total / len(self.batches.labels)

    def measure(self) -> dict[str, float]:
        """Return loss and accuracy over every split that is measured."""
        metrics: dict[str, float] = {}
        for name, split in self.measured.items():
            loss, accuracy = full_pass(self.state.network, split)
            if not math.isfinite(loss):
                raise self.diverged(f"the loss over the {name} split became {loss}")
            metrics |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
        return metrics

    def call(self, hook: str) -> None:
        """Call that hook of every callback."""
        for callback in self.callbacks:
            getattr(callback, hook)(self.state)

    def diverged(self, what: str) -> TrainingDiverged:
        """Write into the history, and into the error returned, what happened, when, and the likely cause."""
        state = self.state
        message = (
            f"{what} in epoch {state.epoch}, after {state.step} updates (last finite loss {state.loss:.4g}): "
            f"{_likely_cause(state, self.reduction)}"
        )
        state.history.status, state.history.message = "diverged", message
        return TrainingDiverged(message, state.epoch, state.step, state.loss, state.history)


def _likely_cause(state: TrainingState, reduction: Reduction) -> str:
    """Return what to change first."""
    if state.step == 0:
        return "it was so before any update, so the initial weights or the pixels are too large"
    rate = getattr(state.optimizer, "learning_rate", None)
    cause = "the learning rate" + (f" {rate:g}" if isinstance(rate, float) else "") + " is probably too high"
    if reduction == "sum":
        cause += ' (reduction="sum" multiplies it by the batch size)'
    return cause + "; lower it, start from smaller weights, or bound the gradient with clip_norm"


def _check_arguments(optimizer: Any, epochs: Any, reduction: Any, on_divergence: Any, evaluate_train: Any) -> None:
    """Raise TypeError or ValueError for what is no optimizer, no number of epochs, or no known choice."""
    if not callable(getattr(optimizer, "step", None)) or isinstance(optimizer, type):
        raise TypeError(f"expected an optimizer such as SGD(0.1), got {optimizer!r}")
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
        raise TypeError(f"expected epochs as a whole number, got {epochs!r}")
    if epochs < 0:
        raise ValueError(f"expected epochs >= 0, got {epochs}")
    if not isinstance(evaluate_train, (bool, int, np.integer)):
        raise TypeError(f"expected evaluate_train as True, False or a number of images, got {evaluate_train!r}")
    if not isinstance(evaluate_train, bool) and evaluate_train < 1:
        raise ValueError(f"expected evaluate_train as True, False or at least 1 image, got {evaluate_train}")
    for name, value, allowed in (
        ("reduction", reduction, ("mean", "sum")),
        ("on_divergence", on_divergence, ("raise", "record")),
    ):
        if value not in allowed:
            raise ValueError(f"expected {name} {allowed[0]!r} or {allowed[1]!r}, got {value!r}")
