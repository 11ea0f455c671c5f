"""Words for the chapter's sentences and tables: errors with intervals, lists, confusions, dead kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from report.chapter.evidence import Comparison, Estimate
from report.chapter.number import number, within
from report.chapter.sentence import counted, listed


def shown(found: Estimate | Comparison) -> str:
    r"""Write an error in per cent, or a difference of errors in points, with its interval.

    >>> shown(Estimate(0.1, 0.083, 0.12, count=1000))
    '10.0\xa0% (8.3 to 12.0)'
    """
    if isinstance(found, Comparison):
        return within(found.points, found.low_points, found.high_points, "+.1f")
    low, high = (number(100 * end, ".1f") for end in (found.low, found.high))
    return number(found.value, ".1%") + f" ({low} to {high})" * (low != high)


def measured(most: int, training: int, validation: int) -> str:
    """Say on how many images of a split of either kind the curves are measured: on at most so many, 0 takes them all.

    Examples
    --------
    >>> measured(100, 400, 1000), measured(0, 400, 1000)
    ('100 images of either kind', 'all images')
    >>> measured(50, 10, 1000)
    '10 training images and 50 validation images'
    """
    if not most:
        return "all images"
    if most <= min(training, validation):
        return f"{counted(most, 'image')} of either kind"
    held_out = counted(min(most, validation), "validation image")
    return f"{counted(min(most, training), 'training image')} and {held_out}"


def confusions(matrix: np.ndarray, classes: Sequence[str], most: int = 3) -> str:
    """Say which confusion is the most frequent, or that several are.

    Parameters
    ----------
    matrix : ndarray, shape (classes, classes), int
        True class by predicted class.
    most : int
        How many equally frequent ones to name.

    Examples
    --------
    >>> confusions(np.array([[5, 2], [0, 6]]), ["a", "b"])
    'The most frequent confusion takes a for b, 2 times.'
    """
    wrong = matrix * (1 - np.eye(len(matrix), dtype=int))
    count = int(wrong.max())
    if not count:
        return "There is no mistake at all."
    pairs = [f"{classes[i]} for {classes[j]}" for i, j in np.argwhere(wrong == count)]
    often = "once" if count == 1 else f"{number(count)} times"
    if len(pairs) == 1:
        return f"The most frequent confusion takes {pairs[0]}, {often}."
    if len(pairs) > most:
        return f"No confusion stands out: {len(pairs)} of them occur {often} each."
    return f"The most frequent confusions, {often} each, take {listed(pairs)}."


def silence(maps: np.ndarray) -> str:
    """Say how many kernels answer to no image at all.

    Parameters
    ----------
    maps : ndarray, shape (images, kernels, H, W)
        What kernels answer to images, after the ReLU.

    Examples
    --------
    >>> silence(np.ones((3, 2, 1, 1)))
    'Every kernel answers to some of 3 validation images.'
    """
    count, kernels = maps.shape[:2]
    silent = int((maps.max(axis=(0, 2, 3)) == 0).sum())
    if not silent:
        return f"Every kernel answers to some of {count:,} validation images."
    return (
        f"Kernels that answer to none of {count:,} validation images: {silent} of {kernels}. What is zero behind the "
        "ReLU for every image is *dead*: no gradient reaches its weights any more, and its map stays blank."
    )
