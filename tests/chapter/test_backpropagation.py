"""The tables, classifiers and slopes of the chapter on data and backpropagation."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Split
from report.chapter import backpropagation as chapter
from report.chapter.evidence import share


def split_of(labels):
    labels = np.array(labels)
    return Split(np.outer(labels, np.ones(4)) / 10, labels)


def test_a_slope_says_how_far_quotient_and_formula_are_apart():
    found = chapter.slope(1.3, 0.9, 0.1, np.array([1.0, 1.5]), np.array([1.0, 1.0]))
    assert found.quotient == pytest.approx(2)
    assert found.error == pytest.approx(0.5)


def test_samples_stand_in_columns_of_their_class():
    split = split_of([2, 0, 1, 1, 0, 2, 2])
    chosen = chapter.samples(split, 3, 2, np.random.default_rng(0))
    assert split.labels[chosen].tolist() == [0, 1, 2, 0, 1, 2]
    assert len(set(chosen)) == 6


@pytest.mark.parametrize("count", [0, 3])
def test_more_samples_than_the_rarest_class_has_are_refused(count):
    with pytest.raises(ValueError, match="samples_per_class: expected 1 to 2, the images of the rarest class"):
        chapter.samples(split_of([0, 0, 1, 1, 1]), 2, count, np.random.default_rng(0))


def test_the_first_images_are_in_double_precision():
    part = chapter.first_images(split_of([0, 1, 1]), 2)
    assert part.images.dtype == "float64"
    assert part.labels.tolist() == [0, 1]


@pytest.mark.parametrize("images", [0, 4])
def test_images_that_are_not_there_are_refused(images):
    with pytest.raises(ValueError, match="images: expected 1 to 3, the training images"):
        chapter.first_images(split_of([0, 1, 1]), images)


def test_a_loss_that_overflows_names_the_rate():
    assert chapter.finite([[1, 2]], learning_rate=0.1).shape == (1, 2)
    with pytest.raises(ValueError, match="learning_rate: expected a rate .* got 9"):
        chapter.finite([[1, np.nan]], learning_rate=9)


def test_a_class_without_images_has_no_mean_and_is_never_the_nearest():
    means = chapter.class_means(split_of([0, 2, 2]), 3)
    assert np.isnan(means[1]).all()
    assert chapter.nearest(np.full((2001, 4), 0.1), means).tolist() == [0] * 2001


def test_one_run_has_the_interval_of_its_images_and_several_that_of_their_seeds():
    right = np.arange(100) < 90
    assert share(right) == share(right[None])
    assert share([right, right]).count == 2


def test_a_single_run_is_held_against_every_seed():
    good, poor = np.ones((3, 100), bool), np.arange(100) < 50
    assert chapter.contest(good, poor).verdict == "better"
    assert chapter.contest(poor, good).verdict == "worse"
    assert chapter.contest(good[0], good[1]).verdict == "cannot be told apart"


def test_the_classifiers_stand_with_interval_and_runs():
    table = chapter.classifier_table({"one": [1, 1, 0, 0], "three": [[1, 1, 0, 0]] * 3})
    assert table["runs"].tolist() == ["1", "3"]
    assert table.loc["one", "accuracy, %"] == "50.0"


def test_the_formula_as_written_overflows_where_the_computed_one_does_not():
    table = chapter.overflow_table([88, 89, 710])
    assert table.loc["89"].tolist() == ["–", "1.0000", "1.0000"]
    assert table.loc["710"].tolist() == ["–", "–", "1.0000"]


def test_only_the_squared_error_forgets_a_confident_mistake():
    table = chapter.wrong_table([0, 20])
    assert table.loc["20", "cross-entropy"] == "1.4142"
    assert table.loc["20", "squared error"] == r"$7.7 \cdot 10^{-9}$"


def test_the_losses_of_the_library_are_drawn_upon_those_of_the_same_start():
    ax = chapter.draw_losses([[3.0, 2.0], [4.0, 2.0]], [3.0, 2.0], 2.3)
    drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert drawn["mlp_core"] == drawn["first start"] == [3.0, 2.0]
    assert drawn["formulas, mean"] == [3.5, 2.0]
    plt.close(ax.figure)
