"""What the reports say in words, beside what comes out: claims with verdicts, errata with computations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import pandas as pd

from report.chapter import published

Holds = Literal["holds", "does not hold", "cannot be told"]


class Checked(NamedTuple):
    """What our runs say of one claim: the verdict, and by which numbers."""

    verdict: Holds
    by: str


def claims(report: str, checked: Mapping[int, Checked]) -> pd.DataFrame:
    """Put our verdict beside every claim of a report.

    Parameters
    ----------
    report : str
        The report's label.
    checked : mapping of int to Checked
        By the claim's row among the report's, from 0.

    Returns
    -------
    DataFrame
        Indexed from 0: report, place, claim, kind, verdict, by.

    Raises
    ------
    ValueError
        If a claim has no verdict, or a verdict no claim.
    """
    table = published.load("claims", report)
    _complete("claims", report, len(table), checked)
    found = [checked[index] for index in table.index]
    table = table.assign(verdict=[one.verdict for one in found], by=[one.by for one in found])
    return table[["report", "place", "claim", "kind", "verdict", "by"]]


def errata(report: str, shown: Mapping[int, str]) -> pd.DataFrame:
    """Put what we computed beside every erratum of a report.

    Parameters
    ----------
    report : str
        The report's label.
    shown : mapping of int to str
        What the computation gives, with its numbers, by the erratum's row among the report's, from 0; those that only
        reading shows are left out.

    Returns
    -------
    DataFrame
        Indexed from 0: report, place, kind, printed_or_claimed, true, shown ("by reading" where nothing was computed).

    Raises
    ------
    ValueError
        If a computation belongs to no erratum.
    """
    table = published.load("errata", report)
    if strangers := sorted(set(shown) - set(table.index)):
        raise ValueError(f"expected errata of {report} from 0 to {len(table) - 1}, got {strangers}")
    table = table.assign(shown=[shown.get(index, "by reading") for index in table.index])
    return table[["report", "place", "kind", "printed_or_claimed", "true", "shown"]]


def _complete(what: str, report: str, count: int, found: Mapping[int, object]) -> None:
    """Raise unless the numbers from 0 on are there, and no other."""
    if set(found) != set(range(count)):
        differences = sorted(set(found) ^ set(range(count)))
        raise ValueError(f"expected verdicts for the {count} {what} of {report}; missing or unknown: {differences}")
