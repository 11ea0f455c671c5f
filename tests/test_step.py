import gc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_core import (
    SGD,
    Adam,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    StepDecay,
    Tanh,
    cnn,
    mlp,
    train_step,
)
from mlp_core.fast import blas, plan, threads
from mlp_core.fast.plan import is_supported
from mlp_core.fast.update import adam_by_gradient
from mlp_core.training import plain_step

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "decay": lambda: SGD(0.1, weight_decay=0.01),
    "momentum": lambda: SGD(0.05, 0.9, weight_decay=0.01),
    "weights-only": lambda: SGD(0.05, 0.9, bias_momentum=0.0),
    "nesterov": lambda: SGD(0.05, 0.9, nesterov=True),
    "nesterov-decay": lambda: SGD(0.05, 0.9, nesterov=True, weight_decay=0.5),
    "schedule": lambda: SGD(StepDecay(0.1, 0.5, 1)),
    "clipped": lambda: SGD(0.1, clip_norm=0.1),
    "adam": lambda: Adam(0.001, eps=1e-3),  # a large eps: a tiny gradient's sign is all rounding
}
NETWORKS = {
    "mlp": lambda dtype: mlp([784, 30, 20, 10], dtype=dtype),
    "mixed": lambda dtype: mlp([784, 30, 20, 20, 10], ["sigmoid", "tanh", "relu"], dtype=dtype, dropout=0.3),
    "linear": lambda dtype: mlp([784, 10], dtype=dtype),
    "flattened": lambda dtype: Sequential([Flatten(), Linear(784, 10, seed=0, dtype=dtype)], (1, 28, 28)),
    "ift6135-b": lambda dtype: cnn("ift6135-b", dtype=dtype, dropout=0.5),
    "ift6135-c": lambda dtype: cnn("ift6135-c", dtype=dtype),
}


def batch(n=20, size=784, dtype="float64", seed=0):
    """Return images of a few grey levels, so that pooling meets ties, and labels."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, 4, (n, size)) / 4).astype(dtype), rng.integers(0, 3, n)


def assert_same_training(network, make_optimizer, dtype, steps=2, reduction="mean", **options):
    plain, optimizer, plain_optimizer = network.copy(), make_optimizer(), make_optimizer()
    size = int(np.prod(network.input_shape))
    for seed in range(steps):
        images, labels = batch(dtype=dtype, size=size, seed=seed, **options)
        loss = train_step(network, optimizer, images, labels, reduction=reduction)
        assert loss == pytest.approx(
            plain_step(plain, plain_optimizer, images, labels, reduction), rel=TOLERANCE[dtype]
        )
    assert optimizer.updates == plain_optimizer.updates == steps
    for name, param in plain.params.items():
        assert np.abs(network.params[name] - param).max() <= TOLERANCE[dtype] * max(1, np.abs(param).max()), name


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_fast_step_is_the_plain_step_for_every_optimizer(optimizer, dtype):
    assert_same_training(NETWORKS["mlp"](dtype), OPTIMIZERS[optimizer], dtype, steps=4)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_fast_step_is_the_plain_step_for_every_network(name, optimizer):
    network = NETWORKS[name]("float64")
    assert is_supported(network)
    assert_same_training(network, OPTIMIZERS[optimizer], "float64")


@pytest.mark.parametrize("name", ["ift6135-b", "ift6135-c"])
def test_the_fast_step_of_a_cnn_in_single_precision(name):
    assert_same_training(NETWORKS[name]("float32"), OPTIMIZERS["sgd"], "float32", steps=1)


def test_summed_gradients():
    assert_same_training(NETWORKS["mlp"]("float64"), lambda: SGD(0.001), "float64", reduction="sum")


@settings(deadline=None, max_examples=25)
@given(
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    window=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    step=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    n=st.integers(1, 20),
)
def test_the_fast_step_knows_every_geometry(kernel, stride, padding, window, step, n):
    convolutions = [Conv2d(1, 2, 2, seed=0, dtype="float64"), ReLU(), Conv2d(2, 3, kernel, stride, padding, seed=1)]
    trunk = [*convolutions, ReLU(), MaxPool2d(window, step), Flatten()]
    try:
        features = Sequential(trunk, (1, 9, 8)).forward(np.zeros((1, 1, 9, 8), "float32")).shape[1]
    except ValueError:
        return  # the windows do not fit
    network = Sequential([*trunk, Linear(features, 3, seed=2)], (1, 9, 8)).astype("float64")
    assert_same_training(network, OPTIMIZERS["momentum"], "float64", n=n)


def test_windows_of_more_pixels_than_a_byte_counts():
    trunk = [Conv2d(1, 1, 1, seed=0, dtype="float64"), MaxPool2d((1, 300)), Flatten()]
    network = Sequential([*trunk, Linear(4, 3, seed=0, dtype="float64")], (1, 2, 600))
    assert_same_training(network, OPTIMIZERS["sgd"], "float64", n=3)


@pytest.mark.parametrize(
    "layers",
    [
        [Linear(6, 4, seed=0, dtype="float64"), Tanh(), ReLU(), Linear(4, 3, seed=1, dtype="float64")],
        [ReLU(), Linear(6, 3, seed=0, dtype="float64")],
        [Linear(6, 4, seed=0, dtype="float64"), Sigmoid(), Flatten(), Linear(4, 3, seed=1, dtype="float64")],
    ],
)
def test_what_the_fast_step_does_not_know_takes_the_plain_one(layers):
    network = Sequential(layers, (6,))
    assert not is_supported(network)
    assert_same_training(network, OPTIMIZERS["sgd"], "float64")


def test_a_layer_of_ones_own_takes_the_plain_step():
    class Doubled(ReLU):
        def forward(self, x, training=False):
            return 2 * super().forward(x, training)

        def backward(self, grad_output):
            return 2 * super().backward(grad_output)

    layers = mlp([6, 4, 3], dtype="float64").layers
    network = Sequential([layers[0], Doubled(), layers[2]])
    assert not is_supported(network)
    assert_same_training(network, OPTIMIZERS["sgd"], "float64")


class Halved(Sequential):
    def forward(self, x, training=False):
        return super().forward(x, training) / 2


@pytest.mark.parametrize("place", ["class", "network", "subclass"])
def test_a_forward_of_ones_own_is_used_everywhere(place, monkeypatch):
    network, x = NETWORKS["mlp"]("float64"), batch()[0]
    if place == "class":
        monkeypatch.setattr(ReLU, "forward", lambda self, x, training=False: 0 * x)
    elif place == "network":
        network.forward = lambda x, training=False: Sequential.forward(network, x, training) / 2
    else:
        network = Halved(network.layers)
    assert np.array_equal(network.logits(x), network.forward(x))


def test_a_backward_replaced_in_a_class_is_used(monkeypatch):
    network = NETWORKS["mlp"]("float64")
    before = network.copy()
    monkeypatch.setattr(ReLU, "backward", lambda self, grad_output: 0 * grad_output)
    train_step(network, SGD(0.1), *batch())
    assert np.array_equal(network.params["0.weight"], before.params["0.weight"])


@pytest.mark.parametrize("method", ["step", "update_parameter", "update"])
@pytest.mark.parametrize("make", [lambda: SGD(0.1), Adam])
def test_a_method_replaced_in_an_optimizer_is_used(make, method):
    network, optimizer = NETWORKS["mlp"]("float64"), make()
    before = network.copy()
    setattr(optimizer, method, lambda *arguments: None)
    train_step(network, optimizer, *batch())
    assert all(np.array_equal(network.params[name], before.params[name]) for name in before.params)


@pytest.mark.parametrize("step", [train_step, plain_step])
def test_a_read_only_parameter_is_refused_before_anything_is_changed(step):
    network, optimizer = NETWORKS["mlp"]("float64"), SGD(0.1, 0.9)
    network.params["4.weight"].flags.writeable = False
    before = network.copy()
    with pytest.raises(ValueError, match=r"'4.weight' is read-only.*a copy"):
        step(network, optimizer, *batch())
    assert all(np.array_equal(network.params[name], before.params[name]) for name in before.params)
    assert optimizer.state_dict()["updates"] == 0


def test_a_step_may_be_called_by_keywords():
    images, labels = batch()
    arguments = {"images": images, "labels": labels, "optimizer": SGD(0.1)}
    losses = [step(network=NETWORKS["mlp"]("float64"), **arguments) for step in (train_step, plain_step)]
    assert losses[0] == pytest.approx(losses[1])


def test_what_ran_before_with_another_number_of_threads_does_not_matter(monkeypatch):
    monkeypatch.setattr("mlp_core.fast.convolution.EXAMPLES_A_PART", 4)
    networks = [NETWORKS["ift6135-b"]("float32") for _ in range(2)]
    monkeypatch.setattr("mlp_core.fast.convolution.threads", lambda: 2)
    networks[0].logits(batch(dtype="float32")[0])
    monkeypatch.setattr("mlp_core.fast.convolution.threads", lambda: 1)
    for network in networks:
        train_step(network, SGD(0.1), *batch(dtype="float32"))
    assert all(np.array_equal(networks[0].params[name], array) for name, array in networks[1].params.items())


@pytest.mark.parametrize("name", ["mlp", "ift6135-b"])
def test_the_same_bits_twice(name):
    networks = [NETWORKS[name]("float32") for _ in range(2)]
    for network in networks:
        optimizer = SGD(0.1)
        for seed in range(3):
            train_step(network, optimizer, *batch(dtype="float32", seed=seed))
    assert all(np.array_equal(networks[0].params[key], networks[1].params[key]) for key in networks[0].params)


@pytest.mark.parametrize("name", ["mlp", "ift6135-b"])
def test_images_and_labels_stay_as_they_were(name):
    (images, labels), (kept_images, kept_labels) = batch(), batch()
    train_step(NETWORKS[name]("float64"), SGD(0.1), images, labels)
    assert np.array_equal(images, kept_images)
    assert np.array_equal(labels, kept_labels)


def test_arrays_of_any_memory_order_are_welcome():
    images, labels = batch()
    results = []
    for x in (images, np.asfortranarray(images), np.repeat(images, 2, axis=0)[::2]):
        network = NETWORKS["mlp"]("float64")
        network.layers[0].params["weight"] = np.asfortranarray(network.layers[0].params["weight"])
        results.append([train_step(network, SGD(0.1), x, labels) for _ in range(3)][-1])
    assert results == pytest.approx([results[0]] * 3, rel=1e-12)


def test_changed_layers_are_noticed():
    network = NETWORKS["mlp"]("float64")
    train_step(network, SGD(0.1), *batch())
    network.layers[2] = Linear(30, 20, seed=5, dtype="float64")
    assert_same_training(network, OPTIMIZERS["sgd"], "float64")


def test_changing_batch_sizes_use_bounded_memory():
    network = mlp([784, 5, 10])
    for n in range(1, 12):
        train_step(network, SGD(0.1), *batch(n))
    assert len(plan._plans.of[network]) == plan.PLANS_KEPT


def test_plans_die_with_their_network():
    network = mlp([784, 5, 10])
    train_step(network, SGD(0.1), *batch())
    before = len(plan._plans.of)
    del network
    gc.collect()
    assert len(plan._plans.of) < before


def test_wrong_batches_are_refused():
    network = NETWORKS["mlp"]("float64")
    with pytest.raises(ValueError, match=r"shape \(n, 784\), got \(20, 783\)"):
        train_step(network, SGD(0.1), batch()[0][:, 1:], batch()[1])
    with pytest.raises(ValueError, match="labels of shape"):
        train_step(network, SGD(0.1), batch()[0], batch()[1][1:])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("library", ["BLAS", "NumPy"])
@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (-0.5, 1), (2, 0), (0.1, 0.9)])
def test_add_product(library, dtype, alpha, beta, monkeypatch):
    if library == "NumPy":
        monkeypatch.setattr(blas, "find", lambda routine, char: None)
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal(shape).astype(dtype) for shape in ((5, 7), (7, 3), (5, 3)))
    for left in (a, np.asfortranarray(a)):
        for right in (b, np.asfortranarray(b), np.repeat(b, 2, axis=1)[:, :3] * 0 + b):
            result = c.copy()
            blas.add_product(result, left, right, alpha, beta)
            assert result == pytest.approx(alpha * (a @ b) + beta * c, rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("library", ["BLAS", "NumPy"])
@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (-0.5, 1), (2, 0), (0.1, 0.9)])
@pytest.mark.parametrize("shape", [(3,), (500, 60)])
def test_add_multiple(shape, library, dtype, alpha, beta, monkeypatch):
    if library == "NumPy":
        monkeypatch.setattr(blas, "find", lambda routine, char: None)
    x, y = np.random.default_rng(0).standard_normal((2, *shape)).astype(dtype)
    expected = alpha * x + beta * y
    for one in (x, np.repeat(x, 2, axis=-1)[..., ::2]):
        result = y.copy()
        blas.add_multiple(result, one, alpha, beta)
        np.testing.assert_allclose(result, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_add_multiple_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="cannot add"):
        blas.add_multiple(np.zeros(3), np.zeros(4))


def test_add_product_into_a_part_of_an_array_leaves_the_rest():
    rng = np.random.default_rng(0)
    a, b, whole = rng.random((5, 7)), rng.random((7, 3)), np.zeros((5, 6))
    blas.add_product(whole[:, 2:5], a, b)
    assert whole[:, 2:5] == pytest.approx(a @ b)
    assert not whole[:, [0, 1, 5]].any()


def test_add_product_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="cannot add"):
        blas.add_product(np.zeros((5, 3)), np.zeros((5, 7)), np.zeros((6, 3)))


def test_one_thread_gives_the_threads_back():
    before = threads.threads()
    with suppress(KeyError), threads.one_thread():
        assert threads.threads() == 1
        raise KeyError
    assert threads.threads() == before


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_any_number_of_parts_gives_the_same_gradients(parts, monkeypatch):
    monkeypatch.setattr("mlp_core.fast.convolution.threads", lambda: parts)
    monkeypatch.setattr("mlp_core.fast.convolution.EXAMPLES_A_PART", 1)
    assert_same_training(NETWORKS["ift6135-b"]("float64"), OPTIMIZERS["sgd"], "float64", n=7)


def test_adam_in_blocks_gives_the_bits_of_the_whole(monkeypatch):
    rng, results = np.random.default_rng(0), []
    weight, grad = rng.standard_normal((2, 50, 30))
    for size in (64, 10_000):  # axpy rounds its last few numbers in another way than the many before
        monkeypatch.setattr("mlp_core.fast.update.BLOCK", size)
        optimizer, param = Adam(0.1, weight_decay=0.1), weight.copy()
        for optimizer.updates in (0, 1):
            adam_by_gradient(optimizer, "0.weight", param, grad.copy(), 0.1)
        results.append(param)
    assert np.array_equal(*results)
