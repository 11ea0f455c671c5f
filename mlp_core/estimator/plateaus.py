"""What scikit-learn's classifier does after an epoch: end or lower the rate where nothing improves, and print."""

import math

from mlp_core.callbacks import Callback, TrainingState
from mlp_core.checks import sign

LOWEST_RATE = 1e-6  # an adaptive rate that is no higher ends training


class Plateau(Callback):
    """End training when a metric has not improved by `tol` for `patience` epochs in a row.

    With a `divisor`, divide the learning rate by it instead and go on, as long as the rate is above `LOWEST_RATE`.
    """

    def __init__(self, metric: str, patience: float, tol: float, divisor: float | None = None) -> None:
        self.metric, self.patience, self.tol, self.divisor = metric, patience, tol, divisor
        self.best, self.waited = math.inf, 0

    def on_epoch_end(self, state: TrainingState) -> None:
        """Compare the epoch's value with the best before it."""
        score = sign(self.metric) * getattr(state.history, self.metric)[-1]
        self.waited = self.waited + 1 if score > self.best - self.tol else 0
        self.best = min(self.best, score)
        if self.waited < self.patience:
            return
        if self.divisor is None or state.optimizer.learning_rate <= LOWEST_RATE:
            state.stop(f"{self.metric} has not improved by {self.tol:g} for {self.patience} epochs")
        else:
            state.optimizer.learning_rate /= self.divisor
            self.waited = 0


def print_epoch(state: TrainingState) -> None:
    """Print an epoch's loss and, if there is one, its validation accuracy, in scikit-learn's words."""
    print(f"Iteration {state.epoch}, loss = {state.history.running_loss[-1]:.8f}")
    if state.history.valid_accuracy:
        print(f"Validation score: {state.history.valid_accuracy[-1]:f}")
