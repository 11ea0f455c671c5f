"""When training diverges: an error that says when, and what to change first."""

import math

from mlp_core.callbacks import TrainingState
from mlp_core.history import History
from mlp_core.losses import Reduction


class TrainingDiverged(ArithmeticError):
    """A loss or a parameter is no longer a finite number.

    It happened in ``epoch`` (counted from 1), after ``step`` updates over all epochs. ``last_finite_loss`` (nats per
    image) is that of the last mini-batch that had one, NaN if none had; ``history`` holds the epochs before.
    """

    def __init__(self, message: str, epoch: int, step: int, last_finite_loss: float, history: History) -> None:
        super().__init__(message, epoch, step, last_finite_loss, history)  # all of them, so that it can be pickled
        self.epoch, self.step, self.last_finite_loss, self.history = epoch, step, last_finite_loss, history

    def __str__(self) -> str:
        """Return the message alone."""
        return str(self.args[0])


def check_metrics(state: TrainingState, metrics: dict[str, float], reduction: Reduction) -> dict[str, float]:
    """Return the metrics; raise TrainingDiverged unless all losses are finite."""
    for name, value in metrics.items():
        if name.endswith("_loss") and not math.isfinite(value):
            raise diverged(state, f"the loss over the {name.removesuffix('_loss')} split became {value}", reduction)
    return metrics


def diverged(state: TrainingState, what: str, reduction: Reduction) -> TrainingDiverged:
    """Write into the history, and into the error returned, what happened, when, and the likely cause."""
    message = (f"{what} in epoch {state.epoch}, after {state.step} updates (last finite loss {state.loss:.4g}): "
               f"{_likely_cause(state, reduction)}")
    state.history.status, state.history.message = "diverged", message
    return TrainingDiverged(message, state.epoch, state.step, state.loss, state.history)


def _likely_cause(state: TrainingState, reduction: Reduction) -> str:
    if state.step == 0:
        return "it was so before any update, so the initial weights or the pixels are too large"
    rate = getattr(state.optimizer, "learning_rate", None)
    cause = "the learning rate" + (f" {rate:g}" if isinstance(rate, float) else "") + " is probably too high"
    if reduction == "sum":
        cause += ' (reduction="sum" multiplies it by the batch size)'
    return cause + "; lower it, start from smaller weights, or bound the gradient with clip_norm"
