import numpy as np
import pytest

from mlp_core import Initializer, Linear, Normal
from mlp_core.initializers import get_initializer, make_rng

SHAPE, FANS = (400, 600), (400, 600)


def draw(initializer, seed=0):
    return get_initializer(initializer)(np.random.default_rng(seed), SHAPE, *FANS)


@pytest.mark.parametrize(
    ("initializer", "sigma"),
    [
        ("normal", 1.0),
        (Normal(0.01), 0.01),
        ("glorot_uniform", np.sqrt(2 / 1000)),
        ("glorot_normal", np.sqrt(2 / 1000)),
        ("he_normal", np.sqrt(2 / 400)),
    ],
)
def test_mean_and_standard_deviation(initializer, sigma):
    weights = draw(initializer)
    assert weights.mean() == pytest.approx(0, abs=4 * sigma / np.sqrt(weights.size))
    assert weights.std() == pytest.approx(sigma, rel=0.01)


def test_zeros():
    assert not draw("zeros").any()


def test_glorot_uniform_fills_its_interval_and_stays_inside():
    limit = np.sqrt(6 / 1000)
    assert 0.999 * limit < np.abs(draw("glorot_uniform")).max() <= limit


def test_same_seed_same_bits():
    assert np.array_equal(draw("he_normal", 3), draw("he_normal", 3))
    assert not np.array_equal(draw("he_normal", 3), draw("he_normal", 4))


def test_a_generator_is_used_as_it_is():
    rng = np.random.default_rng(0)
    assert make_rng(rng) is rng


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="zeros, normal, glorot_uniform.*got 'xavier'"):
        get_initializer("xavier")


def test_something_else_is_refused():
    with pytest.raises(TypeError, match="Normal"):
        get_initializer(0.01)


@pytest.mark.parametrize("sigma", [-1, np.nan, np.inf])
def test_impossible_standard_deviation_is_refused(sigma):
    with pytest.raises(ValueError, match="standard deviation"):
        Normal(sigma)


def test_biases_are_zero_unless_asked_for():
    assert not Linear(30, 40, seed=0).params["bias"].any()
    bias = Linear(300, 700, seed=0, bias_initializer="glorot_normal").params["bias"]
    assert bias.std() == pytest.approx(np.sqrt(2 / 1000), rel=0.1)


def test_an_initializer_of_ones_own():
    class Ones(Initializer):
        def __call__(self, rng, shape, fan_in, fan_out):
            return np.ones(shape)

    assert (Linear(2, 3, Ones()).params["weight"] == 1).all()


@pytest.mark.parametrize("sigma", [True, np.True_, "wide", None])
def test_what_is_no_number_is_no_standard_deviation(sigma):
    with pytest.raises(TypeError, match="sigma to be a number"):
        Normal(sigma=sigma)
