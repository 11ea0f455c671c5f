"""Published numbers beside ours, judged and counted: what the chapter on replication shows."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures, published
from report.chapter.number import number

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
