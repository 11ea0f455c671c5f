"""One process, many threads: the same bits as one call after the other, and the BLAS's threads as they were."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mlp_core import (
    SGD,
    Conv2d,
    Dataset,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Split,
    check_gradients,
    evaluate,
    grid,
    mlp,
    search,
    train,
    train_step,
)
from mlp_core.fast.threads import Gate, gate, one_thread, products, thread_controls, threads

NETWORKS = {
    "dense": lambda: mlp([144, 40, 30, 10], seed=1),
    "cnn": lambda: Sequential(
        [Conv2d(1, 8, 3, seed=1), ReLU(), MaxPool2d(2), Flatten(), Linear(200, 10, seed=2)], input_shape=(1, 12, 12)
    ),
    "dropout": lambda: mlp([144, 40, 10], seed=1, dropout=0.5),
    "own layer": lambda: Sequential([Linear(144, 30, seed=1), Doubling(), ReLU(), Linear(30, 10, seed=2)]),
}


class Doubling(Layer):
    def forward(self, x, training=False):
        return 2 * x

    def backward(self, grad_output):
        return 2 * grad_output


@pytest.fixture(autouse=True)
def blas_threads_stay():
    """Whatever a test does, the BLAS has as many threads after it as before, and nobody is left in the gate."""
    controls = thread_controls()
    before = controls[0]() if controls else None
    yield
    assert (controls[0]() if controls else None) == before
    assert not gate.depths
    assert not gate.waiting


def images_and_labels(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n, 144), dtype=np.float32), rng.integers(0, 10, n)


def in_threads(functions, workers=4):
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda function: function(), functions))


@pytest.mark.parametrize("name", NETWORKS)
def test_many_threads_use_one_network(name):
    network, (x, y) = NETWORKS[name](), images_and_labels(700)
    parts = [slice(start, start + size) for start in range(0, 300, 60) for size in (7, 100, 300)]
    calls = [lambda part=part: network.predict_proba(x[part]) for part in parts]
    calls += [lambda part=part: evaluate(network, Split(x[part], y[part])) for part in parts]
    calls += [lambda part=part: network.logits(x[part]) for part in parts]
    expected = [call() for call in calls]
    for found, right in zip(in_threads(calls * 4), expected * 4, strict=True):
        np.testing.assert_array_equal(found, right)


def test_layers_shared_by_two_networks_predict_in_two_threads():
    first, (x, _) = mlp([144, 40, 10], seed=1), images_and_labels(300)
    second = Sequential([*first.layers[:2], Linear(40, 10, seed=5)])
    calls = [lambda: first.logits(x), lambda: second.logits(x)] * 20
    expected = [call() for call in calls[:2]] * 20
    assert all(np.array_equal(a, b) for a, b in zip(in_threads(calls), expected, strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_train_side_by_side(name):
    x, y = images_and_labels(400)

    def trained(seed):
        network = NETWORKS[name]()
        train(network, Split(x, y), optimizer=SGD(0.05, 0.9), epochs=2, batch_size=100, seed=seed)
        return np.concatenate([array.ravel() for array in network.params.values()])

    calls = [lambda seed=seed: trained(seed) for seed in range(4)]
    expected = [call() for call in calls]
    for found, right in zip(in_threads(calls), expected, strict=True):
        np.testing.assert_array_equal(found, right)


def test_gradients_are_checked_while_others_predict():
    network, (x, y) = mlp([144, 10, 10], seed=1), images_and_labels(50)
    calls = [lambda: check_gradients(network, x[:5], y[:5], max_entries_per_array=5).max_relative_error]
    calls = (calls + [lambda: network.logits(x)]) * 4
    expected = [call() for call in calls[:2]] * 4
    assert all(np.array_equal(a, b) for a, b in zip(in_threads(calls), expected, strict=True))


def test_a_cnn_beside_dense_networks_and_a_search():
    """Calls that want one BLAS thread, and calls that want all, at the same time."""
    x, y = images_and_labels(400)
    data = Dataset(Split(x, y), Split(x[:50], y[:50]), Split(x[:50], y[:50]))

    def weights(make):
        network = make()
        train(network, Split(x, y), optimizer=SGD(0.05), epochs=2, batch_size=100)
        return network.params["0.weight"].copy()

    def losses():
        space = grid(hidden=[(20,)], learning_rate=[0.1, 0.05])
        return search(space, data, epochs=2, n_jobs=1)["train_loss"].to_numpy()

    calls = [lambda: weights(NETWORKS["cnn"]), lambda: weights(NETWORKS["dense"]), losses] * 2
    expected = [call() for call in calls[:3]] * 2
    for found, right in zip(in_threads(calls), expected, strict=True):
        np.testing.assert_array_equal(found, right)


@pytest.mark.parametrize("shared", [False, True])
def test_training_one_network_in_two_threads_is_refused(shared):
    network, (x, y) = mlp([144, 20, 10], seed=1), images_and_labels(50)
    other = Sequential([network.layers[0], Linear(20, 10)]) if shared else network
    inside, go_on = threading.Event(), threading.Event()

    def wait(state):
        inside.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(train, network, Split(x, y), optimizer=SGD(0.1), epochs=1, callbacks=[wait])
        assert inside.wait(10)
        with pytest.raises(RuntimeError, match="another thread is training"):
            train(other, Split(x, y), optimizer=SGD(0.1), epochs=1)
        with pytest.raises(RuntimeError, match="another thread is training"):
            train_step(other, SGD(0.1), x, y)
        go_on.set()
        first.result()
    train_step(other, SGD(0.1), x, y)


def test_a_callback_may_train_the_same_network():
    def step_once(state):
        train_step(network, SGD(0.1), x, y)

    network, (x, y) = mlp([144, 20, 10], seed=1), images_and_labels(50)
    train(
        network,
        Split(x, y),
        optimizer=SGD(0.1),
        epochs=1,
        callbacks=[lambda state: train_step(network, SGD(0.1), x, y)],
    )


def test_an_error_inside_gives_the_threads_back():
    network = mlp([144, 20, 10], dropout=0.5, seed=1)
    network.layers[2] = type("Broken", (Dropout,), {"forward": lambda *_: 1 / 0})(0.5)
    with pytest.raises(ZeroDivisionError):
        network.predict(images_and_labels(5)[0])
    with pytest.raises(ZeroDivisionError), one_thread(), products():
        1 / 0  # noqa: B018


def test_the_gate_lets_one_kind_in_at_a_time_and_starves_nobody():
    inside, order, lock = [0, 0], [], threading.Lock()
    own = Gate()

    def visit(one):
        for _ in range(50):
            own.enter(one)
            with lock:
                inside[one] += 1
                assert not inside[not one]
                order.append(one)
            with lock:
                inside[one] -= 1
            own.leave()

    in_threads([lambda one=one: visit(one) for one in (False, True, False, True)])
    assert len(order) == 200
    assert not own.depths


def test_the_gate_can_be_passed_again_inside():
    before = threads()
    with products(one=True), products():
        assert threads() == before
    with one_thread():
        assert threads() == 1


def test_an_interrupt_in_the_gate_leaves_nothing_behind(monkeypatch):
    own = Gate()
    monkeypatch.setattr(own, "_switch", lambda one: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        own.enter(True)
    assert not own.waiting
    assert not own.depths
