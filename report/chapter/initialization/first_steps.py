"""The first steps: outputs, gradients and dead units by layer, from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from mlp_core.diagnostics import Recorder
from report.chapter.evidence import Estimate, over_seeds
from report.chapter.figures import TEXT_WIDTH, lines, shared_legend
from report.chapter.initialization.runs import mean


def explosion_figure(recorders: Sequence[Recorder]) -> np.ndarray:
    """Draw outputs, gradients and dead units by layer from step to step, mean and band over the runs.

    Returns
    -------
    ndarray of Axes, shape (3,)
    """
    titles = {"activations": "norm of the output", "gradients": "norm of the gradient", "dead": "dead units, %"}
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.5))
    steps = max((recorder.steps for recorder in recorders), key=len)
    for ax, (what, title) in zip(axes, titles.items(), strict=True):
        tables = [inside(recorder, what) for recorder in recorders]
        series = {f"layer {layer}": [table[layer].to_numpy() for table in tables] for layer in tables[0]}
        lines(series, steps, ax=ax, xlabel="step", log="" if what == "dead" else "y")
        ax.set_title(title)
    axes[2].set_ylim(-5, 105)
    shared_legend(figure, axes)
    return axes


def inside(recorder: Recorder, what: str) -> pd.DataFrame:
    """Return the record of each layer, counted from 1, by step: norms of "activations" or "gradients", per cent "dead".

    Of gradients those of the weights; a unit that is not of ReLU is never dead.
    """
    frame = recorder.to_frame(what)
    if what == "dead":
        table = 100 * frame["fraction"].unstack()
    elif what == "gradients":
        table = frame["norm"].xs("weight", level="array").unstack()
    else:
        table = frame[frame["kind"] == "Linear"]["norm"].unstack()
    return table.set_axis(range(1, table.shape[1] + 1), axis=1)


def inside_table(recorders: Mapping[str, Sequence[Recorder]]) -> pd.DataFrame:
    """Return, for each start and layer, gradient norm and dead share before the first step and after the last probed.

    Means over the runs with their intervals; a share's interval is cut at 0. Without a ReLU there are no shares.
    """
    rows: dict[Any, dict[str, str]] = {}
    for start, group in recorders.items():
        for what, heading, spec, most in (("gradients", "gradient {}", 2, np.inf), ("dead", "dead {}, %", ".1f", 100)):
            tables = [inside(recorder, what) for recorder in group]
            for layer in tables[0]:
                for place, when in ((0, "before"), (-1, "after")):
                    values = [table[layer].iloc[place] for table in tables]
                    rows.setdefault((start, layer), {})[heading.format(when)] = mean(values, spec, within=(0, most))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["start", "layer"])
    return table.where(table.notna(), "–")


def most_dead(recorders: Sequence[Recorder], place: int) -> str:
    """Write the share of dead units in the layer with most, before the first step (0) or at the end (-1).

    Without a ReLU no unit is dead.
    """
    tables = [inside(recorder, "dead") for recorder in recorders]
    return mean([table.iloc[place].max() / 100 if len(table) else 0.0 for table in tables], ".1%", within=(0, 1))


def times(above: Sequence[float], below: Sequence[float]) -> Estimate:
    """Return how many times larger one size is than the other, run by run: a geometric mean.

    NaN after an overflow, and where a size is zero.

    Examples
    --------
    >>> round(times([8, 2], [2, 2]).value, 6)
    2.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(above) - np.log(below)
    if not np.isfinite(logs).all():
        return Estimate(np.nan, np.nan, np.nan, len(logs))
    found = over_seeds(logs)
    return Estimate(float(np.exp(found.value)), float(np.exp(found.low)), float(np.exp(found.high)), found.count)
