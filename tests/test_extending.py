"""A layer and an optimizer of one's own, as a student writes them: what works by itself."""

import logging

import numpy as np
import pytest
from small_problems import blobs

from mlp_core import Layer, Linear, Sequential, check_gradients, train
from mlp_core.optimizers import Optimizer


class Swish(Layer):
    """``x / (1 + exp(-b x))``, with one slope b for each number."""

    def __init__(self, features, dtype="float32"):
        super().__init__()
        self.params = {"slope": np.ones(features, dtype)}
        self.dtype = np.dtype(dtype)

    def forward(self, x, training=False):
        gate = 1 / (1 + np.exp(-self.params["slope"] * x))
        self.remember((x, gate), training)
        return x * gate

    def backward(self, grad_output):
        x, gate = self.remembered()
        inner = gate * (1 - gate) * x
        self.grads = {"slope": (grad_output * inner * x).sum(axis=0)}
        return grad_output * (gate + self.params["slope"] * inner)

    def config(self):
        return {"features": len(self.params["slope"]), "dtype": self.dtype.name}

    @staticmethod
    def parameter_shapes(**config):
        return {"slope": (config["features"],)}


class RMSProp(Optimizer):
    """``v = 0.9 v + 0.1 g^2``, ``w = w - rate g / sqrt(v)``."""

    def slots(self, name):
        return ("square",)

    def update(self, name, param, grad, rate, square):
        square += param.dtype.type(0.1) * (grad * grad - square)
        param -= param.dtype.type(rate) * grad / (np.sqrt(square) + param.dtype.type(1e-8))


def network(dtype="float32"):
    return Sequential([Linear(6, 5, seed=0, dtype=dtype), Swish(5, dtype), Linear(5, 3, seed=1, dtype=dtype)])


def test_a_layer_of_ones_own_is_checked_shown_saved_and_loaded(tmp_path):
    data = blobs()
    assert check_gradients(network("float64"), data.images[:9], data.labels[:9]).passed
    assert "Swish" in network().summary_text()
    made = network()
    made.params["1.slope"][...] = 1.5
    made.save(tmp_path / "own.npz")
    loaded = Sequential.load(tmp_path / "own.npz")
    np.testing.assert_array_equal(loaded.forward(data.images), made.forward(data.images))


def test_it_trains_by_the_plain_step_which_is_said(caplog, tmp_path):
    with caplog.at_level(logging.INFO, "mlp_core.training"):
        history = train(network(), blobs(), optimizer=RMSProp(0.01), epochs=20)
    assert caplog.messages == ["training with the plain step, not the fast one: Swish is no layer that it knows"]
    assert history.train_accuracy[-1] > 0.9 > history.train_accuracy[0]


@pytest.mark.parametrize("layers", [lambda: [Linear(6, 3, seed=0)], lambda: network().layers])
def test_an_optimizer_of_ones_own_is_resumed(layers, tmp_path):
    def run(epochs, file, optimizer):
        made = Sequential(layers())
        train(made, blobs(), optimizer=optimizer, epochs=epochs, checkpoint=tmp_path / file)
        return made

    whole = run(4, "whole.npz", RMSProp(0.01))
    run(2, "parts.npz", RMSProp(0.01))
    resumed = run(4, "parts.npz", RMSProp(0.01))
    for name, array in whole.params.items():
        np.testing.assert_array_equal(array, resumed.params[name])
