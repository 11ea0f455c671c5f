"""What a network is to those that are no part of it; `mlp_core.network.Sequential` has it."""

from typing import Protocol

import numpy as np

from mlp_core.checks import HasParameters, Shape
from mlp_core.layers import Layer


class Network(HasParameters, Protocol):
    """Layers in a row."""

    layers: list[Layer]
    input_shape: Shape | None

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters."""

    def shapes(self) -> list[Shape]:
        """Return the shape of one example after each layer."""

    def as_batch(self, x: np.ndarray) -> np.ndarray:
        """Return a batch in the network's dtype and shape; raise if it is none."""
