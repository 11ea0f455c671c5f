"""What chapter 6 measures: certainty, temperatures, and the report's numbers beside ours."""

import numpy as np
import pytest

from mlp_core import History, Split, mlp
from report.chapter import capacity
from report.chapter.evidence import over_seeds

RNG = np.random.default_rng(0)
SPLIT = Split(RNG.random((60, 4)), RNG.integers(3, size=60))
NETWORKS = [mlp([4, 5, 3], seed=seed, dtype="float64") for seed in (0, 1)]


def history(last):
    return History(train_loss=[1.0, 0.1], valid_loss=[0.5, last], train_accuracy=[0.5, 1.0], valid_accuracy=[0.6, 0.7])


def test_the_best_temperature_undoes_a_factor():
    labels = RNG.integers(3, size=4000)
    logits = np.log(np.where(np.eye(3)[labels], 0.6, 0.2))
    wrong = RNG.random(4000) < 0.4
    logits[wrong] = logits[wrong][:, [1, 2, 0]]
    assert capacity.best_temperature(5 * logits, labels) == pytest.approx(
        5 * capacity.best_temperature(logits, labels), rel=1e-3
    )
    cooled, temperature = capacity.cooled_loss(50 * logits, labels)
    assert cooled < capacity.loss(50 * logits, labels)
    assert temperature > 1


def test_certainty_has_a_row_per_network_and_a_table_of_intervals():
    table = capacity.certainty(NETWORKS, SPLIT)
    assert table["accuracy"].tolist() == capacity.hits(NETWORKS, SPLIT).mean(axis=1).tolist()
    assert " to " in capacity.certainty_table({"x": table}).loc["loss", "x"]


def test_reliability_leaves_out_bins_with_few_answers():
    table = capacity.reliability(NETWORKS, SPLIT, fewest=1)
    assert table["confidence"].between(1 / 3, 1).all()
    assert capacity.reliability(NETWORKS, SPLIT, fewest=1000).empty


def test_a_size_overfits_if_every_run_does():
    assert capacity.overfitted({3: [history(0.9), history(0.8)], 4: [history(0.9), history(0.5)]}) == [3]
    jumped = History(train_loss=[0.1, 1.0], valid_loss=[0.5, 0.9], train_accuracy=[0.5, 0.5], valid_accuracy=[0.6, 0.6])
    assert capacity.overfitted({3: [history(0.9), jumped]}) == []
    assert capacity.turning_table({3: [history(0.9)]}).loc["3", "at update"] == "1"


def test_no_loss_lies_below_zero():
    assert capacity.interval(over_seeds([0.01, 0.4]), ".1f", least=0).startswith("0.2 (0.0 to ")
    assert "−" not in capacity.last_table({3: [history(0.001), history(0.9)]}, 10, 10)["validation loss"].item()


def test_one_run_has_no_interval():
    assert capacity.interval(over_seeds([0.5])) == "50.0\xa0%"
