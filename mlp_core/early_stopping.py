"""Stop when a metric has not improved for a while."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlp_core.history import check_metric, sign
from mlp_core.optimizers import number

if TYPE_CHECKING:
    from mlp_core.callbacks import TrainingState
    from mlp_core.network import Sequential


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when a metric has not improved for a while; settings only, so one object may serve many runs.

    Parameters
    ----------
    patience : int
        Stop after this many epochs in a row without a new best, at least 1.
    restore_best : bool
        Leave the network, however the run ends, with its parameters of the best epoch instead of the last.
    metric : str
        The metric to watch, such as "valid_loss" or "valid_accuracy": losses shall fall, accuracies rise.
    min_delta : float
        By how much a value has to beat the last improvement, to count as one for the patience.
    """

    patience: int = 5
    restore_best: bool = True
    metric: str = "valid_loss"
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        """Refuse settings that could never work."""
        check_metric(self.metric)
        if isinstance(self.patience, bool) or not isinstance(self.patience, (int, np.integer)):
            raise TypeError(f"expected patience as a whole number of epochs, got {self.patience!r}")
        if self.patience < 1:
            raise ValueError(f"expected patience of at least 1 epoch, got {self.patience}")
        number(self.min_delta, "min_delta")
        if not 0 <= self.min_delta < math.inf:
            raise ValueError(f"expected min_delta >= 0, got {self.min_delta!r}")


class Watch:
    """Early stopping under way: the best epoch so far, its parameters, and how long ago it was."""

    def __init__(self, settings: EarlyStopping | None, state: TrainingState, measured: Collection[str]) -> None:
        if settings is not None and not isinstance(settings, EarlyStopping):
            raise TypeError(f"expected early_stopping as EarlyStopping(patience=...), got {settings!r}")
        if settings is not None and settings.metric.split("_")[0] not in measured:
            raise ValueError(f"early stopping watches {settings.metric}, which this run does not measure")
        self.settings = settings
        self.best, self.best_epoch = math.inf, 0
        self.best_params: dict[str, np.ndarray] = {}
        state.history.monitor = settings.metric if settings else "valid_loss"

    def after_epoch(self, state: TrainingState) -> None:
        """Take note of the epoch; stop the run if there was no new best for too long."""
        if self.settings is None:
            return
        scores = [sign(self.settings.metric) * value for value in getattr(state.history, self.settings.metric)]
        if scores[-1] < self.best or self.best_epoch == 0:
            self.best, self.best_epoch = scores[-1], state.epoch
            if self.settings.restore_best:
                self.best_params = {name: array.copy() for name, array in state.network.params.items()}
        improved = last_improvement(scores, self.settings.min_delta)
        if state.epoch - improved >= self.settings.patience:
            state.history.status = "stopped early"
            state.stop(f"{self.settings.metric} has not improved since epoch {improved}")

    def restore(self, network: Sequential) -> None:
        """Give the network the best epoch's parameters back, if that was asked for."""
        for name, array in self.best_params.items():
            network.params[name][...] = array


def last_improvement(scores: Sequence[float], min_delta: float) -> int:
    """Return the epoch, counted from 1, of the last score that beat the last improvement before it by min_delta.

    >>> last_improvement([5.0, 4.0, 3.9, 3.8, 2.0], min_delta=0.5)
    5
    """
    best, epoch = scores[0], 1
    for reached, score in enumerate(scores, start=1):
        if score < best - min_delta:
            best, epoch = score, reached
    return epoch
