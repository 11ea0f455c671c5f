"""Published numbers, claims and errata of one report beside ours, as tables."""

import numpy as np
import pandas as pd

from report.chapter.number import MISSING, number
from report.chapter.replication.rows import VERDICTS

COMPARED = ("reproduced", "differs")


def beside(numbers: pd.DataFrame, above: float = 0.0) -> pd.DataFrame:
    """Return printed numbers beside ours, as text: one row per number, our mean with its deviation over several runs.

    Our digits end where those of the deviation do, or those that are shown of the printed number. What is not compared
    and has no tolerance has a dash for it. A verdict that several numbers share, all of them, stands once, in the
    header.

    Parameters
    ----------
    numbers : DataFrame
        Rows of `rows.beside`.
    above : float
        Taken off what was printed and off ours, so that the digits in which they differ are seen.

    Examples
    --------
    >>> runs = {"ours": [0.972], "sd": [0.0021], "difference": [-0.003], "tolerance": [0.004]}
    >>> numbers = pd.DataFrame({"quantity": ["accuracy"], "published": [0.975], **runs, "verdict": ["reproduced"]})
    >>> beside(numbers).loc["accuracy"].tolist()
    ['0.975', '0.972 ± 0.002', '−0.003', '0.004', 'reproduced']
    """
    columns = [numbers[name] for name in ("published", "ours", "sd", "tolerance", "verdict")]
    rows = [
        {
            "published": _digits(published - above),
            "ours": _with_deviation(ours - above, sd, published - above),
            "tolerance": _two_digits(tolerance) if tolerance or verdict in COMPARED else MISSING,
        }
        for published, ours, sd, tolerance, verdict in zip(*columns, strict=True)
    ]
    table = pd.DataFrame(rows, index=pd.Index(numbers["quantity"]))
    table.insert(2, "difference", numbers["difference"].map(_two_digits).to_numpy())
    table["verdict"] = numbers["verdict"].to_numpy()
    if len(numbers) == 1 or numbers["verdict"].nunique() > 1:
        return table
    return table.drop(columns="verdict").rename_axis(f"quantity (each {numbers['verdict'].iloc[0]})")


def notes(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return what the reader has to know of numbers, a row per note, and how many have each verdict."""
    known = numbers[numbers["note"] != ""]
    counts = pd.crosstab(known["note"], known["verdict"]).reindex(index=known["note"].unique())
    found = [verdict for verdict in VERDICTS if verdict in counts]
    return counts[found].rename_axis(index="note", columns=None)


def claims(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of a report with our verdicts, as `sentences.claims` has them: claim, verdict, by what."""
    return claims[["claim", "verdict", "by"]].set_index("claim").rename(columns={"by": "by which numbers"})


def errata(errata: pd.DataFrame) -> pd.DataFrame:
    """Return errata as `sentences.errata` has them: what was printed or claimed, what is true, how we know."""
    shown = errata[["printed_or_claimed", "true", "shown"]].set_axis(["erratum", "truth", "shown by"], axis=1)
    return shown.set_index("erratum")


def _two_digits(value: float) -> str:
    """Return a difference or a tolerance with two significant digits; whole numbers in full."""
    return number(int(value)) if abs(value) >= 100 and float(value).is_integer() else number(float(value), ".2g")


def _digits(value: float) -> str:
    """Return a number with six significant digits."""
    return number(float(value), ".6g")


def like(shown: float, least: float = 0.0) -> str:
    """Return the format with as many decimals as six significant digits of a number have.

    Parameters
    ----------
    shown : float
    least : float
        No decimals beyond the first digit of this number, if it is not 0.

    Examples
    --------
    >>> like(2.301066), like(0.0928), like(1123.0), like(0.0894181, least=0.0021), like(3.4e-6)
    (',.5f', ',.4f', ',.0f', ',.3f', '.2g')
    """
    text = f"{shown:.6g}"
    if not np.isfinite(shown):
        return ".6g"
    if "e" in text:
        digits = len(text.partition("e")[0].strip("-").replace(".", ""))
        return f".{max(1, min(digits, _places(least) - _places(shown) + 1) if least else digits)}g"
    decimals = len(text.partition(".")[2])
    return f",.{max(0, min(decimals, _places(least))) if least else decimals}f"


def _places(value: float) -> int:
    """Return how many places behind the point the first digit of a number stands."""
    return -int(np.floor(np.log10(abs(value))))


def _with_deviation(ours: float, deviation: float, published: float) -> str:
    """Return our mean, with the standard deviation over runs where there are several."""
    if not np.isfinite(ours) or not deviation > 0:
        return number(float(ours), like(published))
    return f"{number(float(ours), like(ours, deviation))} ± {number(float(deviation), '.1g')}"
