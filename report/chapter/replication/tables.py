"""Published numbers, claims and errata beside ours, as tables: what the chapters on replication show."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures, published
from report.chapter.number import MISSING, number

VERDICTS = ["reproduced", "differs", "not compared"]
FRAME = 4
"""Tolerances up to which the figure reaches; what lies beyond stands on its edge."""


def judged(results: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return every number that the chapters share with a report, with its verdict, in the order of the chapters.

    Parameters
    ----------
    results : dict of str to dict
        What the chapters published, as `report.chapter.results.load` returns it.

    Raises
    ------
    ValueError
        If no chapter shares a number with a report.
    """
    tables = [pd.DataFrame.from_records(found["replication"]) for found in results.values() if "replication" in found]
    if not tables:
        raise ValueError("no chapter published a replication table: run the chapters before this one")
    numbers = ["published", "ours", "sd", "tolerance"]
    return published.verdict(pd.concat(tables, ignore_index=True).astype(dict.fromkeys(numbers, float)))


def compared(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers whose data and settings are the report's."""
    return numbers[numbers["verdict"] != "not compared"]


def score(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return how many numbers of each report have each verdict, and how many there are.

    Examples
    --------
    >>> numbers = pd.DataFrame({"report": ["a", "a", "b"], "verdict": ["reproduced", "differs", "not compared"]})
    >>> score(numbers).loc["a"].tolist()
    [1, 1, 0, 2]
    """
    counts = pd.crosstab(numbers["report"], numbers["verdict"]).reindex(columns=VERDICTS, fill_value=0)
    return counts.assign(total=counts.sum(axis=1)).rename_axis(columns=None)


def listing(numbers: pd.DataFrame, uncompared: int = 0) -> pd.DataFrame:
    """Return the compared numbers beside ours, as text, and of each report so many that are not compared."""
    rest = numbers[numbers["verdict"] == "not compared"].groupby("report").head(uncompared)
    shown = pd.concat([compared(numbers), rest]).sort_index()
    return pd.DataFrame(
        {
            "report": shown["report"],
            "quantity": shown["quantity"],
            "published": shown["published"].map(_digits),
            "ours": [_with_deviation(ours, sd) for ours, sd in zip(shown["ours"], shown["sd"], strict=True)],
            "tolerance": shown["tolerance"].map("{:g}".format),
            "verdict": shown["verdict"],
        }
    ).set_index("report")


def _digits(value: float) -> str:
    """Return a number with six significant digits."""
    return number(float(value), ".6g")


def _with_deviation(ours: float, deviation: float) -> str:
    """Return our mean, with the standard deviation over runs where there are several."""
    if not np.isfinite(ours) or not deviation > 0:
        return _digits(ours)
    return f"{_digits(ours)} ± {number(float(deviation), '.1g')}"


def largest_misses(numbers: pd.DataFrame, count: int = 5) -> str:
    """Return the numbers that lie furthest outside their tolerance, as a Markdown list; nothing where none does."""
    misses = numbers[numbers["verdict"] == "differs"]
    order = (misses["difference"] / misses["tolerance"]).abs().sort_values(ascending=False, na_position="first").index
    return "\n".join(
        f"- {row['report']}, {row['quantity']}: published {_digits(row['published'])}, ours {_digits(row['ours'])}"
        + (f" ({row['note']})" if row["note"] else "")
        for row in misses.loc[order].head(count).to_dict("records")
    )


def reasons(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return why numbers were not compared, and how many of each report for each reason."""
    missing = numbers[numbers["verdict"] == "not compared"]
    why = missing["note"].replace("", "this run's data or settings are not the report's")
    counts = missing.assign(why=why.fillna("")).groupby(["report", "why"], sort=True).size()
    return counts.reset_index(name="numbers").set_index("report")


def draw_differences(numbers: pd.DataFrame) -> Axes:
    """Draw each difference in units of its tolerance, a row of marks per report; hollow ones were not compared."""
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.4))
    ax.axvspan(-1, 1, color="0.9", zorder=0)
    ratio = (numbers["difference"] / numbers["tolerance"]).clip(-FRAME, FRAME)
    names = sorted(numbers["report"].unique())
    for height, name in enumerate(names):
        group = numbers[(numbers["report"] == name) & ratio.notna()]
        places = pd.Series(height + np.linspace(-0.3, 0.3, len(group)), index=group.index)
        for mark, face in ((True, "C0"), (False, "none")):
            chosen = group.index[group["comparable"].astype(bool) == mark]
            ax.scatter(ratio[chosen], places[chosen], s=9, facecolors=face, edgecolors="C0", linewidths=0.6)
    ax.set(yticks=range(len(names)), yticklabels=names, xlim=(-FRAME - 0.2, FRAME + 0.2))
    ax.set_xlabel("(ours − published) / tolerance")
    return ax


def beside(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return printed numbers beside ours, as text: one row per number, our mean with its deviation over several runs.

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
    return pd.DataFrame(
        {
            "published": numbers["published"].map(_digits),
            "ours": [_with_deviation(ours, sd) for ours, sd in zip(numbers["ours"], numbers["sd"], strict=True)],
            "difference": numbers["difference"].map(_two_digits),
            "tolerance": [_two_digits(one) if ours == ours else MISSING
                          for one, ours in zip(numbers["tolerance"], numbers["ours"], strict=True)],
            "verdict": numbers["verdict"],
        }
    ).set_axis(numbers["quantity"])  # fmt: skip


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
    """Return a difference or a tolerance with two significant digits."""
    return number(float(value), ".2g")
