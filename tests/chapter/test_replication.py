import math

import pytest
from matplotlib import pyplot as plt

from report.chapter import published
from report.chapter.replication import rows, sentences
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


@pytest.fixture
def replicated():
    runs = {
        "initialization_valid/1/valid_loss": rows.Ours([math.inf], 0.0, "inferred", "N(0, 1) is inferred"),
        "initialization/0/train_loss": rows.Ours([2.30106604, 2.30106606], 1e-12),
    }
    return rows.beside("ift6135-a", runs, {"": "not run"})


def test_printed_numbers_stand_beside_ours_with_deviation_difference_and_verdict(replicated):
    shown = replication.beside(replicated)
    assert shown.loc["normal, epoch 10, validation loss"].tolist() == ["∞", "∞", "0", "0", "reproduced"]
    assert shown.loc["zeros, epoch 1, training loss"].tolist() == [
        "2.30107", "2.30107 ± $10^{-8}$", "$1.3 \\cdot 10^{-10}$", "$10^{-12}$", "differs"
    ]  # fmt: skip
    assert shown.loc["zeros, epoch 2, training loss"].tolist() == ["2.30106", "–", "–", "–", "not comparable"]


def test_notes_are_counted_by_verdict(replicated):
    found = replication.notes(replicated)
    assert found.loc["not run"].tolist() == ["not comparable", len(replicated) - 2]
    assert found.loc["N(0, 1) is inferred"].tolist() == ["reproduced", 1]


def test_claims_and_errata_keep_all_their_rows():
    checked = {index: sentences.Checked("holds", f"number {index}") for index in range(12)}
    shown = replication.claims(sentences.claims("ift6135-a", checked))
    assert shown.columns.tolist() == ["verdict", "by which numbers"]
    assert shown["by which numbers"].iloc[11] == "number 11"
    shown = replication.errata(sentences.errata("ift6135-a", {0: "803,594"}))
    assert shown["shown by"].tolist()[:2] == ["803,594", "by reading"]
