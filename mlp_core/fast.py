"""The same training step as `mlp_core.step.plain_step`, faster.

What it computes is what the layers' own ``forward`` and ``backward`` compute, and the tests hold it against them.  Four
things make it fast:

* Every array is made once for a batch size and used again: the system takes longer to hand out fresh memory than the
  processor to fill it.
* The examples lie on the *last* axis, ``(features, n)``: ``W dYᵀ`` and ``Wᵀ xᵀ`` run through the BLAS up to twice as
  fast as ``dY Wᵀ`` and ``x W``.
* The update is part of the product that makes the gradient, ``W = W - learning_rate * xᵀ dY`` (`blas.add_product`),
  so a gradient array of the size of W is neither written nor read.
* Nobody needs the gradient of the images, so it is not computed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from mlp_core.blas import add_product
from mlp_core.convolution import Conv2d
from mlp_core.fast_convolution import TRUNK_LAYERS, Trunk
from mlp_core.layers import Dropout, Flatten, Layer, Linear, ReLU, Sigmoid, Tanh
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD, Optimizer

PLANS_KEPT = 3  # batch sizes of one network: the usual one, the last of an epoch, one more


def fast_step(
    network: Sequential, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray, reduction: Reduction
) -> float:
    """Make one update of a network that `is_supported` and return the loss of the batch before it."""
    images = network._batch(images)
    plan = plan_for(network, len(images))
    logits = plan.forward(images)
    loss, grad_logits = softmax_cross_entropy(logits.T, labels, reduction)
    plan.backward(np.ascontiguousarray(grad_logits.T), optimizer, network)
    return loss


def is_supported(network: Sequential) -> bool:
    """Return whether the fast step knows all layers and their order: convolutions, Flatten, dense layers.

    Types are compared exactly: a subclass may compute anything.
    """
    kinds, start = [type(layer) for layer in network.layers], flatten_at(network.layers)
    trunk, head = kinds[:start], kinds[start:]
    head = head[1:] if head[0] is Flatten else head
    known = all(kind in TRUNK_LAYERS for kind in trunk) and all(kind in OPERATIONS for kind in head)
    # an activation works in place, which only the array of a Linear layer allows
    in_place = all(before is Linear or kind in (Linear, Dropout) for before, kind in pairwise(head))
    begins_well = trunk[:1] in ([], [Conv2d]) and head[:1] == [Linear]
    return known and in_place and begins_well and network.input_shape is not None


def flatten_at(layers: list[Layer]) -> int:
    """Return the index of the first Flatten, 0 if there is none."""
    return next((index for index, layer in enumerate(layers) if type(layer) is Flatten), 0)


class Operation(Protocol):
    """A layer for one batch size; x and grad have the examples on the last axis."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output, in an array that the next call overwrites."""

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Update the parameters and return the gradient of the input; what is returned does not count if first."""


class Plan:
    """The operations of a network for one batch size, in order, with their arrays."""

    def __init__(self, network: Sequential, n: int) -> None:
        if network.input_shape is None:
            raise ValueError("a plan needs the network's input_shape")
        self.layers, self.dtype = list(network.layers), network.dtype
        self.operations: list[Operation] = []
        self.trunk_length = start = flatten_at(self.layers)
        if start:
            self.operations.append(Trunk(self.layers[:start], network.input_shape, n, self.dtype))
        for index, layer in enumerate(self.layers):
            if index >= start and type(layer) is not Flatten:
                self.operations.append(OPERATIONS[type(layer)](layer, index, n, self.dtype))

    def fits(self, network: Sequential) -> bool:
        """Return whether the network still has these layers and this precision."""
        pairs = zip(self.layers, network.layers, strict=False)
        return len(self.layers) == len(network.layers) and all(a is b for a, b in pairs) and self.dtype == network.dtype

    def forward(self, images: np.ndarray) -> np.ndarray:
        """Return the logits, shape (classes, n)."""
        x = images if self.trunk_length else images.reshape(len(images), -1).T
        for operation in self.operations:
            x = operation.forward(x)
        return x

    def backward(self, grad: np.ndarray, optimizer: Optimizer, network: Sequential) -> None:
        """Run backward from the logits' gradient, shape (classes, n), and update all parameters."""
        update = Update(optimizer)
        for index in reversed(range(len(self.operations))):
            grad = self.operations[index].backward(grad, update, index == 0)
        update.finish(network)


_plans: WeakKeyDictionary[Sequential, dict[int, Plan]] = WeakKeyDictionary()


def plan_for(network: Sequential, n: int) -> Plan:
    """Return the arrays for batches of n examples, those of last time if the layers are still the same."""
    plans = _plans.setdefault(network, {})
    plan = plans.pop(n, None)
    if plan is None or not plan.fits(network):
        plan = Plan(network, n)
    plans[n] = plan  # the most recently used comes last
    if len(plans) > PLANS_KEPT:
        del plans[next(iter(plans))]
    return plan


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


class FastLinear:
    """``y = Wᵀ x + b`` on columns; see `Linear` for the derivation of the gradients."""

    def __init__(self, layer: Linear, index: int, n: int, dtype: np.dtype) -> None:
        self.layer, self.index = layer, index
        self.x = np.empty((layer.in_features, 0), dtype)
        self.y = np.empty((layer.out_features, n), dtype)
        self.grad_x = np.empty((layer.in_features, n), dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
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

    def forward(self, x: np.ndarray) -> np.ndarray:
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


class FastDropout(InPlace):
    """`Dropout` with the masks that the layer itself would draw; x stays, as the activation before needs it."""

    def activate(self, x: np.ndarray) -> np.ndarray:
        """Apply a fresh mask."""
        self.mask = self.layer.draw_mask((x.shape[1], x.shape[0]), x.dtype).T
        return x * self.mask

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Return grad, changed."""
        grad *= self.mask
        return grad


OPERATIONS: dict[type[Layer], Any] = {
    Linear: FastLinear,
    ReLU: FastReLU,
    Sigmoid: FastSigmoid,
    Tanh: FastTanh,
    Dropout: FastDropout,
}
