"""Report ift6135-a run again: complete on a rehearsal, its step and its loss as plain NumPy has them, errata true."""

import math
import os

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Dataset, Split, load_dataset, mlp
from report.chapter import published
from report.chapter.replication import ift6135_a as module
from report.chapter.replication import rows, sentences
from report.chapter.replication.ift6135_a import beside, claims, pictures, training


def letters(count, seed=0, features=784):
    rng = np.random.default_rng(seed)
    return Split(rng.uniform(size=(count, features)).astype("float32"), np.arange(count) % 10)


@pytest.fixture(scope="module")
def data():
    return Dataset(letters(70), letters(66, 1), letters(5, 2))


@pytest.fixture(scope="module")
def found(data):
    return module.experiments(data, full=False)


def died(found):
    """Return what was found if one draw of N(0, 1) had died at once, and another overflowed."""
    dead = found["normal"][0] | {"silent_after": 1, "valid_loss": math.inf, "last_gradient": 0.0}
    lost = found["normal"][1] | {"overflowed": True, "train_loss": [math.nan] * 10, "last_gradient": math.nan}
    return found | {"normal": [dead, lost]}


@pytest.mark.parametrize("change", [dict, died])
def test_every_printed_number_and_every_claim_has_its_answer(found, change):
    shown = rows.beside(module.LABEL, module.ours(change(found)), module.REASONS)
    assert len(shown) == 76
    assert len(sentences.claims(module.LABEL, module.checked(change(found)))) == 12


def test_an_infinite_loss_of_a_run_that_died_is_the_printed_one(found):
    shown = rows.beside(module.LABEL, module.ours(died(found)), module.REASONS)
    loss = shown.loc["initialization_valid/1/valid_loss"]
    assert (loss["verdict"], loss["basis"]) == ("reproduced", "inferred")
    assert "of 2 draws 1 overflowed and 1 were dead" in loss["note"]


def test_exact_numbers_have_no_tolerance_for_chance(found):
    ours = module.ours(found)
    assert ours["initialization/0/train_loss"].tolerance == 1e-12
    assert ours["parameter_counts/0/parameters_printed"].tolerance == 0


def test_the_grid_has_the_points_of_the_report_in_its_order():
    table = published.load("grid_ift6135a")
    points = list(table[["hidden_1", "hidden_2", "learning_rate"]].itertuples(index=False, name=None))
    assert training.grid_points() == points
    assert [training.parameters(*point[:2]) for point in points] == table["parameters"].tolist()


def test_ten_biases_alone_are_what_a_network_of_zeros_learns(found):
    zeros, alone = found["zeros"], found["alone"]
    np.testing.assert_allclose(zeros["train_loss"], alone["train_loss"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(zeros["train_accuracy"], alone["train_accuracy"])
    assert zeros["valid_loss"] == pytest.approx(alone["valid_loss"][-1], abs=1e-14)
    assert zeros["first"]["gradient"] == [0.0] * len(zeros["first"]["steps"])
    assert zeros["last_gradient"] == 0


def test_the_step_is_the_one_of_plain_numpy_in_the_order_of_the_file(monkeypatch):
    monkeypatch.setattr(training, "BATCH", 4)
    split = letters(10, features=6)
    found = training.trained(split, split, seed=3, hidden=[5, 4], sigma=0.5, epochs=2, watched=True)
    network = mlp([6, 5, 4, 10], "relu", training.Normal(0.5), seed=3, dtype="float64")
    weights, biases = ([network.params[f"{layer}.{name}"] for layer in (0, 2, 4)] for name in ("weight", "bias"))
    expected = []
    for _ in range(2):
        for first in (0, 4, 8):
            numpy_step(weights, biases, split.images[first : first + 4].astype(float), split.labels[first : first + 4])
        p = numpy_forward(weights, biases, split.images.astype(float))[-1]
        expected.append(-np.log(p[np.arange(10), split.labels]).mean())
    np.testing.assert_allclose(found["train_loss"], expected, rtol=1e-12)


def numpy_forward(weights, biases, x):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(np.maximum(outputs[-1] @ weight + bias, 0))
    logits = outputs[-2] @ weights[-1] + biases[-1]
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return [*outputs[:-1], p / p.sum(axis=1, keepdims=True)]


def numpy_step(weights, biases, x, labels):
    *outputs, p = numpy_forward(weights, biases, x)
    back = (p - np.eye(10)[labels]) / len(labels)
    for layer in (2, 1, 0):
        gradients = outputs[layer].T @ back, back.sum(axis=0)
        back = back @ weights[layer].T * (outputs[layer] > 0)
        weights[layer] -= 0.1 * gradients[0]
        biases[layer] -= 0.1 * gradients[1]


def test_a_probability_of_zero_costs_infinity_as_in_the_report():
    network = mlp([2, 10], seed=0)
    network.params["0.weight"][:] = 0
    network.params["0.bias"][0] = 746
    loss, right = training.loss_and_hits(network, Split(np.zeros((2, 2), "float32"), [0, 1]))
    assert loss == math.inf
    assert right.tolist() == [True, False]


def test_the_shortcut_for_a_dead_layer_changes_nothing():
    split = letters(40, features=6)
    dead = {"seed": 0, "hidden": [5, 4], "sigma": 0.0, "watched": True}
    whole, short = (training.trained(split, split, **dead, shortcut=shortcut) for shortcut in (False, True))
    assert (whole["silent_after"], short["silent_after"]) == (None, 1)
    for name in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "last_gradient"):
        np.testing.assert_allclose(short[name], whole[name], rtol=1e-13)


def test_an_overflow_leaves_nan_in_the_epochs_after_it():
    split = letters(20, features=6)
    found = training.trained(split, split, seed=0, hidden=[5, 4], sigma=1e150, epochs=3, watched=True, shortcut=True)
    assert found["overflowed"]
    assert np.isnan([*found["train_loss"], found["last_gradient"]]).all()


def test_errata_are_shown_by_their_numbers(data):
    shown = module.errata_shown(data)
    assert sorted(shown) == list(range(13))
    numbers_in = {0: "803,594", 4: "795,914", 5: "391", 6: "0.36", 7: "62, 71, 53", 8: "11.356", 12: "4 of 24"}
    for index, number in numbers_in.items():
        assert number in shown[index]
    assert shown[3].endswith("TypeError")
    assert shown[1].endswith("by 0")


def test_claims_are_judged_by_the_runs(found):
    judged = claims.checked(died(found))
    assert [judged[index].verdict for index in (1, 3, 11)] == ["holds", "holds", "does not hold"]
    assert "1 of 2 draws overflow" in judged[3].by
    falling = [[1.0, 0.5, 0.4, 0.35]]
    assert claims._falls(np.array(falling)).verdict == "holds"
    assert claims._falls(np.array([[1.0, 0.5, 0.6, 0.35]])).verdict == "does not hold"


@pytest.mark.parametrize("change", [dict, died])
def test_figures_draw_what_there_is(found, change):
    shown = rows.beside(module.LABEL, module.ours(change(found)), module.REASONS)
    axes = pictures.draw_starts(shown)
    assert axes[0].get_lines()[0].get_ydata()[0] == 0.2724472669813704
    assert len(pictures.draw_grid(shown).get_lines()[0].get_ydata()) == 4
    plt.close("all")
    assert pictures.grid_table(found, full=False).shape == (8, 3)


@pytest.mark.mnist
@pytest.mark.skipif("MLP_CORE_DATA" not in os.environ, reason="needs the real MNIST files")
def test_the_printed_column_of_zeros_follows_from_the_labels():
    mnist = load_dataset("mnist")
    alone = training.biases_alone(mnist.train.labels, mnist.valid.labels)
    theirs = published.load("initialization", module.LABEL).query("initializer == 'zeros'")["train_loss"]
    np.testing.assert_allclose(alone["train_loss"][:8], theirs, rtol=0, atol=beside.ROUNDING)
    assert alone["valid_loss"][-1] == pytest.approx(2.301854740465508, abs=beside.ROUNDING)
