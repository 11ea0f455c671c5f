"""How good is a finite difference?  The same derivative, approximated with ever smaller steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.checks import Shape, positive_int
from mlp_core.extras import need
from mlp_core.gradient_check.finite_differences import Index, entry_at, probe_network
from mlp_core.losses import Reduction
from mlp_core.network import Sequential

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_N = tuple(k * 10**i for i in range(6) for k in (1, 5))


@dataclass(frozen=True, eq=False)
class Sweep:
    """Central differences beside the analytic gradient, for several steps ``eps = 1 / N``.

    Attributes
    ----------
    parameter, dtype : str
        Such as "2.weight" and "float64": what was probed, in which precision.
    indices : list of tuple of int
        The ``count`` entries looked at.
    N, eps : ndarray, shape (len(N),), float
    analytic : ndarray, shape (count,), float
        What backward says.
    numerical : ndarray, shape (len(N), count), float
        The central differences.
    kinks : ndarray, shape (len(N), count), bool
        Where the step crossed a kink: the difference then says nothing about the derivative.
    """

    parameter: str
    indices: list[Index]
    N: np.ndarray
    eps: np.ndarray
    analytic: np.ndarray
    numerical: np.ndarray
    kinks: np.ndarray
    dtype: str

    @property
    def difference(self) -> np.ndarray:
        """Analytic minus numerical, shape (len(N), count)."""
        return self.analytic - self.numerical

    @property
    def absolute(self) -> np.ndarray:
        """The absolute differences, shape (len(N), count)."""
        return np.abs(self.difference)

    @property
    def max_absolute(self) -> np.ndarray:
        """The largest absolute difference for each N, over all entries, shape (len(N),)."""
        return self.absolute.max(axis=1)

    @property
    def max_absolute_smooth(self) -> np.ndarray:
        """The same over the entries whose step crosses no kink; NaN where every step crosses one."""
        largest = np.where(self.kinks, -1.0, self.absolute).max(axis=1)
        return np.where(largest < 0, np.nan, largest)

    def to_frame(self) -> "pd.DataFrame":
        """Return a DataFrame, one row per N and entry; entries are counted from 1."""
        pd = need("pandas")
        rows, count = self.numerical.shape
        return pd.DataFrame({
            "N": np.repeat(self.N, count), "eps": np.repeat(self.eps, count),
            "entry": np.tile(np.arange(1, count + 1), rows), "index": self.indices * rows,
            "analytic": np.tile(self.analytic, rows), "numerical": self.numerical.ravel(),
            "difference": self.difference.ravel(), "absolute": self.absolute.ravel(), "kink": self.kinks.ravel(),
        })

    def summary(self) -> "pd.DataFrame":
        """Return a DataFrame, one row per N: the largest difference, that away from kinks, and the number of kinks."""
        pd = need("pandas")
        columns = {name: getattr(self, name) for name in ("eps", "max_absolute", "max_absolute_smooth")}
        return pd.DataFrame({**columns, "kinks": self.kinks.sum(axis=1)}, index=pd.Index(self.N, name="N"))

    def __repr__(self) -> str:
        """Say what was swept, and the best N."""
        best = self.N[np.argmin(self.max_absolute)]
        return (f"Sweep({self.parameter}, {len(self.indices)} entries, {len(self.N)} steps, {self.dtype}: "
                f"best at N={best:g} with a largest difference of {self.max_absolute.min():.2g})")


def finite_difference_sweep(
    network: Sequential, x: np.ndarray, y: np.ndarray, *, parameter: str = "2.weight", count: int = 10,
    N: Sequence[float] = DEFAULT_N, indices: Sequence[int | Index] | None = None,
    dtype: DTypeLike = "float64", reduction: Reduction = "mean",
) -> Sweep:
    """Compare the gradient of some entries of a parameter with central differences of step 1/N, for each N.

    Truncation falls as N^-2 and round-off grows as N, so that the sum is smallest near ``N = u^(-1/3)``, u the unit
    round-off: about 1e5 in float64, 2e2 in float32 (Nocedal and Wright 2006, section 8.1).

    Parameters
    ----------
    network, x, y, reduction
        As for `check_gradients`, but copied to `dtype`.
    parameter : str
        ``"<layer index>.<name>"``, or ``"input"``.
    count : int
        How many entries: the first ones, row by row (all of them if there are fewer).
    N : sequence of float
        The inverse steps, each > 0.
    indices : sequence of int or tuple of int, optional
        Other entries instead: flat positions, or indices; ValueError if one is not in the array.
    dtype : dtype-like
        float64, or float32 to see the round-off of single precision.
    """
    inverse_steps = _inverse_steps(N)
    probe = probe_network(network, x, y, dtype=dtype, reduction=reduction)
    if parameter not in probe.arrays:
        raise ValueError(f"expected a parameter among {', '.join(probe.arrays)}; got {parameter!r}")
    chosen = _chosen_indices(probe.arrays[parameter].shape, positive_int(count, "count"), indices)
    table = [[probe.difference(parameter, 1 / n, index) for index in chosen] for n in inverse_steps.tolist()]
    analytic = np.array([probe.gradients[parameter][index] for index in chosen], dtype=float)
    numerical = np.array([[difference.value for difference in row] for row in table])
    kinks = np.array([[difference.kink for difference in row] for row in table])
    return Sweep(parameter, chosen, inverse_steps, 1 / inverse_steps, analytic, numerical, kinks, np.dtype(dtype).name)


def _inverse_steps(N: Sequence[float]) -> np.ndarray:
    steps = np.asarray(N)
    if steps.ndim != 1 or steps.size == 0 or steps.dtype.kind not in "iuf":
        raise ValueError(f"expected N as a sequence of numbers > 0, got {N!r}")
    if not (np.isfinite(steps).all() and steps.min() > 0):
        raise ValueError(f"expected N as a sequence of finite numbers > 0, got {N!r}")
    return steps.astype(float)


def _chosen_indices(shape: Shape, count: int, indices: Sequence[int | Index] | None) -> list[Index]:
    """Return the entries to look at as tuples; ValueError for one that is not there."""
    if indices is None:
        indices = range(min(count, math.prod(shape)))
    try:
        flat = [np.ravel_multi_index(index, shape) if isinstance(index, tuple) else int(index) for index in indices]
        chosen = [entry_at(position, shape) for position in flat]
    except ValueError:
        chosen = []
    if not chosen:
        raise ValueError(f"expected positions or indices in an array of shape {shape}, got {list(indices)}")
    return chosen
