"""Evidence before adjectives: what data can tell apart, and the verb that a sentence may use.

A network's accuracy is uncertain twice: another seed gives another network, and other images of the same kind give
another score. Both variances add up here, and a comparison whose interval holds zero says "cannot be told apart from".
Intervals are of 95 %, p-values two-sided, differences those of the first minus the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy import special  # not `stats`, which every kernel would take a second to import

LEVEL = 0.05
"""The chance that a comparison of equals may say otherwise."""

Z = -float(special.ndtri(LEVEL / 2))
"""The quantile of the normal distribution that goes with it."""

BETTER, WORSE, EQUAL = "better", "worse", "cannot be told apart"
VERBS = {BETTER: "is better than", WORSE: "is worse than", EQUAL: "cannot be told apart from"}


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Attributes
    ----------
    value, low, high : float
        ``low`` and ``high`` are NaN where one run alone shows no spread.
    count : int
        How many seeds, or images where there is one network, it rests on.
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Comparison:
    """A difference with its interval, and what it allows to say.

    Attributes
    ----------
    difference, low, high : float
        The first minus the second; NaN for ``low`` and ``high`` where one run alone shows no spread.
    p : float
        The chance of a difference at least as large between equals.
    verdict : str
        "better", "worse" or "cannot be told apart": the first, beside the second.
    verb : str
        The verdict as a verb: "is better than", "is worse than", "cannot be told apart from".
    ends : function or None
        Gives the ends of its interval at another level than `LEVEL`; None where there is no other.
    """

    difference: float
    low: float
    high: float
    p: float
    verdict: str
    ends: Callable[[float], tuple[float, float]] | None = field(default=None, repr=False, compare=False)

    @property
    def verb(self) -> str:
        """The verdict as a verb."""
        return VERBS[self.verdict]

    @property
    def told(self) -> bool:
        """Whether the two can be told apart."""
        return self.verdict != EQUAL

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return 100 * self.difference

    @property
    def low_points(self) -> float:
        """The lower end in percentage points."""
        return 100 * self.low

    @property
    def high_points(self) -> float:
        """The upper end in percentage points."""
        return 100 * self.high


@dataclass(frozen=True)
class Group:
    """The candidates that cannot be told from the best.

    Attributes
    ----------
    best : str
        The candidate with the best mean: a selection, better by chance than the next time.
    names : tuple of str
        The best and all that cannot be told from it, best mean first.
    others : tuple of str
        Those that are worse.
    """

    best: str
    names: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many candidates the group has."""
        return len(self.names)


def proportion(hits: ArrayLike, count: int | None = None) -> Estimate:
    """Return a proportion with its interval, for one network on a sample of images.

    Parameters
    ----------
    hits : array_like of bool, shape (images,), or int
        Which answers are right; or how many, of `count`.
    count : int, optional
        The number of images.

    Notes
    -----
    Wilson's score interval (E. B. Wilson, 1927, "Probable inference"), which is never outside 0 and 1.

    Examples
    --------
    >>> rate = proportion(90, 100)
    >>> rate.value, round(rate.low, 4), round(rate.high, 4)
    (0.9, 0.8256, 0.9448)
    """
    array = np.asarray(hits)
    right, total = (int(array), count) if count is not None else (int(array.sum()), array.size)
    if not total or not 0 <= right <= total or (count is None and array.ndim != 1):
        raise ValueError(f"expected 0 to n right answers of n > 0 images, got {right} of {total}")
    rate, square = right / total, Z**2
    center = (right + square / 2) / (total + square)
    half = Z * math.sqrt(total * rate * (1 - rate) + square / 4) / (total + square)
    return Estimate(rate, center - half if right else 0.0, center + half if right < total else 1.0, total)


def paired(first: ArrayLike, second: ArrayLike) -> Comparison:
    """Compare two networks, of one run each, on the same images; it says nothing about other seeds.

    Parameters
    ----------
    first, second : array_like of bool, shape (images,)
        Which answers of each are right.

    Notes
    -----
    McNemar's exact test (Q. McNemar, 1947) on the images where just one of them is right; the interval is that of the
    paired difference, ``sqrt(b + c - (b - c)²/n) / n`` its standard error.

    Examples
    --------
    >>> one, other = [1] * 18 + [0] * 2 + [1] * 80, [0] * 18 + [1] * 2 + [1] * 80
    >>> found = paired(one, other)
    >>> round(found.points), round(found.p, 4), found.verb
    (16, 0.0004, 'is better than')
    """
    a, b = (np.asarray(hits, dtype=bool) for hits in (first, second))
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ValueError(f"expected the answers of two networks to the same images, got shapes {a.shape} and {b.shape}")
    gained, lost, count = int((a & ~b).sum()), int((b & ~a).sum()), a.size
    p = min(1.0, 2 * float(special.bdtr(min(gained, lost), gained + lost, 0.5)))
    difference = (gained - lost) / count
    half = Z * math.sqrt(gained + lost - (gained - lost) ** 2 / count) / count
    return Comparison(difference, difference - half, difference + half, p, _verdict(difference, p))


def over_seeds(values: ArrayLike, images: int | None = None) -> Estimate:
    """Return the mean over several seeds with its interval.

    Parameters
    ----------
    values : array_like, shape (seeds,) or (seeds, images)
        An accuracy, error or loss for each seed; or which answers are right, or the loss of each.
    images : int, optional
        How many images each accuracy or error was measured on; leave it out for what is no proportion.

    Notes
    -----
    The variance of the mean is that between the seeds, ``s²/S``, plus that of the images, which all seeds share (as a
    component of the two-way table: Searle, Casella and McCulloch, 1992). Each keeps the quantile of its own degrees of
    freedom, ``sqrt(t(S-1)² s²/S + t(n-1)² v/n)``, as in Burdick and Graybill (1992): one common t is too short where
    few seeds dominate.

    Examples
    --------
    >>> found = over_seeds([0.90, 0.91, 0.92], images=1000)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.91, 0.879, 0.941)
    """
    array = np.asarray(values, dtype=float)
    means = _means(array)
    value = float(means.mean())
    if len(means) < 2:
        return Estimate(value, math.nan, math.nan, 1)
    half = _margin([_of_seeds(means), _of_images(array, np.full_like(array, round(value)), images)])
    least, most = (0.0, 1.0) if _is_share(images, array) else (-math.inf, math.inf)
    return Estimate(value, max(least, value - half), min(most, value + half), len(means))


def share(hits: ArrayLike) -> Estimate:
    """Return the share of right answers: over seeds and images, or over the images alone for a single run.

    Parameters
    ----------
    hits : array_like of bool, shape (images,) or (seeds, images)
    """
    table = np.atleast_2d(hits)
    return over_seeds(table) if len(table) > 1 else proportion(table[0])


def compare(first: ArrayLike, second: ArrayLike, images: int | None = None, *, lower_is_better: bool = False,
            same_seeds: bool = True) -> Comparison:  # fmt: skip
    """Compare two settings over several seeds, measured on the same images.

    Parameters
    ----------
    first, second : array_like, shape (seeds,) or (seeds, images)
        As for `over_seeds`, the same seeds in the same order.
    images : int, optional
        How many images each accuracy or error was measured on. Without the single answers it is assumed that no image
        is missed by both, which makes the interval wider, never narrower.
    lower_is_better : bool
        For losses and errors.
    same_seeds : bool
        Whether equal places are equal seeds, and so the runs pairs; without it there may be more runs of one.

    Notes
    -----
    A paired t test of the seeds' differences, widened by the images as `over_seeds` is: without that, two settings
    whose seeds hardly differ would be told apart by the images that happened to be drawn. One seed tells nothing.

    Examples
    --------
    >>> found = compare([0.95, 0.96, 0.95], [0.90, 0.91, 0.91], images=1000)
    >>> round(found.points, 1), found.verb
    (4.7, 'is better than')
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    shapes = [x.shape if same_seeds else ("any", *x.shape[1:]) for x in (a, b)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"expected the same seeds and images for both, got shapes {a.shape} and {b.shape}")
    runs = [_means(a - b)] if same_seeds else [_means(a), _means(b)]
    difference = float(a.mean() - b.mean())
    if min(map(len, runs)) < 2:
        return Comparison(difference, math.nan, math.nan, math.nan, EQUAL)
    variances = [*map(_of_seeds, runs), _of_images(a, b, images)]
    p = _p_value(difference, variances)
    verdict = _verdict(-difference if lower_is_better else difference, p)
    ends = partial(_ends, difference, variances, 1.0 if _is_share(images, a, b) else math.inf)
    return Comparison(difference, *ends(LEVEL), p, verdict, ends)


def same_spread(first: float, second: float, runs: int) -> float:
    """Return the chance that equal spreads differ at least as much as these two standard deviations.

    Parameters
    ----------
    first, second : float
        Standard deviations of independent, normal values.
    runs : int
        How many values each is of.

    Notes
    -----
    The two-sided F test of two variances.

    Examples
    --------
    >>> round(same_spread(1.0, 3.928, runs=4), 3), same_spread(2.0, 2.0, runs=4)
    (0.05, 1.0)
    """
    small, large = sorted((first, second))
    ratio = (large / small) ** 2 if small else math.inf
    return min(1.0, 2 * float(special.fdtrc(runs - 1, runs - 1, ratio if large else 1.0)))


def best_group(candidates: Mapping[str, ArrayLike], images: int | None = None, *, lower_is_better: bool = False,
               same_seeds: bool = True) -> Group:  # fmt: skip
    """Return all candidates that cannot be told from the best: a maximum over many is a selection, not a finding.

    Parameters
    ----------
    candidates : mapping of str to array_like
        As for `compare`.
    images, lower_is_better, same_seeds
        As for `compare`.

    Notes
    -----
    Each is compared with the best mean; the p-values are `corrected`, so that among equals the group misses any of them
    in at most 5 % of cases.

    Examples
    --------
    >>> found = best_group({"a": [0.90, 0.91, 0.92], "b": [0.91, 0.90, 0.92], "c": [0.50, 0.51, 0.53]}, images=1000)
    >>> found.names, found.others
    (('a', 'b'), ('c',))
    """
    found = beside_best(candidates, images, lower_is_better=lower_is_better, same_seeds=same_seeds)
    (best,) = {*candidates} - {*found}
    worse = tuple(name for name, one in found.items() if one.told)
    return Group(best, (best, *(name for name in found if name not in worse)), worse)


def beside_best(candidates: Mapping[str, ArrayLike], images: int | None = None, *, lower_is_better: bool = False,
                same_seeds: bool = True) -> dict[str, Comparison]:  # fmt: skip
    """Return each candidate minus the best mean, `corrected` for their number: best first, which itself is left out.

    Parameters are those of `best_group`.

    Examples
    --------
    >>> found = beside_best({"a": [0.90, 0.91, 0.92], "b": [0.91, 0.90, 0.92], "c": [0.50, 0.51, 0.53]}, images=1000)
    >>> {name: one.verdict for name, one in found.items()}
    {'b': 'cannot be told apart', 'c': 'worse'}
    """
    if not candidates:
        raise ValueError("expected at least one candidate")
    sign = -1 if lower_is_better else 1
    ranked = sorted(candidates, key=lambda name: -sign * float(np.asarray(candidates[name], dtype=float).mean()))
    best, *rest = ranked
    how = {"lower_is_better": lower_is_better, "same_seeds": same_seeds}
    return corrected({name: compare(candidates[name], candidates[best], images, **how) for name in rest})


def corrected(found: Mapping[str, Comparison]) -> dict[str, Comparison]:
    """Return comparisons that answer one question together, all that they say corrected for their number.

    Parameters
    ----------
    found : mapping of str to Comparison

    Notes
    -----
    The p-values are multiplied as S. Holm (1979) does: among equals, any of them is told apart in at most 5 % of cases.
    An interval is that at the level divided by the same factor, so that it leaves out zero where the two are told
    apart, and nowhere else.

    Examples
    --------
    >>> one = compare([0.95, 0.96, 0.95], [0.90, 0.91, 0.91], images=1000)
    >>> found = corrected({"a": one, "b": one})
    >>> found["a"].p == 2 * one.p, found["a"].low < one.low
    (True, True)
    """
    p = np.array([one.p for one in found.values()])
    order = np.argsort(p, kind="stable")  # what has no p-value, as one run, is last
    by = np.empty_like(p)
    by[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return {name: _multiplied(one, float(value)) for (name, one), value in zip(found.items(), by, strict=True)}


def _multiplied(one: Comparison, p: float) -> Comparison:
    """Return a comparison with a larger p-value, an interval as much wider, and the verdict that goes with both."""
    low, high = one.ends(LEVEL * one.p / p) if one.ends and p > one.p else (one.low, one.high)
    return replace(one, p=min(p, 1.0), low=low, high=high, verdict=one.verdict if p <= LEVEL else EQUAL)


def agrees(measured: float, theory: float, error: float) -> bool:
    """Return whether a measured value is within 1.96 standard errors of what a theory says.

    Examples
    --------
    >>> agrees(-1.98, -2, error=0.02), agrees(-1.9, -2, error=0.02)
    (True, False)
    """
    if not error > 0:
        raise ValueError(f"expected a standard error > 0, got {error}")
    return abs(measured - theory) <= Z * error


def _means(array: np.ndarray) -> np.ndarray:
    """Return the mean of each seed; ValueError for what is no table of runs, or not finite."""
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"expected values of shape (seeds,) or (seeds, images), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("expected finite values: a run that diverged has none, so say that it diverged")
    return array if array.ndim == 1 else array.mean(axis=1)


def _is_share(images: int | None, *arrays: np.ndarray) -> bool:
    """Return whether values are shares of images, whose intervals end at 0 and 1, and those of differences at ±1."""
    return images is not None or all(one.ndim == 2 and one.min() >= 0 and one.max() <= 1 for one in arrays)


def _of_seeds(means: np.ndarray) -> tuple[float, float]:
    """Return the variance of the mean by the seeds, and its degrees of freedom."""
    return float(means.var(ddof=1)) / len(means), len(means) - 1


def _of_images(a: np.ndarray, b: np.ndarray, images: int | None) -> tuple[float, float]:
    """Return the variance of a difference of means by the images, which all seeds share, and its degrees of freedom.

    Without the single answers it is that of two settings that miss no image together.
    """
    if a.ndim == 2:
        return _component(a, b)
    if not images or images < 2:
        return 0.0, 1
    misses = sum(min(float(x.mean()), 1 - float(x.mean())) for x in (a, b))
    return max(0.0, misses - float(a.mean() - b.mean()) ** 2) / images, images - 1


def _component(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Return the part of the images in the variance of a difference: that of their means without that within them."""
    count = a.shape[1]
    if count < 2:
        return 0.0, 1
    within = sum(float(x.var(axis=0, ddof=1).mean()) / len(x) for x in (a, b) if len(x) > 1)
    between = float((a.mean(axis=0) - b.mean(axis=0)).var(ddof=1))
    return max(0.0, between - within) / count, count - 1


def _margin(parts: list[tuple[float, float]], level: float = LEVEL) -> float:
    """Return the half width of an interval around a mean whose variances, with their degrees of freedom, add up."""
    return math.sqrt(sum(float(special.stdtrit(degrees, level / 2)) ** 2 * variance for variance, degrees in parts))


def _ends(difference: float, parts: list[tuple[float, float]], most: float, level: float) -> tuple[float, float]:
    """Return the ends of the interval around a difference at a level; no share differs by more than `most`."""
    half = _margin(parts, level)
    return max(-most, difference - half), min(most, difference + half)


def _p_value(difference: float, parts: list[tuple[float, float]]) -> float:
    """Return the level at which the interval around a difference begins to leave out zero; at least 1e-16."""
    low, high = -16.0, 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _margin(parts, 10**middle) >= abs(difference) else (low, middle)
    return float(10**high)


def _verdict(advantage: float, p: float) -> str:
    """Return what an advantage with this p-value allows to say."""
    if not p <= LEVEL:
        return EQUAL
    return BETTER if advantage > 0 else WORSE
