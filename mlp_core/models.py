"""Functions that build a multilayer perceptron of any size, and the CNNs of two published course reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.convolution import Conv2d, Flatten, MaxPool2d
from mlp_core.dropout import Dropout
from mlp_core.initializers import Initializer, Seed, make_rng
from mlp_core.layers import Layer, Linear, ReLU, Sigmoid, Tanh
from mlp_core.network import Sequential

ACTIVATIONS: dict[str, type[Layer]] = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}


def mlp(
    sizes: Sequence[int], activation: str | Sequence[str] = "relu", initializer: str | Initializer = "glorot_uniform",
    seed: Seed = 0, dtype: DTypeLike = "float32", *,
    dropout: float = 0.0, bias_initializer: str | Initializer = "zeros",
) -> Sequential:  # fmt: skip
    """Build a multilayer perceptron: Linear, activation, Linear, activation, ..., Linear.

    >>> mlp([784, 512, 768, 10]).num_parameters
    803594

    Parameters
    ----------
    sizes : sequence of int
        Numbers of inputs, of units in each hidden layer, and of classes; at least the first and the last.
    activation : str or sequence of str
        "relu", "sigmoid" or "tanh": one for all hidden layers, or a list with one for each.
    initializer, bias_initializer : str or Initializer
        How weights and biases are drawn: names or objects, see `mlp_core.initializers`.
    seed : int or numpy.random.Generator
        The same seed makes the same network; float32 and float64 networks differ by rounding only.
    dtype : dtype-like
        float32 or float64.
    dropout : float
        Probability, 0 <= dropout < 1, of dropping each hidden unit while training.
    """
    if len(sizes) < 2:
        raise ValueError(f"expected at least the input and output sizes, got {list(sizes)}")
    names = [activation] * (len(sizes) - 2) if isinstance(activation, str) else list(activation)
    if len(names) != len(sizes) - 2:
        raise ValueError(f"expected {len(sizes) - 2} activations, one for each hidden layer, got {len(names)}")
    for name in names:
        if name not in ACTIVATIONS:
            raise ValueError(f"expected an activation among {', '.join(ACTIVATIONS)}, got {name!r}")
    rng = make_rng(seed)
    layers: list[Layer] = []
    for index, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        layers += [Linear(fan_in, fan_out, initializer, rng, dtype, bias_initializer=bias_initializer)]
        if index < len(names):
            layers += [ACTIVATIONS[names[index]](), *make_dropout(dropout, rng)]
    return Sequential(layers)


def cnn(
    name: str, *, dropout: float = 0.0, initializer: str | Initializer = "glorot_uniform",
    seed: Seed = 0, dtype: DTypeLike = "float32",
) -> Sequential:  # fmt: skip
    """Build a published convolutional network for 28 x 28 gray images.

    "ift6135-b" has two convolutions with overlapping pooling, "ift6135-c" five convolutions. ``dropout`` is the
    probability of dropping each input of the last layer while training; the rest is as for `mlp`.

    >>> cnn("ift6135-b").num_parameters, cnn("ift6135-c").num_parameters
    (828967, 763094)
    """
    if name not in CNNS:
        raise ValueError(f"expected a network among {', '.join(CNNS)}, got {name!r}")
    rng = make_rng(seed)
    layers = CNNS[name]({"initializer": initializer, "seed": rng, "dtype": dtype})
    layers[-1:-1] = make_dropout(dropout, rng)
    return Sequential(layers, input_shape=(1, 28, 28))


def two_convolutions(settings: dict[str, Any]) -> list[Layer]:
    """Return the layers of report ift6135-b, one stage per line."""
    return [
        Conv2d(1, 10, 3, **settings), ReLU(), MaxPool2d(2),
        Conv2d(10, 25, 4, **settings), ReLU(), MaxPool2d(3, stride=1), Flatten(),
        Linear(25 * 8 * 8, 512, **settings), ReLU(),
        Linear(512, 10, **settings),
    ]  # fmt: skip


def five_convolutions(settings: dict[str, Any]) -> list[Layer]:
    """Return the layers of report ift6135-c, one stage per line."""
    return [
        Conv2d(1, 16, 3, padding=1, **settings), ReLU(),
        Conv2d(16, 32, 5, stride=2, padding=2, **settings), ReLU(),
        Conv2d(32, 64, 3, padding=1, **settings), ReLU(),
        Conv2d(64, 128, 5, stride=2, padding=2, **settings), ReLU(),
        Conv2d(128, 256, 3, padding=1, **settings), ReLU(), MaxPool2d(2), Flatten(),
        Linear(256 * 3 * 3, 100, **settings), ReLU(),
        Linear(100, 10, **settings),
    ]  # fmt: skip


CNNS = {"ift6135-b": two_convolutions, "ift6135-c": five_convolutions}


def make_dropout(p: float, rng: np.random.Generator) -> list[Layer]:
    """Return a list with a dropout layer, whose random stream is its own so that p changes no weight; none if p = 0."""
    return [Dropout(p, rng.spawn(1)[0])] if p else []
