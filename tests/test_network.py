import copy
import pickle

import numpy as np
import pytest
from layer_checks import assert_gradients_right, distinct

from mlp_core import (
    SGD,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    check_gradients,
    cnn,
    mlp,
    softmax,
    train_step,
)

PUBLISHED_SIZES = {
    (784, 512, 256, 10): 535_818,
    (784, 600, 600, 10): 837_610,
    (784, 710, 610, 10): 997_170,
    (784, 512, 768, 10): 803_594,
    (784, 784, 256, 10): 818_970,
    (784, 512, 384, 10): 602_762,
    (784, 666, 333, 10): 748_261,
    (784, 666, 666, 10): 973_702,
}


@pytest.mark.parametrize(("sizes", "count"), PUBLISHED_SIZES.items())
def test_number_of_parameters(sizes, count):
    assert mlp(sizes).num_parameters == count


def test_number_of_parameters_of_the_published_cnns():
    assert cnn("ift6135-b").num_parameters == 828_967
    assert cnn("ift6135-c").num_parameters == 763_094


def test_parameters_are_live_and_addressed_by_layer():
    network = mlp([4, 3, 2])
    assert list(network.params) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    network.params["2.bias"][...] = 7
    assert (network.layers[2].params["bias"] == 7).all()


def test_one_activation_a_hidden_layer():
    layers = mlp([4, 3, 3, 3, 2], activation=["relu", "tanh", "sigmoid"]).layers
    assert [type(layer) for layer in layers[1::2]] == [ReLU, Tanh, Sigmoid]


@pytest.mark.parametrize("activation", [["relu"], ["relu", "tanh", "relu"]])
def test_a_wrong_number_of_activations_is_refused(activation):
    with pytest.raises(ValueError, match="expected 2 activations"):
        mlp([4, 3, 3, 2], activation=activation)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="relu, sigmoid, tanh, got 'gelu'"):
        mlp([4, 3, 2], activation="gelu")
    with pytest.raises(ValueError, match="ift6135-b, ift6135-c, got 'lenet'"):
        cnn("lenet")


def test_the_same_seed_gives_the_same_bits_and_dropout_changes_no_weight():
    first, again, dropped, other = mlp([9, 8, 2]), mlp([9, 8, 2]), mlp([9, 8, 2], dropout=0.5), mlp([9, 8, 2], seed=1)
    assert np.array_equal(first.params["2.weight"], again.params["2.weight"])
    assert np.array_equal(first.params["2.weight"], dropped.params["3.weight"])
    assert not np.array_equal(first.params["2.weight"], other.params["2.weight"])


def test_precisions_share_their_weights():
    single, double = (mlp([9, 8, 2], dtype=dtype).params["0.weight"] for dtype in ("float32", "float64"))
    assert np.array_equal(single, double.astype("float32"))


def small_cnn(dtype="float64"):
    settings = {"seed": np.random.default_rng(0), "dtype": dtype}
    layers = [Conv2d(1, 2, 3, padding=1, **settings), Tanh(), MaxPool2d(2), Flatten(), Linear(8, 3, **settings)]
    return Sequential(layers, input_shape=(1, 4, 4))


@pytest.mark.parametrize(
    ("make", "shape"),
    [(small_cnn, (3, 1, 4, 4)), (lambda: mlp([16, 5, 3], activation="tanh", dtype="float64"), (3, 16))],
)
def test_gradients_through_all_layers(make, shape):
    assert_gradients_right(make(), distinct(shape))


def test_flat_rows_and_images_are_the_same():
    network, x = small_cnn(), distinct((3, 16))
    assert np.array_equal(network.forward(x), network.forward(x.reshape(3, 1, 4, 4)))


@pytest.mark.parametrize(
    ("network", "shape", "expected"),
    [
        (mlp([784, 10]), (32, 28, 28), r"shape \(n, 784\), got \(32, 28, 28\)"),
        (cnn("ift6135-b"), (2, 3, 28, 28), r"shape \(n, 1, 28, 28\) or \(n, 784\), got"),
        (mlp([784, 10]), (784,), r"got \(784,\)"),
    ],
)
def test_wrong_shapes_are_refused(network, shape, expected):
    with pytest.raises(ValueError, match=expected):
        network.forward(np.zeros(shape, "float32"))


def test_layers_that_do_not_fit_are_refused_at_once():
    with pytest.raises(ValueError, match=r"layer 1: Linear.*\(5,\), got \(3,\)"):
        Sequential([Linear(4, 3), Linear(5, 2)])


def test_no_layers_are_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        Sequential([])


@pytest.mark.parametrize("make", [lambda: mlp([16, 5, 3]), lambda: small_cnn("float32")])
def test_predictions_follow_the_logits(make):
    network, x = make(), distinct((1203, 16)).astype("float32") / 200
    logits = network.forward(x)
    assert np.abs(network.logits(x) - logits).max() < 1e-5
    assert network.predict_proba(x) == pytest.approx(softmax(logits), abs=1e-6)
    assert np.array_equal(network.predict(x), network.predict_proba(x).argmax(axis=1))
    assert network.predict(x).dtype == np.int64


def test_predicting_nothing_gives_nothing():
    assert mlp([4, 3, 2]).predict(np.zeros((0, 4), "float32")).shape == (0,)


def test_float64_images_go_through_a_float32_network():
    network = mlp([16, 5, 3])
    assert network.forward(distinct((2, 16))).dtype == network.dtype == np.float32


def test_a_copy_is_independent():
    network = mlp([4, 3, 2])
    other = network.copy()
    other.params["0.weight"][...] = 0
    assert network.params["0.weight"].any()


def test_astype_changes_a_copy():
    network = small_cnn("float32")
    double = network.astype("float64")
    assert (network.dtype, double.dtype) == (np.float32, np.float64)
    assert double.forward(distinct((2, 16))).dtype == np.float64


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_network_that_was_used_can_be_copied_and_pickled(duplicate):
    network, x = mlp([16, 5, 3]), distinct((3, 16))
    assert np.array_equal(network.predict_proba(x), duplicate(network).predict_proba(x))


def test_summary_has_a_row_for_each_layer_and_the_total():
    frame = cnn("ift6135-b").summary()
    assert frame["parameters"].tolist()[:-1] == [100, 0, 0, 4025, 0, 0, 0, 819_712, 0, 5130]
    assert frame.iloc[-1].tolist() == ["total", "", 828_967]
    assert frame["output shape"].tolist()[5:8] == ["25 × 8 × 8", "1600", "512"]


def test_summary_as_text():
    assert str(mlp([784, 512, 10])).splitlines() == [
        "   layer   output shape  parameters",
        "0  Linear  512              401,920",
        "1  ReLU    512                    0",
        "2  Linear  10                 5,130",
        "   total                    407,050",
    ]


def test_a_network_that_does_not_know_its_input_still_has_a_summary():
    assert Sequential([Flatten(), Linear(4, 2)]).summary()["output shape"].tolist() == ["?", "?", ""]


def test_repr_shows_the_layers():
    assert (
        repr(Sequential([Dropout(0.5), ReLU()]))
        == "Sequential([\n    Dropout(p=0.5),\n    ReLU(),\n], input_shape=None)"
    )


def test_a_layer_stands_in_one_place():
    shared = ReLU()
    with pytest.raises(ValueError, match=r"a layer of its own in each place, got ReLU\(\) twice \(layer 3\)"):
        Sequential([Linear(4, 3), shared, Linear(3, 3), shared])


def test_a_network_is_no_layer():
    with pytest.raises(TypeError, match="expected layers, got a network; join two"):
        Sequential([Sequential([Linear(4, 3), ReLU()]), Linear(3, 2)])


def test_an_array_put_into_params_is_not_lost_in_silence():
    network = mlp([4, 3, 2], seed=0)
    with pytest.raises(TypeError, match=r"params\['0.weight'\]\[...\] = values"):
        network.params["0.weight"] = np.zeros((4, 3), "float32")
    network.params["0.weight"][...] = 0
    assert not network.layers[0].params["weight"].any()


def test_params_take_no_other_array_but_every_change_in_place():
    network = mlp([4, 3, 2], seed=0)
    before = network.params["0.weight"].copy()
    network.params["0.weight"] -= 1
    assert np.array_equal(network.params["0.weight"], before - 1)
    for change in (
        lambda arrays: arrays.update({"0.weight": before}),
        lambda arrays: arrays.__setitem__("0.weight", before),
        lambda arrays: arrays.__ior__({"0.weight": before}),
        lambda arrays: arrays.__delitem__("0.weight"),
        lambda arrays: arrays.pop("0.weight"),
        lambda arrays: arrays.setdefault("new", before),
        lambda arrays: arrays.clear(),
        lambda arrays: arrays.popitem(),
    ):
        for arrays in (network.params, network.grads):
            with pytest.raises(TypeError, match=r"layers\[0\].params\['weight'\] = array"):
                change(arrays)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda arrays: pickle.loads(pickle.dumps(arrays)), dict.copy])
def test_copies_of_params_are_ordinary_dictionaries(copied):
    arrays = copied(mlp([4, 3, 2], seed=0).params)
    arrays["0.weight"] = np.zeros(3)
    assert type(arrays) is dict


def test_a_layer_put_into_a_second_place_later_is_refused():
    network = mlp([4, 4, 4], seed=0)
    network.layers.append(network.layers[1])
    x, y = np.ones((2, 4), "float32"), np.array([0, 1])
    for call in (
        lambda: network.forward(x, training=True),
        lambda: train_step(network, SGD(0.1), x, y),
        lambda: check_gradients(network, x, y),
    ):
        with pytest.raises(ValueError, match=r"place, got ReLU\(\) twice \(layer 3\)"):
            call()


@pytest.mark.parametrize("layer", ["relu", ReLU, None])
def test_what_is_no_layer_is_refused(layer):
    with pytest.raises(TypeError, match=r"expected a layer with forward, backward, params, grads, got .* \(layer 0\)"):
        Sequential([layer])


@pytest.mark.parametrize(
    ("shape", "error"),
    [((1.5,), TypeError), ((True, 3), TypeError), (784, TypeError), ("784", TypeError), ((-1,), ValueError)],
)
def test_senseless_input_shapes_are_refused(shape, error):
    with pytest.raises(error, match="input_shape"):
        Sequential([ReLU()], shape)
