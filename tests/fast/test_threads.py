"""Several threads at once: the bits of one after the other, the BLAS as it was, and one trainer for a layer."""

import itertools
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from small_problems import blobs

from mlp_core import (
    SGD,
    Adam,
    Conv2d,
    Dataset,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Split,
    Tanh,
    check_gradients,
    evaluate,
    grid,
    mlp,
    search,
    train,
    train_step,
)
from mlp_core.fast import convolution, plan
from mlp_core.training import plain_step

WORKERS, MAIN = 4, threading.get_ident()


class Scaled(Tanh):
    """A layer of one's own, which takes the plain path."""

    def forward(self, x, training=False):
        time.sleep(0.0001)  # other threads get their turn here
        return super().forward(2 * x, training)

    def backward(self, grad_output):
        return 2 * super().backward(grad_output)


def convolutions(seed=0, dtype="float32"):
    options = {"seed": seed, "dtype": dtype}
    trunk = [Conv2d(1, 4, 3, **options), ReLU(), MaxPool2d(2), Conv2d(4, 6, 3, **options), ReLU(), Flatten()]
    return Sequential([*trunk, Linear(6 * 4 * 4, 3, **options)], (1, 14, 14))


NETWORKS = {
    "dense": lambda seed=0: mlp([196, 90, 50, 3], seed=seed),
    "dropout": lambda seed=0: mlp([196, 90, 50, 3], seed=seed, dropout=0.3),
    "convolutions": convolutions,
    "own layer": lambda seed=0: Sequential([Linear(196, 90, seed=seed), Scaled(), Linear(90, 3, seed=seed)]),
}
IMAGES = np.random.default_rng(0).random((150, 196), dtype=np.float32)
LABELS = np.arange(150) % 3
USES = {
    "predict": lambda network, part: network.predict(IMAGES[part]),
    "predict_proba": lambda network, part: network.predict_proba(IMAGES[part]),
    "logits": lambda network, part: network.logits(IMAGES[part]),
    "forward": lambda network, part: network.forward(IMAGES[part]),
    "evaluate": lambda network, part: np.array(evaluate(network, Split(IMAGES[part], LABELS[part]))),
    "check_gradients": lambda network, part: np.array(
        check_gradients(network, IMAGES[part][:4], LABELS[part][:4], max_entries_per_array=2).max_relative_error
    ),
}


@pytest.fixture(autouse=True)
def turns(monkeypatch):
    """Let the threads take turns often, and cut small batches into parts, too."""
    monkeypatch.setattr(convolution, "EXAMPLES_A_PART", 8)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def at_once(*functions):
    """Return the results of the functions, which begin together in threads of their own."""
    barrier = threading.Barrier(len(functions))

    def begin(function):
        barrier.wait()
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(begin, functions))


def same_at_once(jobs, rounds=1):
    """Assert that jobs in threads give the bits that they give one after the other."""
    expected = [job() for job in jobs]
    for _ in range(rounds):
        for result, right in zip(at_once(*jobs), expected, strict=True):
            assert np.array_equal(result, right)


def use_at_once(name, use, rounds):
    """Assert that a network gives the same bits to many threads."""
    network = NETWORKS[name]()
    parts = [slice(20 * k, 64 + 20 * k) for k in range(WORKERS)]
    same_at_once([lambda part=part: USES[use](network, part) for part in parts], rounds)


@pytest.mark.parametrize(
    ("name", "use"),
    [("dense", "predict_proba"), ("dropout", "logits"), ("convolutions", "evaluate"), ("own layer", "check_gradients")],
)
def test_one_network_in_many_threads_gives_the_same_bits(name, use):
    use_at_once(name, use, rounds=3)


@pytest.mark.long
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_and_every_use_in_many_threads(name, use):
    use_at_once(name, use, rounds=2 if use == "check_gradients" else 20)


def trained(name, seed, **options):
    """Return all parameters of a network after a short training."""
    network = NETWORKS[name](seed)
    settings = {"optimizer": SGD(0.1, 0.9), "epochs": 1, "evaluate_train": 50, **options}
    for size in (64, 48, 56):  # a plan for each
        train(network, Split(IMAGES, LABELS), batch_size=size, **settings)
    return np.concatenate([array.ravel() for array in network.params.values()])


MIXED = pytest.param(("convolutions", "dense", "dropout", "own layer"), marks=pytest.mark.long)


@pytest.mark.parametrize("names", [("convolutions",) * 4, MIXED])
def test_different_networks_train_side_by_side_with_the_same_bits(names):
    same_at_once([lambda pair=pair: trained(pair[1], pair[0]) for pair in enumerate(names)], rounds=1)


def test_networks_that_share_layers_predict_side_by_side():
    shared = [Linear(196, 50, seed=0), Scaled()]
    networks = [Sequential([*shared, Linear(50, 3, seed=seed)]) for seed in range(WORKERS)]
    same_at_once([lambda network=network: network.logits(IMAGES) for network in networks], rounds=5)


def test_a_network_is_used_while_one_that_shares_its_layers_trains_on_the_plain_path():
    shared = [Scaled(), Scaled()]
    first, second = (Sequential([Linear(196, 9, seed=0), *shared, Linear(9, 3, seed=1)]) for _ in range(2))

    def learn():
        for _ in range(20):
            train_step(first, SGD(0.1), IMAGES, LABELS)
        return first.params["0.weight"].copy()

    expected = second.logits(IMAGES)
    _, logits = at_once(learn, lambda: [second.logits(IMAGES) for _ in range(20)])
    assert all(np.array_equal(one, expected) for one in logits)


@pytest.mark.parametrize("name", NETWORKS)
def test_two_threads_cannot_train_one_network(name):
    network, entered, tried = NETWORKS[name](), threading.Event(), threading.Event()

    def first():
        def pause(state):
            entered.set()
            assert tried.wait(10)

        train(network, Split(IMAGES, LABELS), optimizer=SGD(0.1), epochs=1, callbacks=[pause])

    def second():
        assert entered.wait(10)
        calls = [
            lambda: train(network, Split(IMAGES, LABELS), optimizer=SGD(0.1), epochs=1),
            lambda: train_step(network, SGD(0.1), IMAGES, LABELS),
            lambda: plain_step(network, SGD(0.1), IMAGES, LABELS),
            lambda: train_step(Sequential(network.layers, network.input_shape), SGD(0.1), IMAGES, LABELS),
        ]
        for call in calls:
            with pytest.raises(RuntimeError, match=r"another thread is training.*network\.copy"):
                call()
        tried.set()

    at_once(first, second)
    train_step(network, SGD(0.1), IMAGES, LABELS)  # and afterwards anyone may


def test_a_backward_pass_of_another_threads_forward_pass_is_refused():
    network = NETWORKS["own layer"]()
    logits = network.forward(IMAGES, training=True)
    at_once(lambda: network.forward(IMAGES, training=True))
    with pytest.raises(RuntimeError, match="another thread"):
        network.backward(logits)


def test_training_within_training_is_no_other_thread():
    network, other = NETWORKS["dense"](), NETWORKS["dense"](1)

    def fine_tune(state):
        train_step(network, state.optimizer, IMAGES, LABELS)
        train_step(other, SGD(0.1), IMAGES, LABELS)

    train(network, Split(IMAGES, LABELS), optimizer=SGD(0.1), epochs=2, callbacks=[fine_tune])
    at_once(lambda: train_step(network, SGD(0.1), IMAGES, LABELS))


def blas_threads():
    """Return the BLAS's number of threads as it is now."""
    from threadpoolctl import threadpool_info

    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


def test_searches_side_by_side_agree_and_leave_the_number_of_blas_threads():
    before, data = blas_threads(), Dataset(blobs(), blobs(30, seed=1), blobs(30, seed=2))
    space = grid(hidden=[(5,), (6,)], dtype=["float32"])

    def table():
        frame = search(space, data, epochs=2, n_jobs=1)
        return frame[["valid_loss", "valid_accuracy"]].to_numpy()

    seen = []
    watcher = threading.Event()
    watching = threading.Thread(target=lambda: [seen.append(blas_threads()) for _ in iter(watcher.is_set, True)])
    watching.start()
    try:
        same_at_once([table] * 3)
    finally:
        watcher.set()
        watching.join()
    assert blas_threads() == before
    assert seen.count(before) > 0  # not for as long as a search takes


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("where", ["forward", "backward"])
def test_a_broken_step_leaves_the_blas_and_the_gate_as_they_were(where, error, monkeypatch):
    network, before = convolutions(), blas_threads()
    original, main = getattr(convolution.RowConvolution, where), threading.get_ident()

    def breaking(self, *arguments):
        if threading.get_ident() == main:
            raise error("on the way")
        time.sleep(0.05)
        return original(self, *arguments)

    monkeypatch.setattr(convolution.RowConvolution, where, breaking)
    with pytest.raises(error, match="on the way"):
        train_step(network, SGD(0.1), IMAGES, LABELS)
    assert blas_threads() == before
    monkeypatch.undo()
    at_once(lambda: train_step(network, SGD(0.1), IMAGES, LABELS), lambda: NETWORKS["dense"]().logits(IMAGES))


def test_an_error_in_a_helper_thread_is_raised_and_all_are_done(monkeypatch):
    network, main, working = convolutions(), threading.get_ident(), []

    def breaking(self, x):
        if threading.get_ident() != main:
            working.append(1)
            time.sleep(0.02)
            working.pop()
            raise MemoryError("in a part")
        raise ValueError("here")

    monkeypatch.setattr(convolution, "number_of_parts", lambda n: 2)
    monkeypatch.setattr(convolution.RowConvolution, "forward", breaking)
    with pytest.raises(ValueError, match="here"):
        network.logits(IMAGES)
    assert not working


def test_a_thread_ends_with_its_plans():
    network = NETWORKS["dense"]()
    at_once(lambda: network.logits(IMAGES), lambda: network.logits(IMAGES))
    assert network not in plan._plans.of


def gate():
    from mlp_core.fast.threads import Gate

    return Gate()


def through(gate, alone, work):
    me = threading.get_ident()
    try:
        gate.enter(me, alone)
        return work()
    finally:
        gate.leave(me)


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_the_gate_lets_the_same_in_together_and_others_wait():
    here, barrier, log = gate(), threading.Barrier(2), []

    def together():
        through(here, False, barrier.wait)  # both are inside at once, or this breaks

    at_once(together, together)

    def note(alone):
        log.append((alone, {wanted for wanted in [here.alone]}))
        time.sleep(0.001)
        return here.alone == alone

    assert all(at_once(*[lambda alone=alone: through(here, alone, lambda: note(alone)) for alone in [True, False] * 5]))
    assert not here.inside
    assert not here.waiting


def test_nobody_starves_at_the_gate():
    here, done = gate(), threading.Event()

    def crowd():
        while not done.is_set():
            through(here, False, lambda: time.sleep(0.0005))

    with ThreadPoolExecutor(3) as pool:
        crowds = [pool.submit(crowd) for _ in range(3)]
        wait_for(lambda: here.inside)
        start = time.monotonic()
        for _ in range(5):
            through(here, True, lambda: None)
        done.set()
        assert time.monotonic() - start < 5
        assert [one.result() for one in crowds] == [None] * 3


def test_whoever_gives_up_waiting_does_not_keep_the_others_out():
    here, inside, leave = gate(), threading.Event(), threading.Event()
    holder = threading.Thread(target=through, args=(here, True, lambda: (inside.set(), leave.wait(10))))
    holder.start()
    assert inside.wait(10)
    timer = threading.Timer(0.1, signal.pthread_kill, [MAIN, signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        through(here, False, lambda: None)
    assert not here.waiting
    leave.set()
    holder.join()
    assert through(here, False, lambda: "in") == "in"


def test_one_thread_is_this_threads_alone():
    from mlp_core.fast.threads import one_thread, threads

    usual = threads()
    with one_thread():
        assert threads() == 1
        assert at_once(threads) == [usual]
        with pytest.raises(KeyError), one_thread():
            raise KeyError
        assert threads() == 1
    assert threads() == usual


@pytest.mark.posix
@pytest.mark.parametrize("alone", [False, True])
def test_a_forked_process_finds_the_gate_open_and_the_number_as_it_was(alone):
    from mlp_core.fast import threads

    before, inside, leave = blas_threads(), threading.Event(), threading.Event()
    work = (lambda: (inside.set(), leave.wait(10)),)
    holder = threading.Thread(target=threads.through_gate, args=work, kwargs={"alone": alone})
    holder.start()
    assert inside.wait(10)
    child = os.fork()
    if child == 0:
        held = threads.gate.inside or threads.gate.waiting or threads.gate.lock.locked()
        os._exit(0 if not held and threads.thread_controls()[0]() == before[0] else 1)
    leave.set()
    holder.join()
    assert os.waitpid(child, 0)[1] == 0


def train_for_ever(network, timer):
    timer.start()
    while True:
        train_step(network, Adam(), IMAGES[:32], LABELS[:32])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_interrupts_at_any_moment_leave_the_gate_and_the_blas_as_they_were(seed):
    from mlp_core.fast import threads

    before, done, rng = blas_threads(), threading.Event(), np.random.default_rng(seed)
    others = [NETWORKS["dense"](), convolutions(1)]
    crowds = [
        threading.Thread(target=lambda one=one: [one.logits(IMAGES) for _ in iter(done.is_set, True)]) for one in others
    ]
    for one in crowds:
        one.start()
    try:
        for network in itertools.islice(itertools.cycle([convolutions(), NETWORKS["dense"]()]), 50):
            timer = threading.Timer(rng.uniform(0, 0.02), signal.pthread_kill, [MAIN, signal.SIGINT])
            with pytest.raises(KeyboardInterrupt):
                train_for_ever(network, timer)
            timer.join()
            assert threading.get_ident() not in threads.gate.inside | threads.gate.waiting.keys()
            assert threading.get_ident() not in threads._training
    finally:
        done.set()
        for one in crowds:
            one.join(20)
    assert not any(one.is_alive() for one in crowds)
    assert not threads.gate.inside
    assert blas_threads() == before


def test_dropout_in_training_of_copies_draws_the_same_masks():
    networks = [mlp([196, 30, 3], dropout=0.5, seed=3) for _ in range(3)]
    assert any(isinstance(layer, Dropout) for layer in networks[0].layers)

    def learn(network):
        return [train_step(network, SGD(0.1), IMAGES, LABELS) for _ in range(5)]

    results = at_once(*[lambda network=network: learn(network) for network in networks])
    assert results == [results[0]] * 3
