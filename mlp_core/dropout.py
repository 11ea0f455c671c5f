"""Dropout: a network that cannot rely on any single unit (Srivastava et al. 2014)."""

from typing import Any

import numpy as np

from mlp_core.checks import Shape, as_floats, as_grad, below_one
from mlp_core.initializers import Seed, make_rng
from mlp_core.layers import Layer


class Dropout(Layer):
    """In training, set each number to 0 with probability p, 0 <= p < 1, and divide the rest by 1 - p; else do nothing.

    Dividing keeps the expected output equal to the input, so prediction needs no correction ("inverted" dropout).
    ``seed`` is the source of the masks; they come from the generator ``rng``, whose state a checkpoint keeps.
    """

    def __init__(self, p: float, seed: Seed = None) -> None:
        super().__init__()
        self.p = below_one(p, "p")
        self.rng = make_rng(seed)

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return x with a fresh random mask applied while training, x itself otherwise."""
        x = as_floats(x)
        mask = self.draw_mask(x.shape, x.dtype) if training else None
        self.remember(mask, training)
        return x if mask is None else x * mask

    def draw_mask(self, shape: Shape, dtype: np.dtype) -> np.ndarray:
        """Return random factors: 0 with probability p, 1 / (1 - p) otherwise."""
        keep = self.rng.random(shape, dtype=np.float32) >= self.p
        return keep * dtype.type(1 / (1 - self.p))

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Apply the same mask to the gradient."""
        mask = self.remembered()
        return as_grad(grad_output, mask.shape, self) * mask

    def config(self) -> dict[str, Any]:
        """Return the probability."""
        return {"p": self.p}
