"""The first signal: how large the output of each layer is before the first step, predicted and measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mlp_core import GlorotUniform, HeNormal, Normal, Sequential, Split, softmax_cross_entropy
from mlp_core.diagnostics import activations
from report.chapter.evidence import Estimate, over_seeds
from report.chapter.initialization.runs import with_interval
from report.chapter.number import number

FUNCTIONS: dict[str, Any] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


def deviations(kind: Any, sizes: Sequence[int]) -> list[float]:
    """Return the standard deviation with which each layer's weights are drawn.

    >>> deviations(HeNormal(), [50, 8, 2])
    [0.2, 0.5]
    """
    if isinstance(kind, GlorotUniform):
        return [float(np.sqrt(2 / (a + b))) for a, b in zip(sizes, sizes[1:], strict=False)]
    if isinstance(kind, HeNormal):
        return [float(np.sqrt(2 / a)) for a in sizes[:-1]]
    return [float(kind.sigma) if isinstance(kind, Normal) else 0.0] * (len(sizes) - 1)


def predicted_squares(images: np.ndarray, sizes: Sequence[int], kind: Any, activation: str) -> np.ndarray:
    """Return the mean square of each affine layer's output over the draw of the weights, from the images alone.

    From layer to layer it is multiplied by ``n_in sigma²`` and by what the activation keeps: for normal outputs half
    with ReLU, else an integral, taken by Gauss and Hermite's rule.

    Returns
    -------
    ndarray, shape (layers, n)
        Of each image.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    first, *others = deviations(kind, sizes)
    squares = [first**2 * (np.asarray(images, dtype=float) ** 2).sum(axis=1)]
    for sigma, width in zip(others, sizes[1:], strict=False):
        answers = FUNCTIONS[activation](np.sqrt(squares[-1])[:, None] * nodes)
        squares.append(width * sigma**2 * (answers**2 @ weights))
    return np.array(squares)


def measured_squares(networks: Sequence[Sequential], images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean square of each affine layer's output, (seeds, layers), and of what its activation passes on."""
    outputs = [[float((layer.astype(float) ** 2).mean()) for layer in activations(network, images)]
               for network in networks]  # fmt: skip
    table = np.array(outputs)
    return table[:, ::2], table[:, 1::2]


def signal_table(networks: Mapping[str, Sequence[Sequential]], kinds: Mapping[str, Any], images: np.ndarray,
                 activation: str) -> pd.DataFrame:  # fmt: skip
    """Return, for each start and layer, predicted and measured size of the output, and what the activation keeps.

    Returns
    -------
    DataFrame
        Indexed by start and layer; `predicted` (root mean square), `ratio` (measured to predicted mean square), `kept`
        (the share of the mean square that the activation passes on), the last two as `Estimate`; None at the last
        layer, which has no activation.
    """
    rows = []
    for start, group in networks.items():
        predicted = predicted_squares(images, _sizes(group[0]), kinds[start], activation).mean(axis=1)
        before, after = measured_squares(group, images)
        for place, square in enumerate(predicted):
            kept = over_seeds(after[:, place] / before[:, place]) if place < after.shape[1] else None
            rows.append((start, place + 1, float(np.sqrt(square)), over_seeds(before[:, place] / square), kept))
    return pd.DataFrame(rows, columns=["start", "layer", "predicted", "ratio", "kept"]).set_index(["start", "layer"])


def first_loss_table(networks: Mapping[str, Sequence[Sequential]], kinds: Mapping[str, Any], split: Split,
                     activation: str) -> pd.DataFrame:  # fmt: skip
    """Return, for each start, the loss to expect before the first step, and the measured one as `Estimate`.

    Scores are normal over the draw of the weights, each image's of its own size; the loss to expect is the mean of
    their ``log sum exp``, since the score of the right class is 0 in the mean.
    """
    rows = []
    for start, group in networks.items():
        squares = predicted_squares(split.images, _sizes(group[0]), kinds[start], activation)[-1]
        scores = np.random.default_rng(0).standard_normal((50_000, _sizes(group[0])[-1])) * np.sqrt(squares).mean()
        measured = [softmax_cross_entropy(network.forward(split.images), split.labels)[0] for network in group]
        rows.append((start, float(special.logsumexp(scores, axis=1).mean()), over_seeds(measured)))
    return pd.DataFrame(rows, columns=["start", "expected", "measured"]).set_index("start")


def written_losses(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of first losses as the chapter prints it."""
    return pd.DataFrame({
        "expected": table["expected"].map(partial(number, spec=".4g")),
        "measured": table["measured"].map(partial(with_interval, spec=4)),
    })  # fmt: skip


def written(table: pd.DataFrame, different: Sequence[str]) -> pd.DataFrame:
    """Return a signal table as the chapter prints it, with ratio and share for these starts alone.

    Others are the same draws on another scale, of which both are the same.
    """
    told = table.index.get_level_values("start").isin(different)
    ratio, kept = (table[name].where(told, None) for name in ("ratio", "kept"))
    three = partial(number, spec=".3g")
    return pd.DataFrame({
        "predicted": table["predicted"].map(three),
        "measured": (table["predicted"] * table["ratio"].map(lambda found: np.sqrt(found.value))).map(three),
        "mean square, measured / predicted": ratio.map(lambda found: with_interval(found, ".2f") if found else "–"),
        "share kept": kept.map(lambda found: with_interval(found, ".3f") if found else "–"),
    })  # fmt: skip


def count_held(estimates: Iterable[Estimate | None], value: float) -> tuple[int, int]:
    """Return how many intervals hold a value, and how many intervals there are.

    >>> count_held([Estimate(1.1, 0.9, 1.3, 5), Estimate(0.8, 0.7, 0.9, 5), None], 1)
    (1, 2)
    """
    known = [one for one in estimates if one is not None and np.isfinite(one.low)]
    return sum(one.low <= value <= one.high for one in known), len(known)


def _sizes(network: Sequential) -> list[int]:
    """Return a perceptron's inputs, hidden units and classes."""
    shapes = [layer.params["weight"].shape for layer in network.layers if layer.params]
    return [shapes[0][0], *(shape[1] for shape in shapes)]
