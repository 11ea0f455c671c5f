"""Small, quick, learnable problems for the tests of training and everything around it."""

import numpy as np

from mlp_core import Split, mlp


def blobs(n: int = 120, features: int = 6, classes: int = 3, seed: int = 0, dtype: str = "float64") -> Split:
    """Return images drawn around one random centre a class."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(0.5, 0.5, (classes, features))
    labels = np.arange(n) % classes
    return Split((centres[labels] + rng.normal(0, 0.3, (n, features))).astype(dtype), labels)


def small_network(seed: int = 0, dtype: str = "float64", **options):
    """Return an untrained network that fits `blobs()`."""
    return mlp([6, 8, 3], seed=seed, dtype=dtype, **options)


def equal_params(a, b) -> bool:
    """Tell whether two networks have the same parameters, bit for bit."""
    return a.params.keys() == b.params.keys() and all(np.array_equal(a.params[key], b.params[key]) for key in a.params)
