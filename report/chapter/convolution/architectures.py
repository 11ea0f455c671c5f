"""Networks by name, what they cost, and images with their pixels in another order."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential, Split, cnn, mlp

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

KINDS = "'mlp 512-256' or the like, 'cnn 8-16' or the like, 'ift6135-b', 'ift6135-c'"
TITLES = {"ift6135-b": "CNN b", "ift6135-c": "CNN c"}


def build(
    name: str, initializer: str = "glorot_uniform", *, dropout: float = 0.0, seed: int = 0,
    dtype: DTypeLike = "float32", classes: int = 10,
) -> Sequential:  # fmt: skip
    """Build a network for 28 x 28 gray images.

    Parameters
    ----------
    name : str
        "mlp 512-256": a perceptron with these hidden layers. "cnn 8-16": 8 kernels of 5 x 5, then 16 of 3 x 3, each
        followed by ReLU and max-pooling 2 x 2, then one dense layer. "ift6135-b" and "ift6135-c": `mlp_core.cnn`.
    initializer, dropout, seed, dtype
        As for `mlp_core.cnn`.
    classes : int
        How many it tells apart; `mlp_core.cnn` always tells 10.

    Examples
    --------
    >>> build("cnn 8-16").num_parameters, build("mlp 512-256").num_parameters
    (5386, 535818)
    """
    settings: dict[str, Any] = {"initializer": initializer, "dropout": dropout, "seed": seed, "dtype": dtype}
    if not is_known(name):
        raise ValueError(f"expected a network among {KINDS}, got {name!r}")
    if name in TITLES:
        return cnn(name, **settings)
    units = [int(one) for one in name[4:].split("-")]
    if name.startswith("mlp"):
        return mlp([784, *units, classes], **settings)
    return _small(*units, classes=classes, **settings)


def is_known(name: str) -> bool:
    """Return whether `build` can build a network of that name.

    >>> is_known("cnn 8-16"), is_known("cnn 8"), is_known("mlp 0")
    (True, False, False)
    """
    return name in TITLES or bool(re.fullmatch(r"mlp [1-9]\d*(-[1-9]\d*)*|cnn [1-9]\d*-[1-9]\d*", name))


def _small(first: int, second: int, *, classes: int, dropout: float, seed: int, **settings: Any) -> Sequential:
    """Build a network most of whose multiplications are convolutions, and which has few parameters."""
    settings["seed"] = rng = np.random.default_rng(seed)
    layers = [
        Conv2d(1, first, 5, **settings), ReLU(), MaxPool2d(2),
        Conv2d(first, second, 3, **settings), ReLU(), MaxPool2d(2),
        Flatten(), Linear(25 * second, classes, **settings),
    ]  # fmt: skip
    if dropout:
        layers.insert(-1, Dropout(dropout, rng.spawn(1)[0]))
    return Sequential(layers, input_shape=(1, 28, 28))


def title(network: str) -> str:
    """Return how the text calls a network.

    >>> title("ift6135-b"), title("cnn 8-16")
    ('CNN b', 'CNN 8-16')
    """
    return TITLES.get(network, network.replace("mlp", "MLP").replace("cnn", "CNN"))


def multiplications(network: Sequential) -> int:
    """Return how many multiplications one image takes on its way forward.

    A weight of a dense layer is used once per image, that of a kernel at every place of the layer's output.

    >>> multiplications(build("mlp 512-256")), multiplications(build("ift6135-b"))
    (535040, 1285160)
    """
    shapes = network.shapes() if network.input_shape else [(1,)] * len(network.layers)
    return sum(
        layer.params["weight"].size * math.prod(shape[1:])
        for layer, shape in zip(network.layers, shapes, strict=True)
        if "weight" in layer.params
    )


def largest_share(network: Sequential) -> float:
    """Return which part of all parameters sits in the largest layer, 0 to 1."""
    return max(sum(array.size for array in layer.params.values()) for layer in network.layers) / network.num_parameters


def permute(split: Split, seed: int = 0) -> Split:
    """Return the images with their pixels in another order, the same order for every image and every split."""
    order = np.random.default_rng(seed).permutation(split.images.shape[1])
    return Split(split.images[:, order], split.labels, image_shape=split.image_shape)
