"""A network's operations for one batch size, and the step made of them."""

from __future__ import annotations

import math
import threading
from itertools import combinations, pairwise
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from mlp_core.convolution import Conv2d
from mlp_core.fast.convolution import TRUNK_LAYERS, Trunk
from mlp_core.fast.dense import DENSE_LAYERS
from mlp_core.fast.threads import preference, products
from mlp_core.fast.update import Update
from mlp_core.layers import Dropout, Flatten, Layer, Linear
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.network import Sequential
from mlp_core.optimizers import Optimizer

PLANS_KEPT = 4  # batch sizes of one network: in training and in evaluation, the usual one and the last of a pass
CHUNK_OF_ROWS = 1000  # examples of a dense network at a time in evaluation: they fit the cache
CHUNK_OF_IMAGES = 100  # the same for convolutions, whose unfolded images are much larger


def fast_step(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    reduction: Reduction,
    weights: np.ndarray | None = None,
) -> float:
    """Make one update of a network that `is_supported` and return the loss of the batch before it."""
    images = network._batch(images)
    plan = plan_for(network, len(images))
    with products(one=plan.in_parts):
        logits = plan.forward(images, training=True)
        loss, grad_logits = softmax_cross_entropy(logits.T, labels, reduction, weights)
        plan.backward(np.ascontiguousarray(grad_logits.T), optimizer, network)
    return loss


def fast_logits(network: Sequential, images: np.ndarray) -> np.ndarray:
    """Return ``network.forward(images)`` for a network that `is_supported`, in chunks that fit the cache."""
    images = network._batch(images)
    size = CHUNK_OF_IMAGES if flatten_at(network.layers) else CHUNK_OF_ROWS
    parts = [images[start : start + size] for start in range(0, len(images), size)] or [images]
    return np.concatenate([_chunk_of_logits(plan_for(network, len(part)), part) for part in parts])


def _chunk_of_logits(plan: Plan, images: np.ndarray) -> np.ndarray:
    """Return the logits of a plan's batch."""
    with products(one=plan.in_parts):
        return plan.forward(images, training=False).T.copy()


def is_supported(network: Sequential) -> bool:
    """Return whether the fast step knows all layers and their order: convolutions, Flatten, dense layers.

    Types are compared exactly: a subclass may compute anything.
    """
    kinds, start = [type(layer) for layer in network.layers], flatten_at(network.layers)
    trunk, head = kinds[:start], kinds[start:]
    head = head[1:] if head[0] is Flatten else head
    known = all(kind in TRUNK_LAYERS for kind in trunk) and all(kind in DENSE_LAYERS for kind in head)
    # an activation works in place, which only the array of a Linear layer allows
    in_place = all(before is Linear or kind in (Linear, Dropout) for before, kind in pairwise(head))
    begins_well = trunk[:1] in ([], [Conv2d]) and head[:1] == [Linear]
    return known and in_place and begins_well and network.input_shape is not None and _is_ordinary(network)


def _is_ordinary(network: Sequential) -> bool:
    """Return whether layers compute what their classes say, on arrays of one precision that nothing else shares."""
    arrays: list[np.ndarray] = []
    kind = network.dtype
    for layer in network.layers:
        own = vars(layer)
        if "forward" in own or "backward" in own or own.get("dtype", kind) != kind:
            return False
        arrays += layer.params.values()
    if not all(array.dtype == kind and array.flags.behaved for array in arrays) or not kind.isnative:
        return False
    if all(array.base is None for array in arrays) and len(set(map(id, arrays))) == len(arrays):
        return True
    return not any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2))


def flatten_at(layers: list[Layer]) -> int:
    """Return the index of the first Flatten, 0 if there is none."""
    return next((index for index, layer in enumerate(layers) if type(layer) is Flatten), 0)


class Operation(Protocol):
    """A layer for one batch size; x and grad have the examples on the last axis."""

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
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
        self.in_parts = False  # whether several threads work on it, which want BLAS threads out of their way
        if start:
            trunk = Trunk(self.layers[:start], network.input_shape, n, self.dtype)
            self.operations.append(trunk)
            self.in_parts = len(trunk.chains) > 1
        for index, layer in enumerate(self.layers):
            if index >= start and type(layer) is not Flatten:
                self.operations.append(DENSE_LAYERS[type(layer)](layer, index, n, self.dtype))

    def fits(self, network: Sequential) -> bool:
        """Return whether the network still has these layers and this precision."""
        pairs = zip(self.layers, network.layers, strict=False)
        return len(self.layers) == len(network.layers) and all(a is b for a, b in pairs) and self.dtype == network.dtype

    def forward(self, images: np.ndarray, training: bool) -> np.ndarray:
        """Return the logits, shape (classes, n)."""
        x = images if self.trunk_length else images.reshape(len(images), math.prod(images.shape[1:])).T
        for operation in self.operations:
            x = operation.forward(x, training)
        return x

    def backward(self, grad: np.ndarray, optimizer: Optimizer, network: Sequential) -> None:
        """Run backward from the logits' gradient, shape (classes, n), and update all parameters."""
        update = Update(optimizer)
        for index in reversed(range(len(self.operations))):
            grad = self.operations[index].backward(grad, update, index == 0)
        update.finish(network)


class Plans(threading.local):
    """The plans of each network, by batch size and by whether this thread has one BLAS thread: no two threads share."""

    def __init__(self) -> None:
        self.of: WeakKeyDictionary[Sequential, dict[tuple[int, bool], Plan]] = WeakKeyDictionary()


_plans = Plans()


def plan_for(network: Sequential, n: int) -> Plan:
    """Return this thread's arrays for batches of n examples, those of last time if the layers are still the same."""
    plans, key = _plans.of.setdefault(network, {}), (n, preference.one)
    plan = plans.pop(key, None)
    if plan is None or not plan.fits(network):
        plan = Plan(network, n)
    plans[key] = plan  # the most recently used comes last
    if len(plans) > PLANS_KEPT:
        del plans[next(iter(plans))]
    return plan
