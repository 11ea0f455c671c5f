"""The planted mistakes of chapter 4: each is what its report did, and each check objects to just those it should."""

import numpy as np
import pytest

from mlp_core import Split
from report.chapter import program as chapter

PART = Split(np.eye(10, 12) * 5, np.arange(10) % 5)
"""Ten images that are easily told apart."""

FINDS = {
    "none": set(),
    "biases summed over units (ce40717)": {"gradient", "update"},
    "penalty's sign (ce40717)": {"update"},
    "one maximum per batch (ce40717)": {"large scores"},
    "counter not set back (ift6135-b)": {"recount"},
    "1e-10 in the logarithm (ift6135-b)": {"large scores"},
    "no 1/n in the gradient (as in ece421)": {"gradient", "update", "copies"},
    "no 1/n in both": {"update", "first loss", "copies"},
    "uphill": {"update", "falls"},
}


def program(kind=chapter.Program, seed=0):
    return kind(12, 5, seed)


def test_checks_object_to_what_they_should():
    found = chapter.found_by(PART, 5, seed=0)
    assert {mistake: {*found.columns[row]} for mistake, row in found.iterrows()} == FINDS
    assert chapter.table(found).loc["penalty's sign (ce40717)", ["gradient", "update"]].tolist() == ["–", "finds"]


def test_biases_summed_over_units_leave_output_biases_where_they_are():
    wrong = program(chapter.SummedBiases)
    wrong.gradients(PART.images, PART.labels)
    assert wrong.network.grads["2.bias"] == pytest.approx(0)
    assert np.ptp(wrong.network.grads["0.bias"]) == 0


def test_a_counter_not_set_back_adds_the_accuracy_printed_before():
    wrong, right = program(chapter.NeverReset), program()
    first = right.accuracy(PART)
    assert right.accuracy(PART) == first
    assert wrong.accuracy(PART) == first
    assert wrong.accuracy(PART) == pytest.approx((first + 10 * first) / 10)


def test_one_maximum_is_right_until_one_score_is_far_above_the_others():
    scores = np.random.default_rng(0).normal(size=(10, 5))
    (loss, gradient), expected = (one.loss(scores, PART.labels) for one in (program(chapter.OneMaximum), program()))
    assert loss == pytest.approx(expected[0])
    np.testing.assert_allclose(gradient, expected[1], atol=1e-12)
