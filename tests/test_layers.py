import numpy as np
import pytest
from layer_checks import assert_gradients_right, distinct

from mlp_core import Dropout, Flatten, Layer, Linear, ReLU, Sigmoid, Tanh

SMOOTH_OR_NOT = [lambda: Linear(4, 3, seed=1, dtype="float64"), ReLU, Sigmoid, Tanh]


def test_linear_by_hand():
    layer = Linear(2, 2, dtype="float64")
    layer.params["weight"][...] = [[1, 2], [3, 4]]
    layer.params["bias"][...] = [10, 20]
    assert layer.forward(np.array([[1.0, 1.0]]), training=True).tolist() == [[14, 26]]
    assert layer.backward(np.array([[1.0, 10.0]])).tolist() == [[21, 43]]
    assert layer.grads["weight"].tolist() == [[1, 10], [1, 10]]
    assert layer.grads["bias"].tolist() == [1, 10]


@pytest.mark.parametrize(
    ("layer", "expected", "slope"),
    [
        (ReLU(), [0, 0, 2], [0, 0, 1]),
        (Sigmoid(), [1 / (1 + np.e), 0.5, 1 / (1 + np.exp(-2))], [0.196611933, 0.25, 0.104993585]),
        (Tanh(), np.tanh([-1, 0, 2]), 1 - np.tanh([-1, 0, 2]) ** 2),
    ],
)
def test_activation_by_hand(layer, expected, slope):
    x = np.array([[-1.0, 0.0, 2.0]])
    assert layer.forward(x, training=True)[0] == pytest.approx(expected)
    assert layer.backward(np.ones_like(x))[0] == pytest.approx(slope)


def test_sigmoid_does_not_overflow():
    assert Sigmoid().forward(np.array([-1e4, 1e4])).tolist() == [0, 1]


@pytest.mark.parametrize("make", SMOOTH_OR_NOT)
def test_gradients(make):
    assert_gradients_right(make(), distinct((5, 4)))


def test_flatten_and_back():
    layer, x = Flatten(), distinct((2, 3, 4, 5))
    y = layer.forward(x, training=True)
    assert y.shape == (2, 60)
    assert np.array_equal(layer.backward(y), x)
    assert layer.output_shape((3, 4, 5)) == (60,)


@pytest.mark.parametrize("make", [*SMOOTH_OR_NOT, Flatten, lambda: Dropout(0.5, seed=0)])
def test_float32_stays_float32_and_the_input_as_it_was(make):
    layer, x = make(), distinct((5, 4)).astype("float32")
    if layer.params:
        layer = Linear(4, 3, seed=1)
    kept = x.copy()
    y = layer.forward(x, training=True)
    upstream = np.ones_like(y)
    assert y.dtype == layer.backward(upstream).dtype == np.float32
    assert np.array_equal(x, kept)
    assert (upstream == 1).all()


def test_linear_casts_to_its_own_dtype():
    assert Linear(4, 3).forward(distinct((5, 4))).dtype == np.float32


@pytest.mark.parametrize("shape", [(5, 3), (4,), (2, 2, 4)])
def test_linear_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"shape \(n, 4\), got"):
        Linear(4, 3).forward(np.zeros(shape))


def test_integers_are_refused_with_advice():
    with pytest.raises(TypeError, match="uint8.* / 255"):
        Linear(4, 3).forward(np.zeros((1, 4), np.uint8))


@pytest.mark.parametrize("layer", [Linear(4, 3), ReLU(), Flatten(), Dropout(0.1)])
def test_backward_needs_a_training_pass(layer):
    layer.forward(np.ones((2, 4), "float32"), training=True)
    layer.forward(np.ones((2, 4), "float32"))
    with pytest.raises(RuntimeError, match="training=True"):
        layer.backward(np.ones((2, 4), "float32"))


def test_a_gradient_of_another_shape_is_refused():
    layer = ReLU()
    layer.forward(np.ones((2, 4)), training=True)
    with pytest.raises(ValueError, match=r"\(2, 4\), got \(2, 3\)"):
        layer.backward(np.ones((2, 3)))


@pytest.mark.parametrize(("sizes", "error"), [((0, 3), ValueError), ((4, 2.5), TypeError), ((True, 3), TypeError)])
def test_linear_refuses_impossible_sizes(sizes, error):
    with pytest.raises(error, match="features"):
        Linear(*sizes)


def test_only_floats_compute():
    with pytest.raises(ValueError, match="float32 or float64, got int64"):
        Linear(4, 3, dtype="int64")


def test_dropout_keeps_the_mean_and_drops_the_share():
    y = Dropout(0.3, seed=0).forward(np.ones((1000, 100)), training=True)
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert set(np.unique(y).round(12)) == {0, round(1 / 0.7, 12)}


def test_dropout_does_nothing_when_predicting():
    x = distinct((3, 4))
    assert np.array_equal(Dropout(0.9, seed=0).forward(x), x)


def test_dropout_applies_the_same_mask_backward():
    layer, x = Dropout(0.5, seed=0), np.ones((20, 20))
    y = layer.forward(x, training=True)
    assert np.array_equal(layer.backward(np.ones_like(x)), y)


def test_dropout_repeats_with_its_seed():
    x = np.ones((10, 10))
    first, again = (Dropout(0.5, seed=7).forward(x, training=True) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("p", [-0.1, 1, np.nan])
def test_dropout_refuses_impossible_probabilities(p):
    with pytest.raises(ValueError, match="0 <= p < 1"):
        Dropout(p)


def test_choices_tell_which_units_are_active():
    layer = ReLU()
    layer.forward(np.array([[-1.0, 2.0]]), training=True)
    assert layer.choices().tolist() == [[False, True]]


def test_repr_is_the_call():
    assert repr(Linear(4, 3)) == "Linear(in_features=4, out_features=3, dtype='float32')"


def test_a_layer_without_forward_says_so():
    class Forgotten(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Forgotten must define forward"):
        Forgotten().forward(np.ones(1))
