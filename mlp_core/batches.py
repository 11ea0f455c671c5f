"""The mini-batches of an epoch, or of a pass over a split."""

import math
from collections.abc import Iterator

import numpy as np

from mlp_core.checks import positive_int
from mlp_core.splits import Split


class Batches:
    """The mini-batches of an epoch; if there are several, and a generator, every iteration draws a new order."""

    def __init__(self, split: Split, batch_size: int | None, rng: np.random.Generator | None = None,
                 dtype: np.dtype | None = None) -> None:
        self.images, self.labels, self.rng, self.dtype = split.images, split.labels, rng, dtype or split.images.dtype
        self.weights = weights_of(split)
        n = len(self.labels)
        self.batch_size = n if batch_size is None else min(positive_int(batch_size, "batch_size"), n)

    def __len__(self) -> int:
        """Return the number of batches."""
        return math.ceil(len(self.labels) / self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
        """Yield each batch: images of that dtype, labels, and weights or None."""
        n = len(self.labels)
        order = self.rng.permutation(n) if self.rng is not None and len(self) > 1 else None
        for start in range(0, n, self.batch_size):
            part: slice | np.ndarray = slice(start, start + self.batch_size)
            if order is None:
                images = self.images[part]
            else:  # take copies rows twice as fast as an index does
                part = order[part]
                images = self.images.take(part, axis=0)
            weights = None if self.weights is None else self.weights[part]
            yield images.astype(self.dtype, copy=False), self.labels[part], weights


def weights_of(split: Split) -> np.ndarray | None:
    """Return how much each image counts, where the split has weights, as `MLPClassifier`'s may; else None."""
    return getattr(split, "weights", None)
