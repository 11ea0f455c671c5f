"""All five reports together: how many numbers, claims and errata, what differs most, what could not be compared."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from report.chapter import figures, published
from report.chapter.number import number
from report.chapter.replication.rows import VERDICTS
from report.chapter.replication.sentences import Holds
from report.chapter.replication.tables import rounded

FRAME = 4
"""Tolerances up to which the figure reaches; what lies beyond stands on its edge."""


def score(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return how many numbers of each report have each verdict, and how many there are; a row for all reports last.

    Examples
    --------
    >>> numbers = pd.DataFrame({"report": ["a", "a", "b"], "verdict": ["reproduced", "differs", "not comparable"]})
    >>> score(numbers).loc["a"].tolist()
    [1, 1, 0, 2]
    """
    return _counts(numbers, VERDICTS)


def claims_score(claims: pd.DataFrame) -> pd.DataFrame:
    """Return how many claims of each report have each verdict, and how many there are; a row for all reports last."""
    return _counts(claims, get_args(Holds))


def _counts(judged: pd.DataFrame, verdicts: Sequence[str]) -> pd.DataFrame:
    """Return the number of rows by report, in the order of the rows, and verdict, with sums."""
    counts = pd.crosstab(judged["report"], judged["verdict"])
    counts = counts.reindex(index=judged["report"].unique(), columns=[*verdicts], fill_value=0).rename_axis("report")
    counts.loc["all reports"] = counts.sum()
    return counts.assign(total=counts.sum(axis=1)).rename_axis(columns=None)


def of_run(dates: Sequence[str]) -> str:
    """Return which run our numbers are of, from the dates of the records that they are from (empty for this run).

    Examples
    --------
    >>> of_run(["2026-11-26", "2026-11-26"])
    'the run recorded on 2026-11-26'
    >>> of_run(["", "2026-11-26"])
    'this run and the run recorded on 2026-11-26'
    """
    recorded = [f"the run recorded on {date}" for date in sorted({*dates} - {""})]
    return " and ".join(["this run"] * ("" in dates) + recorded)


def wide(numbers: pd.DataFrame) -> int:
    """Return how many reproduced numbers have a tolerance of more than half of themselves.

    Examples
    --------
    >>> wide(pd.DataFrame({"published": [1.0, 1.0], "tolerance": [0.6, 0.1], "verdict": ["reproduced"] * 2}))
    1
    """
    good = numbers[numbers["verdict"] == "reproduced"]
    return int((good["tolerance"] > good["published"].abs() / 2).sum())


def largest_misses(numbers: pd.DataFrame, count: int = 5) -> str:
    """Return the numbers that lie furthest outside their tolerance, as a Markdown list; nothing where none does.

    Ours have the decimals that are shown of the published ones.
    """
    misses = numbers[numbers["verdict"] == "differs"]
    order = (misses["difference"] / misses["tolerance"]).abs().sort_values(ascending=False, na_position="first").index
    return "\n".join(
        f"- {row['report']}, {row['quantity']}: published {number(row['published'], '.6g')}, "
        f"ours {rounded(row['ours'], row['published'])}"
        for row in misses.loc[order].head(count).to_dict("records")
    )


def listed(claims: pd.DataFrame) -> str:
    """Return claims with the numbers that decided them, as a Markdown list."""
    rows = claims.to_dict("records")
    return "\n".join(f"- {row['report']}: {row['claim'].rstrip('.')} ({row['by']})." for row in rows)


def errata_score() -> pd.DataFrame:
    """Return how many errata of each kind each report has, with sums; kinds in the order of their number."""
    found = published.load("errata")
    counts = pd.crosstab(found["kind"], found["report"]).assign(total=lambda table: table.sum(axis=1))
    counts = counts[[*found["report"].unique(), "total"]].sort_values("total", ascending=False, kind="stable")
    counts.loc["all kinds"] = counts.sum()
    return counts.rename_axis(columns=None)


def reasons(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return why numbers were not compared, and how many of each report for each reason.

    A reason is a note up to its first semicolon.
    """
    missing = numbers[numbers["verdict"] == "not comparable"]
    why = missing["note"].str.partition(";")[0].str.removeprefix("not compared: ").rename("why")
    return missing.groupby(["report", why], sort=False).size().reset_index(name="numbers").set_index("report")


def draw_differences(numbers: pd.DataFrame) -> Axes:
    """Draw each difference in units of its tolerance, a row of marks per report; hollow ones were not compared.

    What has no tolerance, such as seconds of another machine, is left out.
    """
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 2.4))
    ax.axvspan(-1, 1, color="0.9", zorder=0)
    numbers = numbers[(numbers["tolerance"] > 0) | (numbers["verdict"] != "not comparable")]
    ratio = (numbers["difference"] / numbers["tolerance"]).where(numbers["difference"] != 0, 0).clip(-FRAME, FRAME)
    names = numbers["report"].unique()
    for height, name in enumerate(names):
        group = numbers[(numbers["report"] == name) & ratio.notna()]
        places = pd.Series(height + np.linspace(-0.3, 0.3, len(group)), index=group.index)
        for mark, face in ((True, "C0"), (False, "none")):
            chosen = group.index[(group["verdict"] != "not comparable") == mark]
            ax.scatter(ratio[chosen], places[chosen], s=9, facecolors=face, edgecolors="C0", linewidths=0.6)
    ax.set(yticks=range(len(names)), yticklabels=names, xlim=(-FRAME - 0.2, FRAME + 0.2))
    ax.invert_yaxis()
    ax.set_xlabel("(ours − published) / tolerance")
    return ax
