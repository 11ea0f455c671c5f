"""Report ce40717 run again: its update step for step, networks side by side, rows, claims and errata."""

import os
from pathlib import Path

import numpy as np
import pytest

from mlp_core import SGD, load_dataset
from mlp_core.training import plain_step
from report.chapter import published
from report.chapter.replication import ce40717, rows, sentences
from report.chapter.replication.ce40717 import claims, comparison, errata, mistakes, showing, training
from report.chapter.replication.ce40717.training import MAXIMUM, PENALIZED, SIGN, SUMMED, Rule

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((12, 6)), np.arange(12) % 3
real = pytest.mark.skipif(
    not Path(os.environ.get("MLP_CORE_DATA", "") or "missing", "mnist").is_dir(),
    reason="needs the real MNIST files, in mnist/ of the folder named by MLP_CORE_DATA",
)


@pytest.fixture(scope="module")
def data():
    return load_dataset("mnist-5k")


@pytest.fixture(scope="module")
def found(data):
    return ce40717.experiments(data, full=False)


def by_hand(params, x, y, rate, strength):
    """Make the report's update with images in columns, as its formulas have them; return the loss before it."""
    (w1, b1), (w2, b2) = ((params[f"{i}.weight"].T, params[f"{i}.bias"][:, None]) for i in (0, 2))
    targets, n = np.eye(3)[y].T, len(x)
    z1 = w1 @ x.T + b1
    a1 = z1 * (z1 > 0)
    z2 = w2 @ a1 + b2
    exps = np.exp(z2 - z2.max())
    a2 = exps / exps.sum(axis=0)
    loss = -(targets * np.log(a2 + 1e-10)).sum() / n
    dz2 = a2 - targets
    dz1 = (w2.T @ dz2) * (z1 > 0)
    gradients = [(w1, dz1 @ x / n), (b1, dz1.sum() / n), (w2, dz2 @ a1.T / n), (b2, dz2.sum() / n)]
    w1, b1, w2, b2 = (value - (rate * gradient - value * strength * rate) for value, gradient in gradients)
    return {"0.weight": w1.T, "0.bias": b1[:, 0], "2.weight": w2.T, "2.bias": b2[:, 0]}, loss


def test_the_update_is_the_report_s_step_for_step():
    net = training.network([6, 5, 3], [0])
    params = {name: value.copy() for name, value in net.params.items()}
    for _ in range(5):
        params, expected = by_hand(params, IMAGES, LABELS, 0.3, 0.1)
        loss, _ = training.update(net, IMAGES, LABELS, Rule(0.3, 0.1))
        assert loss == pytest.approx(expected, rel=1e-12)
    for name, value in net.params.items():
        np.testing.assert_allclose(value, params[name], rtol=1e-10, atol=1e-12)


def test_without_mistakes_the_update_is_plain_descent_with_weight_decay():
    net = training.network([6, 5, 4, 3], [0])
    other, optimizer = net.copy(), SGD(0.3, weight_decay=0.1)
    for _ in range(5):
        training.update(net, IMAGES, LABELS, Rule(0.3, 0.1, ()))
        plain_step(other, optimizer, IMAGES, LABELS)
    for name, value in net.params.items():
        np.testing.assert_allclose(value, other.params[name], rtol=1e-10, atol=1e-12)


def test_networks_side_by_side_are_updated_as_each_by_itself(monkeypatch):
    monkeypatch.setattr(training, "CHUNK", 5)  # two whole parts and a rest
    rules = [Rule(0.3, 0.1), Rule(0.2, 0.01, ()), Rule(0.1, 0.5, (SUMMED,))]
    wide = [training.network([6, 5, 4, 3], [0, i]) for i in range(3)]
    alone = [net.copy() for net in wide]
    curves = training.together(wide, rules, IMAGES, LABELS, 4)
    for net, other, rule, curve in zip(wide, alone, rules, curves, strict=True):
        before = [training.update(other, IMAGES, LABELS, rule) for _ in range(4)]
        np.testing.assert_allclose(np.transpose([curve["loss"], curve["accuracy"]]), before, rtol=1e-12)
        for name, value in net.params.items():
            np.testing.assert_allclose(value, other.params[name], rtol=1e-10, atol=1e-12)


def test_the_start_has_the_variance_of_the_outputs():
    net = training.network([784, 64, 10], [0])
    deviations = [float(net.params[name].std()) for name in ("0.weight", "0.bias", "2.weight")]
    assert deviations == pytest.approx([64**-0.5, 64**-0.5, 10**-0.5], rel=0.2)


def test_folds_are_contiguous_and_left_out(data, monkeypatch):
    seen = []
    monkeypatch.setattr(training, "together", lambda nets, rules, images, labels, updates: seen.append(labels))
    part = data.train[:22]
    training.fold_runs(part, 0, 1, lambdas=(0.1,), sizes=[784, 2, 10], updates=0, rule="report")
    assert seen[0].tolist() == [*part.labels[:5], *part.labels[10:]]  # folds of five; the rest is never left out


def test_training_and_validation_images_are_joined_in_this_order(data):
    whole = training.everything(data, "float64")
    assert whole.labels.tolist() == [*data.train.labels, *data.valid.labels]


def test_other_images_are_refused_in_full(data):
    with pytest.raises(ValueError, match="full: .* expected dataset 'mnist', got 'mnist-5k'"):
        ce40717.experiments(data, full=True)


def test_every_printed_number_has_a_row(found):
    table = rows.beside("ce40717", ce40717.ours(found), ce40717.REASONS)
    assert len(table) == 134 + 32 + 8 + 2
    assert (table["runs"].str.len() > 0).all()
    assert (table["tolerance"] > 0).all()
    assert set(table.loc[table["basis"] == "inferred", "table"]) == {"full_batch_curve", "full_batch"}


def test_a_row_is_measured_before_its_update():
    run = {"loss": list(range(300))}
    assert [comparison.before(run, "loss", "64", epoch) for epoch in (0, 20, 299)] == [0, 20, 299]
    assert comparison.before({"loss": list(range(50))}, "loss", "128-64", 499) == 49


def test_means_are_those_over_the_folds():
    folds = [{"rule": "report", "seed": 0, "fold": i, "lambda": 0.1, "loss": float(i)} for i in range(4)]
    assert comparison.fold_means({"folds": folds}, "loss") == {0.1: [1.5]}


def as_printed():
    """Return runs that give what the report printed, each twice."""
    table = published.load("full_batch_curve")
    curves = {
        hidden: {name: np.interp(range(count), part["updates_done"], part[f"train_{name}"]).tolist()
                 for name in ("loss", "accuracy")}
        for (hidden, part), count in zip(table.groupby("hidden"), (500, 300), strict=True)
    }  # fmt: skip
    runs = {
        name: {"rule": "report", "seed": 0, **curves[hidden], "test_accuracy": right / 10_000, "test_images": 10_000,
               "missed": list(range(right, 10_000))}
        for name, hidden, right in (("first", "64", 8839), ("improved", "128-64", 9643),
                                    ("rate and updates alone", "64", 9400), ("small rate", "128-64", 9000))
    }  # fmt: skip
    folds = [{"rule": rule, "seed": 0, **row} for row in published.load("kfold_l2").to_dict("records")
             for rule in ("report", "right")]  # fmt: skip
    return {"folds": folds, **{name: [run] for name, run in runs.items()}}


def test_the_report_s_own_numbers_are_reproduced():
    table = rows.beside("ce40717", ce40717.ours(as_printed()), {})
    assert set(table["verdict"]) == {"reproduced"}


def test_claims_are_decided_by_the_runs():
    verdicts = [ce40717.checked(as_printed())[index].verdict for index in range(10)]
    assert verdicts[0] == "cannot be told"
    assert verdicts[1:9] == ["holds"] * 8
    assert verdicts[9] == "does not hold"
    worse = as_printed()
    worse["first"][0] |= {"missed": list(range(5000)), "test_accuracy": 0.5, "loss": worse["first"][0]["loss"][::-1]}
    checked = ce40717.checked(worse)
    assert [checked[index].verdict for index in (2, 3, 4, 5)] == ["does not hold"] * 4


def test_every_claim_has_a_verdict_in_a_rehearsal(found):
    assert len(sentences.claims("ce40717", ce40717.checked(found))) == 10


def test_the_two_starts_are_one():
    assert claims.starts_differ_by() < 1e-15


@pytest.mark.parametrize(
    ("planted", "wrong"),
    [
        ((), set()),
        ((SIGN,), {"0.weight", "2.weight"}),
        ((PENALIZED,), {"0.bias", "2.bias"}),
        ((SUMMED,), {"0.bias", "2.bias"}),
        ((MAXIMUM,), set()),
    ],
)
def test_the_check_of_an_update_finds_where_it_is_wrong(planted, wrong):
    found = mistakes.check_update(planted)
    assert {name for name, error in found.items() if error > 1e-6} == wrong


def test_one_maximum_for_all_images_fails_beyond_the_smallest_double():
    assert np.isfinite(mistakes.outlier((MAXIMUM,), 745)).all()
    assert np.isnan(mistakes.outlier((MAXIMUM,), 746)[0]).all()
    assert np.isfinite(mistakes.outlier((), 746)).all()


def test_output_biases_only_grow_by_the_report_s_update(data):
    small = mistakes.small_run(data.train[:40], data.valid[:40], [0], hidden=4, updates=20)
    assert small["all four"]["output biases"] == pytest.approx(1.005**20)
    assert small[SUMMED]["output biases"] == pytest.approx(1)
    assert small[SIGN]["weights"] > 1 > small["none"]["weights"]
    assert mistakes.small_table(small).shape == (6, 4)


def test_errata_are_right_to_values_worked_by_hand(data):
    shown = errata.errata_shown(data.train[:40])
    assert set(shown) == {0, 1, 2, 3, 4, 5, 6, 9, 10, 12, 13, 14}
    assert "growth alone: 2.71" in shown[0]
    assert "off by 100\xa0%" in shown[2]
    assert "0.185 and 0.455 points ahead; the standard deviation of its folds is 0.82" in shown[10]
    assert shown[13].endswith("17,293")
    assert "0.4972944448407269, with 16 digits" in shown[14]


def test_tables_and_figures_show_runs_and_their_absence(found):
    for ours, reasons in ((ce40717.ours(found), {}), ({}, {"": "none"})):
        numbers = rows.beside("ce40717", ours, reasons)
        assert showing.curve_table(numbers, "64").shape == (16, 6)
        assert showing.fold_table(numbers).shape == (16, 6)
        for draw in (showing.curves_figure, showing.folds_figure):
            figure = draw(numbers)
            assert len(figure.axes[0].lines) == (2 if ours else 1)
            showing.plt.close(figure)
    assert len(showing.rules_table(ce40717.drawn(found)["rules"])) == 2 * 2 + 3


@real
@pytest.mark.long
def test_real_images_are_in_file_order_and_start_near_the_report_s_first_loss():
    train = training.everything(load_dataset("mnist"), "float32")
    assert len(train) == 60_000
    assert np.bincount(train.labels[:50_000])[1] == 5678  # images of class 1 among the first of the file
    nets = [training.network([784, 64, 10], [seed], "float32") for seed in range(5)]
    curves = training.together(nets, [Rule(0.05, 0.001)] * 5, train.images, train.labels, 1)
    spread = comparison.curve_spread("64", 0)[1]
    allowed = rows.tolerance(spread, 5)
    assert np.mean([curve["loss"][0] for curve in curves]) == pytest.approx(4.860847145518798, abs=allowed)


@real
@pytest.mark.long
def test_float32_in_parts_is_float64_at_once():
    part = load_dataset("mnist").train[:6000].astype("float64")
    fast, exact = (training.network([784, 64, 10], [0], dtype) for dtype in ("float32", "float64"))
    (curve,) = training.together([fast], [Rule(0.05, 0.1)], part.images.astype("float32"), part.labels, 20)
    before = [training.update(exact, part.images, part.labels, Rule(0.05, 0.1)) for _ in range(20)]
    np.testing.assert_allclose(curve["loss"], [loss for loss, _ in before], rtol=1e-5)
