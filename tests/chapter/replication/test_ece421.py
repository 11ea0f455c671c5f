"""Report ece421 run again: complete on a rehearsal, its update step for step as plain NumPy has it, its errata true."""

import math

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Dataset, Split
from report.chapter import published
from report.chapter.replication import ece421 as module
from report.chapter.replication import rows, sentences
from report.chapter.replication.ece421 import beside, claims, pictures, training


def letters(count, seed=0, features=784):
    rng = np.random.default_rng(seed)
    return Split(rng.uniform(size=(count, features)), np.arange(count) % 10)


@pytest.fixture(scope="module")
def data():
    return Dataset(letters(70), letters(66, 1), letters(65, 2))


@pytest.fixture(scope="module")
def found(data):
    return module.experiments(data, full=False)


def test_every_printed_number_and_every_claim_has_its_answer(found):
    shown = rows.beside(module.LABEL, module.ours(found), module.REASONS)
    assert len(shown) == 28
    assert set(shown["basis"]) == {"other"}
    assert set(shown["verdict"]) == {"not comparable"}
    assert len(sentences.claims(module.LABEL, module.checked(found))) == 11


def test_of_the_reports_own_images_accuracies_are_compared(found):
    shown = rows.beside(module.LABEL, module.ours(found | {"images": 15_000}), module.REASONS)
    bases = shown.groupby(shown["quantity"].str.contains("accuracy"))["basis"].unique()
    assert bases[True].tolist() == ["stated"]
    assert sorted(bases[False]) == ["assumed", "other"]


@pytest.mark.parametrize("momentum", [0.99, 0.0])
def test_five_updates_are_those_of_plain_numpy(momentum):
    split = letters(20, features=7)
    network = training.drawn(7, 6, 1).astype("float64")
    w, b, u, c = (network.params[name].copy() for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    v = s = 0.0
    velocity = {}
    for _ in range(5):
        logits, _ = training.step(network, velocity, split, 1e-3, momentum)
        h = split.images @ w + b
        g = np.maximum(h, 0)
        o = g @ u + c
        np.testing.assert_allclose(logits, o, rtol=1e-11)  # before the update
        d = np.exp(o) / np.exp(o).sum(axis=1, keepdims=True) - np.eye(10)[split.labels]
        e = d @ u.T
        e[h <= 0] = 0
        s = momentum * s + 1e-3 * (g.T @ d)
        u -= s
        c -= 1e-3 * d.sum(axis=0)
        v = momentum * v + 1e-3 * (split.images.T @ e)
        w -= v
        b -= 1e-3 * e.sum(axis=0)
    for name, expected in {"0.weight": w, "0.bias": b, "2.weight": u, "2.bias": c}.items():
        np.testing.assert_allclose(network.params[name], expected, rtol=1e-10, atol=1e-14)
    assert sorted(velocity) == ["0.weight", "2.weight"]


def test_biases_are_drawn_like_weights():
    network = training.drawn(784, 1000, 0)
    for layer, variance in ((0, 2 / 1784), (2, 2 / 1010)):
        assert network.params[f"{layer}.weight"].std() == pytest.approx(math.sqrt(variance), rel=0.02)
    assert network.params["0.bias"].std() == pytest.approx(math.sqrt(2 / 1784), rel=0.1)
    assert network.params["2.bias"].any()


def test_training_figures_are_before_the_update_and_the_others_after_it():
    split = letters(20, features=7)
    found = training.trained(split, split, split, hidden=6, seed=1, updates=3)
    np.testing.assert_allclose(found["train_loss"][1:], found["valid_loss"][:-1], rtol=1e-5)
    assert found["valid_loss"] == found["test_loss"]


def test_the_loss_is_bounded_by_tiny():
    found = training.measures("train", np.array([[600.0, 0.0]]), np.array([1]))
    assert found["train_loss"] == pytest.approx(-math.log(training.TINY))


def test_an_overflow_is_a_loss_that_is_no_number():
    assert math.isnan(training.measures("train", np.array([[710.0, 0.0]]), np.array([0]))["train_loss"])


def test_the_step_on_the_mean_gradient_is_kept():
    split = letters(20, features=7)
    twice = Split(np.concatenate([split.images] * 2), np.concatenate([split.labels] * 2))
    ends = []
    for part in (split, twice):
        network = training.drawn(7, 6, 1).astype("float64")
        training.step(network, {}, part, training.alpha_for(len(part)))
        ends.append(network.params["0.weight"])
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_a_bump_is_the_largest_rise_above_what_was_lowest_before():
    assert claims.bump([3.0, 2.0, 1.0]) == (0, 0.0)
    assert claims.bump([3.0, 1.0, 1.2, 0.5, 1.0]) == (3, 0.5)


def run(**lists):
    names = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "test_loss", "test_accuracy", "gradient")
    flat = {name: [0.9] * 8 for name in names}
    return flat | {"seconds": 1.0} | lists


def made(**of_size):
    sizes = {str(size): [run(seconds=float(size))] * (3 if size < 1000 else 1) for size in training.SIZES}
    sizes |= {name.removeprefix("units"): [runs] * 3 for name, runs in of_size.items()}
    still = {size: run() for size in ("100", "500")}
    return {"images": 8000, "images_measured": [1000, 1000], "sizes": sizes, "without momentum": still,
            "small steps": run()}  # fmt: skip


def test_claims_are_judged_by_the_runs():
    bumped = run(train_loss=[1.0, 0.5, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], gradient=[2.0, 1.0] + [0.5] * 6)
    judged = claims.checked(made(units100=bumped))
    assert judged[0].verdict == "holds"
    assert judged[1].verdict == "cannot be told"
    assert judged[5].verdict == "does not hold"
    assert "by 0.200 from iteration 2, where the gradient is 0.50" in judged[5].by
    assert judged[8].verdict == "does not hold"


def test_a_larger_network_that_is_better_is_seen():
    low = {name: [0.8] * 8 for name in ("valid_accuracy", "test_accuracy")}
    judged = claims.checked(made(units100=run(**low), units500=run()))
    assert judged[2].verdict == "holds"
    assert judged[7].verdict == "holds"


def test_errata_are_shown_by_their_numbers(data):
    shown = module.errata_shown(data)
    numbers_in = {0: "nan", 1: "60.9", 2: "33.2", 5: "rises", 6: "2,000", 7: "0.81", 8: "4 sizes", 10: "57"}
    for index, number in numbers_in.items():
        assert number in shown[index]
    table = published.load("errata", module.LABEL)
    assert set(shown) <= set(table.index)
    before, after = (float(shown[3].split("loss ")[1].split()[place]) for place in (0, -3))
    assert before > after


def test_the_figure_draws_what_there_is(found):
    for ours in ({}, module.ours(found)):
        shown = rows.beside(module.LABEL, ours, {"": "no run"})
        axes = pictures.draw_sizes(shown)
        assert axes[0].get_lines()[0].get_ydata().tolist() == [4.6824, 0.7009, 0.2957, 0.2303]
        assert len(axes[0].get_lines()) == (6 if ours else 3)
        plt.close("all")


def test_settings_say_where_they_come_from():
    assert all(any(f"({word}" in text for word in ("stated", "other", "ours")) for text in beside.SETTINGS.values())
