import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import load_dataset, mlp
from report.chapter import published
from report.chapter.replication import ift6135_c, rows, sentences
from report.chapter.replication.ift6135_c import biases, checking, claims, columns, convolution, drawing, networks


@pytest.fixture(scope="module")
def data():
    return load_dataset("mnist-5k")


@pytest.fixture(scope="module")
def found(data):
    return ift6135_c.experiments(data, full=False)


@pytest.fixture(scope="module")
def numbers(found):
    return rows.beside(ift6135_c.LABEL, ift6135_c.ours(found), ift6135_c.REASONS)


def test_every_number_has_a_row_or_a_reason(numbers):
    assert len(numbers) == 167
    assert (numbers[numbers["runs"].map(len) == 0]["table"] == "gradient_check").all()


def test_every_claim_has_a_verdict_with_numbers(found):
    table = sentences.claims(ift6135_c.LABEL, ift6135_c.checked(found))
    assert len(table) == 17
    assert table["by"].str.contains(r"\d").all()


def test_nothing_assumed_counts(numbers):
    assumed = numbers[numbers["basis"] == "assumed"]
    assert set(assumed["verdict"]) == {"not comparable"}
    assert {"cnn_vs_mlp", "initialization"} <= set(assumed["table"])


def test_numbers_of_parameters_are_exact(numbers):
    assert (numbers[numbers["table"] == "parameter_counts"]["verdict"] == "reproduced").all()


def test_biases_move_by_the_mean_gradient():
    b = np.zeros(10)
    for batch in ([0, 1], [1]):
        p = np.exp(b) / np.exp(b).sum()
        b = b - 0.5 * (p - np.bincount(batch, minlength=10) / len(batch))
    expected = np.log(np.exp(b).sum()) - (b[0] + 2 * b[1]) / 3
    assert biases.biases_alone(np.array([0, 1, 1]), rate=0.5, batch_size=2, epochs=1) == pytest.approx([expected])


def test_a_loss_over_the_epoch_is_that_before_each_update():
    labels = np.array([3, 3, 3, 3])
    assert biases.biases_alone(labels, rate=0.5, batch_size=4, epochs=1, measured="over the epoch") == pytest.approx(
        [np.log(10)]
    )


def test_a_network_of_zeros_learns_what_its_biases_alone_learn(data):
    part = data.train[:200]
    trained = networks.start(part, part, hidden=(6, 5), initializer="zeros", rate=0.1, epochs=2, seed=0)
    assert trained["train_loss"] == pytest.approx(biases.biases_alone(part.labels, rate=0.1, epochs=2), abs=1e-6)


def test_a_start_is_plain_descent_in_file_order(data):
    part, rate = data.train[:100], 0.1
    w1, b1, w2, b2 = (a.astype("float64") for a in mlp([784, 7, 10], seed=3).params.values())
    for rows_of_batch in (slice(0, 64), slice(64, 100)):
        x, y = part.images[rows_of_batch], part.labels[rows_of_batch]
        hidden = np.maximum(x @ w1 + b1, 0)
        p = np.exp(hidden @ w2 + b2)
        delta = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
        back = (delta @ w2.T) * (hidden > 0)
        w2, b2 = w2 - rate * hidden.T @ delta, b2 - rate * delta.sum(axis=0)
        w1, b1 = w1 - rate * x.T @ back, b1 - rate * back.sum(axis=0)
    logits = np.maximum(part.images @ w1 + b1, 0) @ w2 + b2
    expected = np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(100), part.labels])
    ours = networks.start(part, part, hidden=(7,), initializer="glorot_uniform", rate=rate, epochs=1, seed=3)
    assert ours["train_loss"] == pytest.approx([expected], abs=1e-5)


def telling(setting, shift):
    table = published.load("hyperparameter_search", "ift6135-c").query("hidden_1 == 512")
    return [
        {"setting": setting, "activation": activation, "rate": rate}
        | {column: row[column].item() + shift for column in ("train_accuracy", "valid_accuracy")}
        for activation, rate in networks.TELLING
        for row in [table[(table["activation_1"] == activation) & (table["learning_rate"] == rate)]]
    ]


@pytest.mark.parametrize(("shift", "basis"), [(0.2, "inferred"), (0.0, "assumed")])
def test_settings_are_inferred_only_where_others_do_not_fit(found, shift, basis):
    others = [name for name in networks.TRIED if name != networks.SHUFFLED]
    tried = telling(networks.CHOSEN, 0) + [one for name in others for one in telling(name, shift)]
    bases = [one.basis for one in ift6135_c.ours({**found, "tried": tried}).values()]
    assert bases.count(basis) >= 66


def test_rows_that_chose_the_settings_are_not_compared(numbers):
    chosen = numbers[numbers["note"].str.contains("were chosen by this row")]
    assert len(chosen) == 6
    assert set(chosen["verdict"]) == {"not comparable"}


def test_the_copied_loss_is_told():
    shown = ift6135_c.errata_shown()
    assert "2.3021431184461356" in shown[0]
    assert "0.000886" in shown[1]
    assert "403" in shown[3]
    assert "7 of 10" in shown[5]
    assert shown[9].startswith("7 settings")
    assert "6 above" in shown[9]
    assert len(sentences.errata(ift6135_c.LABEL, shown)) == 13


def test_a_large_step_crosses_kinks_and_a_small_one_none(data):
    found = checking.sweep(data.train, hidden=(64, 32), seed=0)
    assert sum(found["kinks"][0]) > 0
    assert sum(found["kinks"][checking.N.index(50_000)]) == 0


def test_the_networks_beside_each_other_have_similar_sizes():
    cnn, perceptron = (convolution.build(hidden, seed=0).num_parameters for hidden in ((), (666, 333)))
    assert abs(cnn / perceptron - 1) < 0.03


def test_verdicts_need_more_than_one_run(found):
    assert claims.penalty(found).verdict == "cannot be told"


def test_tables_and_figures_stand_with_and_without_numbers_of_ours(found, numbers):
    nothing = rows.beside(ift6135_c.LABEL, {}, {"": "not run"})
    for table in (numbers, nothing):
        assert len(columns.starts(table)) == 10
        assert len(columns.grid(table)) == 36
        assert len(columns.rest(table)) == 15
        for draw in (drawing.draw_starts, drawing.draw_grid):
            plt.close(draw(table)[0].figure)
    drawn = ift6135_c.drawn(found)
    assert len(columns.zeros(drawn, numbers)) == len(biases.SETTINGS)
    plt.close(drawing.draw_curves(drawn)[0].figure)
    plt.close(drawing.draw_sweep(drawn).figure)


@pytest.mark.long
@pytest.mark.mnist
def test_nine_of_ten_zeros_are_printed_to_the_last_digits():
    ours = np.array(biases.biases_alone(load_dataset("mnist").train.labels))
    printed = published.load("initialization", "ift6135-c").query("initializer == 'zeros'")["train_loss"].to_numpy()
    assert np.abs(np.delete(ours - printed, 2)).max() < 1e-12
    assert ours[2] == pytest.approx(2.3021431184461356, abs=1e-12)
