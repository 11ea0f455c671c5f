"""A network: layers in a row, used as one function that can also run backward."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.layers import Layer, Linear, Shape, as_floats, float_dtype
from mlp_core.losses import softmax

EVALUATION_CHUNK = 1000  # images at a time: fits the cache, and memory stays small


class Sequential:
    """Layers applied one after the other; obeys the layer protocol itself.

    Parameters
    ----------
    layers : sequence of Layer
    input_shape : tuple of int, optional
        Shape of one example, such as (784,) or (1, 28, 28). Flat rows are accepted for images too. A network that
        starts with `Linear` knows it anyway.

    Attributes
    ----------
    params, grads : dict of str to ndarray
        The live arrays of all layers, addressed ``"<layer index>.<name>"``: ``params["2.weight"]``.
    """

    def __init__(self, layers: Sequence[Layer], input_shape: Sequence[int] | None = None) -> None:
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("expected at least one layer")
        if input_shape is None and isinstance(self.layers[0], Linear):
            input_shape = (self.layers[0].in_features,)
        self.input_shape: Shape | None = None if input_shape is None else tuple(int(n) for n in input_shape)
        if self.input_shape is not None:
            self._shapes()  # layers that do not fit each other fail now, not at the first batch

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of all layers, ``"<layer index>.<name>"``; assigning into an array changes the network."""
        return {f"{i}.{name}": array for i, layer in enumerate(self.layers) for name, array in layer.params.items()}

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """The gradients of all layers after ``backward``, under the keys of `params`."""
        return {f"{i}.{name}": array for i, layer in enumerate(self.layers) for name, array in layer.grads.items()}

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters; inputs are cast to it."""
        return next((array.dtype for array in self.params.values()), np.dtype("float32"))

    @property
    def num_parameters(self) -> int:
        """How many numbers training may change."""
        return sum(array.size for array in self.params.values())

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the logits for a batch x of shape (n, *input_shape), or of flat rows."""
        x = self._batch(x)
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Run the layers backward: fill every ``grads`` and return the gradient of the input."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return ``forward(x)``, computed in chunks so that memory does not grow with n."""
        x = np.asarray(x)
        starts = range(0, max(len(x), 1), EVALUATION_CHUNK)
        return np.concatenate([self.forward(x[start : start + EVALUATION_CHUNK]) for start in starts])

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities, shape (n, classes)."""
        return softmax(self.logits(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the most probable class of each example, shape (n,), int64."""
        return self.logits(x).argmax(axis=1)

    def copy(self) -> Sequential:
        """Return an independent network with equal parameters."""
        return copy.deepcopy(self)

    def astype(self, dtype: DTypeLike) -> Sequential:
        """Return a copy that computes in another precision: float32 trains, float64 verifies."""
        network, dtype = self.copy(), float_dtype(dtype)
        for layer in network.layers:
            if layer.params:
                layer.dtype = dtype  # type: ignore[attr-defined]
            layer.params = {name: array.astype(dtype) for name, array in layer.params.items()}
            layer.grads, layer._cache = {}, None
        return network

    def _batch(self, x: np.ndarray) -> np.ndarray:
        """Check a batch's shape, cast it to the network's dtype and give flat rows their image shape."""
        x, expected = as_floats(x, self.dtype), self.input_shape
        if expected is None or x.shape[1:] == expected:
            return x
        if x.ndim == 2 and x.shape[1] == math.prod(expected):
            return x.reshape(len(x), *expected)
        flat = f" or (n, {math.prod(expected)})" if len(expected) > 1 else ""
        raise ValueError(f"expected images of shape {('n', *expected)}{flat}, got {x.shape}".replace("'", ""))

    def _shapes(self) -> list[Shape]:
        """Return the shape of one example after each layer."""
        if self.input_shape is None:
            raise ValueError("the shapes need Sequential(layers, input_shape=...)")
        shapes: list[Shape] = []
        for index, layer in enumerate(self.layers):
            try:
                shapes.append(layer.output_shape(shapes[-1] if shapes else self.input_shape))
            except ValueError as error:
                raise ValueError(f"layer {index}: {error}") from None
        return shapes

    def __repr__(self) -> str:
        """Show the layers, one a line."""
        lines = "".join(f"    {layer!r},\n" for layer in self.layers)
        return f"Sequential([\n{lines}], input_shape={self.input_shape})"
