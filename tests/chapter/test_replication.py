"""Every printed number meets ours once; verdicts follow tolerances and settings; what cannot be told is not told."""

import math

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from report.chapter import published
from report.chapter.replication import pictures, summary, tables
from report.chapter.replication.printed import REPORTS, key, printed
from report.chapter.replication.rows import Ours, beside, judged, tolerance, within_own_spread
from report.chapter.replication.sentences import Checked, claims, errata

LAST = "capacity_notmnist_measured/27/value_printed"


@pytest.fixture
def numbers():
    """The 28 numbers of ece421: the first five with runs."""
    keys = printed("ece421").index[:5]
    loss = printed("ece421")["published"].iloc[0]
    ours = [
        Ours([loss + 0.01, loss + 0.03], 0.1), Ours([50.0], 0.1, note="another seed"), Ours([5.5578], 0.1, "assumed"),
        Ours([math.inf], 0.1), Ours([math.nan], 0.1, "other", "no such data"),
    ]  # fmt: skip
    return beside("ece421", dict(zip(keys, ours, strict=True)), {"": "nothing runs", LAST: "a machine that is gone"})


def test_there_are_546_printed_numbers_of_five_reports_each_with_words_of_its_own():
    every = printed()
    assert len(every) == 546
    assert set(every["report"]) == set(REPORTS)
    assert every.index.is_unique
    assert not every.duplicated(["report", "quantity"]).any()
    assert not every["quantity"].str.contains("nan|{|_|, $").any()


@pytest.mark.parametrize("name", [name for name in published.names() if name not in ("claims", "errata", "recomputed")])
def test_what_a_table_says_twice_has_one_row(name):
    skipped = {"capacity_notmnist", "initialization"}
    assert name in skipped | set(printed()["table"])


def test_a_key_is_that_of_the_one_row_with_these_settings():
    assert key("kfold_l2", "loss", fold=3, **{"lambda": 0.1}) == "kfold_l2/3/loss"
    with pytest.raises(ValueError, match="expected one row of 'kfold_l2' with {'fold': 3}, got 4"):
        key("kfold_l2", "loss", fold=3)


def test_numbers_are_judged(numbers):
    assert numbers["verdict"].tolist()[:5] == [
        "reproduced", "differs", "not comparable", "differs", "not comparable"
    ]  # fmt: skip
    assert numbers["ours"].iloc[0] == pytest.approx(4.7024)
    assert numbers["sd"].iloc[0] == pytest.approx(0.01 * math.sqrt(2))
    assert numbers["note"].tolist()[2] == "a setting that the report does not state is assumed"
    assert numbers["note"].tolist()[4:6] == ["no such data", "nothing runs"]
    assert numbers["note"].iloc[-1] == "a machine that is gone"


def test_an_infinite_loss_that_was_printed_is_reproduced_by_an_infinite_one():
    found = key("initialization_valid", "valid_loss", report="ift6135-a", initializer="normal")
    for run, verdict in ((math.inf, "reproduced"), (2.3, "differs"), (math.nan, "differs")):
        assert beside("ift6135-a", {found: Ours([run], 0.1)}, {"": "none"}).loc[found, "verdict"] == verdict


def test_a_number_without_runs_or_reason_and_a_strange_key_are_refused():
    with pytest.raises(ValueError, match="expected runs or a reason for the printed number capacity"):
        beside("ece421", {}, {"capacity_notmnist_measured/1": "none"})
    with pytest.raises(ValueError, match="expected keys of printed numbers of ece421, got kfold_l2/0/loss"):
        beside("ece421", {"kfold_l2/0/loss": Ours([1.0], 0.1)}, {"": "none"})


def test_a_tolerance_is_two_deviations_of_the_difference():
    assert tolerance(0.003, 1) == pytest.approx(2 * 0.003 * math.sqrt(2))
    binomial = 0.9 * 0.1 / 1000
    assert tolerance(0.003, 3, 0.9, 1000) == pytest.approx(2 * math.sqrt(4 / 3 * (0.003**2 + binomial)))


def test_a_number_may_be_inside_the_spread_of_our_own_runs_and_outside_the_tolerance():
    found = key("initialization", "train_loss", report="ift6135-a", initializer="zeros", epoch=1)
    loss = printed("ift6135-a").loc[found, "published"]
    for apart, inside in ((0.02, True), (0.3, False)):
        rows = beside("ift6135-a", {found: Ours([loss + apart, loss + apart + 0.02], 0.001)}, {"": "none"}).loc[[found]]
        assert rows["verdict"].tolist() == ["differs"]
        assert within_own_spread(rows).tolist() == [inside]
    assert within_own_spread(rows.assign(sd=math.nan)).tolist() == [False]


def test_every_claim_has_its_verdict_and_errata_what_was_computed():
    count = len(published.load("claims", "ece421"))
    found = claims("ece421", {index: Checked("holds", "1 < 2") for index in range(count)})
    assert found["verdict"].tolist() == ["holds"] * count
    with pytest.raises(ValueError, match=rf"for the {count} claims of ece421; missing or unknown: \[0, 99\]"):
        claims("ece421", {index: Checked("holds", "1 < 2") for index in [*range(1, count), 99]})
    shown = errata("ece421", {0: "709.78"})["shown"]
    assert shown.tolist()[:2] == ["709.78", "by reading"]
    with pytest.raises(ValueError, match=r"expected errata of ece421 from 0 to 11, got \[12\]"):
        errata("ece421", {12: "x"})


def test_numbers_and_claims_are_counted(numbers):
    assert summary.score(numbers).loc["ece421"].tolist() == [1, 2, 25, 28]
    assert summary.score(numbers).loc["all reports"].tolist() == [1, 2, 25, 28]
    judged = pd.DataFrame({"report": ["a", "a", "b"], "verdict": ["holds", "cannot be told", "does not hold"]})
    assert summary.claims_score(judged).loc["a"].tolist() == [1, 0, 1, 2]
    assert summary.errata_score().loc["all kinds", "total"] == len(published.load("errata"))


def test_the_largest_misses_come_first(numbers):
    assert summary.largest_misses(numbers).splitlines() == [
        "- ece421, 100 units, validation, accuracy, %: published 89.8, ours ∞",
        "- ece421, 100 units, train, accuracy, %: published 92.31, ours 50.00",
    ]
    assert summary.largest_misses(numbers[:1]) == ""


def test_reports_stand_in_the_order_of_the_appendices_everywhere(numbers):
    both = pd.concat([printed("ift6135-a").assign(verdict="differs"), numbers])
    assert summary.score(both).index.tolist() == ["ift6135-a", "ece421", "all reports"]
    assert summary.errata_score().columns.tolist() == [*REPORTS, "total"]
    ax = summary.draw_differences(both.assign(difference=0.0, tolerance=1.0))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ift6135-a", "ece421"]
    assert ax.yaxis_inverted(), "the first one on top"
    plt.close(ax.figure)


def test_reasons_are_counted(numbers):
    found = summary.reasons(numbers).set_index("why")["numbers"]
    assert found["nothing runs"] == 22
    assert found["a machine that is gone"] == 1
    assert found.sum() == 25


def test_a_reason_is_one_whatever_follows_it(numbers):
    notes = ["not compared: no rate; on the test images 98 %", "no rate; on the test images 97 %"]
    found = summary.reasons(numbers.iloc[[2, 4]].assign(note=notes))
    assert found.reset_index().to_dict("records") == [{"report": "ece421", "why": "no rate", "numbers": 2}]


def test_every_report_has_its_row_of_marks(numbers):
    ax = summary.draw_differences(numbers)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ece421"]
    assert max(offset[0] for collection in ax.collections for offset in collection.get_offsets()) == 4
    plt.close(ax.figure)


@pytest.fixture
def replicated():
    runs = {
        "initialization_valid/1/valid_loss": Ours([math.inf], 0.0, "inferred", "N(0, 1) is inferred"),
        "initialization/0/train_loss": Ours([2.30106604, 2.30106606], 1e-12),
    }
    return beside("ift6135-a", runs, {"": "not run"})


def test_printed_numbers_stand_beside_ours_with_deviation_difference_and_verdict(replicated):
    shown = tables.beside(replicated)
    assert shown.loc["normal, epoch 10, validation loss"].tolist() == ["∞", "∞", "0", "0", "reproduced"]
    assert shown.loc["zeros, epoch 1, training loss"].tolist() == [
        "2.30107", "2.30107 ± $10^{-8}$", "$1.3 \\cdot 10^{-10}$", "$10^{-12}$", "differs"
    ]  # fmt: skip
    assert shown.loc["zeros, epoch 2, training loss"].tolist() == ["2.30106", "–", "–", "–", "not comparable"]


@pytest.mark.parametrize(
    ("published", "runs", "said"),
    [
        (0.086, [0.0840, 0.0860, 0.0863], "8.54 ± 0.13"),
        (92.31, [95.9, 96.1, 98.5], "96.8 ± 1.4"),
        (4.6824, [0.0909, 0.0668, 0.1226], "0.093 ± 0.028"),
        (89.8, [89.7, 90.0, 90.3], "90.00 ± 0.30"),
        (0.2957, [0.000909795], "0.0009"),
        (535818, [535818], "535,818"),
        (42.7, [150.25, 300.5], "225 ± 106"),
        (1.0, [math.nan], "–"),
    ],
)
def test_ours_has_no_digits_beyond_the_printed_ones_and_the_spread(published, runs, said):
    quantity = "x, validation error" if published == 0.086 else "x"
    number = {"quantity": [quantity], "published": [published], "runs": [runs], "tolerance": [0.1], "basis": ["stated"],
              "note": [""]}  # fmt: skip
    shown = tables.beside(judged(pd.DataFrame(number)))
    assert shown["ours"].tolist() == [said]
    assert shown.index.tolist() == [quantity + ", %" * (published == 0.086)]


def test_a_tolerance_that_nobody_stated_is_none():
    numbers = beside("ece421", {LAST: Ours([111.0], 0.0, "other", "another machine")}, {"": "nothing runs"})
    assert tables.beside(numbers.loc[[LAST]])["tolerance"].tolist() == ["–"]


def test_notes_are_counted_by_verdict(replicated):
    found = tables.notes(replicated)
    assert found.columns.tolist() == ["reproduced", "not comparable"]
    assert found.loc["not run"].tolist() == [0, len(replicated) - 2]
    assert found.loc["N(0, 1) is inferred"].tolist() == [1, 0]


def test_a_note_of_several_verdicts_has_one_row(numbers):
    found = tables.notes(numbers.assign(note="one seed"))
    assert found.to_dict("index") == {"one seed": {"reproduced": 1, "differs": 2, "not comparable": 25}}


def test_what_has_no_tolerance_and_is_not_compared_has_a_dash(numbers):
    rows = numbers.iloc[:3].assign(tolerance=0.0)
    assert tables.beside(rows)["tolerance"].tolist() == ["0", "0", "–"]
    assert tables.beside(numbers.iloc[:3])["tolerance"].tolist() == ["0.1", "0.1", "0.1"]


def test_digits_that_differ_are_seen_above_a_level(replicated):
    shown = tables.beside(replicated.iloc[:1], above=2.301062638237115)
    assert shown["published"].tolist() == ["$3.41164 \\cdot 10^{-6}$"]
    assert shown["ours"].tolist() == ["$3.412 \\cdot 10^{-6}$ ± $1.4 \\cdot 10^{-8}$"]


def test_numbers_on_either_side_of_a_level_are_drawn_on_a_logarithmic_axis():
    rows = pd.DataFrame({"published": [3.0, 1.5], "runs": [[1.0, 1.5], [4.0, 1.0]]})
    ax = plt.figure().add_subplot(yscale="log")
    pictures.draw_beside(ax, [1, 2], rows, "zeros", above=2.0)
    printed_ones, ours = ax.get_lines()
    assert printed_ones.get_ydata().tolist() == [1.0, 0.5]
    assert ours.get_ydata().tolist() == [0.75, 1.5], "the mean distance"
    plt.close(ax.figure)


def test_places_without_order_are_joined_by_no_line():
    rows = pd.DataFrame({"published": [93.0, 94.0], "runs": [[93.5], [93.9]]})
    ax = plt.figure().add_subplot()
    pictures.draw_beside(ax, [0, 1], rows, "rate 0.01")
    pictures.as_marks(ax)
    assert {line.get_linestyle() for line in ax.get_lines()} == {"None"}
    assert not ax.collections
    assert ax.get_ylim()[0] < 93.0 < 94.0 < ax.get_ylim()[1]
    plt.close(ax.figure)


def test_claims_and_errata_keep_all_their_rows():
    checked = {index: Checked("holds", f"number {index}") for index in range(12)}
    shown = tables.claims(claims("ift6135-a", checked))
    assert shown.columns.tolist() == ["verdict", "by which numbers"]
    assert shown["by which numbers"].iloc[11] == "number 11"
    shown = tables.errata(errata("ift6135-a", {0: "803,594"}))
    assert shown["shown by"].tolist()[:2] == ["803,594", "by reading"]
