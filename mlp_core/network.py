"""A network: layers in a row, used as one function that can also run backward."""

import copy
import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from mlp_core import summary
from mlp_core.checks import Arrays, Shape, as_floats, as_shape, check_finite, check_layers, check_shape, float_dtype
from mlp_core.fast.plan import fast_logits, in_a_row, is_supported
from mlp_core.fast.threads import product
from mlp_core.layers import Layer, Linear
from mlp_core.losses import softmax

EVALUATION_CHUNK = 1000  # images at a time: fits the cache, and memory stays small


@in_a_row
class Sequential:
    """Layers applied one after the other, used like one layer: with ``forward``, ``backward``, ``params``, ``grads``.

    ``input_shape`` is that of one example, such as (784,) or (1, 28, 28), for which flat rows are accepted, too. It may
    be left out if the first layer is `Linear`. ``params`` and ``grads`` hold the layers' own arrays, not copies, under
    the names ``"<layer index>.<name>"``: ``params["2.weight"]``. ValueError if the layers do not fit each other.
    """

    def __init__(self, layers: Sequence[Layer], input_shape: Sequence[int] | None = None) -> None:
        self.layers = list(layers)
        check_layers(self.layers)
        if input_shape is None and isinstance(self.layers[0], Linear):
            input_shape = (self.layers[0].in_features,)
        self.input_shape: Shape | None = None if input_shape is None else as_shape(input_shape)
        if self.input_shape is not None:
            self.shapes()  # layers that do not fit each other fail now, not at the first batch

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of all layers, ``"<layer index>.<name>"``; assigning into an array changes the network."""
        return Arrays({f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in layer.params.items()})

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """The gradients of all layers after ``backward``, under the keys of `params`."""
        return Arrays({f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in layer.grads.items()})

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters, float32 if there are none; inputs are cast to it."""
        arrays = (array for layer in self.layers for array in layer.params.values())
        return next((array.dtype for array in arrays), np.dtype("float32"))

    @property
    def num_parameters(self) -> int:
        """How many numbers training may change."""
        return sum(array.size for array in self.params.values())

    @product
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the logits, shape (n, classes), for a batch x of shape (n, *input_shape), or of flat rows."""
        x = self.as_batch(x)
        if training and len({*map(id, self.layers)}) < len(self.layers):
            check_layers(self.layers)
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    @product
    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Run the layers backward, the last one first: fill all ``grads`` and return the gradient of the input."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return ``forward(x)``, computed in chunks so that memory does not grow with n."""
        if is_supported(self):
            return fast_logits(self, x)
        x = np.asarray(x)
        starts = range(0, max(len(x), 1), EVALUATION_CHUNK)
        return np.concatenate([self.forward(x[start : start + EVALUATION_CHUNK]) for start in starts])

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities, (n, classes); ValueError if x, FloatingPointError if a logit is not finite."""
        return softmax(self._finite_logits(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the most probable class of each example, shape (n,), int64; errors as in `predict_proba`."""
        return self._finite_logits(x).argmax(axis=1)

    def _finite_logits(self, x: np.ndarray) -> np.ndarray:
        """Return `logits`; raise ValueError if the images, FloatingPointError if the logits are not finite."""
        x = check_finite(as_floats(x))
        with np.errstate(over="ignore", invalid="ignore"):
            logits = self.logits(x)
        if not np.isfinite(logits).all():
            raise FloatingPointError("the logits are not finite: the network has diverged; lower the learning rate")
        return logits

    def copy(self) -> "Sequential":
        """Return an independent network with equal parameters."""
        return copy.deepcopy(self)

    def astype(self, dtype: DTypeLike) -> "Sequential":
        """Return a copy that computes in float32 (enough for training) or in float64 (for gradient checks)."""
        network, dtype = self.copy(), float_dtype(dtype)
        for layer in network.layers:
            if layer.params:
                layer.dtype = dtype  # type: ignore[attr-defined]
            layer.params = {name: array.astype(dtype) for name, array in layer.params.items()}
            layer.grads, layer._cache = {}, None
        return network

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to a ``.npz`` file, without pickle; an existing file is replaced in one go."""
        from mlp_core.storage.networks import save_layers  # spares the modules of archives

        save_layers(self.layers, self.input_shape, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Sequential":
        """Read a network that `save` wrote; FileNotFoundError if there is no file, `NetworkFileError` for any other."""
        from mlp_core.storage.networks import load_layers  # spares the modules of archives

        return load_layers(path, Sequential)

    summary, summary_text = summary.table, summary.text
    __str__ = summary_text

    def as_batch(self, x: np.ndarray) -> np.ndarray:
        """Return a batch in the network's dtype, flat rows in their image shape; ValueError for another shape."""
        x = as_floats(x, self.dtype)
        check_shape(x.shape, self.input_shape)
        return x if self.input_shape is None else x.reshape(len(x), *self.input_shape)

    def shapes(self) -> list[Shape]:
        """Return the shape of one example after each layer; ValueError if two do not fit, or without input_shape."""
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
        """Show the layers, one per line."""
        lines = "".join(f"    {layer!r},\n" for layer in self.layers)
        return f"Sequential([\n{lines}], input_shape={self.input_shape})"
