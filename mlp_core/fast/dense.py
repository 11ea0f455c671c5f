"""The dense layers of `mlp_core.fast`: arrays of shape (features, n), made once, and used again at every step."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mlp_core.dropout import Dropout
from mlp_core.fast.update import Update
from mlp_core.layers import Layer, Linear, ReLU, Sigmoid, Tanh


class FastLinear:
    """``y = Wᵀ x + b`` on columns; see `Linear` for the derivation of the gradients."""

    def __init__(self, layer: Linear, index: int, n: int, dtype: np.dtype) -> None:
        self.layer, self.index = layer, index
        self.y = np.empty((layer.out_features, n), dtype)
        self.grad_x = np.empty((layer.in_features, n), dtype)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return the output, shape (out_features, n)."""
        self.x = x
        np.matmul(self.layer.params["weight"].T, x, out=self.y)
        self.y += self.layer.params["bias"][:, None]
        return self.y

    def backward(self, grad: np.ndarray, first: bool, update: Update) -> np.ndarray:
        """Compute the gradient of x, unless ``first``, with the weights as they are, then change the weights."""
        if not first:
            np.matmul(self.layer.params["weight"], grad, out=self.grad_x)
        update.by_product(self.layer, self.index, "weight", self.x, grad.T)
        update.by_gradient(self.layer, self.index, "bias", grad.sum(axis=1))
        return self.grad_x


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Compute ``(1 + tanh(x/2)) / 2`` in place."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5
    return x


ACTIVATIONS: dict[type[Layer], tuple[Callable[..., np.ndarray], Callable[..., tuple[np.ndarray, ...]]]] = {
    ReLU: (lambda x: np.maximum(x, 0, out=x), lambda y: (y > 0,)),
    Sigmoid: (sigmoid, lambda y: (y, 1 - y)),
    Tanh: (lambda x: np.tanh(x, out=x), lambda y: (1 - y * y,)),
}
"""Each activation in place, and the factors of its derivative, which follow from its output y."""


class InPlace:
    """An activation that overwrites its input: the layer before does not need its output for its gradients."""

    def __init__(self, layer: Layer, *_: Any) -> None:
        self.activate, self.derivative = ACTIVATIONS[type(layer)]

    def forward(self, x: np.ndarray, *_: Any) -> np.ndarray:
        """Return x, changed."""
        self.y = self.activate(x)
        return self.y

    def backward(self, grad: np.ndarray, *_: Any) -> np.ndarray:
        """Return grad, changed."""
        for factor in self.derivative(self.y):
            grad *= factor
        return grad


class FastDropout:
    """`Dropout` with the masks that the layer itself would draw; x stays, as the activation before needs it."""

    def __init__(self, layer: Dropout, *_: Any) -> None:
        self.layer = layer

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return x under a fresh mask while training, x itself otherwise."""
        if not training:
            return x
        self.mask = self.layer.draw_mask((x.shape[1], x.shape[0]), x.dtype).T
        return x * self.mask

    def backward(self, grad: np.ndarray, *_: Any) -> np.ndarray:
        """Return grad under the same mask."""
        grad *= self.mask
        return grad


DENSE_LAYERS: dict[type[Layer], Any] = {Linear: FastLinear, Dropout: FastDropout, **dict.fromkeys(ACTIVATIONS, InPlace)}
