"""How a layer's first weights are drawn.

An initializer is a small object called with a random generator, the array's shape and a unit's number of inputs and
outputs; it returns float64 numbers. Their variance follows from one demand: a signal must neither die out nor explode
on its way through many layers.  For ``y = sum_i w_i x_i`` over ``fan_in`` independent terms of mean zero,
``var(y) = fan_in * var(w) * var(x)``, so ``var(w) = 1 / fan_in`` keeps the variance going forward; the same argument
for the gradient asks for ``1 / fan_out``.  Glorot takes the compromise ``2 / (fan_in + fan_out)``; He takes
``2 / fan_in``, because a ReLU throws away half of the signal's power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np

from mlp_core.checks import number

Seed = Union[int, "np.random.Generator", None]  # the name alone: loading numpy.random takes 15 ms


@dataclass(frozen=True)
class Initializer:
    """Base of all initializers; equal settings make equal objects."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Return a float64 array of this shape, drawn for a layer with these fans (its inputs and outputs)."""
        raise NotImplementedError(f"{type(self).__name__} must say how it draws")


@dataclass(frozen=True)
class Zeros(Initializer):
    """All zeros: right for biases; with such weights, all units of a hidden layer stay equal forever."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Return zeros; the generator is not used."""
        return np.zeros(shape)


@dataclass(frozen=True)
class Normal(Initializer):
    """N(0, sigma²): sigma is the standard deviation, whatever the size of the layer."""

    sigma: float = 1.0

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless sigma is a finite number >= 0."""
        number(self.sigma, "sigma")
        if not (np.isfinite(self.sigma) and self.sigma >= 0):
            raise ValueError(f"expected a finite standard deviation >= 0, got {self.sigma}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Draw from N(0, sigma²)."""
        return self.sigma * rng.standard_normal(shape)


@dataclass(frozen=True)
class GlorotUniform(Initializer):
    """U(-d, d) with d = sqrt(6 / (fan_in + fan_out)), of variance d²/3 (Glorot and Bengio 2010, eq. 16; "Xavier")."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Draw from the uniform distribution of that width."""
        limit = np.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-limit, limit, shape)


@dataclass(frozen=True)
class GlorotNormal(Initializer):
    """N(0, 2 / (fan_in + fan_out)) (Glorot and Bengio 2010, eq. 12)."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Draw from the normal distribution of that variance."""
        return np.sqrt(2.0 / (fan_in + fan_out)) * rng.standard_normal(shape)


@dataclass(frozen=True)
class HeNormal(Initializer):
    """N(0, 2 / fan_in) (He et al. 2015, eq. 10; also called Kaiming): made for ReLU."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Draw from the normal distribution of that variance."""
        return np.sqrt(2.0 / fan_in) * rng.standard_normal(shape)


INITIALIZERS: dict[str, type[Initializer]] = {
    "zeros": Zeros, "normal": Normal, "glorot_uniform": GlorotUniform, "glorot_normal": GlorotNormal,
    "he_normal": HeNormal,
}  # fmt: skip


def get_initializer(initializer: str | Initializer) -> Initializer:
    """Return the initializer of that name, or the object itself; ValueError, TypeError for anything else.

    >>> get_initializer("normal")
    Normal(sigma=1.0)
    """
    if isinstance(initializer, str):
        if initializer not in INITIALIZERS:
            raise ValueError(f"expected an initializer among {', '.join(INITIALIZERS)}, got {initializer!r}")
        return INITIALIZERS[initializer]()
    if not isinstance(initializer, Initializer):
        raise TypeError(f"expected an initializer's name or object, such as Normal(0.01), got {initializer!r}")
    return initializer


def make_rng(seed: Seed) -> np.random.Generator:
    """Return a generator: a new one from a seed (None: a random one), or the given one; else TypeError, ValueError."""
    if isinstance(seed, np.random.Generator):
        return seed
    message = f"expected seed as an integer >= 0 or a numpy.random.Generator, got {seed!r}"
    if isinstance(seed, bool) or not (seed is None or isinstance(seed, (int, np.integer))):
        raise TypeError(message)
    if seed is not None and seed < 0:
        raise ValueError(message)
    return np.random.default_rng(seed)
