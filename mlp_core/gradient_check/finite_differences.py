"""Central differences of a loss with respect to single numbers inside a network.

The derivative of L is approximated by ``(L(t + eps) - L(t - eps)) / (2 eps)``, whose truncation error falls with eps²
while its round-off grows as ``u |L| / eps`` (u the unit round-off of the precision).  Where the step crosses a kink, a
ReLU switching or a max-pool choosing another pixel, L has no derivative, which is noticed and reported.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.checks import Shape, check_batch, check_layers
from mlp_core.evaluation import check_network
from mlp_core.fast.threads import product
from mlp_core.layers import Layer
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential

Criterion = Callable[[np.ndarray], tuple[float, np.ndarray]]  # the last layer's output to the loss and its gradient
Index = tuple[int, ...]
INPUT = "input"


class Difference(NamedTuple):
    """A central difference, and whether its step crossed a kink."""

    value: float
    kink: bool


class LossProbe:
    """A stack of layers, one batch and one loss; evaluates the loss anew after a change to a parameter or the batch.

    Random layers such as `Dropout` are frozen: every evaluation replays the random numbers of the first.  The layers
    are used as they are, their parameters changed and restored, ``grads`` filled; of the batch a copy is taken.
    ``arrays`` holds what may be probed (``"2.weight"``, ``"input"``), ``gradients`` what ``backward`` says of them.
    """

    def __init__(self, layers: Sequence[Layer], x: np.ndarray, criterion: Criterion) -> None:
        check_layers(layers)
        self.layers, self.criterion = list(layers), criterion
        x = x.copy()
        self.arrays = {INPUT: x}
        self.inputs: list[np.ndarray] = []
        self.random_states: list[list[Mapping[str, Any]]] = []
        for index, layer in enumerate(self.layers):
            self.inputs.append(x)
            self.random_states.append([rng.bit_generator.state for rng in _generators(layer)])
            self.arrays |= {f"{index}.{name}": array for name, array in layer.params.items()}
            x = product(layer.forward)(x, training=True)
        self.choices = copy.deepcopy([_choices(layer) for layer in self.layers])  # a layer may reuse its arrays
        self.loss, grad_output = criterion(x)
        self.gradients = self._backward(grad_output)

    @product
    def _backward(self, grad: np.ndarray) -> dict[str, np.ndarray]:
        """Return copies of all gradients; ValueError unless each has the shape of what it belongs to."""
        gradients = {}
        for index, (layer, x) in reversed(list(enumerate(zip(self.layers, self.inputs, strict=True)))):
            grad = layer.backward(grad)
            _check_shape(f"the gradient of its input, which backward returned, of layer {index} ({layer!r})", grad, x)
            for name, param in layer.params.items():
                if name not in layer.grads:
                    raise ValueError(f"layer {index} ({layer!r}): backward left no grads[{name!r}]")
                _check_shape(f"grads[{name!r}] of layer {index} ({layer!r})", layer.grads[name], param)
                gradients[f"{index}.{name}"] = np.array(layer.grads[name])
        return {INPUT: np.array(grad), **gradients}

    def layer_index(self, name: str) -> int:
        """Return the first layer that the array of that name touches."""
        return 0 if name == INPUT else int(name.split(".")[0])

    def difference(self, name: str, eps: float, index: Index = (), direction: np.ndarray | float = 1.0) -> Difference:
        """Return the central difference w.r.t. ``arrays[name][index]``: one number, or an array along a direction."""
        array, first = self.arrays[name], self.layer_index(name)
        original, step = array[index].copy(), array.dtype.type(eps) * direction
        try:
            array[index] = original + step
            above, kink_above = self._evaluate(first)
            array[index] = original - step
            below, kink_below = self._evaluate(first)
        finally:
            array[index] = original
        return Difference((above - below) / (2 * eps), kink_above or kink_below)

    @product
    def _evaluate(self, first: int) -> tuple[float, bool]:
        """Return the loss, computed from layer ``first`` on, and whether any choice has changed."""
        x, kink = self.inputs[first], False
        for index in range(first, len(self.layers)):
            layer = self.layers[index]
            for rng, state in zip(_generators(layer), self.random_states[index], strict=True):
                rng.bit_generator.state = state
            x = layer.forward(x, training=True)
            kink = kink or not np.array_equal(_choices(layer), self.choices[index])  # type: ignore[arg-type]
        return self.criterion(x)[0], kink


def probe_network(network: Sequential, x: np.ndarray, y: np.ndarray, *, dtype: DTypeLike,
                  reduction: Reduction) -> LossProbe:
    """Return a probe of the cross-entropy of a copy of the network in that precision."""
    check_network(network)
    network = network.astype(dtype)
    batch = network.as_batch(check_batch(x))
    return LossProbe(network.layers, batch, lambda logits: softmax_cross_entropy(logits, y, reduction))


def entry_at(position: int | np.integer, shape: Shape) -> Index:
    """Return the index of an array's entry at a flat position."""
    return tuple(int(i) for i in np.unravel_index(position, shape))


def _generators(layer: Layer) -> list[np.random.Generator]:
    return [value for value in vars(layer).values() if isinstance(value, np.random.Generator)]


def _choices(layer: Layer) -> np.ndarray | None:
    """Return the layer's discrete choices in the last pass; None if it makes none or does not say."""
    choices = getattr(layer, "choices", None)
    return choices() if choices else None


def _check_shape(what: str, actual: np.ndarray, expected: np.ndarray) -> None:
    if np.shape(actual) != np.shape(expected):
        raise ValueError(f"expected shape {np.shape(expected)} for {what}; got {np.shape(actual)}")
