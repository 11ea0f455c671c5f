import math

import pytest
from matplotlib import pyplot as plt

from report.chapter import published
from report.chapter.replication import tables as replication


def row(report, ours, *, comparable=True, note="", quantity="loss"):
    return published.row(report, quantity, 1.0, ours, 0.1, comparable=comparable, note=note)


@pytest.fixture
def numbers():
    first = [row("a", [1.01, 1.03]), row("a", 1.5, note="another seed"), row("b", 1.0, comparable=False)]
    diverged = row("b", math.nan) | {"ours": None, "sd": None}  # as JSON has it
    second = [diverged, row("b", 1.0, comparable=False, note="no rate is printed")]
    results = {"01": {"replication": first}, "02": {"replication": second}, "03": {"other": 1}}
    return replication.judged(results)


def test_numbers_are_judged_and_counted(numbers):
    assert numbers["verdict"].tolist() == ["reproduced", "differs", "not compared", "differs", "not compared"]
    assert replication.score(numbers).loc["b"].tolist() == [0, 1, 2, 3]
    assert len(replication.compared(numbers)) == 3


def test_the_listing_leaves_out_what_was_not_compared(numbers):
    shown = replication.listing(numbers)
    assert shown["ours"].tolist() == ["1.02 ± 0.01", "1.5", "–"]
    assert len(replication.listing(numbers, uncompared=1)) == 4


def test_the_largest_misses_come_first(numbers):
    assert replication.largest_misses(numbers).splitlines() == [
        "- b, loss: published 1, ours –", "- a, loss: published 1, ours 1.5 (another seed)"
    ]  # fmt: skip
    assert replication.largest_misses(numbers[:1]) == ""


def test_reasons_are_counted(numbers):
    found = replication.reasons(numbers)
    assert found["why"].tolist() == ["no rate is printed", "this run's data or settings are not the report's"]
    assert found["numbers"].tolist() == [1, 1]


def test_every_report_has_its_row_of_marks(numbers):
    ax = replication.draw_differences(numbers)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert max(offset[0] for collection in ax.collections for offset in collection.get_offsets()) == 4
    plt.close(ax.figure)


def test_chapters_without_numbers_are_refused():
    with pytest.raises(ValueError, match="no chapter published a replication table"):
        replication.judged({"01": {}})
