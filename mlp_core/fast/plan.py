"""A network's operations for one batch size, and the step made of them."""

import math
import re
import threading
from itertools import combinations
from operator import attrgetter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from mlp_core.checks import Network
from mlp_core.convolution import Conv2d, Flatten, MaxPool2d
from mlp_core.dropout import Dropout
from mlp_core.fast.convolution import TRUNK_LAYERS, Trunk, number_of_parts
from mlp_core.fast.dense import DENSE_LAYERS
from mlp_core.fast.threads import through_gate
from mlp_core.fast.update import Update
from mlp_core.layers import Layer, Linear, ReLU
from mlp_core.losses import Reduction, softmax_cross_entropy
from mlp_core.optimizers import Optimizer

N = TypeVar("N", bound=Network)
PLANS_KEPT = 4  # batch sizes of one network: in training and in evaluation, the usual one and the last of a pass
CHUNK_OF_ROWS = 1000  # examples of a dense network at a time in evaluation: they fit the cache
CHUNK_OF_IMAGES = 100  # the same for convolutions, whose unfolded images are much larger
METHODS = ("forward", "backward")
methods_of = attrgetter(*METHODS)
AS_WRITTEN = {kind: methods_of(kind) for kind in (*TRUNK_LAYERS, *DENSE_LAYERS, Flatten)}
LETTERS = {Conv2d: "C", MaxPool2d: "M", Flatten: "F", Linear: "L", Dropout: "D", ReLU: "R"}  # other activations: "A"
# a dense activation works in place, which only the array of a Linear layer allows
ORDER = re.compile("((C[CMR]*)?F)?(L[RA]?D*)+")
NETWORKS: set[tuple[Any, ...]] = set()  # the methods of networks that do nothing but call one layer after the other


def fast_step(
    network: Network, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray, reduction: Reduction,
    weights: np.ndarray | None = None,
) -> float:
    """Make one update of a network that `is_supported` and return the loss of the batch before it."""
    images = network.as_batch(images)
    plan, update = plan_for(network, len(images)), Update(optimizer)

    def passes() -> float:
        logits = plan.forward(images, training=True)
        loss, grad_logits = softmax_cross_entropy(logits.T, labels, reduction, weights)
        plan.backward(np.ascontiguousarray(grad_logits.T), update)
        return loss

    loss = through_gate(passes, alone=plan.parts > 1)
    update.finish(network)
    return float(loss)


def fast_logits(network: Network, images: np.ndarray) -> np.ndarray:
    """Return ``network.forward(images)`` for a network that `is_supported`, in chunks that fit the cache."""
    images = network.as_batch(images)
    size = CHUNK_OF_IMAGES if flatten_at(network.layers) else CHUNK_OF_ROWS
    logits = []
    for start in range(0, max(1, len(images)), size):
        part = images[start : start + size]
        plan = plan_for(network, len(part))
        logits.append(through_gate(plan.forward, part, False, alone=plan.parts > 1).T.copy())
    return np.concatenate(logits)


def in_a_row(network: type[N]) -> type[N]:
    """Mark a class of networks whose passes call one layer after the other, and do nothing else."""
    NETWORKS.add(methods_of(network))
    return network


def is_supported(network: Network) -> bool:
    """Return whether the fast step does what the network would, see `obstacle`."""
    return not obstacle(network)


def obstacle(network: Network) -> str:
    """Return why the fast step cannot do what the network would: empty if it can.

    It knows convolutions, Flatten, dense layers in a row. Types are compared exactly: a subclass may compute anything,
    and so may a method that was replaced.
    """
    kinds = [type(layer) for layer in network.layers]
    for kind, layer in zip(kinds, network.layers, strict=True):
        if kind not in AS_WRITTEN:
            return f"{kind.__name__} is no layer that it knows"
        if not (methods_of(kind) == AS_WRITTEN[kind] and vars(layer).keys().isdisjoint(METHODS)):
            return f"a {kind.__name__} has another forward or backward than its class had"
    if methods_of(type(network)) not in NETWORKS or not vars(network).keys().isdisjoint(METHODS):
        return "the network has a forward or backward of its own"
    if network.input_shape is None or not ORDER.fullmatch("".join(LETTERS.get(kind, "A") for kind in kinds)):
        return "its layers stand in an order that it does not know"
    if len({*map(id, network.layers)}) < len(kinds) or not has_arrays_of_its_own(network):
        return "parameters are shared, of two precisions, or not to be written as they lie"
    return ""


def has_arrays_of_its_own(network: Network) -> bool:
    """Return whether all parameters have one precision, may be written, and lie apart from each other in memory."""
    arrays: list[np.ndarray] = []
    kind = network.dtype
    for layer in network.layers:
        if getattr(layer, "dtype", kind) != kind:
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


class Plan:
    """The operations of a network for one batch size, in order, with their arrays: a `Trunk`, then those of `dense`."""

    def __init__(self, network: Network, n: int) -> None:
        self.layers, self.dtype, self.n = list(network.layers), network.dtype, n
        self.operations: list[Any] = []
        self.trunk_length = start = flatten_at(self.layers)
        self.parts = 1  # if more, threads work on them: the BLAS's own spin on after their work, and are in their way
        if start:
            assert network.input_shape is not None  # says `obstacle`
            self.operations.append(Trunk(self.layers[:start], network.input_shape, n, self.dtype))
            self.parts = len(self.operations[0].chains)
        for index, layer in enumerate(self.layers):
            if index >= start and type(layer) is not Flatten:
                self.operations.append(DENSE_LAYERS[type(layer)](layer, index, n, self.dtype))

    def fits(self, network: Network) -> bool:
        """Return whether the network still has these layers and this precision, and as many threads to work with."""
        same = self.layers == list(network.layers) and self.dtype == network.dtype
        return same and (not self.trunk_length or self.parts == number_of_parts(self.n))

    def forward(self, images: np.ndarray, training: bool) -> np.ndarray:
        """Return the logits, shape (classes, n)."""
        x = images if self.trunk_length else images.reshape(len(images), math.prod(images.shape[1:])).T
        for operation in self.operations:
            x = operation.forward(x, training)
        return x

    def backward(self, grad: np.ndarray, update: Update) -> None:
        """Run backward from the logits' gradient, shape (classes, n), and update all parameters."""
        for index in reversed(range(len(self.operations))):
            grad = self.operations[index].backward(grad, index == 0, update)


class Plans(threading.local):
    """The plans of each network by batch size: no two threads share one."""

    def __init__(self) -> None:
        self.of: WeakKeyDictionary[Network, dict[int, Plan]] = WeakKeyDictionary()


_plans = Plans()


def plan_for(network: Network, n: int) -> Plan:
    """Return this thread's arrays for batches of n examples, those of last time if the layers are still the same."""
    plans = _plans.of.setdefault(network, {})
    plan = plans.pop(n, None)
    if plan is None or not plan.fits(network):
        plan = Plan(network, n)
    plans[n] = plan  # the most recently used comes last
    if len(plans) > PLANS_KEPT:
        del plans[next(iter(plans))]
    return plan
