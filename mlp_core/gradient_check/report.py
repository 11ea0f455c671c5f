"""What a gradient check found, and what it says about the mistake."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from mlp_core.extras import need

if TYPE_CHECKING:
    import pandas as pd


class GradientError(AssertionError):
    """A gradient is not the derivative it claims to be."""


@dataclass(frozen=True)
class Entry:
    """One number's gradient, both ways: what backward says, and the central difference."""

    parameter: str  # such as "2.weight", or "input"
    layer: str
    index: tuple[int, ...] | None  # None for a random direction through the whole array
    analytic: float
    numerical: float
    relative_error: float  # see `GradientCheck`


@dataclass(frozen=True, eq=False)
class ArrayCheck:
    """The check of one array; the entries checked are `indices`, and each array holds one value per entry."""

    name: str
    layer: str
    shape: tuple[int, ...]
    indices: list[tuple[int, ...] | None]  # the last is None where a random direction stands for all that are not here
    analytic: np.ndarray
    numerical: np.ndarray
    relative_error: np.ndarray
    kinks: np.ndarray  # bool: where the step crossed a kink, so that the central difference says nothing

    @property
    def worst(self) -> Entry | None:
        """The entry with the largest relative error away from kinks; None if every step crossed one."""
        if self.kinks.all():
            return None
        position = int(np.where(self.kinks, -1.0, self.relative_error).argmax())
        numbers = (float(values[position]) for values in (self.analytic, self.numerical, self.relative_error))
        return Entry(self.name, self.layer, self.indices[position], *numbers)

    @property
    def max_relative_error(self) -> float:
        """The relative error of `worst`; NaN if every step crossed a kink."""
        return self.worst.relative_error if self.worst else float("nan")


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """Analytic beside numerical gradients.

    The relative error of an entry is ``|analytic - numerical| / max(|analytic|, |numerical|, a, r)``. Here a is the
    largest absolute gradient of its array, and ``r = 10 * 2.2e-16 * max(1, |loss|) / (eps * tolerance)``: what the
    round-off of the difference alone may cause stays within the tolerance.

    ``arrays`` has the input's first, then the parameters' in the order of the layers; ``loss`` is that at the point of
    the check, ``eps`` the step to either side, ``tolerance`` the largest relative error that passes.
    """

    arrays: list[ArrayCheck]
    loss: float
    eps: float
    tolerance: float
    batch_size: int

    @property
    def worst(self) -> Entry | None:
        """The entry with the largest relative error away from kinks; None if every step crossed one."""
        entries = [check.worst for check in self.arrays if check.worst]
        return max(entries, key=attrgetter("relative_error"), default=None)

    @property
    def max_relative_error(self) -> float:
        """The relative error of `worst`; NaN if every step crossed a kink."""
        return self.worst.relative_error if self.worst else float("nan")

    @property
    def checked(self) -> int:
        """Number of entries compared."""
        return sum(int((~check.kinks).sum()) for check in self.arrays)

    @property
    def kinks(self) -> int:
        """Number of entries whose step crossed a kink, which are not compared."""
        return sum(int(check.kinks.sum()) for check in self.arrays)

    @property
    def passed(self) -> bool:
        """Whether something of every array was compared, and every relative error is within the tolerance."""
        return not self.unchecked and self.max_relative_error <= self.tolerance

    @property
    def unchecked(self) -> list[str]:
        """The names of the arrays of which no entry could be compared, as every step crossed a kink."""
        return [check.name for check in self.arrays if check.kinks.all()]

    def raise_if_failed(self) -> "GradientCheck":
        """Raise GradientError, with all that helps to find the mistake, unless the check passed; return it if so."""
        if not self.passed:
            raise GradientError(str(self))
        return self

    def to_frame(self) -> "pd.DataFrame":
        """Return a DataFrame, one row per array: its shape, entries checked, kinks, largest errors, verdict."""
        pd = need("pandas")
        return pd.DataFrame([self._row(check) for check in self.arrays]).set_index("parameter")

    def _row(self, check: ArrayCheck) -> dict[str, object]:
        absolute = np.abs(check.analytic - check.numerical)[~check.kinks]
        return {
            "parameter": check.name, "layer": check.layer, "shape": check.shape,
            "checked": absolute.size, "kinks": int(check.kinks.sum()),
            "max_absolute_error": float(absolute.max()) if absolute.size else float("nan"),
            "max_relative_error": check.max_relative_error, "passed": check.max_relative_error <= self.tolerance,
        }

    def __repr__(self) -> str:
        """Give the verdict in a line."""
        verdict = "passed" if self.passed else "FAILED"
        missing = f", {len(self.unchecked)} of {len(self.arrays)} arrays not checked" if self.unchecked else ""
        return (f"GradientCheck({verdict}: max_relative_error={self.max_relative_error:.2g}, "
                f"tolerance={self.tolerance:g}, {self.checked} entries checked, {self.kinks} kinks{missing})")

    def __str__(self) -> str:
        """Give the verdict and, if the check failed, what is known about the mistake."""
        return "\n".join([repr(self), *self._findings()])

    def _findings(self) -> Iterator[str]:
        """Yield a line for every array that failed or could not be checked."""
        for check in self.arrays:
            if check.worst is None:
                yield f"  {check.name} of {check.layer}: not checked, every step of {self.eps:g} crosses a kink;"
                yield "    try other weights (not zeros), another batch or a smaller eps"
            elif check.worst.relative_error > self.tolerance:
                yield from _explain(check, check.worst, self)


def _explain(check: ArrayCheck, entry: Entry, report: GradientCheck) -> Iterator[str]:
    """Yield what is known about a wrong gradient: where it is worst, and a pattern in it."""
    smooth = ~check.kinks
    wrong = smooth & (check.relative_error > report.tolerance)
    place = "along a random direction" if entry.index is None else f"at {list(entry.index)}"
    yield f"  {check.name} of {check.layer}: {wrong.sum()} of {smooth.sum()} entries are wrong; worst {place}:"
    error = f"relative error {entry.relative_error:.2g}"
    yield f"    analytic {entry.analytic:.9g}, numerical {entry.numerical:.9g}, {error}"
    hint = _pattern(check.analytic[smooth], check.numerical[smooth], report.batch_size)
    if hint:
        yield f"    {hint}"


def _pattern(analytic: np.ndarray, numerical: np.ndarray, batch_size: int) -> str:
    """Return a guess at the mistake: the analytic gradient is often a constant multiple of the right one."""
    if not np.isfinite(analytic).all():
        return "the analytic gradient is not finite"
    if not analytic.any():
        return "the analytic gradient is zero: is it computed at all?"
    if not numerical.any():
        return "the loss does not depend on it: does forward use it?"
    factor = float(np.vdot(numerical, analytic) / np.vdot(numerical, numerical))
    if np.abs(analytic - factor * numerical).max() > 1e-4 * np.abs(analytic).max():
        return ""
    meanings = {-1.0: "the sign", float(batch_size): "a sum over the batch where the mean belongs"}
    meanings[1 / batch_size] = "the mean over the batch taken twice"
    likely = [meaning for value, meaning in meanings.items() if abs(value / factor - 1) < 1e-3]
    return f"every entry is {factor:.6g} times the right one" + (f": {likely[0]}?" if likely else "")
