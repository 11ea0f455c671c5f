"""How gradients reach the parameters in `mlp_core.fast`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlp_core.fast.blas import add_product
from mlp_core.layers import Layer
from mlp_core.optimizers import SGD, Optimizer

if TYPE_CHECKING:
    from mlp_core.network import Sequential


class Update:
    """How gradients reach the parameters.

    Plain SGD and momentum are applied at once, inside the product where there is one; afterwards no layer holds
    gradients.  Everything else (Nesterov, Adam, clipping) first collects all gradients in the layers and then calls
    ``optimizer.step``.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.at_once = type(optimizer) is SGD and not optimizer.nesterov and optimizer.clip_norm is None
        self.rate = optimizer.current_learning_rate()
        self.grads: dict[tuple[int, str], np.ndarray] = {}

    def by_product(self, layer: Layer, index: int, name: str, a: np.ndarray, b: np.ndarray) -> None:
        """Use ``a @ b`` as the gradient of a parameter."""
        param, optimizer = layer.params[name], self.optimizer
        if not (self.at_once and isinstance(optimizer, SGD)):
            self.grads[index, name] = a @ b
            return
        momentum = optimizer.momentum_of(name)
        decay = optimizer.weight_decay if name == "weight" else 0.0
        if not momentum:
            add_product(param, a, b, alpha=-self.rate, beta=1 - self.rate * decay)
            return
        velocity = optimizer.memory("velocity", f"{index}.{name}", param)
        add_product(velocity, a, b, beta=momentum)
        if decay:
            velocity += param.dtype.type(decay) * param
        param -= param.dtype.type(self.rate) * velocity

    def by_gradient(self, layer: Layer, index: int, name: str, grad: np.ndarray) -> None:
        """Use an array as the gradient of a parameter."""
        if self.at_once:
            self.optimizer.update_parameter(f"{index}.{name}", layer.params[name], grad, self.rate)
        else:
            self.grads[index, name] = grad

    def finish(self, network: Sequential) -> None:
        """Make the update where it was not made at once, and count it."""
        for index, layer in enumerate(network.layers):
            layer.grads = {name: self.grads[index, name] for name in layer.params if (index, name) in self.grads}
            layer._cache = None
        if self.at_once:
            self.optimizer.updates += 1
        else:
            self.optimizer.step(network)
