"""The gradient check of report ift6135-c: ten weights into ten units, and the kinks that its largest step crosses."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlp_core import Split, finite_difference_sweep, mlp

N = [k * 10**i for i in range(6) for k in (1, 5)]


def sweep(split: Split, *, hidden: tuple[int, int], seed: int) -> dict[str, Any]:
    """Return analytic minus numerical for ten second-layer weights at ten N, and which steps cross a kink.

    The weights go from one unit of the first layer, the first that the image activates, to ten units of the second,
    as the report's zeros show: three of its ten belong to units that the image does not activate.
    """
    network = mlp([784, *hidden, 10], seed=seed, dtype="float64")
    image = split.images[:1].astype("float64")
    active = int(np.argmax(network.layers[0].forward(image)[0] > 0))
    count = min(10, hidden[1])
    found = finite_difference_sweep(
        network, image, split.labels[:1], N=N, indices=[(active, unit) for unit in range(count)]
    )
    return {
        "N": N,
        "difference": found.difference.tolist(),
        "kinks": found.kinks.tolist(),
        "analytic": found.analytic.tolist(),
        "largest": found.max_absolute.tolist(),
    }
