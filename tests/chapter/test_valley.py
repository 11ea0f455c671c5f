"""The valley of chapter 6 is one of the loss itself: its curvature, its slopes, and the paths that go down it."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import SGD, Split, mlp
from report.chapter import valley


@pytest.fixture(scope="module")
def cut():
    rng = np.random.default_rng(0)
    part = Split(rng.uniform(size=(40, 3)), rng.integers(3, size=40))
    return valley.carve(mlp([3, 4, 3], activation="tanh", seed=0, dtype="float64"), part)


def hessian(cut, step=1e-4):
    """Return all second derivatives at the origin, from differences of the loss."""
    size, steps = len(cut.origin), step * np.eye(len(cut.origin))

    def loss(weights):
        valley._put(cut.network, weights)
        return valley.evaluate(cut.network, cut.part)[0]

    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    return np.array([[sum(a * b * loss(cut.origin + a * steps[i] + b * steps[j]) for a, b in signs) / (2 * step) ** 2
                      for i in range(size)] for j in range(size)])  # fmt: skip


def test_across_is_where_the_loss_curves_most(cut):
    assert cut.curvature == pytest.approx(np.linalg.eigvalsh(hessian(cut))[-1], rel=1e-4)
    assert cut.edge * cut.curvature == 2


def test_the_axes_are_perpendicular_and_lead_down_and_up(cut):
    assert cut.axes @ cut.axes.T == pytest.approx(np.eye(2), abs=1e-6)
    assert cut.loss(np.array([0.1, 0.0])) < cut.loss(np.zeros(2))
    assert cut.loss(cut.start) >= cut.loss(-cut.start)


def test_a_path_goes_by_the_slope_of_the_loss_in_the_plane(cut):
    rate, step = 0.5 * cut.edge, 1e-5 * np.eye(2)
    first, second = cut.descend(0.5, 0.9, updates=2).places[:2]
    slope = [(cut.loss(first + one) - cut.loss(first - one)) / 2e-5 for one in step]
    assert second - first == pytest.approx(-rate * np.array(slope), rel=1e-5)


@pytest.mark.parametrize("share", [0.3, 0.9, 1.2])
def test_near_the_floor_a_plain_step_leaves_one_minus_rate_times_curvature(cut, share, monkeypatch):
    monkeypatch.setattr(valley, "HEIGHT", 1e-8)
    floor, before = cut.descend(share, updates=1), cut.start[1]
    monkeypatch.setattr(valley, "HEIGHT", 0.0)
    drift = cut.descend(share, updates=1).places[1, 1]  # the origin is not quite on the floor
    assert (floor.places[1, 1] - drift) / before == pytest.approx(1 - 2 * share, abs=0.01)


def test_momentum_comes_further_along_than_plain_steps(cut):
    assert cut.descend(0.5, 0.9).reach > 2 * cut.descend(0.5).reach > 0


def test_walls_are_counted_and_the_floor_is_not():
    places = np.array([[0, 1.0], [1, -0.9], [2, -0.1], [3, 0.1], [4, 0.8]])
    assert valley.Path(places, np.zeros(5)).crossings == 2
    assert valley.Path(places, np.zeros(5)).reach == 4


def test_the_network_that_was_given_stays_as_it_was():
    network, part = mlp([3, 2, 2], seed=0), Split(np.eye(3), np.array([0, 1, 1]))
    before = {name: array.copy() for name, array in network.params.items()}
    valley.carve(network, part, updates=2).descend(0.5, updates=2)
    assert all(np.array_equal(before[name], array) for name, array in network.params.items())


def test_drawn_are_the_paths_and_the_loss(cut):
    axes = valley.draw(cut, (0.5, 0.0), (0.5, 0.9))
    path = cut.descend(0.5, 0.9)
    assert np.array_equal(axes[1].lines[0].get_xydata(), path.places)
    assert "loss " + valley.number(path.losses[-1], ".2f") in axes[1].get_title()
    along, across, losses = cut.surface
    assert losses[0, 0] == pytest.approx(cut.loss(np.array([along[0], across[0]])))
    plt.close(axes[0].figure)


def test_a_path_of_the_readers_own_is_drawn_and_told(cut):
    said = valley.explain(cut, 0.5, 0.9)
    path = cut.descend(0.5, 0.9)
    assert f"from {path.losses[0]:.3g} to {path.losses[-1]:.3g}" in said
    assert "leaves the picture" not in said
    assert "leaves the picture" in valley.explain(cut, 12.0, 0.0)
    plt.close("all")


def test_rates_are_those_of_the_library(cut):
    with pytest.raises(ValueError, match="learning_rate"):
        cut.descend(-1.0)
    assert SGD(0.5 * cut.edge).learning_rate == 1 / cut.curvature
