"""Published numbers, claims and errata of one report beside ours, as tables."""

import numpy as np
import pandas as pd

from report.chapter.number import MISSING, number


def beside(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return printed numbers beside ours, as text: one row per number, our mean with its deviation over several runs.

    A verdict that several numbers share, all of them, stands once, in the header.

    Parameters
    ----------
    numbers : DataFrame
        Rows of `rows.beside`.

    Examples
    --------
    >>> runs = {"ours": [0.972], "sd": [0.0021], "difference": [-0.003], "tolerance": [0.004]}
    >>> numbers = pd.DataFrame({"quantity": ["accuracy"], "published": [0.975], **runs, "verdict": ["reproduced"]})
    >>> beside(numbers).loc["accuracy"].tolist()
    ['0.975', '0.972 ± 0.002', '−0.003', '0.004', 'reproduced']
    """
    table = pd.DataFrame(
        {
            "published": numbers["published"].map(_digits),
            "ours": [_with_deviation(ours, sd) for ours, sd in zip(numbers["ours"], numbers["sd"], strict=True)],
            "difference": numbers["difference"].map(_two_digits),
            "tolerance": [_two_digits(one) if ours == ours else MISSING
                          for one, ours in zip(numbers["tolerance"], numbers["ours"], strict=True)],
            "verdict": numbers["verdict"],
        }
    ).set_axis(numbers["quantity"])  # fmt: skip
    if len(numbers) == 1 or numbers["verdict"].nunique() > 1:
        return table
    return table.drop(columns="verdict").rename_axis(f"quantity (each {numbers['verdict'].iloc[0]})")


def notes(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return what the reader has to know of numbers, and of how many: the rows of `rows.beside` with a note."""
    known = numbers[numbers["note"] != ""]
    counts = known.groupby(["note", "verdict"], sort=False).size()
    return counts.reset_index(name="numbers").set_index("note")


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


def _with_deviation(ours: float, deviation: float) -> str:
    """Return our mean, with the standard deviation over runs where there are several."""
    if not np.isfinite(ours) or not deviation > 0:
        return _digits(ours)
    return f"{_digits(ours)} ± {number(float(deviation), '.1g')}"
