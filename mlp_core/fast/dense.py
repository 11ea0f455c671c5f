"""The dense layers of `mlp_core.fast`: arrays of shape (features, n), made once, and used again at every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlp_core.dropout import Dropout
from mlp_core.fast.update import Update
from mlp_core.layers import Layer, Linear, ReLU, Sigmoid, Tanh


class FastLinear:
    """``y = Wᵀ x + b`` on columns; see `Linear` for the derivation of the gradients."""

    def __init__(self, layer: Linear, index: int, n: int, dtype: np.dtype) -> None:
        self.layer, self.index = layer, index
        self.x = np.empty((layer.in_features, 0), dtype)
        self.y = np.empty((layer.out_features, n), dtype)
        self.grad_x = np.empty((layer.in_features, n), dtype)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return the output, shape (out_features, n)."""
        self.x = x
        np.matmul(self.layer.params["weight"].T, x, out=self.y)
        self.y += self.layer.params["bias"][:, None]
        return self.y

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Compute the gradient of x with the weights as they are, then change the weights."""
        if not first:
            np.matmul(self.layer.params["weight"], grad, out=self.grad_x)
        update.by_product(self.layer, self.index, "weight", self.x, grad.T)
        update.by_gradient(self.layer, self.index, "bias", grad.sum(axis=1))
        return self.grad_x


class InPlace:
    """An activation that overwrites its input: the layer before does not need its output for its gradients."""

    def __init__(self, layer: Any, index: int, n: int, dtype: np.dtype) -> None:
        self.layer = layer
        self.y = np.empty((0, n), dtype)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return x, changed."""
        self.y = self.activate(x)
        return self.y

    def activate(self, x: np.ndarray) -> np.ndarray:
        """Apply the function in place."""
        raise NotImplementedError

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad, changed."""
        raise NotImplementedError


class FastReLU(InPlace):
    """`ReLU` in place."""

    def activate(self, x: np.ndarray) -> np.ndarray:
        """Apply the function in place."""
        return np.maximum(x, 0, out=x)

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad, changed."""
        return np.multiply(grad, self.y > 0, out=grad)


class FastSigmoid(InPlace):
    """`Sigmoid` in place."""

    def activate(self, x: np.ndarray) -> np.ndarray:
        """Apply the function in place."""
        x *= 0.5
        np.tanh(x, out=x)
        x *= 0.5
        x += 0.5
        return x

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad, changed."""
        grad *= self.y
        grad *= 1 - self.y
        return grad


class FastTanh(InPlace):
    """`Tanh` in place."""

    def activate(self, x: np.ndarray) -> np.ndarray:
        """Apply the function in place."""
        return np.tanh(x, out=x)

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad, changed."""
        grad *= 1 - self.y * self.y
        return grad


class FastDropout:
    """`Dropout` with the masks that the layer itself would draw; x stays, as the activation before needs it."""

    def __init__(self, layer: Dropout, index: int, n: int, dtype: np.dtype) -> None:
        self.layer = layer
        self.mask = np.empty((0, n), dtype)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return x under a fresh mask while training, x itself otherwise."""
        if not training:
            return x
        self.mask = self.layer.draw_mask((x.shape[1], x.shape[0]), x.dtype).T
        return x * self.mask

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad under the same mask."""
        grad *= self.mask
        return grad


DENSE_LAYERS: dict[type[Layer], Any] = {
    Linear: FastLinear,
    ReLU: FastReLU,
    Sigmoid: FastSigmoid,
    Tanh: FastTanh,
    Dropout: FastDropout,
}
