"""Optimizers: how the parameters move, given their gradients."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlp_core.checks import Described, HasParameters, below_one, not_negative, positive
from mlp_core.fast.threads import dot
from mlp_core.storage.states import Resumable

LearningRate = float | Callable[[int], float]


class Optimizer(Described, Resumable):
    """Base of the optimizers; one of your own overrides ``update`` and, if it remembers anything, ``slots``.

    Parameters
    ----------
    learning_rate : float or callable
        A number > 0, or a schedule (`mlp_core.schedules`): a function of the number of updates made so far.
    weight_decay : float
        lambda >= 0 of the L2 penalty ``lambda/2 * ||W||²``, which adds ``lambda * W`` to the gradient of each weight W,
        that is of each parameter with two or more axes; biases have no penalty.
    clip_norm : float, optional
        The most that the joint Euclidean norm of all gradients may be; if it is larger, all are scaled down together.
    """

    def __init__(
        self, learning_rate: LearningRate, *, weight_decay: float = 0.0, clip_norm: float | None = None
    ) -> None:
        self.learning_rate = learning_rate if callable(learning_rate) else positive(learning_rate, "learning_rate")
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self.clip_norm = None if clip_norm is None else positive(clip_norm, "clip_norm")
        self.updates = 0
        self._state: dict[str, dict[str, np.ndarray]] = {}

    def current_learning_rate(self) -> float:
        """Return the learning rate of the next update."""
        if callable(self.learning_rate):
            return not_negative(self.learning_rate(self.updates), "the schedule's learning rate")
        return not_negative(self.learning_rate, "learning_rate")

    def step(self, network: HasParameters) -> None:
        """Update ``network.params`` in place from ``network.grads``; RuntimeError if a gradient is missing."""
        grads, rate = network.grads, self.current_learning_rate()
        scale = self._clip_scale(grads)
        for name, param in network.params.items():  # all of them, before the first is changed
            if name not in grads:
                raise RuntimeError(f"no gradient for parameter {name!r}: call network.backward before step")
            if not param.flags.writeable:
                raise ValueError(f"parameter {name!r} is read-only, so no step can change it: put a copy in its place")
        for name, param in network.params.items():
            grad = grads[name] if scale == 1 else grads[name] * param.dtype.type(scale)
            self.update_parameter(name, param, grad, rate)
        self.updates += 1

    def update_parameter(self, name: str, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        """Change one parameter in place, weight decay included; `step` calls this for each."""
        decay = self.weight_decay_of(param)
        grad = grad + param.dtype.type(decay) * param if decay else grad
        self.update(name, param, grad, rate, *(self.memory(slot, name, param) for slot in self.slots(name)))

    def weight_decay_of(self, param: np.ndarray) -> float:
        """Return the weight decay of a parameter: none for a vector, such as a bias."""
        return self.weight_decay if param.ndim > 1 else 0.0

    def slots(self, name: str) -> tuple[str, ...]:
        """Return the names of the arrays that are kept for this parameter between updates, such as "velocity"."""
        return ()

    def update(self, name: str, param: np.ndarray, grad: np.ndarray, rate: float, *memories: np.ndarray) -> None:
        """Change a parameter, and what is kept for it, in place (``param -= ...``: ``param = ...`` changes nothing)."""
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def memory(self, slot: str, param_name: str, param: np.ndarray) -> np.ndarray:
        """Return the array that is kept for a parameter under this name; zeros at first."""
        arrays = self._state.setdefault(slot, {})
        if param_name not in arrays:
            arrays[param_name] = np.zeros_like(param)
        array = arrays[param_name]
        if array.shape != param.shape:
            raise ValueError(f"{slot} of {param_name!r} has shape {array.shape}, the parameter {param.shape}: "
                             "use a new optimizer for a new network")
        return array

    def _clip_scale(self, grads: Mapping[str, np.ndarray]) -> float:
        if self.clip_norm is None:
            return 1.0
        norm = math.sqrt(sum(dot(grad, grad) for grad in grads.values()))
        return min(1.0, self.clip_norm / norm) if norm > 0 else 1.0

    def config(self) -> dict[str, Any]:
        """Return the settings."""
        settings = {"weight_decay": self.weight_decay, "clip_norm": self.clip_norm}
        return {"learning_rate": self.learning_rate, **{k: v for k, v in settings.items() if v}}


class SGD(Optimizer):
    """Stochastic gradient descent: ``v = momentum * v + g``, ``w = w - learning_rate * v``, where g is the gradient.

    v starts at 0; 0 <= ``momentum`` < 1. ``nesterov`` (with a momentum > 0) steps along ``g + momentum * v``, v the new
    one (Sutskever et al. 2013). ``bias_momentum`` is the biases' own momentum. The rest is as for `Optimizer`.
    """

    def __init__(
        self, learning_rate: LearningRate, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0,
        clip_norm: float | None = None, *, bias_momentum: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, weight_decay=weight_decay, clip_norm=clip_norm)
        self.momentum = below_one(momentum, "momentum")
        self.bias_momentum = None if bias_momentum is None else below_one(bias_momentum, "bias_momentum")
        if not isinstance(nesterov, (bool, np.bool)):
            raise TypeError(f"expected nesterov as True or False, got {nesterov!r}")
        self.nesterov = bool(nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum > 0")

    def slots(self, name: str) -> tuple[str, ...]:
        """Return ("velocity",) where there is momentum."""
        return ("velocity",) if self.momentum_of(name) else ()

    def update(self, name: str, param: np.ndarray, grad: np.ndarray, rate: float, *memories: np.ndarray) -> None:
        """Step along the gradient, or along the velocity."""
        for velocity in memories:
            momentum = param.dtype.type(self.momentum_of(name))
            velocity *= momentum
            velocity += grad
            grad = grad + momentum * velocity if self.nesterov else velocity
        param -= param.dtype.type(rate) * grad

    def momentum_of(self, name: str) -> float:
        """Return the momentum of the parameter of that name."""
        return self.momentum if self.bias_momentum is None or not name.endswith("bias") else self.bias_momentum

    def config(self) -> dict[str, Any]:
        """Return the settings."""
        settings = {"momentum": self.momentum, "nesterov": self.nesterov, "bias_momentum": self.bias_momentum}
        return {**super().config(), **{k: v for k, v in settings.items() if v not in (None, False)}}
