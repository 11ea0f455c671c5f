"""A network: layers in a row, used as one function that can also run backward."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from mlp_core.fast.threads import product
from mlp_core.layers import Dropout, Layer, Linear, Shape, as_floats, float_dtype, positive_int
from mlp_core.losses import softmax

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import DTypeLike

PROTOCOL = ("forward", "backward", "params", "grads")
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
        check_layers(self.layers)
        if input_shape is None and isinstance(self.layers[0], Linear):
            input_shape = (self.layers[0].in_features,)
        self.input_shape: Shape | None = None if input_shape is None else as_shape(input_shape)
        if self.input_shape is not None:
            self._shapes()  # layers that do not fit each other fail now, not at the first batch

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of all layers, ``"<layer index>.<name>"``; assigning into an array changes the network."""
        return Arrays(
            {f"{i}.{name}": array for i, layer in enumerate(self.layers) for name, array in layer.params.items()}
        )

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """The gradients of all layers after ``backward``, under the keys of `params`."""
        return Arrays(
            {f"{i}.{name}": array for i, layer in enumerate(self.layers) for name, array in layer.grads.items()}
        )

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters; inputs are cast to it."""
        for layer in self.layers:
            for array in layer.params.values():
                return array.dtype
        return np.dtype("float32")

    @property
    def num_parameters(self) -> int:
        """How many numbers training may change."""
        return sum(array.size for array in self.params.values())

    @product
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the logits for a batch x of shape (n, *input_shape), or of flat rows."""
        x = self._batch(x)
        if training and len({*map(id, self.layers)}) < len(self.layers):
            check_layers(self.layers)
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    @product
    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Run the layers backward: fill every ``grads`` and return the gradient of the input."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return ``forward(x)``, computed in chunks so that memory does not grow with n."""
        from mlp_core.fast.plan import fast_logits, is_supported  # this module is the first of the two

        if is_supported(self):
            return fast_logits(self, x)
        x = np.asarray(x)
        starts = range(0, max(len(x), 1), EVALUATION_CHUNK)
        return np.concatenate([self.forward(x[start : start + EVALUATION_CHUNK]) for start in starts])

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities, shape (n, classes)."""
        return softmax(self._finite_logits(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the most probable class of each example, shape (n,), int64."""
        return self._finite_logits(x).argmax(axis=1)

    def _finite_logits(self, x: np.ndarray) -> np.ndarray:
        """Return `logits`; raise where the images, or for the network's parameters' sake the logits, are not finite."""
        x = as_floats(x)
        if x.size and not (np.isfinite(x.min()) and np.isfinite(x.max())):
            raise ValueError(f"expected finite images, got {x[~np.isfinite(x)][0]}")
        with np.errstate(over="ignore", invalid="ignore"):
            logits = self.logits(x)
        if not np.isfinite(logits).all():
            raise FloatingPointError("the logits are not finite: the network has diverged; lower the learning rate")
        return logits

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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to a ``.npz`` file, without pickle; an existing file is replaced in one go."""
        from mlp_core.storage.networks import save_network

        save_network(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Sequential:
        """Read a network that `save` wrote; `mlp_core.storage.networks.NetworkFileError` for anything else."""
        from mlp_core.storage.networks import load_network

        return load_network(path)

    def summary(self) -> pd.DataFrame:
        """Return one row a layer (layer, output shape of one example, parameters), and a last row with the total."""
        import pandas as pd

        rows = [*self._summary_rows(), ("total", "", self.num_parameters)]
        index = pd.Index([*map(str, range(len(self.layers))), ""], name="index")
        return pd.DataFrame(rows, index=index, columns=["layer", "output shape", "parameters"])

    def summary_text(self) -> str:
        """Return the table of `summary` as text; ``print(network)`` shows it."""
        rows = [(str(index), *row) for index, row in enumerate(self._summary_rows())]
        rows.append(("", "total", "", self.num_parameters))
        cells = [("", "layer", "output shape", "parameters"), *((a, b, c, f"{d:,}") for a, b, c, d in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = (f"{a:>{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {d:>{widths[3]}}" for a, b, c, d in cells)
        return "\n".join(lines)

    def _summary_rows(self) -> list[tuple[str, str, int]]:
        """Return each layer, the shape of one example after it, and its number of parameters."""
        shapes = self._shapes() if self.input_shape is not None else [()] * len(self.layers)
        sizes = [sum(array.size for array in layer.params.values()) for layer in self.layers]
        texts = [" × ".join(map(str, shape)) or "?" for shape in shapes]
        return list(zip(map(short_name, self.layers), texts, sizes, strict=True))

    def _batch(self, x: np.ndarray) -> np.ndarray:
        """Check a batch's shape, cast it to the network's dtype and give flat rows their image shape."""
        x, expected = as_floats(x, self.dtype), self.input_shape
        if expected is None or x.shape[1:] == expected:
            return x
        self.check_shape(x.shape)
        return x.reshape(len(x), *expected)

    def check_shape(self, shape: Shape) -> None:
        """Raise ValueError unless images of this shape, (n, ...), may enter."""
        expected = self.input_shape
        if expected is None or shape[1:] in (expected, (math.prod(expected),)):
            return
        flat = f" or (n, {math.prod(expected)})" if len(expected) > 1 else ""
        raise ValueError(f"expected images of shape {('n', *expected)}{flat}, got {shape}".replace("'", ""))

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

    def __str__(self) -> str:
        """Show the table of `summary_text`."""
        return self.summary_text()

    def __repr__(self) -> str:
        """Show the layers, one a line."""
        lines = "".join(f"    {layer!r},\n" for layer in self.layers)
        return f"Sequential([\n{lines}], input_shape={self.input_shape})"


class Arrays(dict[str, np.ndarray]):
    """The arrays of a network by name, gathered anew whenever asked for: another array put here would be lost."""

    def _refuse(self, *args: object, **options: object) -> NoReturn:
        raise TypeError(
            "network.params and network.grads only show what the layers hold: assign into an array, "
            "network.params['0.weight'][...] = values, or to the layer, network.layers[0].params['weight'] = array"
        )

    def __setitem__(self, name: str, array: np.ndarray) -> None:
        """Accept the array that is there, as ``params[name] -= step`` does; TypeError for any other."""
        if array is not self.get(name):
            self._refuse()

    __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[dict[str, np.ndarray]]]:
        """Be an ordinary dictionary once copied deeply or pickled."""
        return dict, (dict(self),)


def check_layers(layers: Sequence[Layer]) -> None:
    """Raise TypeError for what is no layer, ValueError for a layer in two places: it remembers one pass only."""
    for index, layer in enumerate(layers):
        if isinstance(layer, Sequential):
            raise TypeError("expected layers, got a network; join two: Sequential([*first.layers, *second.layers])")
        if isinstance(layer, type) or not all(hasattr(layer, name) for name in PROTOCOL):
            raise TypeError(f"expected a layer with {', '.join(PROTOCOL)}, got {layer!r} (layer {index})")
        if any(layer is other for other in layers[:index]):
            raise ValueError(f"expected a layer of its own in each place, got {layer!r} twice (layer {index})")


def as_shape(input_shape: Sequence[int]) -> Shape:
    """Return the shape of one example as a tuple of ints."""
    if isinstance(input_shape, (str, bytes)) or not isinstance(input_shape, Iterable):
        raise TypeError(f"expected input_shape as the shape of one example, such as (784,), got {input_shape!r}")
    return tuple(positive_int(n, "every number of input_shape") for n in input_shape)


def short_name(layer: Layer) -> str:
    """Return a layer's class and, for what has a window, its geometry.

    >>> from mlp_core import Conv2d, ReLU
    >>> short_name(Conv2d(1, 16, 5, stride=2, padding=2)), short_name(ReLU())
    ('Conv2d 5 × 5, stride 2, padding 2', 'ReLU')
    """
    config, name = layer.config(), type(layer).__name__
    if "kernel_size" in config:
        name += " " + " × ".join(map(str, config["kernel_size"]))
    for key, usual in (("stride", (1, 1)), ("padding", (0, 0))):
        if config.get(key, usual) != usual:
            first, second = config[key]
            name += f", {key} {first}" + (f" × {second}" if first != second else "")
    return name + (f" {config['p']:g}" if isinstance(layer, Dropout) else "")
