"""How gradients reach the parameters in `mlp_core.fast`."""

import math
from collections.abc import Iterator

import numpy as np

from mlp_core.adam import Adam
from mlp_core.checks import Network
from mlp_core.fast.blas import add_multiple, add_product
from mlp_core.layers import Layer
from mlp_core.optimizers import SGD, Optimizer

BLOCK = 1 << 16  # numbers of one piece of an update: four arrays of them fit a cache of a megabyte
METHODS = ("step", "update_parameter", "update")  # what `Update` does in an SGD's or an Adam's place


class Update:
    """What becomes of the gradients of one step.

    SGD and Adam are applied at once, SGD inside the product where there is one; afterwards no layer holds gradients.
    In all other cases (clipping, an optimizer of your own) the layers collect them, for ``optimizer.step``.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        as_written = type(optimizer) in (SGD, Adam) and vars(optimizer).keys().isdisjoint(METHODS)
        self.at_once = as_written and optimizer.clip_norm is None
        self.rate = optimizer.current_learning_rate()
        self.grads: dict[tuple[int, str], np.ndarray] = {}

    def by_product(self, layer: Layer, index: int, name: str, a: np.ndarray, b: np.ndarray) -> None:
        """Use ``a @ b`` as the gradient of a parameter."""
        param, optimizer = layer.params[name], self.optimizer
        if not (self.at_once and isinstance(optimizer, SGD)):
            self.by_gradient(layer, index, name, a @ b)
        elif optimizer.momentum_of(name):
            velocity = optimizer.memory("velocity", f"{index}.{name}", param)
            momentum_by_product(optimizer, param, velocity, a, b, self.rate)
        else:
            add_product(param, a, b, alpha=-self.rate, beta=1 - self.rate * optimizer.weight_decay_of(param))

    def by_gradient(self, layer: Layer, index: int, name: str, grad: np.ndarray) -> None:
        """Use an array as the gradient of a parameter."""
        if not self.at_once:
            self.grads[index, name] = grad
        elif isinstance(self.optimizer, Adam):
            adam_by_gradient(self.optimizer, f"{index}.{name}", layer.params[name], grad, self.rate)
        else:
            self.optimizer.update_parameter(f"{index}.{name}", layer.params[name], grad, self.rate)

    def finish(self, network: Network) -> None:
        """Make the update where it was not made at once, and count it."""
        for index, layer in enumerate(network.layers):
            layer.grads = {name: self.grads[index, name] for name in layer.params if (index, name) in self.grads}
            layer._cache = None
        if self.at_once:
            self.optimizer.updates += 1
        else:
            self.optimizer.step(network)


def momentum_by_product(
    optimizer: SGD, param: np.ndarray, velocity: np.ndarray, a: np.ndarray, b: np.ndarray, rate: float
) -> None:
    """Update a weight p and its velocity v by `SGD`'s formulas, with the gradient ``a @ b`` only ever added to v.

    With g' = a b + decay p, SGD computes v1 = m v0 + g' and steps by -rate v1, or for Nesterov by -rate (g' + m v1).
    The latter needs no g' if written with g' = v1 - m v0: p1 = p0 + rate m v0 - rate (1 + m) v1.  As p changes before v
    then, decay p brings rate m decay v0 too much into v, which the factor of v0 takes back.
    """
    decay, ahead = optimizer.weight_decay_of(param), optimizer.momentum if optimizer.nesterov else 0.0
    kept = optimizer.momentum - rate * ahead * decay
    if ahead:
        add_multiple(param, velocity, rate * ahead)
    if decay:
        add_multiple(velocity, param, decay, kept)
        kept = 1.0
    add_product(velocity, a, b, beta=kept)
    add_multiple(param, velocity, -rate * (1 + ahead))


def adam_by_gradient(optimizer: Adam, name: str, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
    """Update a parameter and its running means by `Adam`'s formulas, with few passes, and grad as a place to work in.

    The bias corrections ``1 - b^t`` go into the scalar factors: with c = sqrt(1 - b2^t) the step
    ``rate m' / (sqrt(v') + eps)`` is ``(rate c / (1 - b1^t)) m / (sqrt(v) + c eps)``.
    """
    b1, b2, number, t = optimizer.beta1, optimizer.beta2, param.dtype.type, optimizer.updates + 1
    decay = optimizer.weight_decay_of(param)
    corrected = math.sqrt(1 - b2**t)
    mean, square = (optimizer.memory(slot, name, param) for slot in optimizer.slots(name))
    for p, g, m, v in blocks(param, grad, mean, square):
        if decay:
            add_multiple(g, p, decay)
        add_multiple(m, g, 1 - b1, b1)
        g *= g
        add_multiple(v, g, 1 - b2, b2)
        np.sqrt(v, out=g)
        g += number(corrected * optimizer.eps)
        np.divide(m, g, out=g)
        add_multiple(p, g, -rate * corrected / (1 - b1**t))


def blocks(*arrays: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Yield the arrays piece by piece, as flat views, which the cache can hold: a third of the time is saved."""
    if not all(array.flags.c_contiguous for array in arrays):
        yield list(arrays)
        return
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, arrays[0].size, BLOCK):
        yield [array[start : start + BLOCK] for array in flat]
