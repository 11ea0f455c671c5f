"""Published numbers, claims and errata of one report beside ours, as tables."""

import math
import re

import numpy as np
import pandas as pd

from report.chapter.number import MINUS, MISSING, SPACE, number
from report.chapter.replication.rows import VERDICTS

DIGITS = 6
"""Significant digits that a number has at most."""


def beside(numbers: pd.DataFrame, above: float = 0.0) -> pd.DataFrame:
    """Return printed numbers beside ours, as text: one row per number, our mean with its deviation over several runs.

    Ours have as many decimals as the printed number, and where several runs show their spread, as many as that has with
    two significant digits. Accuracies and errors are in per cent. A verdict that several numbers share, all of them,
    stands once, in the header.

    Parameters
    ----------
    numbers : DataFrame
        Rows of `rows.beside`.
    above : float
        Taken off what was printed and off ours, so that the digits in which they differ are seen.

    Examples
    --------
    >>> runs = {"ours": [0.9721], "sd": [0.0021], "difference": [-0.0029], "tolerance": [0.004]}
    >>> numbers = pd.DataFrame({"quantity": ["accuracy"], "published": [0.975], **runs, "verdict": ["reproduced"]})
    >>> beside(numbers).loc["accuracy, %"].tolist()
    ['97.5', '97.21 ± 0.21', '−0.29', '0.4', 'reproduced']
    """
    shown = _in_percent(numbers.assign(published=numbers["published"] - above, ours=numbers["ours"] - above))
    columns = [shown[name] for name in ("published", "ours", "sd", "difference", "tolerance", "verdict")]
    table = pd.DataFrame(
        [
            [_digits(published), _with_deviation(ours, sd, published), *_judged(difference, tolerance, ours, verdict),
             verdict]
            for published, ours, sd, difference, tolerance, verdict in zip(*columns, strict=True)
        ], shown["quantity"], ["published", "ours", "difference", "tolerance", "verdict"],
    )  # fmt: skip
    if len(numbers) == 1 or numbers["verdict"].nunique() > 1:
        return table
    return table.drop(columns="verdict").rename_axis(f"quantity (each {numbers['verdict'].iloc[0]})")


def _in_percent(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return rows with shares, which are accuracies and errors without a unit, in per cent."""
    shares = numbers["quantity"].str.contains("(?:accuracy|error)$")
    columns = ["published", "ours", "sd", "difference", "tolerance"]
    shown = numbers.assign(quantity=numbers["quantity"] + shares.map({True: ", %", False: ""}))
    shown[columns] = numbers[columns].mul(shares.map({True: 100, False: 1}), axis=0)
    shown.loc[shares, "difference"] = shown.loc[shares, "difference"].round(10)  # of equal ones, nothing else is left
    return shown


def notes(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return what the reader has to know of numbers, a row per note, and how many have each verdict."""
    known = numbers[numbers["note"] != ""]
    counts = pd.crosstab(known["note"], known["verdict"]).reindex(index=known["note"].unique())
    found = [verdict for verdict in VERDICTS if verdict in counts]
    return counts[found].rename_axis(index="note", columns=None)


def claims(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of a report with our verdicts, as `sentences.claims` has them: claim, verdict, by what."""
    shown = claims[["claim", "verdict", "by"]].map(typeset)
    return shown.set_index("claim").rename(columns={"by": "by which numbers"})


def errata(errata: pd.DataFrame) -> pd.DataFrame:
    """Return errata as `sentences.errata` has them: what was printed or claimed, what is true, how we know."""
    shown = errata[["printed_or_claimed", "true", "shown"]].set_axis(["erratum", "truth", "shown by"], axis=1)
    return shown.map(typeset).set_index("erratum")


_PROGRAM = (
    (re.compile(r"\b1e([+-]?\d+)\b"), lambda found: f"$10^{{{int(found[1])}}}$"),
    (re.compile(r"(?<![\w.])(\d[\d.]*)e([+-]?\d+)\b"), lambda found: rf"${found[1]} \cdot 10^{{{int(found[2])}}}$"),
    (re.compile(r"\be\^\{-?\d+\}"), lambda found: f"${found[0]}$"),
    (re.compile(r"(?<=\w)\*(?=\w)"), lambda found: " · "),
    (re.compile(r"(?<=\s)-(?=\s?[\w$])"), lambda found: "−"),
)
"""How a program writes powers of ten, products and minus signs, and how a reader expects them."""


def typeset(text: str) -> str:
    r"""Return words about a program with its numbers and signs as a reader expects them.

    Examples
    --------
    >>> print(typeset("w becomes (1 + lr*lam) w - lr g, and -log(p + 1e-10) is below 8.9e-06 or e^{-7}"))
    w becomes (1 + lr · lam) w − lr g, and −log(p + $10^{-10}$) is below $8.9 \cdot 10^{-6}$ or $e^{-7}$
    """
    for pattern, replacement in _PROGRAM:
        text = pattern.sub(replacement, text)
    return _bound(text)


_LOOSE = re.compile(r"(?<=\d) (?=%)|(?<=\(\d,) (?=\d+\))|(?<= =) (?=[\d−])|(?<=\W\w) (?==)")


def _bound(text: str) -> str:
    """Return words with no-break spaces within `97 %`, `N(0, 1)` and `p = 0.5`."""
    return _LOOSE.sub(SPACE, text)


def rounded(ours: float, published: float) -> str:
    """Return our number with as many decimals as are shown of the printed one."""
    if not published or not np.isfinite([ours, published]).all():
        return _digits(ours)
    return _to_place(ours, _decimals(published))


def _two_digits(value: float) -> str:
    """Return a difference or a tolerance with two significant digits; whole numbers in full."""
    return number(int(value)) if abs(value) >= 100 and float(value).is_integer() else number(float(value), ".2g")


def _digits(value: float) -> str:
    """Return a number with `DIGITS` significant digits."""
    return number(float(value), f".{DIGITS}g")


def _judged(difference: float, tolerance: float, ours: float, verdict: str) -> tuple[str, str]:
    """Return a difference and its tolerance; with a third digit where they look alike, and the difference is larger.

    >>> _judged(-0.0039019, 0.0038792, 0.0894, "differs"), _judged(-0.0038, 0.0039, 0.09, "reproduced")
    (('−0.00390', '0.00388'), ('−0.0038', '0.0039'))
    """
    texts = _two_digits(difference), _tolerance(tolerance, ours, verdict)
    if verdict == "differs" and texts[0].lstrip(MINUS) == texts[1]:
        return number(float(difference), "#.3g"), number(float(tolerance), "#.3g")
    return texts


def _tolerance(value: float, ours: float, verdict: str) -> str:
    """Return a tolerance; nothing where there is nothing of ours, or none was stated."""
    return MISSING if ours != ours or (not value and verdict == "not comparable") else _two_digits(value)


def _with_deviation(ours: float, deviation: float, published: float) -> str:
    """Return our mean with the standard deviation over runs where there are several, without more digits than these."""
    if not np.isfinite(ours) or not deviation > 0:
        return rounded(ours, published)
    places = max(0, 1 - _power(deviation))
    if ours and places > DIGITS - 1 - _power(ours):  # they differ beyond the digits that are shown
        return f"{_digits(ours)} ± {number(float(deviation), '.1g')}"
    return f"{_to_place(ours, places)} ± {_to_place(deviation, places)}"


def _to_place(value: float, places: int) -> str:
    """Return a number with so many decimals; a small one as a power of ten that ends there."""
    if 0 < abs(value) < 1e-4 and places > 4:
        return number(float(value), f".{max(1, places + _power(value) + 1)}g")
    return number(float(value), f",.{places}f")


def _power(value: float) -> int:
    """Return the power of ten of a number's first digit."""
    return math.floor(math.log10(abs(value)))


def _decimals(value: float) -> int:
    """Return how many decimals a number has with `DIGITS` significant digits.

    >>> _decimals(92.31), _decimals(535818.0), _decimals(2.301066)
    (2, 0, 5)
    """
    return len(np.format_float_positional(float(f"{value:.{DIGITS}g}"), trim="-").partition(".")[2])
