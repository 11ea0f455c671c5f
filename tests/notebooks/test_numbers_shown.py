"""The appendix of a report shows every number that the report printed."""

import json
import math
import re
from pathlib import Path

import pytest

from report.chapter.replication import record
from report.chapter.replication.ift6135_a.pictures import LIMIT

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
KINDS = ("text/markdown", "text/plain")
NUMBER = re.compile(r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)(?: \\cdot 10\^\{(-?\d+)\})?")


def shown(report: str) -> set[float]:
    """Return the numbers in the stored outputs of a report's appendix, without their signs."""
    (path,) = NOTEBOOKS.glob(f"9?-{report}.ipynb")
    outputs = [out for cell in json.loads(path.read_bytes())["cells"] for out in cell.get("outputs", [])]
    text = " ".join("".join(out.get("data", {}).get(kind, "")) for out in outputs for kind in KINDS)
    found = {float(f"{digits.replace(',', '')}e{power or 0}") for digits, power in NUMBER.findall(text)}
    return found | {math.inf} if "∞" in text else found


def forms(value: float) -> set[float]:
    """Return what a number may be shown as: with three digits or more (a tiny one with two), a share in per cent, too."""
    least = 2 if abs(value) < 1e-6 else 3
    return {float(f"{one:.{digits}g}") for one in (abs(value), 100 * abs(value)) for digits in range(least, 18)}


@pytest.mark.parametrize("report", record.REPORTS)
def test_every_printed_number_stands_in_the_appendix(report: str) -> None:
    stands = shown(report)
    missing = []
    for key, row in record.recorded(report).numbers.iterrows():
        above = {row["published"] - LIMIT} if report == "ift6135-a" and "training loss" in row["quantity"] else set()
        if not stands & set().union(*map(forms, {row["published"], *above})):
            missing.append(f"{key}: {row['quantity']}, {row['published']}")
    assert not missing
