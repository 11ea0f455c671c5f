import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Dataset, Split
from report.chapter import conclusion, kept

LABELS = np.arange(200) % 10


@pytest.fixture
def data(monkeypatch):
    data = Dataset(*[Split(np.zeros((200, 4)), LABELS)] * 3, name="tiny")
    monkeypatch.setattr(conclusion, "load_dataset", lambda name: data)
    return data


def kept_with(name, data, *rights, chapter="05-cnn", dataset="tiny", **trained):
    """Return what a chapter kept whose runs are right about so many of the 200 images."""
    answers = np.array([np.where(np.arange(200) < right, LABELS, (LABELS + 1) % 10) for right in rights])
    return kept.Kept(chapter, name, dataset, answers, kept._labels_sha256(data), 1234, **trained)


def test_networks_are_marked_and_ranked(data):
    finals = conclusion.mark([kept_with("weak", data, 100, 104), kept_with("strong", data, 190, 192)])
    assert [final.name for final in finals] == ["strong", "weak"]
    assert finals[0].accuracy.value == pytest.approx(191 / 200)
    shown = conclusion.table(finals)
    assert shown.columns.tolist() == ["chapter", "parameters", "test accuracy of 2 runs, %"]
    assert shown.loc["strong"].tolist()[:2] == ["5", "1,234"]
    assert shown.loc["strong"].iloc[2].startswith("95.5 (")


def test_one_run_has_the_interval_of_its_images(data):
    shown = conclusion.table(conclusion.mark([kept_with("one", data, 180)]))
    assert shown["test accuracy of 1 run, %"].tolist() == ["90.0 (85.1 to 93.4)"]


def test_runs_are_a_column_where_they_differ(data):
    shown = conclusion.table(conclusion.mark([kept_with("one", data, 180), kept_with("two", data, 20, 21)]))
    assert shown["runs"].tolist() == [1, 2]
    assert "test accuracy, %" in shown


def test_what_networks_were_trained_by_stands_beside_their_accuracy(data):
    different = [kept_with("a", data, 190, trained_on=500, updates=7), kept_with("b", data, 20, trained_on=500)]
    shown = conclusion.table(conclusion.mark(different))
    assert shown["updates"].tolist() == ["7", "–"]
    assert "images" not in shown, "it is the same for all"


def test_a_network_of_the_group_that_lies_below_one_outside_is_named(data):
    steady = [kept_with("best", data, *[190] * 5), kept_with("worse", data, *[170] * 5)]
    assert conclusion.varied(conclusion.mark(steady)) is None
    last, ahead = conclusion.varied(conclusion.mark([*steady, kept_with("wild", data, 195, 100, 190, 195, 120)]))
    assert (last.name, ahead.name) == ("wild", "worse")


def test_nothing_kept_is_refused():
    with pytest.raises(ValueError, match="results_folder: expected chapters that kept a network"):
        conclusion.mark([])


def test_the_headlines_name_the_group(data):
    told = conclusion.headlines(conclusion.mark([kept_with("a", data, 190, 191), kept_with("b", data, 20, 21)]))
    assert (told["networks"], told["runs"], told["best"], told["worse"]) == (2, 4, "a", ["b"])


def test_chapters_tell_what_they_published_and_which_had_one_seed(monkeypatch):
    stored = {"02-a": {"prior": 2.3, "seeds": 5}, "05-b": {"seeds": 1}, "91-c": {"seeds": 1}}
    monkeypatch.setattr(conclusion.results, "load", lambda folder: stored)
    chapters = conclusion.published("anywhere", chapters=6)
    assert [k for k, one in enumerate(chapters) if one] == [2, 5]
    assert chapters[2].prior == 2.3
    assert conclusion.from_one_seed(chapters) == ["5"]


def test_a_name_of_two_chapters_tells_them(data):
    finals = conclusion.mark([kept_with("MLP", data, 9), kept_with("MLP", data, 8, chapter="07-b")])
    assert [final.name for final in finals] == ["MLP (chapter 5)", "MLP (chapter 7)"]


def test_the_data_set_is_told_where_there_are_two(data):
    finals = conclusion.mark([kept_with("a", data, 9), kept_with("b", data, 8, dataset="other")])
    assert conclusion.table(finals)["data set"].tolist() == ["tiny", "other"]


def test_what_cannot_be_told_from_the_best_is_drawn_in_colour(data):
    finals = conclusion.mark(
        [kept_with("a", data, 190, 191, 190), kept_with("b", data, 188, 191), kept_with("c", data, 90, 91, 92)]
    )
    assert conclusion.best_group(finals).names == ("a", "b")
    ax = conclusion.draw(finals)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["c", "b", "a"]
    assert [line.get_color() for line in ax.lines[::2]] == ["0.45", "C0", "C0"]
    plt.close(ax.figure)
