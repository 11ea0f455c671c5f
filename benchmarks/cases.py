"""The work that is timed: networks, batch sizes, data, and the targets as time ratios ours / peer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

BATCHES = 16  # different mini-batches that a worker cycles through


@dataclass(frozen=True)
class Case:
    """One row of the table.

    ``sizes`` makes an MLP, ``cnn`` names a published CNN; ``images`` is set where one unit of work is a full evaluation
    of so many images and not a training step.
    """

    title: str
    batch_size: int
    sizes: tuple[int, ...] = ()
    cnn: str = ""
    images: int = 0
    targets: dict[str, float] = field(default_factory=dict)

    def network(self, dtype: str = "float32") -> Any:
        """Return our network, whose initial weights all peers copy."""
        import mlp_core

        return mlp_core.cnn(self.cnn, dtype=dtype) if self.cnn else mlp_core.mlp(self.sizes, dtype=dtype)

    def data(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return mini-batches of random images, four pixels in five black as in MNIST, and labels."""
        rng = np.random.default_rng(0)
        count, size = (1, self.images) if self.images else (BATCHES, self.batch_size)
        images = rng.random((count, size, 784), dtype=np.float32)
        images *= rng.random(images.shape, dtype=np.float32) > 0.8
        return list(zip(images, rng.integers(0, 10, (count, size)), strict=True))


CASES = {
    "mlp-128": Case(
        "MLP 784-512-768-10, batch 128, one SGD step",
        128,
        (784, 512, 768, 10),
        targets={"products": 1.1, "jax": 1.0},
    ),
    "mlp-32": Case(
        "MLP 784-512-768-10, batch 32, one SGD step",
        32,
        (784, 512, 768, 10),
        targets={"products": 1.1, "jax": 1.0},
    ),
    "mlp-8": Case(
        "MLP 784-710-610-10, batch 8, one SGD step",
        8,
        (784, 710, 610, 10),
        targets={"products": 1.1, "jax": 1.0},
    ),
    "cnn-b": Case("CNN ift6135-b, batch 32, one SGD step", 32, cnn="ift6135-b", targets={"products": 1.25, "jax": 0.6}),
    "cnn-c": Case("CNN ift6135-c, batch 64, one SGD step", 64, cnn="ift6135-c", targets={"products": 1.25, "jax": 0.6}),
    "evaluation": Case(
        "MLP 784-512-768-10, evaluation of 50,000 images",
        1000,
        (784, 512, 768, 10),
        images=50_000,
        targets={"products": 1.1},
    ),
}
LEARNING_RATE = 0.01
