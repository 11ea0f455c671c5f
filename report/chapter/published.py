"""What five course reports published: their tables as data frames, and how a number of ours is held beside theirs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[1] / "published"


def names() -> list[str]:
    """Return the tables' names, sorted.

    Examples
    --------
    >>> "initialization" in names()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


def load(name: str, report: str | None = None) -> pd.DataFrame:
    """Return one table, or its rows from one course report.

    Parameters
    ----------
    name : str
        The file's name without ``.csv``, for instance "initialization".
    report : str, optional
        The course report's label, for instance "ift6135-a"; every table has a column of that name.

    Returns
    -------
    DataFrame
        Rows numbered from 0; a value that a report does not print is NaN.

    Raises
    ------
    ValueError
        If there is no such table, or no row of such a report in it.

    Examples
    --------
    >>> load("full_batch")["hidden"].tolist()
    ['64', '128-64']
    """
    if name not in names():
        raise ValueError(f"expected one of the published tables {', '.join(names())}, got {name!r}")
    table = _read(name)
    if report is None:
        return table.copy()
    if report not in set(table["report"]):
        known = ", ".join(sorted(set(table["report"])))
        raise ValueError(f"expected one of the reports in {name!r} ({known}), got {report!r}")
    return table[table["report"] == report].reset_index(drop=True)


@lru_cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")
