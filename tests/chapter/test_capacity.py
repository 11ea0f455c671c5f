"""What chapter 6 tabulates of its runs."""

import numpy as np
import pytest

from mlp_core import SGD, History, Split, evaluate, mlp, train
from report.chapter import calibration, capacity
from report.chapter.evidence import compare, over_seeds
from report.chapter.number import within


def history(last):
    return History(train_loss=[1.0, 0.1], valid_loss=[0.5, last], train_accuracy=[0.5, 1.0], valid_accuracy=[0.6, 0.7])


def test_a_size_overfits_if_every_run_does():
    assert capacity.overfitted({3: [history(0.9), history(0.8)], 4: [history(0.9), history(0.5)]}) == [3]
    jumped = History(train_loss=[0.1, 1.0], valid_loss=[0.5, 0.9], train_accuracy=[0.5, 0.5], valid_accuracy=[0.6, 0.6])
    assert capacity.overfitted({3: [history(0.9), jumped]}) == []


def answers(*right):
    """Return what networks answer to ten images of class 0, of which each gets so many right, sure of itself."""
    logits = np.array([[[4.0, 0.0] if image < one else [0.0, 4.0] for image in range(10)] for one in right])
    return calibration.Answers(logits, np.zeros(10, dtype=int), np.ones(len(right)))


def test_the_turn_is_compared_with_the_end_run_by_run_and_image_by_image():
    turn, end = answers(5, 6), answers(7, 8)
    row = capacity.turning_table({3: [history(0.9), history(0.8)]}, {3: turn}, {3: end}).loc["3"]
    assert row["at update"] == "1"
    found = compare(end.right, turn.right)
    assert row["change of accuracy, points"] == within(20, found.low_points, found.high_points, "+.1f")
    assert row["change of the loss"].startswith("−0.800 (")


def test_no_loss_lies_below_zero():
    assert capacity.interval(over_seeds([0.01, 0.4]), ".1f", least=0).startswith("0.2 (0.0 to ")
    shown = capacity.last_table({3: [history(0.001), history(0.9)]}, {3: answers(10, 4)}, 10)
    assert "−" not in shown["validation loss"].item()


def test_the_network_at_its_lowest_loss_is_kept_and_trains_on():
    rng = np.random.default_rng(0)
    part = Split(rng.random((30, 4)), np.arange(30) % 3)
    keeper, network = capacity.AtLowest(), mlp([4, 30, 3], seed=0, dtype="float64")
    run = train(network, part, valid=part[:9], optimizer=SGD(3.0), epochs=12, batch_size=5, seed=0, callbacks=[keeper])
    assert run.best_epoch < 12
    assert evaluate(keeper.network, part[:9])[0] == pytest.approx(min(run.valid_loss))
    assert evaluate(network, part[:9])[0] == pytest.approx(run.valid_loss[-1])


def test_one_run_has_no_interval():
    assert capacity.interval(over_seeds([0.5])) == "50.0\xa0%"


def test_runs_in_which_the_training_loss_leaps_are_counted():
    def run(*losses):
        return History(train_loss=losses, valid_loss=losses, train_accuracy=losses, valid_accuracy=losses)

    calm, leaping = run(2.0, 1.0, 9.9, 0.5), run(2.0, 1.0, 10.1, 0.5)
    assert capacity.leaps({3: [calm, calm], 4: [calm, leaping], 5: [leaping, leaping]}) == {4: 1, 5: 2}
