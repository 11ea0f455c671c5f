"""Calibration: bins, expected calibration error and temperatures, on values worked out by hand."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Split, mlp
from report.chapter import calibration, evidence

RNG = np.random.default_rng(0)
SPLIT = Split(RNG.random((60, 4)), RNG.integers(3, size=60))
NETWORKS = [mlp([4, 5, 3], seed=seed, dtype="float64") for seed in (0, 1)]

SURE = np.array([0.55, 0.58, 0.71, 0.75, 0.79, 0.92, 0.96, 1.0])
RIGHT = np.array([True, False, True, True, False, True, True, False])


def noisy(images=4000, share=0.4):
    """Return logits that give 0.6 to one class of three, and labels that are that class as often."""
    answers = RNG.integers(3, size=images)
    wrong = RNG.random(images) < share
    return np.log(np.where(np.eye(3)[answers], 0.6, 0.2)), (answers + wrong * RNG.integers(1, 3, size=images)) % 3


def test_bins_hold_their_images_with_wilsons_interval():
    bins = calibration.reliability(SURE, RIGHT)
    assert bins.index.tolist() == [5, 7, 9]
    assert bins["images"].tolist() == [2, 3, 3]
    assert bins["confidence"].tolist() == pytest.approx([0.565, 0.75, 0.96])
    assert bins["accuracy"].tolist() == pytest.approx([1 / 2, 2 / 3, 2 / 3])
    expected = evidence.proportion(2, 3)
    assert bins.loc[9, ["low", "high"]].tolist() == [expected.low, expected.high]


def test_the_calibration_error_weighs_bins_by_their_images():
    by_hand = (2 * abs(1 / 2 - 0.565) + 3 * abs(2 / 3 - 0.75) + 3 * abs(2 / 3 - 0.96)) / 8
    assert calibration.calibration_error(SURE, RIGHT) == pytest.approx(by_hand)


def test_a_calibrated_network_errs_by_what_chance_makes_of_it():
    sure = RNG.uniform(0.5, 1, size=300)
    simulated = [calibration.calibration_error(sure, RNG.random(300) < sure) for _ in range(200)]
    assert calibration.chance_error(sure) == pytest.approx(np.mean(simulated), rel=0.1)


def test_the_best_temperature_undoes_a_factor():
    logits, labels = noisy()
    assert calibration.best_temperature(logits, labels) == pytest.approx(1, abs=0.1)
    assert calibration.best_temperature(5 * logits, labels) == pytest.approx(
        5 * calibration.best_temperature(logits, labels), rel=1e-3
    )


def test_a_temperature_takes_loss_and_calibration_error_away_and_changes_no_answer():
    logits, labels = noisy()
    loud = calibration.Answers(8 * logits[None], labels, np.ones(1))
    calm = loud.rescaled()
    assert calm.temperatures == pytest.approx(8, rel=0.1)
    np.testing.assert_array_equal(calm.right, loud.right)
    assert calm.loss.mean() < loud.loss.mean() / 2
    assert calm.errors < 0.03 < 0.3 < loud.errors


def test_no_image_chooses_its_own_temperature():
    logits, labels = noisy(images=60)
    calm = calibration.Answers(logits[None], labels, np.ones(1)).rescaled()
    other = labels.copy()
    other[0] = (other[0] + 1) % 3
    again = calibration.Answers(logits[None], other, np.ones(1)).rescaled()
    np.testing.assert_array_equal(calm.logits[0, ::2], again.logits[0, ::2])
    assert not np.array_equal(calm.logits[0, 1::2], again.logits[0, 1::2])


def test_one_image_has_no_half_to_choose_for_it():
    calm = calibration.ask(NETWORKS, SPLIT[:1]).rescaled()
    np.testing.assert_array_equal(calm.logits, calibration.ask(NETWORKS, SPLIT[:1]).logits)


def test_answers_are_those_of_the_networks():
    answers = calibration.ask(NETWORKS, SPLIT)
    assert answers.loss.shape == answers.right.shape == answers.confidence.shape == (2, 60)
    by_hand = -np.log(NETWORKS[1].predict_proba(SPLIT.images)[7, SPLIT.labels[7]])
    assert answers.loss[1, 7] == pytest.approx(by_hand)


def test_the_table_and_the_figure_have_a_place_for_each_kind_of_answers():
    answers = calibration.ask(NETWORKS, SPLIT)
    both = {"as they are": answers, "rescaled": answers.rescaled()}
    table = calibration.table(both)
    assert table["accuracy"].nunique() == 1
    assert " to " in table.loc["rescaled", "calibration error"]
    figure = calibration.reliability_figure(both)
    assert [ax.get_title() for ax in figure.axes[:2]] == [*both]
    assert sum(bar.get_height() for bar in figure.axes[2].patches) == 60
    plt.close(figure)


def test_one_seed_has_no_interval():
    assert " to " not in calibration.table({"x": calibration.ask(NETWORKS[:1], SPLIT)}).loc["x", "loss"]
