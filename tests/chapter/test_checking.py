"""The theory of the gradient check's step, its tables, and its planted mistakes."""

from functools import partial

import numpy as np
import pytest

import mlp_core as mc
from mlp_core.diagnostics import activations
from report.chapter import checking as chapter

N = np.array([5.0, 10.0, 50.0, 100.0, 500.0])


@pytest.fixture
def network():
    return mc.mlp([6, 5, 4, 3], seed=3, dtype="float64")


@pytest.fixture
def image():
    return np.random.default_rng(0).random((1, 6)), np.array([1])


@pytest.fixture
def theory(network, image):
    return chapter.constants(network, *image, weights=5)


@pytest.fixture
def sweep(network, image, theory):
    return mc.finite_difference_sweep(network, *image, parameter=chapter.PARAMETER, indices=theory.indices, N=N)


def split_of(count):
    return mc.Split(np.random.default_rng(1).random((count, 6)), np.arange(count) % 3)


def test_score_slopes_are_those_of_moving_each_weight(network, image):
    x, _ = image
    outputs, indices = activations(network, x), [(0, 1), (3, 2)]
    moved = []
    for index in indices:
        other = network.copy()
        other.params[chapter.PARAMETER][index] += 1e-6
        moved.append((other.forward(x)[0] - outputs[-1][0]) / 1e-6)
    np.testing.assert_allclose(chapter.score_slopes(network, outputs, indices), moved, atol=1e-8)


def test_the_first_cumulant_is_the_gradient(sweep, theory):
    np.testing.assert_allclose(theory.first, sweep.analytic, atol=1e-14)


def test_the_third_cumulant_predicts_the_differences(sweep, theory):
    assert chapter.deviation(N, sweep, theory) < 0.01
    assert chapter.slope(N, sweep, theory) == pytest.approx(-2, abs=0.02)


def test_the_best_step_balances_both_errors(theory):
    best = theory.best()
    around = best * np.array([0.9, 1, 1.1])
    assert (theory.truncation(around) + theory.roundoff(around, "float64")).argmin() == 1


def test_without_a_testable_step_there_is_no_slope_and_no_deviation(network, image, theory):
    large = np.array([1e6])
    sweep = mc.finite_difference_sweep(network, *image, parameter=chapter.PARAMETER, indices=theory.indices, N=large)
    assert np.isnan(chapter.slope(large, sweep, theory))
    assert np.isnan(chapter.deviation(large, sweep, theory))
    assert chapter.sweep_cells(large, sweep, theory)[0].startswith("below ")


def test_images_without_an_active_unit_have_no_best_step(network):
    network.params["2.bias"][:] = -100
    assert chapter.best_steps(network, split_of(3), 5).size == 0
    with pytest.raises(ValueError, match="sample: this image activates no unit"):
        chapter.constants(network, np.ones((1, 6)), np.array([0]), 5)


def test_weights_from_silent_units_are_refused(network):
    network.params["0.weight"][:, 0] = 0
    network.params["2.bias"][:] = 1
    with pytest.raises(ValueError, match="weights: the first 1 come from units that are silent"):
        chapter.constants(network, np.ones((1, 6)), np.array([0]), 1)


def test_an_image_that_is_not_there_is_refused():
    chapter.check_sample(2, split_of(3))
    with pytest.raises(ValueError, match="sample: expected 0 to 2, a training image, got 3"):
        chapter.check_sample(3, split_of(3))


def test_losses_along_a_weight_start_from_zero_and_leave_the_network(network, image, theory):
    before = network.params[chapter.PARAMETER].copy()
    losses = chapter.losses_along(network, *image, theory.indices[0], np.array([-0.1, 0, 0.1]))
    assert losses[1] == 0
    np.testing.assert_array_equal(network.params[chapter.PARAMETER], before)


def test_the_sweep_has_a_row_for_each_step(network, image, sweep, theory):
    single = mc.finite_difference_sweep(
        network, *image, parameter=chapter.PARAMETER, indices=theory.indices, N=N, dtype="float32"
    )
    table = chapter.sweep_table(N, sweep, single, theory)
    assert table.index.tolist() == ["5", "10", "50", "100", "500"]
    assert table["double precision"].iloc[0] == table["truncation"].iloc[0]


def checked(place=2, backward=np.copy):
    small = mc.mlp([6, 5, 4, 3], seed=0, dtype="float64")
    small.layers.insert(2, mc.Flatten())
    part = split_of(4)
    return mc.check_gradients(chapter.plant(small, place, backward), part.images, part.labels)


def test_a_mistake_spoils_the_arrays_below_it():
    check = checked(backward=np.negative)
    assert chapter.verdict(check) == "fails"
    assert chapter.wrong_arrays(check) == ["input", "0.weight", "0.bias"]


def test_clipping_that_clips_nothing_passes():
    assert checked(backward=partial(np.clip, a_min=-1, a_max=1)).passed


def test_what_is_left_out_is_counted():
    network, black = mc.cnn("ift6135-b", seed=0), np.zeros((1, 784))
    check = mc.check_gradients(network, black, np.array([0]), max_entries_per_array=2)
    table = chapter.layer_table({"CNN": check})
    assert check.kinks
    assert table.loc["CNN", "left out"] == str(check.kinks)


def test_a_planted_mistake_and_none_stand_in_the_table():
    table = chapter.planted_table({"none": checked(), "sign": checked(backward=np.negative)})
    assert table["verdict"].tolist() == ["passes", "fails"]
    assert table["wrong arrays"].tolist() == ["–", "input, 0.weight, 0.bias"]
