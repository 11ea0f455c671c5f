"""Report ift6135-b run again: complete on a rehearsal, its loop and its check as plain NumPy has them."""

import math

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Split, load_dataset, mlp, softmax_cross_entropy
from report.chapter.replication import ift6135_b as module
from report.chapter.replication import rows, sentences
from report.chapter.replication.ift6135_b import beside, found, pictures, told


@pytest.fixture(scope="module")
def data():
    return load_dataset("mnist-5k")


@pytest.fixture(scope="module")
def rehearsal(data):
    return module.experiments(data, full=False)


@pytest.fixture
def some():
    """Return 27 images, three of which a batch of 8 leaves over, and a validation split."""
    rng = np.random.default_rng(3)
    split = Split((rng.random((40, 784)) * (rng.random((40, 784)) > 0.8)), np.arange(40) % 10)
    return split[:27], split[27:]


def run(part, valid, **settings):
    small = {"hidden": (6, 5), "passes": 2, "dtype": "float64"} | settings
    return found.trained(part, valid, seed=4, **found.Setting()._replace(**small)._asdict())


def by_hand(part, valid, passes, batch_size=8, rate=0.01):
    """Train as the report does, in plain NumPy with examples as rows, and return its loss over each split."""
    w1, b1, w2, b2, w3, b3 = found.arrays(mlp([784, 6, 5, 10], seed=4, dtype="float64"))

    def forward(x):
        o1 = np.maximum(0, x @ w1 + b1)
        o2 = np.maximum(0, o1 @ w2 + b2)
        p = np.exp(o2 @ w3 + b3)
        return o1, o2, p / p.sum(axis=1, keepdims=True)

    for _ in range(passes):
        for first in range(0, len(part) - batch_size + 1, batch_size):
            x, y = part.images[first : first + batch_size], part.labels[first : first + batch_size]
            o1, o2, p = forward(x)
            d3 = (p - np.eye(10)[y]) / batch_size
            d2 = d3 @ w3.T * (o2 > 0)
            d1 = d2 @ w2.T * (o1 > 0)
            for array, gradient in ((w3, o2.T @ d3), (b3, d3.sum(0)), (w2, o1.T @ d2), (b2, d2.sum(0)),
                                    (w1, x.T @ d1), (b1, d1.sum(0))):  # fmt: skip
                array -= rate * gradient
    return [-np.log(forward(one.images)[2][np.arange(len(one)), one.labels] + 1e-10).mean() for one in (part, valid)]


def test_its_loop_takes_whole_batches_in_file_order_and_measures_all_images(some):
    made = run(*some, marks=(2,))
    assert [made["train_loss"][1], made["valid_loss"][1]] == pytest.approx(by_hand(*some, passes=2), rel=1e-12)
    assert made["train_loss"][0] is None


def test_another_order_gives_another_network_and_permuted_pixels_too(some):
    changes = ({}, {"shuffle": True}, {"permuted": True})
    assert len({run(*some, **one)["valid_loss"][-1] for one in changes}) == 3


def test_a_run_that_overflows_ends_with_an_infinite_loss(some):
    made = run(*some, passes=3, learning_rate=1e300, marks=(1, 2, 3))
    assert made["valid_loss"] == [math.inf] * 3
    assert made["valid_accuracy"] == [0.0] * 3


def test_the_constant_bounds_the_loss_of_an_image():
    logits = np.array([[0.0, 2000.0], [0.0, 0.0]])
    assert found.losses(logits, np.array([0, 0]), found.TINY) == pytest.approx([-math.log(1e-10), math.log(2)])
    assert found.losses(logits, np.array([0, 0]), 0.0)[0] == math.inf


def test_from_zeros_the_network_learns_its_output_biases_only(some):
    made = run(*some, initializer="zeros", marks=(1, 2))
    alone = found.biases_alone(some[0].labels, 2)
    assert [made["start"], *made["train_loss"]] == pytest.approx(alone, rel=1e-13)


def test_the_gradient_check_is_the_naive_one():
    network, image, label = mlp([784, 12, 5, 10], seed=1, dtype="float64"), np.random.default_rng(0).random(784), 2
    loss, upstream = softmax_cross_entropy(network.forward(image[None], training=True), np.array([label]))
    network.backward(upstream)
    checked = found.checked_gradient(found.arrays(network), image, label)
    weights, gradient = network.params["2.weight"], network.grads["2.weight"][:10, checked["unit"]]

    def report_loss(row, change):
        weights[row, checked["unit"]] += change
        p = network.predict_proba(image[None])[0, label]
        weights[row, checked["unit"]] -= change
        return -math.log(p + 1e-10)

    differences = [(report_loss(row, 0.01) - report_loss(row, -0.01)) * 50 - gradient[row] for row in range(10)]
    assert checked["active"]
    assert checked["with"][found.N.index(100)] == pytest.approx(np.abs(differences).max(), abs=1e-13)
    floor = np.abs(gradient).max() * 1e-10 / (math.exp(-loss) + 1e-10)
    assert checked["floor"] == pytest.approx(floor, rel=1e-9)
    assert checked["with"][found.N.index(50_000)] == pytest.approx(floor, abs=2e-11)


def test_the_counter_undone_gives_whole_numbers_of_images():
    printed = [93.832000000001, 96.283664, 97.372567328, 98.044745134656, 98.48008949026931]
    right = beside.undone(printed)
    assert np.rint(right).tolist() == [46_916, 48_048, 48_590, 48_925, 49_142]
    assert np.abs(right - np.rint(right)).max() < 1e-8
    assert beside.never_reset([one / 50_000 for one in np.rint(right)]) == pytest.approx(printed, abs=1e-8)


def test_every_hand_picked_row_has_runs_that_go_as_far():
    table = beside.printed_rows("hyperparameter_search")
    names = [beside.run_of(row) for row in table]
    assert names == [
        "sigmoid-relu", "512-256", "sigmoid-sigmoid", "512-256", "512-256, batch 32", "rate 0.001",
        "710-610, batch 32", "710-610", "710-610, batch 4",
    ]  # fmt: skip
    assert all({int(row.epochs) + 1} <= {*found.RUNS[name].marks} for name, row in zip(names, table, strict=True))


def test_every_printed_number_has_runs(rehearsal):
    table = rows.beside(module.LABEL, module.ours(rehearsal), module.REASONS)
    assert len(table) == 99
    assert table["runs"].map(len).min() >= 1
    exact = table["table"] == "parameter_counts"
    assert (table["verdict"][exact] == "reproduced").all()
    assert (table["tolerance"][~exact] > 0).all()
    assert set(
        table["basis"][table["quantity"].str.startswith("cnn, ") & ~table["quantity"].str.contains("parameters")]
    ) == {"assumed"}


def test_every_claim_has_a_verdict_with_its_numbers(rehearsal):
    table = sentences.claims(module.LABEL, module.checked(rehearsal))
    assert table["by"].str.contains(r"\d").all()
    assert set(table["verdict"]) <= {"holds", "does not hold", "cannot be told"}


def test_figures_and_wide_tables_show_ours_with_a_star_where_it_differs(rehearsal):
    table = rows.beside(module.LABEL, module.ours(rehearsal), module.REASONS)
    shown = pictures.rows_table(table, pictures.SHARES)
    assert shown.shape == (9, 4)
    assert shown["validation, ours, %"].str.endswith("*").all()  # a rehearsal learns nothing
    assert not shown["training, ours, %"].str.endswith("*").any()  # these rows chose the counter: nothing is compared
    for draw in (pictures.draw_rows, pictures.draw_curve):
        assert len(draw(table)) == 2
    assert len(pictures.draw_check(module.drawn(rehearsal)).lines) == 4
    plt.close("all")


def test_seeds_that_differ_cannot_tell():
    assert [told.unanimous(one) for one in ([True, True], [False, False], [True, False])] == [
        "holds", "does not hold", "cannot be told"
    ]  # fmt: skip
    assert [told.by_share(one) for one in (0.96, 0.02, 0.5)] == ["holds", "does not hold", "cannot be told"]


def test_errata_are_shown_by_their_right_values(data):
    shown = module.errata_shown(data)
    sentences.errata(module.LABEL, shown)
    right = {
        0: "46,916, 48,048", 2: "11 passes", 4: "below $10^{-12}$", 7: "828,967", 8: "2 and 4",
        9: "0.0019 from pass 4's", 10: "8 different", 11: "0.17", 13: "1, 50", 14: "1.37", 15: "0.00091",
        16: "93.83200000000001", 17: "does not have",
    }  # fmt: skip
    assert [index for index, words in right.items() if words not in shown[index]] == []


@pytest.mark.long
@pytest.mark.mnist
def test_the_floor_of_the_report_s_own_check_is_the_derived_one():
    data = load_dataset("mnist")
    image, label = found.as_pickled(data.train[:6]).images[5].tolist(), int(data.train.labels[5])
    assert label == 2
    checks = found.drawn(image, label, [784, 600, 600, 10], 60)
    away = [abs(one["with"][found.N.index(1000)] - one["floor"]) for one in checks]
    assert np.median(away) < 2e-12 < 5e-12 < np.median([one["floor"] for one in checks])
