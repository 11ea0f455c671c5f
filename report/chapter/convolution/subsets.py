"""The same networks on fewer images: how many images a built-in assumption is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from mlp_core import Split
from report.chapter import evidence
from report.chapter.convolution.architectures import multiplications
from report.chapter.convolution.pictures import look_of
from report.chapter.convolution.recipes import Recipe
from report.chapter.convolution.runs import Run, against
from report.chapter.figures import TEXT_WIDTH
from report.chapter.number import SPACE, number

Curve = Mapping[int, Run]
"""Runs of the same networks by their number of training images."""


def cheapest(runs: Mapping[str, Run]) -> tuple[Run, Run]:
    """Return the plain convolutional network and the plain perceptron with the fewest multiplications."""
    plain = [run for run in runs.values() if run.recipe.plain and not run.recipe.permuted]
    first, second = (
        min((run for run in plain if run.recipe.convolves == kind), key=lambda run: multiplications(run.networks[0]))
        for kind in (True, False)
    )
    return first, second


def smaller(counts: Sequence[int], most: int) -> list[int]:
    """Return the numbers of images that are below the one at hand, once each and in order.

    >>> smaller([300, 100, 100, 900], most=400)
    [100, 300]
    """
    return sorted({count for count in counts if count < most})


def as_long(recipe: Recipe, images: int, of: int) -> Recipe:
    """Return the recipe with as many epochs over fewer images as make about as many updates."""
    updates = recipe.epochs * math.ceil(of / recipe.batch_size)
    return replace(recipe, epochs=max(1, round(updates / math.ceil(images / recipe.batch_size))))


def draw(split: Split, images: int, seed: int) -> Split:
    """Return some of the images, others for each seed, so that what is due to their choice shows between seeds."""
    return split.take(np.random.default_rng(seed).permutation(len(split))[:images])


def enough(curve: Curve, rival: Run) -> int | None:
    """Return the fewest images from which a network is not worse than a rival; None where it always is."""
    counts = (count for count in sorted(curve) if against(curve[count], rival).found.verdict != evidence.WORSE)
    return next(counts, None)


def power(curve: Curve) -> evidence.Estimate | None:
    """Return the power of the number of images with which the error falls, fitted for each seed.

    None where there are fewer than three numbers, or a network without a mistake, whose error has no logarithm.
    """
    counts = sorted(curve)
    errors = np.array([[wrong.mean() for wrong in curve[count].misses] for count in counts])
    if len(counts) < 3 or not errors.all():
        return None
    return evidence.over_seeds(np.polyfit(np.log(counts), np.log(errors), 1)[0])


def images_figure(curves: Mapping[str, Curve]) -> Axes:
    """Draw validation error against the number of training images with intervals, on logarithmic axes."""
    ax = plt.subplots(figsize=(TEXT_WIDTH, 2.8))[1]
    for place, (name, curve) in enumerate(curves.items()):
        counts = sorted(curve)
        found = [curve[count].error for count in counts]
        around = [[100 * (one.value - one.low) for one in found], [100 * (one.high - one.value) for one in found]]
        beside = 1.02**place * np.array(counts)  # so that no interval hides another
        look = look_of(curve[counts[0]].recipe)
        ax.errorbar(beside, [100 * one.value for one in found], around, capsize=3, label=name, **look)
    ax.set(xscale="log", yscale="log", xlabel="training images", ylabel="validation error")
    ax.set_xticks(counts, [number(count) for count in counts])
    ax.set_xticks([], minor=True)
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(lambda value, _: f"{number(value)}{SPACE}%")
    ax.legend()
    return ax
