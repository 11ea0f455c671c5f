"""Chapter 2: ends of runs, the plateau from batch to batch, the size of the first signal, the first steps."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import SGD, GlorotUniform, HeNormal, History, Normal, Split, Zeros, mlp, train
from mlp_core.diagnostics import Recorder, class_prior_entropy
from report.chapter import initialization as chapter
from report.chapter.evidence import Estimate

SIZES = [20, 30, 40, 4]
RIGHT, WRONG = np.ones(200, bool), np.arange(200) % 4 == 0


def images(count=60, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
    return Split(rng.random((count, SIZES[0])), labels)


def run(*accuracy, status="completed"):
    losses = [1.0 - value for value in accuracy]
    return History(train_loss=losses, valid_loss=losses, train_accuracy=[*accuracy], valid_accuracy=[*accuracy],
                   initial={"train_loss": 2.0}, status=status)  # fmt: skip


def recorders(activation="relu", sigma=1.0, count=2):
    made = []
    for seed in range(count):
        network = mlp(SIZES, activation, Normal(sigma), seed=seed, dtype="float64")
        made.append(Recorder(images(), every_steps=1))
        train(network, images(), optimizer=SGD(0.01), epochs=1, batch_size=30, callbacks=[made[-1]])
    return made


def test_training_images_without_a_class_are_refused():
    chapter.check_classes(images().labels, SIZES[-1])
    with pytest.raises(ValueError, match="train_images: .*; the first 3 training images have none of class 2 and 3"):
        chapter.check_classes(np.array([0, 1, 1]), 4)


@pytest.mark.parametrize(
    ("estimate", "spec", "text"),
    [
        (Estimate(2.3, 2.29, 2.312, 5), 4, "2.300 (2.290 to 2.312)"),
        (Estimate(1234.5, 1000.2, 1500, 5), 4, "1,234 (1,000 to 1,500)"),
        (Estimate(9.4e10, 0, 5e11, 3), 4, r"$9.4 \cdot 10^{10}$ (0 to $5 \cdot 10^{11}$)"),
        (Estimate(2.3026, 2.3026, 2.30261, 5), 4, "2.303"),
        (Estimate(0.0, 0.0, 0.0, 5), 2, "0.0"),
    ],
)
def test_an_interval_ends_at_the_place_of_its_mean(estimate, spec, text):
    assert chapter.with_interval(estimate, spec) == text


def test_the_mean_of_an_overflowed_run_is_a_dash_and_an_interval_is_cut():
    assert chapter.mean([1.0, np.inf], ".1f") == "–"
    assert chapter.mean([0.0, 1.0], ".1f", within=(0, 1)) == "0.5 (0.0 to 1.0)"


def test_ends_are_judged_by_the_interval_of_the_accuracy():
    found = {"a": [RIGHT, None, WRONG]}
    assert chapter.ends(found, 0.25) == {"a": ["better than a constant", "overflowed", "no better than a constant"]}


def test_an_overflowed_run_has_no_last_loss_and_no_accuracy():
    table = chapter.outcome_table({"a": [run(0.5, 0.8), run(0.1, status="diverged")]},
                                  {"a": ["better than a constant", "overflowed"]}, 1000)  # fmt: skip
    assert table["end"].tolist() == ["1 of 2 better than a constant", "1 of 2 overflowed"]
    assert table["validation accuracy"].tolist() == ["80.0\xa0%", "–"]
    assert table["training loss"].tolist() == ["0.200", "–"]


def test_intervals_of_accuracies_cover_the_images_too():
    runs, ends = {"a": [run(0.5, 0.90), run(0.5, 0.90)]}, {"a": ["better than a constant"] * 2}
    few, many = (chapter.outcome_table(runs, ends, images)["validation accuracy"].item() for images in (100, 10_000))
    assert few == "90.0\xa0% (84.0\xa0% to 96.0\xa0%)"
    assert many == "90.0\xa0% (89.4\xa0% to 90.6\xa0%)"


def test_curves_end_where_the_first_run_does():
    cut = chapter.together({"a": [run(0.1, 0.2, 0.3), run(0.4, status="diverged")]})["a"]
    assert [one.valid_accuracy for one in cut] == [[0.1], [0.4]]
    assert cut[0].train_loss == [0.9]


def test_hits_are_none_for_an_overflowed_network():
    network, split = mlp(SIZES, dtype="float64"), images()
    found = chapter.hits({"a": [network, network]}, {"a": [run(0.5), run(0.5, status="diverged")]}, split)["a"]
    assert found[0].tolist() == (network.predict(split.images) == split.labels).tolist()
    assert found[1] is None


def test_only_starts_that_lasted_are_compared():
    found = {"a": [RIGHT, RIGHT], "b": [WRONG, WRONG], "c": [RIGHT, None], "d": [RIGHT]}
    assert chapter.versus(found, "a", "b").verdict == "better"
    assert chapter.versus(found, "a", "c") is None
    assert chapter.leaders(found, 2).names == ("a",)
    assert chapter.leaders({"c": found["c"]}, 2) is None


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_plateau_follows_the_network_of_zeros_from_batch_to_batch(shuffle):
    split = images(400)
    network = mlp(SIZES, "relu", "zeros", dtype="float64")
    settings = {"epochs": 3, "batch_size": 30}
    history = train(network, split, optimizer=SGD(0.1), shuffle=shuffle, seed=7, evaluate_initial=True, **settings)
    measured = np.array([history.initial["train_loss"], *history.train_loss]) - class_prior_entropy(split.labels)
    rng = np.random.default_rng(7) if shuffle else None
    theory = chapter.plateau_theory(split.labels, 4, learning_rate=0.1, rng=rng, **settings)
    assert theory.per_epoch == 14
    assert len(theory.excess) == 3 * 14 + 1
    assert theory.error(measured) < theory.neglected / 3 < 0.1


def test_balanced_batches_leave_nothing_to_move():
    theory = chapter.plateau_theory(np.tile(np.arange(4), 10), 4, learning_rate=0.1, epochs=2, batch_size=8)
    assert theory.excess.max() < 1e-15
    assert np.isnan(theory.error(theory.ends))


def test_the_plateaus_figure_has_the_theory_as_a_line_and_the_measurement_as_points():
    theory = chapter.plateau_theory(images(400).labels, 4, learning_rate=0.1, epochs=2, batch_size=30)
    ax = chapter.plateau_figure(theory.ends, theory)
    assert [line.get_label() for line in ax.lines] == ["theory, step by step", "measured"]
    assert ax.lines[0].get_xdata()[-1] == 2
    assert ax.lines[1].get_ydata().tolist() == theory.ends.tolist()
    plt.close(ax.figure)


@pytest.mark.parametrize("kind", [Zeros(), Normal(0.3), GlorotUniform(), HeNormal()])
def test_weights_are_drawn_with_the_deviations_that_the_table_says(kind):
    network = mlp([300, 400, 200], "relu", kind, dtype="float64")
    drawn = [network.params[name].std() for name in ("0.weight", "2.weight")]
    assert drawn == pytest.approx(chapter.deviations(kind, [300, 400, 200]), rel=0.02)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_size_of_the_signal_is_predicted_from_the_images(activation):
    networks = {"a": [mlp(SIZES, activation, Normal(0.4), seed=seed, dtype="float64") for seed in range(200)]}
    table = chapter.signal_table(networks, {"a": Normal(0.4)}, images().images, activation)
    assert [found.value for found in table["ratio"]] == pytest.approx([1, 1, 1], abs=0.1)
    assert table["kept"].isna().tolist() == [False, False, True]


def test_ratio_and_share_stand_only_where_a_start_has_draws_of_its_own():
    networks = {name: [mlp(SIZES, "relu", Normal(sigma), seed=seed, dtype="float64") for seed in range(2)]
                for name, sigma in (("a", 1.0), ("b", 2.0))}  # fmt: skip
    table = chapter.signal_table(networks, {"a": Normal(1.0), "b": Normal(2.0)}, images().images, "relu")
    shown = chapter.written(table, ["b"])
    assert set(shown.loc["a", "share kept"]) == set(shown.loc["a", "mean square, measured / predicted"]) == {"–"}
    assert "–" not in set(shown.loc["b", "mean square, measured / predicted"])
    assert list(shown.loc["b", "share kept"])[:2] != ["–", "–"]


def test_relu_keeps_one_half():
    squares = chapter.predicted_squares(images().images, SIZES, HeNormal(), "relu")
    assert squares[1] == pytest.approx(squares[0])
    assert squares[0] == pytest.approx(0.1 * (images().images ** 2).sum(axis=1))


@pytest.mark.parametrize("sigma", [0.01, 3.0])
def test_the_first_loss_follows_from_the_size_of_the_scores(sigma):
    networks = {"a": [mlp(SIZES, "relu", Normal(sigma), seed=seed, dtype="float64") for seed in range(100)]}
    expected, measured = chapter.first_loss_table(networks, {"a": Normal(sigma)}, images(), "relu").loc["a"]
    assert measured.low <= expected <= measured.high
    assert (expected > 100) == (sigma == 3.0)


def test_the_first_steps_are_drawn_in_three_panels():
    axes = chapter.explosion_figure(recorders())
    assert [len(ax.lines) for ax in axes] == [3, 3, 2]
    assert [ax.get_yscale() for ax in axes] == ["log", "log", "linear"]
    plt.close(axes[0].figure)


def test_the_first_steps_are_tabulated_by_layer():
    table = chapter.inside_table({"a": recorders()})
    assert list(table) == ["gradient before", "gradient after", "dead before, %", "dead after, %"]
    assert table.loc[("a", 3), "dead after, %"] == "–"
    assert list(chapter.inside_table({"a": recorders("tanh")})) == ["gradient before", "gradient after"]


def test_the_layer_with_most_dead_units_counts():
    shares = [chapter.inside(one, "dead").iloc[0].max() / 100 for one in recorders()]
    assert chapter.most_dead(recorders(), 0) == chapter.mean(shares, ".1%", within=(0, 1))
    assert chapter.most_dead(recorders("tanh"), 0) == "0.0\xa0%"


def test_times_is_a_mean_of_ratios():
    assert chapter.times([10, 1000], [1, 1]).value == pytest.approx(100)
    assert np.isnan(chapter.times([np.inf, 1], [1, 1]).low)


def test_the_races_ends_are_counted():
    table = chapter.race_table({"float32": ["overflowed", "overflowed"], "float64": ["a layer dead", "still running"]})
    assert table["overflowed"].tolist() == [2, 0]
    assert table["a layer dead"].tolist() == [0, 1]
    assert table["largest number"].tolist() == [r"$3.4 \cdot 10^{38}$", r"$1.8 \cdot 10^{308}$"]
