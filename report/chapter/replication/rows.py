"""Ours beside a printed number: what was run, on which settings, how far the two may differ, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from report.chapter.replication.printed import printed

Basis = Literal["stated", "inferred", "assumed", "other"]
VERDICTS = ("reproduced", "differs", "not comparable")
UNSURE = {
    "assumed": "a setting that the report does not state is assumed",
    "other": "run on other data or settings than the report's",
}


class Ours(NamedTuple):
    """What our runs give for one printed number.

    Attributes
    ----------
    runs : sequence of float
        The quantity in each run (seed); none if nothing can be run.
    tolerance : float
        The largest absolute difference that counts as reproduced, chosen before looking; 0 for exact numbers.
    basis : {"stated", "inferred", "assumed", "other"}
        Where the settings come from: all stated in the report; some inferred by computation, as `note` says; some
        assumed, since the report does not state them; other than the report's. Only the first two are compared.
    note : str
        What the reader has to know: what is inferred or assumed, why there is nothing to compare, how many runs.
    """

    runs: Sequence[float]
    tolerance: float
    basis: Basis = "stated"
    note: str = ""


def tolerance(spread: float, runs: int, share: float | None = None, images: int = 0) -> float:
    """Return two standard deviations of the difference between one run of theirs and the mean of ours.

    Parameters
    ----------
    spread : float
        Standard deviation of the quantity between seeds, known beforehand: from a smaller run, for instance.
    runs : int
        How many runs our mean is of.
    share : float, optional
        The printed accuracy as a fraction, where the quantity is one: it adds its binomial variance.
    images : int
        Images that the share is of.

    Examples
    --------
    >>> round(tolerance(0.001, 1), 4), round(tolerance(0.0, 1, share=0.97, images=10_000), 4)
    (0.0028, 0.0048)
    """
    binomial = share * (1 - share) / images if share is not None else 0.0
    return 2 * math.sqrt((1 + 1 / runs) * (spread**2 + binomial))


def beside(report: str, ours: Mapping[str, Ours], reasons: Mapping[str, str]) -> pd.DataFrame:
    """Put ours beside every number that a report printed.

    Parameters
    ----------
    report : str
        The report's label.
    ours : mapping of str to Ours
        By the keys of `printed`.
    reasons : mapping of str to str
        Why numbers have nothing of ours, by the beginning of their keys; the longest that fits counts.

    Returns
    -------
    DataFrame
        A row for each printed number, indexed by its key: report, table, quantity, published, ours (mean), sd (NaN for
        one run), runs (a list), tolerance, basis, note, difference, verdict.

    Raises
    ------
    ValueError
        If a key is unknown, or a printed number has neither runs nor a reason.
    """
    numbers = printed(report)
    if unknown := sorted(set(ours) - set(numbers.index)):
        raise ValueError(f"expected keys of printed numbers of {report}, got {', '.join(unknown[:5])}")
    found = {key: ours.get(key) or Ours([], 0.0, "other", _reason(key, reasons)) for key in numbers.index}
    columns = {name: [getattr(one, name) for one in found.values()] for name in Ours._fields}
    return judged(numbers.assign(**columns))


def _reason(key: str, reasons: Mapping[str, str]) -> str:
    """Return why a number has nothing of ours."""
    fitting = [start for start in reasons if key.startswith(start)]
    if not fitting:
        raise ValueError(f"expected runs or a reason for the printed number {key}, got neither")
    return reasons[max(fitting, key=len)]


def judged(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return rows with columns published, runs, tolerance, basis and note with ours, sd, difference, verdict and note.

    "reproduced" where the mean of ours is within the tolerance, "differs" where it is not or a run is not finite while
    the printed number is, "not comparable" where nothing was run or the settings are assumed or others.
    """
    columns = ["published", "runs", "tolerance", "basis", "note"]
    judgments = [_judgment(*row) for row in numbers[columns].itertuples(index=False)]
    return numbers.assign(**pd.DataFrame(judgments, index=numbers.index))


def _judgment(published: float, runs: Sequence[float], tolerance: float, basis: Basis, note: str) -> dict[str, Any]:
    """Judge one number."""
    values = np.asarray(runs, dtype=float)
    mean = float(values.mean()) if len(values) else math.nan
    sd = float(values.std(ddof=1)) if len(values) > 1 and np.isfinite(values).all() else math.nan
    difference = 0.0 if mean == published else mean - published  # both may be infinite
    if basis in UNSURE or not len(values):
        verdict, note = "not comparable", note or UNSURE.get(basis, UNSURE["other"])
    else:
        verdict = "reproduced" if abs(difference) <= tolerance else "differs"
    return {"ours": mean, "sd": sd, "difference": difference, "verdict": verdict, "note": note}


def within_own_spread(numbers: pd.DataFrame) -> pd.Series:
    """Return which rows of `judged` would be reproduced with the deviation of our own runs as the spread of seeds.

    That deviation was not known beforehand, and is an uncertain one where runs are few.
    """
    bounds = [tolerance(sd, len(runs)) for sd, runs in zip(numbers["sd"], numbers["runs"], strict=True)]
    return numbers["difference"].abs() <= pd.Series(bounds, index=numbers.index, dtype=float)
