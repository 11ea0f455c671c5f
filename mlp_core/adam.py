"""Adam: every single weight has a step size of its own."""

from typing import Any

import numpy as np

from mlp_core.checks import below_one, positive
from mlp_core.optimizers import LearningRate, Optimizer


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1): steps about as long as the learning rate, for any scale of g.

    ``m = b1 m + (1 - b1) g``, ``v = b2 v + (1 - b2) g²``, ``w = w - learning_rate * m' / (sqrt(v') + eps)`` where
    ``m' = m / (1 - b1^t)`` and ``v' = v / (1 - b2^t)`` correct the bias of the start from 0; t counts the
    updates from 1, g is the gradient. The rest is as for `Optimizer`; weight decay enters g (this is not AdamW).
    """

    def __init__(
        self, learning_rate: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, *,
        weight_decay: float = 0.0, clip_norm: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, weight_decay=weight_decay, clip_norm=clip_norm)
        self.beta1, self.beta2 = below_one(beta1, "beta1"), below_one(beta2, "beta2")
        self.eps = positive(eps, "eps")

    def slots(self, name: str) -> tuple[str, ...]:
        """Return the names under which m and v are kept."""
        return ("mean", "square")

    def update(self, name: str, param: np.ndarray, grad: np.ndarray, rate: float, *memories: np.ndarray) -> None:
        """Step along m', the corrected mean, divided by the root of v', the corrected mean square."""
        (mean, square), number = memories, param.dtype.type
        mean += number(1 - self.beta1) * (grad - mean)
        square += number(1 - self.beta2) * (grad * grad - square)
        t = self.updates + 1
        root = np.sqrt(square * number(1 / (1 - self.beta2**t))) + number(self.eps)
        param -= number(rate / (1 - self.beta1**t)) * mean / root

    def config(self) -> dict[str, Any]:
        """Return the settings."""
        return {**super().config(), "beta1": self.beta1, "beta2": self.beta2, "eps": self.eps}
