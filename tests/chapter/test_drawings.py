"""The explanatory drawings show what the layers compute, number by number, and refuse what has no room in them."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Conv2d, mlp, softmax_cross_entropy
from report.chapter import drawings

X, LABEL = np.array([1.0, 2.0]), 0


@pytest.fixture
def drawn():
    """Collect axes; return the arrays drawn in them by name."""
    figures = []

    def arrays(ax):
        figures.append(ax.figure)
        named = {mesh.get_label(): np.asarray(mesh.get_array()) for mesh in ax.collections}
        return {name: values for name, values in named.items() if not name.startswith("_")}

    yield arrays
    for figure in figures:
        plt.close(figure)


def test_both_passes_are_those_of_the_layers(drawn):
    network = mlp([2, 3, 2], seed=1, dtype="float64")
    shown = drawn(drawings.passes(network, X, LABEL))
    loss, gradient = softmax_cross_entropy(network.forward(X[None], training=True), np.array([LABEL]))
    network.backward(gradient)
    assert shown["$L$"].item() == loss
    assert np.array_equal(shown["$D_{Z_2}$"], gradient)
    assert np.array_equal(shown["$W_1$"], network.params["0.weight"])
    assert np.array_equal(shown["$D_{W_1}$"], network.grads["0.weight"])
    assert len(shown) == 2 * (5 + 4)


def test_every_number_stands_in_its_cell(drawn):
    ax = drawings.passes(mlp([2, 3, 2], seed=1, dtype="float64"), X, LABEL)
    words = {text.get_text() for text in ax.texts}
    assert {"1.00", "2.00", "ReLU", "$W_1$  2 × 3", "$D_{b_2}$"} <= words
    width = drawings.TEXT_WIDTH
    assert all(0 <= text.get_position()[0] <= width for text in ax.texts)
    drawn(ax)


def test_the_unfolded_product_is_the_convolution(drawn):
    image, layer = np.arange(16.0).reshape(4, 4), Conv2d(1, 1, kernel_size=2, seed=0, dtype="float64")
    shown = drawn(drawings.unfolding(image, layer))
    assert shown["patches as columns, $U$"].shape == (4, 9)
    assert np.allclose(shown["kernel as a row, $W$"] @ shown["patches as columns, $U$"], shown["$W U$"])
    assert np.array_equal(shown["feature map $Z$"].ravel(), shown["$W U$"].ravel())


def test_what_has_no_room_is_refused():
    with pytest.raises(ValueError, match="expected Linear, ReLU and Linear of at most three units each"):
        drawings.passes(mlp([2, 4, 2]), X, LABEL)
    with pytest.raises(ValueError, match="expected a convolution of one channel to one"):
        drawings.unfolding(np.zeros((4, 4)), Conv2d(1, 2, kernel_size=2))
