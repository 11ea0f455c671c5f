"""`mlp_core.fast.blas`: whatever the arrays are like, the result is NumPy's, and nothing else in memory changes."""

import itertools

import numpy as np
import pytest

from mlp_core import SGD, mlp, train_step
from mlp_core.fast.blas import add_multiple, add_product
from mlp_core.fast.plan import is_supported
from mlp_core.training import plain_step

M, N, K = 4, 3, 5


def misaligned(array):
    raw = np.zeros(array.nbytes + 1, np.uint8)
    view = raw[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


FORMS = {
    "plain": lambda a: a.copy(),
    "transposed": lambda a: a.T.copy().T,
    "part of a larger array": lambda a: np.pad(a, 2)[2:-2, 2:-2],
    "every second column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "rows backward": lambda a: np.flipud(np.flipud(a).copy()),
    "columns backward": lambda a: np.fliplr(np.fliplr(a).copy()),
    "misaligned": misaligned,
    "foreign byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "one row for all": lambda a: np.broadcast_to(a[:1], a.shape),
}


WRITABLE = [form for form in FORMS if form != "one row for all"]


def owner(array):
    """Return the bytes of the array that a view lies in."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("c_form", WRITABLE)
def test_products_of_any_arrays(c_form, dtype):
    for a_form, b_form in itertools.product(FORMS, FORMS):
        rng = np.random.default_rng(0)
        c, a, b = FORMS[c_form](rng.random((M, N), dtype)), rng.random((M, K), dtype), rng.random((K, N), dtype)
        expected = -0.5 * (a.astype(float) @ b.astype(float)) + 2 * c.astype(float)
        before = owner(c).copy()
        if "one row for all" in (a_form, b_form):
            a, b = a * 0 + a[:1], b * 0 + b[:1]
            expected = -0.5 * (a.astype(float) @ b.astype(float)) + 2 * c.astype(float)
        add_product(c, FORMS[a_form](a), FORMS[b_form](b), alpha=-0.5, beta=2)
        assert c.astype(float) == pytest.approx(expected, rel=1e-5), (a_form, b_form)
        if c.dtype == before.dtype:  # not the bytes around a misaligned array
            assert np.count_nonzero(owner(c) != before) <= c.size, (a_form, b_form)


@pytest.mark.parametrize("form", FORMS)
def test_multiples_of_any_arrays(form):
    rng = np.random.default_rng(0)
    x = FORMS[form](rng.random((M, N)))
    for y in (rng.random((M, N)), rng.random((N, M)).T, np.flipud(rng.random((M, N)))):
        expected = 0.5 * x.astype(float) + 3 * y
        add_multiple(y, x, 0.5, 3)
        assert y == pytest.approx(expected)


@pytest.mark.parametrize(("alpha", "beta"), [(1, 0), (0, 1), (-1, 0.5)])
def test_sources_that_overlap_the_target(alpha, beta):
    rng = np.random.default_rng(0)
    square = rng.random((5, 5))
    before = square.copy()
    add_product(square, square, square.T, alpha, beta)
    assert square == pytest.approx(alpha * before @ before.T + beta * before)
    line = np.arange(6.0)
    add_multiple(line[1:], line[:-1], alpha, beta)
    assert line[1:] == pytest.approx(alpha * np.arange(5.0) + beta * np.arange(1.0, 6.0))


def test_empty_arrays():
    c = np.ones((3, 2))
    add_product(c, np.ones((3, 0)), np.ones((0, 2)), beta=2)
    assert (c == 2).all()
    add_product(np.ones((0, 2)), np.ones((0, 4)), np.ones((4, 2)))
    add_multiple(np.ones(0), np.ones(0))


def frozen(array, tmp_path):
    array.flags.writeable = False
    return array


def mapped(array, tmp_path):
    np.save(tmp_path / "w.npy", array)
    return np.load(tmp_path / "w.npy", mmap_mode="r")


def broadcast(array, tmp_path):
    return np.broadcast_to(array[0], array.shape)


@pytest.mark.parametrize("make", [frozen, mapped, broadcast])
@pytest.mark.parametrize("step", [train_step, plain_step])
@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, momentum=0.9)], ids=["sgd", "momentum"])
def test_a_weight_that_numpy_would_not_write_is_an_error(make, step, optimizer, tmp_path):
    network = mlp([12, 9, 4], seed=1)
    layer = network.layers[0]
    layer.params["weight"] = make(layer.params["weight"], tmp_path)
    before = layer.params["weight"].copy()
    with pytest.raises(ValueError, match="read-only"):
        step(network, optimizer, np.ones((5, 12), "float32"), np.arange(5) % 4)
    assert np.array_equal(layer.params["weight"], before)


@pytest.mark.parametrize("form", WRITABLE)
def test_fast_and_plain_steps_agree_on_odd_weights(form):
    rng = np.random.default_rng(0)
    x, y, weight = rng.random((40, 12)), np.arange(40) % 4, rng.random((12, 9))
    networks = [mlp([12, 9, 4], seed=1, dtype="float64") for _ in range(2)]
    for network, step in zip(networks, (train_step, plain_step), strict=True):
        network.layers[0].params["weight"] = FORMS[form](weight)
        for _ in range(2):
            step(network, SGD(0.1, 0.9), x, y)
    assert all(
        networks[0].params[name] == pytest.approx(networks[1].params[name], rel=1e-12) for name in networks[0].params
    )


def tied(network):
    network.layers[4].params["weight"] = network.layers[2].params["weight"]


def tied_transposed(network):
    network.layers[4].params["weight"] = network.layers[2].params["weight"].T


def mixed(network):
    network.layers[2].params["weight"] = network.params["2.weight"].astype("float32")


def patched(network):
    network.layers[1].forward = lambda x, training=False: np.zeros_like(x)


@pytest.mark.parametrize("change", [tied, tied_transposed, mixed])
def test_what_the_fast_step_does_not_know_is_left_to_the_plain_one(change):
    rng = np.random.default_rng(0)
    x, y, results = rng.random((40, 12)), np.arange(40) % 4, []
    for step in (plain_step, train_step):
        network = mlp([12, 5, 5, 5, 4], seed=0, dtype="float64")
        assert is_supported(network)
        change(network)
        assert not is_supported(network)
        step(network, SGD(0.1), x, y)
        results.append(network.params)
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_a_forward_replaced_on_one_layer_is_used_everywhere():
    network, x = mlp([12, 9, 4], seed=1), np.ones((5, 12), "float32")
    patched(network)
    np.testing.assert_array_equal(network.logits(x), network.forward(x))
    assert not network.logits(x).any()
