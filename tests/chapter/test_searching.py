"""Reading a search: groups instead of winners, and what is refused; the sentences in every way they may come out."""

import math
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from mlp_core import Dataset, Split
from report.chapter import searching
from report.chapter.evidence import Group, compare

IMAGES = 1000


def trial(hidden=(20, 10), activation="relu", rate=0.1, accuracy=0.9, *, status="ok", seed=0, batch=64, parameters=100):
    """Return one row as `search` gives it."""
    return {
        "hidden": hidden, "activation": activation, "batch_size": batch, "learning_rate": rate, "dtype": "float64",
        "parameters": parameters, "status": status, "valid_accuracy": accuracy, "seed": seed, "epochs": 1,
        "epochs_to_target": None, "history": SimpleNamespace(valid_accuracy=[accuracy], train_loss=[1], valid_loss=[2]),
    }  # fmt: skip


def table(*rows):
    frame = searching.named(pd.DataFrame([*rows]))
    frame.attrs["space"] = len(frame)
    return frame


def hits(share, seeds=5, images=IMAGES):
    """Return the same right answers from every seed, a share of the images."""
    return np.tile(np.arange(images) < share * images, (seeds, 1))


@pytest.fixture
def said(monkeypatch):
    """Collect what is said, as Markdown."""
    texts = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: texts.append(shown.data))
    return texts


def data(images=12):
    rng = np.random.default_rng(0)
    split = Split(rng.random((images, 4)), np.arange(images) % 2)
    return Dataset(split, split, split, name="made")


def test_settings_are_named_by_what_varies():
    assert list(table(trial(), trial(rate=0.01234))["setting"]) == ["20-10, relu, 0.1", "20-10, relu, 0.0123"]
    pair = table(trial(activation=("relu", "tanh"), batch=8), trial(batch=4))
    assert pair["setting"].iloc[0] == "20-10, relu-tanh, batch 8, 0.1"


@pytest.mark.parametrize(
    ("best", "left"),
    [([0.9], [0.1, 0.2]), (hits(0.9), [0.1, 0.2]), ([0.9, 0.8, 0.7, 0.75, 0.6], [0.1, 0.2, 0.3]),
     (None, [0.1, 0.2, 0.3, 0.5])],
)  # fmt: skip
def test_a_point_is_dropped_that_lies_below_another_run_of_the_best(best, left):
    points = table(trial(accuracy=0.9), trial(rate=0.2, accuracy=0.88), trial(rate=0.3, accuracy=0.8),
                   trial(rate=0.4, accuracy=math.nan, status="diverged"), trial(rate=0.5, accuracy=0.1))  # fmt: skip
    assert list(searching.survivors(points, best, IMAGES)["learning_rate"]) == left


def test_another_run_ends_within_its_interval_as_often_as_it_says():
    runs = np.clip(np.random.default_rng(0).normal(0.7, 0.05, (1000, 6)), 0, 1)
    found = [searching.another_run(others, 10**6) for *others, _ in runs]
    inside = [one.low <= another <= one.high for one, another in zip(found, runs[:, -1], strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_settings_without_scores_are_still_to_be_tried():
    points = table(trial(), trial(rate=0.2))
    assert list(searching.untried(points, {"20-10, relu, 0.1": [0.9]})["learning_rate"]) == [0.2]


@pytest.mark.parametrize("function", [lambda t: searching.survivors(t, [0.9], IMAGES), searching.winner])
def test_a_grid_of_diverged_runs_is_refused(function):
    with pytest.raises(ValueError, match="learning_rates: expected rates with which a network learns"):
        function(table(trial(status="diverged", accuracy=math.nan)))


def test_answers_are_those_of_the_networks_and_a_diverged_setting_has_none():
    points = table(trial(hidden=(3, 3), batch=4), trial(hidden=(3, 3), rate=1e300, batch=4))
    with np.errstate(all="ignore"):
        found = searching.answers(points, [0, 1], data(), epochs=1, n_jobs=1)
    assert {name: hits.shape for name, hits in found.items()} == {"3-3, relu, 0.1": (2, 12)}


def test_one_seed_trains_nothing_again():
    assert searching.answers(table(trial()), [0], data(), 1, 1)["20-10, relu, 0.1"].tolist() == [0.9]


def test_an_interval_is_that_of_the_images_where_there_is_one_seed():
    assert searching.estimate(0.9, 100) == searching.estimate(hits(0.9, 1, 100), 100)
    assert searching.estimate([0.9, 0.9], 100).count == 2


def test_a_table_says_what_is_worse():
    found = searching.compared({"a": hits(0.9), "b": hits(0.5)}, IMAGES)
    assert list(found["verdict"]) == ["best mean", "worse"]
    assert found["minus the best, points"].iloc[0] == "–"


def test_a_setting_without_a_mean_stands_below_with_its_failures():
    found = searching.compared({"a": hits(0.9), "b": hits(0.5)}, IMAGES)
    shown = searching.with_failures(found, pd.Series({"c": 3, "b": 1, "a": 0}))
    assert shown["runs at chance"].to_dict() == {"a": 0, "b": 1, "c": 3}
    assert shown.loc["c"].tolist()[:3] == ["–", "–", "a run diverged"]
    assert shown[found.columns].iloc[:2].equals(found)


def test_sizes_are_compared_where_all_else_is_equal():
    points = table(trial(), trial(hidden=(30, 10)), trial(rate=0.2))
    scores = {name: hits(0.5) for name in points["setting"]}
    assert [*searching.by_size(points, scores, ["20-10", "30-10"])] == ["20-10", "30-10"]
    assert searching.by_size(points, scores, ["20-10", "99-10"]) == {}


@pytest.mark.parametrize(("rates", "place"), [([0.1], "@tbl-group"), ([0.1, 0.2], "@tbl-sizes")])
def test_sizes_that_are_no_means_have_no_table_of_their_own(said, rates, place):
    points = table(*(trial(hidden=hidden, rate=rate) for hidden in ((20, 10), (30, 10)) for rate in rates))
    scores = {name: hits(0.5 + 0.01 * i) for i, name in enumerate(points["setting"])}
    by_size = searching.by_size(points, scores, ["20-10", "30-10"])
    searching.tell_sizes(by_size, 2, IMAGES, scores)
    assert searching.are_settings(by_size, scores) == (place == "@tbl-group")
    assert place in said[0]


def test_an_interaction_is_found_where_two_activations_change_sides():
    scores = {("relu", 0.1): hits(0.9), ("tanh", 0.1): hits(0.5), ("relu", 0.01): hits(0.5), ("tanh", 0.01): hits(0.9)}
    found = searching.crossing(scores, IMAGES)
    assert (found.one, found.one_rate, found.other, found.other_rate) == ("relu", 0.1, "tanh", 0.01)
    assert searching.crossing({key: hits(0.9) for key in scores}, IMAGES) is None
    assert list(searching.by_rate(scores, IMAGES)["ahead"]) == ["tanh", "relu"]


def test_an_interaction_may_be_a_lead_that_shrinks(said):
    scores = {("relu", 0.1): hits(0.9), ("tanh", 0.1): hits(0.91), ("relu", 0.01): hits(0.5), ("tanh", 0.01): hits(0.7)}
    assert searching.tell_interaction(scores, [0.1, 0.01], IMAGES) is True
    assert "between tanh and relu is +20.0 points, at 0.1 it is +1.0 points. It changes by −19.0 points" in said[0]
    same = {key: hits(0.9) for key in scores}
    assert searching.tell_interaction(same, [0.1, 0.01], IMAGES) is False
    assert searching.tell_interaction({("relu", 0.1): hits(0.9)}, [0.1], IMAGES) is False


def test_sigmoid_units_are_last_where_they_are_and_nowhere_else(said):
    low, high = {("relu", 0.1): hits(0.9), ("sigmoid", 0.1): hits(0.5)}, {("relu", 1.0): hits(0.9)}
    searching.tell_interaction(low | high | {("sigmoid", 1.0): hits(0.4)}, [1.0, 0.1], IMAGES)
    assert said[-1].startswith("Sigmoid units come last at every rate of @tbl-rates.")
    searching.tell_interaction(low | high | {("sigmoid", 1.0): hits(0.95)}, [1.0, 0.1], IMAGES)
    assert said[-1].startswith("Sigmoid units come last at the rate 0.1.")
    said.clear()
    searching.tell_interaction({("relu", 0.1): hits(0.9), ("sigmoid", 0.1): hits(0.95)}, [0.1], IMAGES)
    assert not any("come last" in text for text in said)


def test_differences_to_the_best_leave_out_zero_where_the_verdict_is_worse():
    runs = {"a": [0.9, 0.91, 0.92], "b": [0.88, 0.888, 0.908], "c": [0.875, 0.886, 0.909], "d": [0.3, 0.31, 0.33]}
    assert compare(runs["b"], runs["a"]).told  # by itself
    shown = searching.compared(runs, None)
    high = shown["minus the best, points"].str.partition(" to ")[2]
    assert shown["verdict"].tolist() == ["best mean", "cannot be told apart", "cannot be told apart", "worse"]
    assert high.str.startswith("−").tolist() == [False, False, False, True]


def test_the_best_so_far_is_that_of_all_orders():
    values = [0.1, 0.5, 0.3, 0.4]
    orders = np.array([np.maximum.accumulate(order) for order in permutations(values)])
    expected = np.quantile(orders, [0.25, 0.5, 0.75], axis=0, method="inverted_cdf")
    np.testing.assert_allclose(searching.best_so_far(values), expected)


def test_runs_at_chance_are_those_whose_interval_holds_it():
    runs = table(trial(accuracy=0.11), trial(accuracy=0.2), trial(accuracy=math.nan, status="diverged"))
    assert searching.at_chance(runs, IMAGES, 10).tolist() == [True, False, True]


def test_the_smallest_of_the_group_may_be_the_best():
    points = table(trial(parameters=9), trial(hidden=(5, 5), parameters=3))
    both = searching.finalists(points, Group("20-10, relu, 0.1", ("20-10, relu, 0.1", "5-5, relu, 0.1"), ()))
    assert [one["parameters"] for one in both] == [9, 3]
    assert len(searching.finalists(points, Group("20-10, relu, 0.1", ("20-10, relu, 0.1",), ()))) == 1


def test_pairs_are_within_the_budget_or_refused():
    assert searching.pairs_in_budget([2, 4, 2], [20, 35], 4, 2) == [[2, 2], [2, 4]]
    with pytest.raises(ValueError, match="random_units: expected sizes of two layers"):
        searching.pairs_in_budget([2, 4, 2], [500, 600], 4, 2)


def test_settings_are_counted_once():
    relu = table(trial(), trial(seed=1)).drop(columns="activation")
    assert searching.distinct(table(trial(), trial(activation=("relu", "relu"))), relu, table(trial(rate=0.2))) == 2


def test_a_winner_has_the_score_that_won_beside_fresh_ones():
    won = table(trial(accuracy=0.95)).iloc[0]
    found = searching.worth({"grid": (won, 36, hits(0.9)), "random": (won, 9, [])}, IMAGES)
    assert found["score that won, %"].tolist() == ["95.0", "95.0"]
    assert found["fresh seeds, %"].iloc[1] == "–"


def test_hand_picked_settings_are_the_reports_each_once_a_row():
    theirs = searching.picked_settings(9, 1)
    assert (len(theirs), theirs["setting"].nunique()) == (9, 8)
    rows = [trial(**{"hidden": one["hidden"], "activation": one["activation"], "rate": one["learning_rate"]},
                  batch=one["batch_size"]) for one in theirs.to_dict("records")]  # fmt: skip
    ours = table(*rows).drop_duplicates("setting")
    assert searching.picked_table(ours, theirs, IMAGES, 3000)["updates per epoch"].max() == 750
    assert searching.picked_settings(1, 10_000)["hidden"].iloc[0] == (1, 1)


def test_the_map_frames_the_group_and_names_what_diverged():
    points = table(trial(), trial(rate=0.2, accuracy=math.nan, status="diverged"))
    (ax,) = searching.draw_map(points, {}, Group("20-10, relu, 0.1", ("20-10, relu, 0.1",), ()), IMAGES)
    assert len(ax.patches) == 1
    assert "diverged" in [text.get_text() for text in ax.texts]
    plt.close(ax.figure)


def test_the_race_has_a_line_and_a_band_per_search():
    ax = searching.draw_race({"grid": searching.best_so_far([0.1, 0.2]), "random": searching.best_so_far([0.3])})
    assert (len(ax.lines), len(ax.collections)) == (2, 2)
    plt.close(ax.figure)


@pytest.mark.parametrize(
    ("scores", "group", "phrase"),
    [
        ({"a": hits(0.9)}, Group("a", ("a", "b"), ()), "**But it is not a winner**: 2 of the 2"),
        ({"a": hits(0.9)}, Group("a", ("a",), ("b",)), "are worse, or were dropped after the first seed"),
        ({"a": [0.9]}, Group("a", ("a", "b"), ()), "One seed cannot tell a setting from another"),
    ],
)
def test_the_grid_is_told_in_every_way(said, scores, group, phrase):
    searching.tell_grid(table(trial(), trial(rate=0.2)), 2, scores, group, IMAGES, 0.9)
    assert said[0].startswith("Points of the grid within the budget: 2 of 2")
    assert phrase in said[1]


@pytest.mark.parametrize(
    ("rate", "others", "phrase"),
    [(0.2, (), "has the largest rate"), (0.05, (), "or the smallest"), (0.01, ("c",), "some have the smallest"),
     (0.01, (), "The best setting has the smallest rate of the grid, 0.01: the grid should be extended below it.")],
)  # fmt: skip
def test_a_grid_encloses_only_what_lies_on_no_edge(said, rate, others, phrase):
    points = pd.DataFrame({"setting": ["a", "c"], "learning_rate": [rate, 0.05]})
    searching.tell_edge(points, Group("a", ("a", *others), ("b",)), [0.2, 0.05, 0.01])
    assert len(said) == 1
    assert phrase in said[0]


@pytest.mark.parametrize(
    ("names", "seeds", "words"),
    [("ab", 5, "1 of the 2 others cannot be told from it"), ("a", 5, "all others fall behind it"),
     ("abc", 5, "none of the others can be told from it"), ("abc", 1, "one seed tells it from no other")],
)  # fmt: skip
def test_the_abstract_tells_of_the_others_in_whole_words(names, seeds, words):
    group = Group("a", tuple(names), tuple({*"abc"} - {*names}))
    assert searching.beside_best(group, points=3, seeds=seeds) == words
    assert searching.beside_best(Group("a", ("a",), ()), points=1, seeds=seeds) == "there was no other"


@pytest.mark.parametrize(
    ("rates", "counted"),
    [([3.0], "1 of 1 at the rate 3 (@"), ([3.0, 0.2], "1 of 1 at the largest rate (3), 1 of 1 at the smaller ones (@")],
)
def test_no_rate_runs_into_a_count(said, rates, counted):
    trials = pd.DataFrame({"learning_rate": rates, "at chance": True, "status": "ok", "setting": "a"})
    searching.tell_second(trials, Group("a", ("a",), ()), 1)
    assert said[0].startswith(f"Runs that diverge or end no better than chance: {counted}")


def test_a_lost_race_is_no_law(said):
    searching.tell_race(None, 3, 3)
    searching.tell_race(compare(hits(0.5), hits(0.9)), 3, 2)
    searching.tell_race(compare(hits(0.9), hits(0.9)), 3, 3)
    text = " ".join(said)
    assert "at least three seeds" in text
    assert "is worse than that of the grid: the difference is −40.0 points" in text
    assert said[-1].startswith("So nothing here speaks")


def test_from_one_seed_nothing_is_told_apart(said):
    searching.tell_keeping(9, 4, Group("a", ("a",), ("b",)), Group("a", ("a",), ("b",)), interact=False, dropped=0,
                           one_seed=True)  # fmt: skip
    (sentence,) = said
    assert sentence.startswith("- 9 settings were tried. Of the grid's 4, a has the highest accuracy; one seed cannot")


def test_what_the_first_seed_leaves_alone_is_not_called_better(said):
    searching.tell_grid(table(trial(), trial(rate=0.2)), 1, {"a": hits(0.9)}, Group("a", ("a",), ()), IMAGES, 0.9)
    assert said[1].startswith("The first seed leaves one setting, a.")
    assert len(said) == 2


def test_a_budget_that_no_size_meets_is_refused_by_the_sizes_name():
    values = {"parameters": [100, 200], "hidden": [[8, 4]], "widths": [4, 8], "random_units": [4, 8, 4]}
    searching.check_budget(values, 10, 2)
    for name, wrong in {"hidden": [[50, 50]], "widths": [50], "random_units": [50, 60, 10]}.items():
        budget = "sizes of two layers with 100 to 200 parameters between 10 pixels and 2 classes"
        with pytest.raises(ValueError, match=f"{name}: expected {budget}, got"):
            searching.check_budget(values | {name: wrong}, 10, 2)


@pytest.mark.parametrize("groups", [None, Group("a", ("a",), ("b",)), Group("a", ("a", "b"), ())])
def test_what_to_keep_is_always_said(said, groups):
    searching.tell_keeping(9, 4, groups or Group("a", ("a",), ()), groups, interact=True, dropped=2)
    assert said[0].startswith("- 9 settings were tried")
    assert said[0].endswith("; 2 were dropped after one seed.")
    assert "- The activation and the learning rate interact, so that averages over a grid can mislead." in said
