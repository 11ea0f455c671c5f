"""What the published reports found, found again: parameter counts, and three starts on the real MNIST."""

import os
from pathlib import Path

import numpy as np
import pytest

from mlp_core import SGD, cnn, evaluate, load_dataset, mlp, train
from mlp_core.callbacks import StopAt
from mlp_core.diagnostics import class_prior_entropy, dead_units

needs_mnist = pytest.mark.skipif(
    not Path(os.environ.get("MLP_CORE_DATA", "") or "missing", "mnist").is_dir(),
    reason="needs the real MNIST files, in mnist/ of the folder named by MLP_CORE_DATA",
)


@pytest.mark.parametrize(
    ("hidden", "count"),
    [
        ((512, 256), 535_818),
        ((600, 600), 837_610),
        ((710, 610), 997_170),
        ((512, 768), 803_594),
        ((784, 256), 818_970),
        ((512, 384), 602_762),
        ((666, 333), 748_261),
        ((666, 666), 973_702),
    ],
)
def test_networks_have_the_published_number_of_parameters(hidden, count):
    network = mlp([784, *hidden, 10], initializer="zeros")
    assert network.num_parameters == count == sum(param.size for param in network.params.values())


@pytest.mark.parametrize(("name", "count"), [("ift6135-b", 828_967), ("ift6135-c", 763_094)])
def test_cnns_have_the_published_number_of_parameters(name, count):
    assert cnn(name).num_parameters == count


@pytest.fixture(scope="module")
def mnist():
    return load_dataset("mnist")


def start(initializer, dtype="float32"):
    """Return the network of report ift6135-a before training."""
    return mlp([784, 512, 768, 10], initializer=initializer, seed=0, dtype=dtype)


def train_as_published(network, mnist, epochs, **options):
    """Train as report ift6135-a did: learning rate 0.1, batches of 128 in fixed order."""
    options = {"valid": mnist.valid, "shuffle": False, "evaluate_train": False, **options}
    return train(network, mnist.train, optimizer=SGD(0.1), epochs=epochs, batch_size=128, **options)


@needs_mnist
@pytest.mark.mnist
@pytest.mark.long
def test_zeros_learn_the_class_prior_and_nothing_else(mnist):
    network = start("zeros")
    history = train_as_published(network, mnist, epochs=2)
    loss, accuracy = evaluate(network, mnist.train)
    assert f"{loss:.5f}" == "2.30106"
    assert loss == pytest.approx(class_prior_entropy(mnist.train.labels), abs=1e-4)
    assert accuracy == 0.11356
    assert history.valid_accuracy == [0.1064, 0.1064]
    assert all(not param.any() for name, param in network.params.items() if name != "4.bias")


@needs_mnist
@pytest.mark.mnist
@pytest.mark.long
def test_normal_weights_kill_a_layer_and_end_at_the_class_prior_too(mnist):
    network = start("normal", "float64")  # float32 would overflow during the first steps
    train_as_published(network, mnist, epochs=1)
    assert dead_units(network, mnist.train)["fraction"].max() == 1.0
    loss, accuracy = evaluate(network, mnist.train)
    assert f"{loss:.5f}" == "2.30106"
    assert accuracy == 0.11356


@needs_mnist
@pytest.mark.mnist
@pytest.mark.long
def test_glorot_reaches_the_published_validation_accuracy_in_ten_epochs(mnist):
    enough = StopAt("valid_accuracy", 0.974)
    history = train_as_published(start("glorot_uniform"), mnist, epochs=10, callbacks=[enough])
    assert history.valid_accuracy[-1] >= 0.974
    assert np.diff(history.running_loss).max() < 0  # falls at every epoch
