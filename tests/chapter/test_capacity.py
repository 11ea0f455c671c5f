"""What chapter 6 tabulates of its runs."""

from mlp_core import History
from report.chapter import capacity
from report.chapter.evidence import over_seeds


def history(last):
    return History(train_loss=[1.0, 0.1], valid_loss=[0.5, last], train_accuracy=[0.5, 1.0], valid_accuracy=[0.6, 0.7])


def test_a_size_overfits_if_every_run_does():
    assert capacity.overfitted({3: [history(0.9), history(0.8)], 4: [history(0.9), history(0.5)]}) == [3]
    jumped = History(train_loss=[0.1, 1.0], valid_loss=[0.5, 0.9], train_accuracy=[0.5, 0.5], valid_accuracy=[0.6, 0.6])
    assert capacity.overfitted({3: [history(0.9), jumped]}) == []


def test_the_turn_is_compared_with_the_end_run_by_run():
    row = capacity.turning_table({3: [history(0.9), history(0.8)]}).loc["3"]
    assert row["at update"] == "1"
    assert row["its change"].startswith("+0.350 (")
    assert row["its change, points"] == "+10.0"


def test_no_loss_lies_below_zero():
    assert capacity.interval(over_seeds([0.01, 0.4]), ".1f", least=0).startswith("0.2 (0.0 to ")
    assert "−" not in capacity.last_table({3: [history(0.001), history(0.9)]}, 10, 10)["validation loss"].item()


def test_one_run_has_no_interval():
    assert capacity.interval(over_seeds([0.5])) == "50.0\xa0%"
