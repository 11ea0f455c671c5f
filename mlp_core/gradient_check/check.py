"""Is backward the derivative of forward?  Every gradient beside a central difference, in double precision."""

import numpy as np

from mlp_core.checks import check_batch, positive_int
from mlp_core.fast.threads import dot
from mlp_core.gradient_check.finite_differences import INPUT, Difference, Index, LossProbe, entry_at, probe_network
from mlp_core.gradient_check.report import ArrayCheck, GradientCheck
from mlp_core.layers import Layer
from mlp_core.losses import Reduction
from mlp_core.network import Sequential

DIRECTIONS = 5  # random directions tried before giving up on one that crosses no kink


def check_gradients(
    network: Sequential, x: np.ndarray, y: np.ndarray, *, eps: float = 1e-5, tolerance: float = 1e-6,
    max_entries_per_array: int | None = 100, reduction: Reduction = "mean", seed: int = 0,
) -> GradientCheck:
    """Check the gradient of the cross-entropy with respect to every parameter and the input.

    The network is copied to float64 and not changed. `Dropout` is frozen: every evaluation uses the same mask.

    Parameters
    ----------
    network : Sequential
    x : ndarray, shape (n, ...), float
        A small batch: the time grows with it.
    y : ndarray, shape (n,), int
    eps : float
        The step to either side in the central difference, 0 < eps < 1.
    tolerance : float
        The largest relative error that passes, as `GradientCheck` defines it, 0 < tolerance < 1.
    max_entries_per_array : int, optional
        Of larger arrays only this many entries, drawn at random, are checked, and the derivative along one random
        direction, in which every entry takes part. None checks every entry by itself.
    reduction : {"mean", "sum"}
        Whether the loss is the mean or the sum over the batch.
    seed : int
        Of the random entries and directions.
    """
    probe = probe_network(network, x, y, dtype="float64", reduction=reduction)
    return _check(probe, eps, tolerance, max_entries_per_array, seed)


def check_layer(
    layer: Layer, x: np.ndarray, *, eps: float = 1e-5, tolerance: float = 1e-6,
    max_entries_per_array: int | None = 100, seed: int = 0,
) -> GradientCheck:
    """Check one layer's backward by itself: the gradient of ``sum(R * layer.forward(x))`` for a random array R.

    For a layer of your own, which needs no more than the protocol: ``forward``, ``backward``, ``params``, ``grads``.
    If it has kinks, let ``choices()`` return its discrete choices, as `ReLU` does, and they are recognized. It is
    copied to float64, and not changed. The other arguments are as for `check_gradients`.
    """
    layers = Sequential([layer]).astype("float64").layers
    rng = np.random.default_rng(seed)
    upstream: list[np.ndarray] = []

    def projection(output: np.ndarray) -> tuple[float, np.ndarray]:
        if not upstream:
            upstream.append(rng.standard_normal(output.shape))
        return dot(output, upstream[0]), upstream[0]

    probe = LossProbe(layers, check_batch(x).astype("float64"), projection)
    return _check(probe, eps, tolerance, max_entries_per_array, seed)


def _check(probe: LossProbe, eps: float, tolerance: float, max_entries: int | None, seed: int) -> GradientCheck:
    for what, value in (("eps", eps), ("tolerance", tolerance)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"expected {what} as a number between 0 and 1, got {value!r}")
        if not 0 < value < 1:
            raise ValueError(f"expected {what} between 0 and 1, got {value}")
    if max_entries is not None:
        positive_int(max_entries, "max_entries_per_array")
    rng = np.random.default_rng(seed)
    floor = 10 * np.finfo("float64").eps * max(1.0, abs(probe.loss)) / eps / tolerance
    arrays = [_check_array(probe, name, eps, floor, max_entries, rng) for name in probe.arrays]
    return GradientCheck(arrays, probe.loss, eps, tolerance, len(probe.arrays[INPUT]))


def _check_array(
    probe: LossProbe, name: str, eps: float, floor: float, max_entries: int | None, rng: np.random.Generator
) -> ArrayCheck:
    """Compare the gradient of one array, entry by entry, and along a random direction if not all are looked at."""
    gradient = probe.gradients[name]
    flat = np.arange(gradient.size)
    sampled = max_entries is not None and gradient.size > max_entries
    if sampled:
        flat = np.sort(rng.choice(gradient.size, max_entries, replace=False))
    indices: list[Index | None] = [entry_at(position, gradient.shape) for position in flat]
    differences = [probe.difference(name, eps, entry) for entry in indices if entry is not None]
    analytic = list(gradient.ravel()[flat])
    if sampled:
        direction, difference = _random_direction(probe, name, eps, rng)
        indices.append(None)
        differences.append(difference)
        analytic.append(np.float64(dot(gradient, direction)))
    numerical, kinks = np.array([d.value for d in differences]), np.array([d.kink for d in differences])
    error = _relative_error(np.array(analytic), numerical, max(float(np.abs(gradient).max()), floor))
    layer = repr(probe.layers[probe.layer_index(name)])
    return ArrayCheck(name, layer, gradient.shape, indices, np.array(analytic), numerical, error, kinks)


def _random_direction(probe: LossProbe, name: str, eps: float, rng: np.random.Generator
                      ) -> tuple[np.ndarray, Difference]:
    """Return a random unit direction and the difference along it; up to five tries to avoid kinks."""
    for _ in range(DIRECTIONS):
        direction = rng.standard_normal(probe.arrays[name].shape)
        direction /= np.sqrt(dot(direction, direction))
        difference = probe.difference(name, eps, direction=direction)
        if not difference.kink:
            break
    return direction, difference


def _relative_error(analytic: np.ndarray, numerical: np.ndarray, least: float) -> np.ndarray:
    """Return the error relative to the larger number, at least to `least`; infinite where it is not finite."""
    with np.errstate(invalid="ignore"):
        error = np.abs(analytic - numerical) / np.maximum(np.maximum(np.abs(analytic), np.abs(numerical)), least)
    error[~np.isfinite(error)] = np.inf
    return error
