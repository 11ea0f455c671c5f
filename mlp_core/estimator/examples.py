"""Training data as scikit-learn hands it over: rows that may be sparse, each of which may have a weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.splits import Split

CHUNK = 1 << 20  # numbers to make dense at a time, to be predicted


class DenseRows:
    """The rows of a sparse matrix, each made dense when it is asked for: a batch at a time, never all of them."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix.tocsr()
        self.shape, self.dtype = matrix.shape, matrix.dtype

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Return some of the rows, dense."""
        return self.matrix[rows].toarray()

    def take(self, rows: np.ndarray, axis: int = 0) -> np.ndarray:
        """Return some of the rows, dense, as ``ndarray.take`` does; `axis` is 0."""
        return self[rows]

    def chunks(self) -> Iterator[np.ndarray]:
        """Yield all rows, dense, in the order in which they lie."""
        size = max(1, CHUNK // self.shape[1])
        return (self[start : start + size] for start in range(0, self.shape[0], size))


@dataclass(frozen=True, eq=False, repr=False)
class Examples(Split):
    """A split whose images may be sparse, and each of which may count more or less than the others in every mean.

    Parameters
    ----------
    images : array_like or DenseRows, shape (n, features), float
        Sparse ones are taken as they are: scikit-learn's `validate_data` has checked them.
    labels : array_like, shape (n,), int
    weights : ndarray, shape (n,), float, optional
        How much each image counts, above 0.
    """

    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Check dense images and their labels as a split does."""
        if not isinstance(self.images, DenseRows):
            super().__post_init__()

    def __getitem__(self, index: Any) -> Examples:
        """Return the part that a slice, a mask or a list of indices selects; sparse images stay sparse."""
        images: Any = DenseRows(self.images.matrix[index]) if isinstance(self.images, DenseRows) else self.images[index]
        return Examples(images, self.labels[index], None if self.weights is None else self.weights[index])
