"""What the chapter on the gradient check computes: the theory of its step size, its tables, and a planted mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlp_core import ReLU, Sequential, Split, softmax, softmax_cross_entropy
from mlp_core.diagnostics import activations
from mlp_core.gradient_check import GradientCheck, Sweep
from mlp_core.models import CNNS
from report.chapter import legal
from report.chapter.number import MISSING, number

UNIT = {"float64": 2.0**-53, "float32": 2.0**-24}
"""The unit round-off of each precision: half of the machine epsilon."""

PARAMETER = "2.weight"
"""The second layer's weights, which the sweep moves."""

CLEAR = 100
"""How far truncation lies above round-off where its law is tested, and so the part in which round-off may spoil it."""


class Constants(NamedTuple):
    """What decides how good a central difference is, for some weights of one network and one image.

    Attributes
    ----------
    indices : list of tuple of int
        The weights, all into one active unit of the second layer.
    first, third : ndarray, shape (weights,)
        The derivatives of the loss.
    size : float
        Of the largest score; at least 1.
    """

    indices: list[tuple[int, int]]
    first: np.ndarray
    third: np.ndarray
    size: float

    def truncation(self, N: np.ndarray) -> np.ndarray:
        """Return the largest truncation error for steps 1 / N."""
        return np.abs(self.third).max() / (6.0 * N**2)

    def roundoff(self, N: np.ndarray, dtype: str) -> np.ndarray:
        """Return the round-off to expect for steps 1 / N."""
        return UNIT[dtype] * self.size * N

    def best(self, dtype: str = "float64") -> float:
        """Return the N at which the sum of both is smallest."""
        return float(np.cbrt(np.abs(self.third).max() / (3 * UNIT[dtype] * self.size)))


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which it has nothing to check."""
    legal.seeds(values, "seeds")
    legal.distinct(values, "multiples", "exponents")
    legal.at_least(0, values, "train_images", "sample")
    legal.at_least(1, values, "hidden", "batch_size", "epochs", "weights", "multiples", "entries")
    legal.between(0, 100, values, "exponents")
    legal.positive(values, "learning_rate")
    legal.one_of(legal.DTYPES, values, "dtype")
    legal.one_of([*CNNS], values, "cnns")
    if len(values["hidden"]) < 2:
        legal.refuse("hidden", "at least two layers, since the second's weights are moved", values["hidden"])


def check_sample(sample: int, split: Split) -> None:
    """Refuse an image that is not there."""
    if sample >= len(split.labels):
        legal.refuse("sample", f"0 to {len(split.labels) - 1:,}, a training image", sample)


def score_slopes(network: Sequential, outputs: Sequence[np.ndarray], indices: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return how fast each score moves with each of these weights of the second layer, shape (weights, classes).

    A step of weight (i, j) moves input j of the second ReLU by the activation of unit i. From there on a change is
    passed on as the values were: through the weights, and through the units that are active. No second forward pass is
    needed.

    Parameters
    ----------
    network : Sequential
        As `mlp` builds it, with ReLUs.
    outputs : list of ndarray
        Of every layer for one image, as `activations` gives them.
    """
    rows, columns = np.array(indices).T
    change = np.zeros((len(rows), outputs[2].shape[1]))
    change[np.arange(len(rows)), columns] = outputs[1][0][rows]
    for layer, output in list(zip(network.layers, outputs, strict=True))[3:]:
        change = change * (output[0] > 0) if isinstance(layer, ReLU) else change @ layer.params["weight"]
    return change


def constants(network: Sequential, x: np.ndarray, y: np.ndarray, weights: int) -> Constants:
    """Return the constants of the first weights into the first active unit of the second layer, from one forward pass.

    Raises
    ------
    ValueError
        If the image activates no unit there, or none of the units that these weights read.
    """
    outputs = activations(network, x)
    active = np.flatnonzero(outputs[3][0] > 0)
    if not active.size:
        raise ValueError("sample: this image activates no unit of the second layer; name another one")
    indices = [(i, int(active[0])) for i in range(min(weights, outputs[1].shape[1]))]
    if not outputs[1][0][: len(indices)].any():
        raise ValueError(f"weights: the first {len(indices)} come from units that are silent for this image; take more")
    slopes, logits = score_slopes(network, outputs, indices), outputs[-1][0]
    p = softmax(logits)
    mean = slopes @ p
    third = ((slopes - mean[:, None]) ** 3) @ p
    return Constants(indices, mean - slopes[:, y[0]], third, max(1.0, float(np.abs(logits).max())))


def best_steps(network: Sequential, split: Split, weights: int, images: int = 100) -> np.ndarray:
    """Return the best N in double precision for each of the first images whose loss depends on these weights."""
    found = []
    for position in range(min(images, len(split.labels))):
        part = slice(position, position + 1)
        try:
            found.append(constants(network, split.images[part].astype("float64"), split.labels[part], weights).best())
        except ValueError:  # nothing to differentiate by
            continue
    return np.array(found)


def losses_along(network: Sequential, x: np.ndarray, y: np.ndarray, index: tuple[int, int], shifts: np.ndarray
                 ) -> np.ndarray:  # fmt: skip
    """Return by how much the loss changes while a weight of the second layer is shifted; the network is not changed."""
    moved = network.copy()
    weight = moved.params[PARAMETER]
    start, losses = weight[index], []
    for shift in [0.0, *shifts]:
        weight[index] = start + shift
        losses.append(softmax_cross_entropy(moved.forward(x), y)[0])
    return np.array(losses[1:]) - losses[0]


def clear_of_roundoff(N: np.ndarray, sweep: Sweep, theory: Constants) -> np.ndarray:
    """Return for which N the law of truncation can be tested: no kink, far above round-off, and N at least 5."""
    clear = theory.truncation(N) > CLEAR * theory.roundoff(N, sweep.dtype)
    return clear & ~sweep.kinks.any(axis=1) & (N >= 5)


def deviation(N: np.ndarray, sweep: Sweep, theory: Constants) -> float:
    """Return the largest relative deviation from the truncation error where it can be tested; NaN if nowhere."""
    usable = clear_of_roundoff(N, sweep, theory)
    ratios = sweep.max_absolute_smooth[usable] / theory.truncation(N[usable])
    return float(np.abs(ratios - 1).max(initial=-1)) if usable.any() else float("nan")


def slope(N: np.ndarray, sweep: Sweep, theory: Constants) -> float:
    """Return the power of N with which the differences fall where truncation rules; NaN from fewer than two N."""
    usable = clear_of_roundoff(N, sweep, theory)
    if usable.sum() < 2:
        return float("nan")
    return round(float(np.polyfit(np.log10(N[usable]), np.log10(sweep.max_absolute_smooth[usable]), 1)[0]), 2)


def sweep_cells(N: np.ndarray, sweep: Sweep, theory: Constants) -> list[str]:
    """Write the largest difference for each N, and only a bound where round-off makes its digits noise.

    The bound is what five times the round-off of the theory allows.
    """
    truncation, roundoff = theory.truncation(N), theory.roundoff(N, sweep.dtype)
    exact = (truncation > CLEAR**2 * roundoff) | sweep.kinks.any(axis=1)
    return [_cell(*values) for values in zip(sweep.max_absolute, exact, truncation + 5 * roundoff, strict=True)]


def _cell(value: float, exact: bool, bound: float) -> str:
    if exact:
        return number(value, ".1e")
    digit = 10.0 ** np.floor(np.log10(bound))
    return f"below {number(np.ceil(bound / digit) * digit, '.0e')}" if value < bound else "above the bound"


def sweep_table(N: np.ndarray, double: Sweep, single: Sweep, theory: Constants) -> pd.DataFrame:
    """Return the differences in both precisions beside the truncation error, a row for each N."""
    return pd.DataFrame({
        "double precision": sweep_cells(N, double, theory),
        "single precision": sweep_cells(N, single, theory),
        "truncation": [number(value, ".1e") for value in theory.truncation(N)],
    }, index=pd.Index([number(int(n)) if n < 1e15 else number(n) for n in N.tolist()], name="N"))  # fmt: skip


def layer_table(checks: Mapping[str, GradientCheck]) -> pd.DataFrame:
    """Return what each check compared and left out."""
    rows = {
        name: {
            "arrays": number(len(check.arrays)), "compared": number(check.checked), "left out": number(check.kinks),
            "verdict": verdict(check),
        } for name, check in checks.items()
    }  # fmt: skip
    return pd.DataFrame(rows).T


def verdict(check: GradientCheck) -> str:
    """Say whether a check passes; a check without a single wrong entry may have left an array out."""
    if check.passed:
        return "passes"
    return "leaves arrays out" if not wrong_arrays(check) else "fails"


def wrong_arrays(check: GradientCheck) -> list[str]:
    """Return the names of the arrays with a wrong entry."""
    return [array.name for array in check.arrays if array.max_relative_error > check.tolerance]


def planted_table(found: Mapping[str, GradientCheck]) -> pd.DataFrame:
    """Return what the check says of each mistake."""
    rows = {}
    for mistake, check in found.items():
        error, least = check.max_relative_error, check.tolerance
        rows[mistake] = {
            "verdict": verdict(check),
            "relative error": number(error, ".2g") if error > least else f"below {number(least, '.0e')}",
            "wrong arrays": ", ".join(wrong_arrays(check)) or MISSING,
        }
    return pd.DataFrame(rows).T.rename_axis("mistake")


def plant(network: Sequential, place: int, backward: Callable[[np.ndarray], np.ndarray]) -> Sequential:
    """Give one layer of a network another backward pass, and return the network."""
    network.layers[place].backward = backward  # type: ignore[method-assign, assignment]  # the mistake
    return network
