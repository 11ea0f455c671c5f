"""What may watch or steer a training run: the callback protocol, and the callbacks that are ready to use."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlp_core.checks import as_list, check_metric, not_negative, number, positive_int, sign
from mlp_core.history import History
from mlp_core.network import Sequential


@dataclass
class TrainingState:
    """What a callback gets: it may read everything, change things at its own risk, and call `stop`.

    Attributes
    ----------
    network, optimizer : Sequential, Optimizer
        With the parameters and the state of this moment.
    history : History
        What was measured so far; in `Callback.on_epoch_end` the epoch's values are already in it.
    epoch : int
        The epoch under way or just ended, counted from 1; 0 before the first.
    epochs, steps_per_epoch : int
        How many epochs were asked for, and the mini-batches of each.
    step : int
        Parameter updates so far, over all epochs.
    loss : float
        Mean loss (nats per image) of the last mini-batch, before its update; NaN before the first.
    stop_reason : str
        Set by `stop`; empty while the run goes on.
    """

    network: Sequential
    optimizer: Any
    history: History
    epochs: int
    steps_per_epoch: int
    epoch: int = 0
    step: int = 0
    loss: float = math.nan
    stop_reason: str = field(default="", init=False)

    def stop(self, reason: str = "") -> None:
        """End the run after the epoch under way."""
        self.stop_reason = reason or "a callback asked to stop"


class Callback:
    """Base class: override what you need, called with a `TrainingState`; a plain function serves as `on_epoch_end`."""

    def on_train_begin(self, state: TrainingState) -> None:
        """Be called once before the first step (on resuming: before the first step that is left)."""

    def on_batch_end(self, state: TrainingState) -> None:
        """Be called after every parameter update."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """Be called after every epoch, once its metrics are measured."""

    def on_epoch_done(self, state: TrainingState) -> None:
        """Be called after the `on_epoch_end` of all callbacks: to save what these may have changed."""

    def on_train_end(self, state: TrainingState) -> None:
        """Be called once at the end, even if an error ended the run."""


def as_callbacks(callbacks: Iterable[Callback | Callable[[TrainingState], object]]) -> list[Callback]:
    """Return a list of callbacks, with functions as the `on_epoch_end` of one each; TypeError for anything else."""
    result: list[Callback] = []
    for callback in as_list(callbacks, "callbacks as a list, such as [ProgressBar()]"):
        if isinstance(callback, type) or not (isinstance(callback, Callback) or callable(callback)):
            raise TypeError(f"expected a Callback object or a function of the training state, got {callback!r}")
        listener = callback if isinstance(callback, Callback) else Callback()
        if listener is not callback:
            listener.on_epoch_end = callback  # type: ignore[method-assign, assignment]
        result.append(listener)
    return result


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when a metric has not improved for a while; these are settings only, so many runs may share one object.

    Parameters
    ----------
    patience : int
        Stop after this many epochs in a row without a new best, at least 1.
    restore_best : bool
        Whether the network ends with the parameters of its best epoch instead of the last, however the run ends.
    metric : str
        The metric to watch, such as "valid_loss" or "valid_accuracy": losses should fall, accuracies rise.
    min_delta : float
        A value counts as an improvement, for the patience, only if it beats the last one by more than this.
    """

    patience: int = 5
    restore_best: bool = True
    metric: str = "valid_loss"
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        """Refuse settings that could never work."""
        check_metric(self.metric)
        positive_int(self.patience, "patience")
        not_negative(self.min_delta, "min_delta")


class EarlyStopper(Callback):
    """Early stopping under way: the best epoch so far, its parameters, and how long ago it was."""

    def __init__(self, settings: EarlyStopping) -> None:
        self.settings, self.best, self.best_epoch = settings, math.inf, 0
        self.best_params: dict[str, np.ndarray] = {}

    def on_epoch_end(self, state: TrainingState) -> None:
        """Take note of the epoch; stop the run if there was no new best for too long."""
        metric = self.settings.metric
        scores = [sign(metric) * value for value in getattr(state.history, metric)]
        if scores[-1] < self.best or self.best_epoch == 0:
            self.best, self.best_epoch = scores[-1], state.epoch
            if self.settings.restore_best:
                self.best_params = {name: array.copy() for name, array in state.network.params.items()}
        improved = last_improvement(scores, self.settings.min_delta)
        if state.epoch - improved >= self.settings.patience:
            state.history.status = "stopped early"
            state.stop(f"{metric} has not improved since epoch {improved}")

    def on_train_end(self, state: TrainingState) -> None:
        """Give the network the best epoch's parameters back, if that was asked for."""
        for name, array in self.best_params.items():
            state.network.params[name][...] = array


def early_stopper(settings: Any, state: TrainingState, measured: Collection[str]) -> list[EarlyStopper]:
    """Return the stopper that the settings ask for, if any; ValueError if the run does not measure their metric."""
    if settings is None:
        return []
    if not isinstance(settings, EarlyStopping):
        raise TypeError(f"expected early_stopping as EarlyStopping(patience=...), got {settings!r}")
    if settings.metric.split("_")[0] not in measured:
        raise ValueError(f"early stopping watches {settings.metric}, which this run does not measure: "
                         "train's valid, test and evaluate_train say what is")
    state.history.monitor = settings.metric
    return [EarlyStopper(settings)]


def last_improvement(scores: Sequence[float], min_delta: float) -> int:
    """Return the epoch, counted from 1, of the last score that beat the improvement before it by more than min_delta.

    >>> last_improvement([5.0, 4.0, 3.9, 3.8, 2.0], min_delta=0.5)
    5
    """
    best, epoch = scores[0], 1
    for reached, score in enumerate(scores, start=1):
        if score < best - min_delta:
            best, epoch = score, reached
    return epoch


class StopAt(Callback):
    """Stop once a loss (nats per image) has fallen to ``target``, or an accuracy (a fraction) has risen to it."""

    def __init__(self, metric: str, target: float) -> None:
        check_metric(metric)
        number(target, "target")
        if not math.isfinite(target):
            raise ValueError(f"expected target as a finite number, got {target}")
        if metric.endswith("accuracy") and not 0 <= target <= 1:
            raise ValueError(f"expected an accuracy as a fraction between 0 and 1, got {target}")
        self.metric, self.target = metric, float(target)

    def on_epoch_end(self, state: TrainingState) -> None:
        """Stop if the epoch's value is as good as the target."""
        if not (values := getattr(state.history, self.metric)):
            raise ValueError(f"StopAt watches {self.metric}, which this run does not measure: see valid, test")
        if sign(self.metric) * values[-1] <= sign(self.metric) * self.target:
            state.stop(f"{self.metric} reached {self.target:g}")
