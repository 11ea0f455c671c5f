"""What five course reports published: their tables as data frames, and how a number of ours is held beside theirs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
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
    table = pd.read_csv(FOLDER / f"{name}.csv")
    if report is None:
        return table
    if report not in set(table["report"]):
        known = ", ".join(sorted(set(table["report"])))
        raise ValueError(f"expected one of the reports in {name!r} ({known}), got {report!r}")
    return table[table["report"] == report].reset_index(drop=True)


def row(
    report: str,
    quantity: str,
    published: float,
    ours_runs: Sequence[float] | float,
    tolerance: float,
    *,
    comparable: bool,
    note: str = "",
) -> dict[str, Any]:
    """Put a published number beside ours: one row of a notebook's ``replication`` table.

    Parameters
    ----------
    report : str
        The course report's label.
    quantity : str
        What the number is, in short: "glorot, training loss, epoch 10".
    published : float
        As printed.
    ours_runs : sequence of float, or float
        The same quantity in each of our runs (seeds). A run without a finite value, because it diverged, makes the mean
        NaN.
    tolerance : float
        The largest absolute difference that counts as reproduced, chosen before looking.
    comparable : bool
        Whether data set and settings are the published ones.
    note : str
        What the reader has to know.

    Returns
    -------
    dict
        report, quantity, published, ours (mean), sd (over runs, NaN for one), runs, tolerance, comparable, note.

    Examples
    --------
    >>> row("ift6135-a", "accuracy", 0.975, [0.974, 0.978], 0.002, comparable=True)["ours"]
    0.976
    """
    runs = np.atleast_1d(np.asarray(ours_runs, dtype=float))
    if runs.ndim != 1 or not runs.size:
        raise ValueError(f"expected one value per run for {quantity!r}, got an array of shape {runs.shape}")
    if not tolerance > 0:
        raise ValueError(f"expected a tolerance > 0 for {quantity!r}, got {tolerance}")
    finite = bool(np.isfinite(runs).all())
    return {
        "report": report,
        "quantity": quantity,
        "published": float(published),
        "ours": float(runs.mean()) if finite else float("nan"),
        "sd": float(runs.std(ddof=1)) if finite and len(runs) > 1 else float("nan"),
        "runs": len(runs),
        "tolerance": float(tolerance),
        "comparable": bool(comparable),
        "note": note,
    }


def verdict(replication: pd.DataFrame) -> pd.DataFrame:
    """Judge a table of :func:`row` entries.

    Returns
    -------
    DataFrame
        The table with ``difference`` (ours minus published) and ``verdict``: "reproduced" where the difference is
        within the tolerance, "differs" where it is not or where a run of ours has no finite value, "not compared"
        where data or settings are others.
    """
    difference = replication["ours"].astype(float) - replication["published"].astype(float)
    close = difference.abs() <= replication["tolerance"].astype(float)
    words = np.where(~replication["comparable"].astype(bool), "not compared", np.where(close, "reproduced", "differs"))
    return replication.assign(difference=difference, verdict=words)
