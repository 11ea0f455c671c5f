"""Every public name of mlp_core, misused: it says what it expected and what it got, or works as documented."""

import inspect
import math

import numpy as np
import pytest
from misuses import MISUSES, fit, step, x
from small_problems import blobs, small_network

import mlp_core as m


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: f"{misuse.name}-{misuse.what}")
def test_misuse_says_what_was_expected(misuse):
    with pytest.raises(misuse.error, match=misuse.message):
        misuse.call()


UNUSUAL = {
    "train on a batch larger than the data": lambda: fit(batch_size=10**6).train_loss,
    "train with no epochs": lambda: fit(epochs=0, evaluate_initial=True).initial.values(),
    "train on one class": lambda: fit(split=m.Split(blobs().images, np.zeros(120, int))).train_loss,
    "train on one image": lambda: fit(split=blobs()[:1]).train_loss,
    "train in batches of one": lambda: fit(split=blobs()[:7], batch_size=1).train_loss,
    "train with a NumPy integer": lambda: fit(epochs=np.int64(1), batch_size=np.int64(5)).train_loss,
    "train on images of 1e4": lambda: fit(split=m.Split(x() * 1e4, np.zeros(4, int))).train_loss,
    "train on black images": lambda: fit(split=m.Split(x() * 0, np.zeros(4, int))).train_loss,
    "step over one image": lambda: [step(x(1), labels=(2,))],
    "evaluate one image": lambda: m.evaluate(small_network(), blobs()[:1]),
    "cross-entropy of logits of 1e4": lambda: [m.softmax_cross_entropy(np.array([[1e4, -1e4]]), np.array([1]))[0]],
    "softmax of logits of 1e4": lambda: m.softmax(np.array([1e4, -1e4])),
    "log softmax of logits of 1e4": lambda: m.log_softmax(np.array([1e4, -1e4])),
    "no momentum at all": lambda: fit(optimizer=m.SGD(0.1, momentum=0, weight_decay=0)).train_loss,
    "a network without hidden layers": lambda: fit(network=m.mlp([6, 3], seed=0)).train_loss,
    "zeros as a start": lambda: fit(network=small_network(initializer="zeros")).train_loss,
    "check one image": lambda: [m.check_gradients(small_network(), x(1), np.array([0])).max_relative_error],
    "sweep one step": lambda: m.finite_difference_sweep(small_network(), x(1), np.array([0]), N=[10]).max_absolute,
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_unusual_but_right_uses_work_and_stay_finite(what):
    assert all(math.isfinite(value) for value in np.ravel(list(UNUSUAL[what]())))


def test_every_public_name_is_misused():
    classes = {name: getattr(m, name) for name in m.__all__ if inspect.isclass(getattr(m, name))}
    exceptions = {name for name, kind in classes.items() if issubclass(kind, Exception)}
    not_to_be_misused = {"GlorotNormal", "GlorotUniform", "HeNormal", "Zeros", "TrainingState"}
    tried = {misuse.name for misuse in MISUSES}
    assert set(m.__all__) - exceptions - not_to_be_misused <= tried
