"""The figures draw what they are given, in the report's style, and the same bytes every time."""

import io
import itertools
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from report.chapter import figures


@pytest.fixture(autouse=True)
def _style():
    """Draw without a window, in the report's style, and leave Matplotlib as it was."""
    with matplotlib.rc_context():
        matplotlib.use("agg")
        figures.use_style()
        yield
        plt.close("all")


def history(*losses):
    return SimpleNamespace(train_loss=list(losses), valid_loss=[], train_accuracy=[1 - loss for loss in losses])


def svg(draw):
    draw()
    file = io.BytesIO()
    plt.savefig(file, format="svg", metadata={"Date": None})
    plt.close("all")
    return file.getvalue()


def test_a_figure_is_as_wide_as_the_text():
    ax = figures.lines({"a": [1.0, 2.0]})
    assert ax.figure.get_size_inches()[0] == pytest.approx(16 / 2.54, abs=0.01)


def test_the_same_data_give_the_same_svg_with_outlined_text_and_no_date():
    first, second = (svg(lambda: figures.lines({"a": [1.0, 2.0], "b": [2.0, 3.0]}, ylabel="loss")) for _ in range(2))
    assert first == second
    assert b"<dc:date>" not in first
    assert b"<text" not in first


def test_lines_that_follow_each_other_differ_in_colour_dash_and_marker():
    ax = figures.lines({name: [1.0, 2.0] for name in "abcdef"})
    for look in ("get_color", "get_marker"):
        assert len({getattr(line, look)() for line in ax.lines}) == 6
    assert len({str(line._dash_pattern) for line in ax.lines}) == 6


def test_several_runs_become_their_mean_and_a_band_from_lowest_to_highest():
    ax = figures.lines({"runs": [[1.0, 4.0], [3.0, 8.0]]})
    assert ax.lines[0].get_ydata().tolist() == [2.0, 6.0]
    edges = ax.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in edges} >= {(1, 1), (1, 3), (2, 4), (2, 8)}


def test_a_run_that_stopped_early_counts_as_far_as_it_goes():
    ax = figures.lines({"runs": [[1.0], [3.0, 8.0]]})
    assert ax.lines[0].get_ydata().tolist() == [2.0, 8.0]


def test_a_loss_that_is_not_finite_leaves_a_gap_and_no_warning():
    ax = figures.lines({"diverged": [1.0, np.inf, np.nan, 2.0]})
    assert ax.lines[0].get_xdata().tolist() == [1, 4]


def test_a_reference_is_a_grey_line_with_a_label():
    ax = figures.lines({"a": [1.0, 2.0]}, references={"class prior": 2.3})
    assert ax.lines[-1].get_label() == "class prior"
    assert set(ax.lines[-1].get_ydata()) == {2.3}


def test_learning_curves_draw_a_panel_a_metric_and_leave_out_what_was_not_measured():
    axes = figures.learning_curves({"a": history(0.5, 0.2), "b": [history(0.4, 0.1)]}, ("train_loss", "valid_loss"))
    assert [len(ax.lines) for ax in axes] == [2, 0]
    assert axes[0].get_ylabel() == "training loss"


def test_the_error_is_one_minus_the_accuracy_in_percent():
    (ax,) = figures.learning_curves({"a": history(0.5, 0.2)}, ["train_error"])
    assert ax.lines[0].get_ydata() == pytest.approx([0.5, 0.2])
    assert ax.yaxis.get_major_formatter()(0.5) == "50\N{NO-BREAK SPACE}%"


def test_panels_share_their_axes_and_take_the_table_s_index_as_steps():
    tables = {"zeros": pd.DataFrame({"layer 1": [1.0, 2.0]}, index=[0, 5]), "He": {"layer 1": [3.0, 9.0]}}
    axes = figures.panels(tables, [0, 5], ylabel="norm")
    assert [ax.get_title() for ax in axes] == ["zeros", "He"]
    assert [ax.lines[0].get_xdata().tolist() for ax in axes] == [[0, 5], [0, 5]]
    assert axes[0].get_ylim() == axes[1].get_ylim()


def test_theory_does_not_stretch_the_axes_of_the_measurement():
    x = np.array([1.0, 10.0, 100.0])
    ax = figures.loglog_sweep(x, {"measured": 1 / x}, {"theory": x**-9})
    assert ax.get_ylim()[0] > 1e-3
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_a_zero_leaves_a_gap_on_a_logarithmic_axis():
    ax = figures.loglog_sweep([1, 10, 100], {"measured": [1.0, 0.0, 2.0]})
    assert np.isnan(ax.lines[0].get_ydata()).tolist() == [False, True, False]


def test_grouped_bars_have_the_table_s_heights_and_a_hatching_a_column():
    table = pd.DataFrame({"train": [0.9, 0.8], "valid": [0.7, 0.6]}, index=["a", "b"])
    ax = figures.bars(table, errors=table / 100)
    assert [round(bar.get_height(), 3) for bar in ax.patches] == [0.9, 0.8, 0.7, 0.6]
    assert ax.patches[0].get_hatch() != ax.patches[2].get_hatch()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]


def test_the_axes_have_the_house_s_numbers():
    steps = figures.lines({"a": [1.0, 2.0]}, [0, 12_000], log="")
    assert steps.xaxis.get_major_formatter()(12_000) == "12,000"
    rates = figures.scatter(pd.DataFrame({"rate": [1e-5, 0.1], "loss": [2.0, 1.0]}), "rate", "loss", log="x")
    assert [label.get_text() for label in rates.get_xticklabels()] == ["$10^{-5}$", "0.1"]


def test_scatter_groups_by_a_column_and_marks_the_few_values_of_a_logarithmic_axis():
    table = pd.DataFrame({"rate": [0.1, 0.01, 0.1], "accuracy": [0.9, 0.8, 0.7], "kind": ["x", "y", "y"]})
    ax = figures.scatter(table, "rate", "accuracy", by="kind", log="x")
    assert [line.get_label() for line in ax.lines] == ["x", "y"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.01", "0.1"]


def test_a_heat_map_writes_its_values():
    ax = figures.heatmap(pd.DataFrame([[0.125, np.nan]], index=["relu"], columns=["0.1", "0.2"]), form=".2f")
    assert [text.get_text() for text in ax.texts] == ["0.12"]


def test_a_confusion_matrix_shades_the_mistakes_and_prints_every_count():
    ax = figures.confusion_matrix([[50, 2], [0, 40]], ["cat", "dog"])
    assert sorted(text.get_text() for text in ax.texts) == ["2", "40", "50"]
    assert ax.images[0].get_array().tolist() == [[0, 2], [0, 0]]


def test_a_confusion_matrix_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"shape \(3, 3\).*got \(2, 2\)"):
        figures.confusion_matrix(np.eye(2), ["a", "b", "c"])


CLOTHES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def overlapping(texts):
    """Return the level texts that run into the next one."""
    plt.gcf().canvas.draw()
    frames = [text.get_window_extent() for text in texts]
    return [texts[k].get_text() for k, (one, other) in enumerate(itertools.pairwise(frames)) if one.x1 > other.x0]


@pytest.mark.parametrize(("classes", "angle"), [(CLOTHES, 45), (list("ABCDEFGHIJ"), 0)])
def test_names_of_classes_do_not_run_into_each_other(classes, angle):
    ax = figures.confusion_matrix(np.eye(10, dtype=int), classes)
    assert [label.get_text() for label in ax.get_xticklabels()] == classes
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {angle}
    assert angle or overlapping(ax.get_xticklabels()) == []


def test_titles_of_images_do_not_run_into_each_other():
    axes = figures.image_grid(np.zeros((8, 784)), [f"{name} as Ankle boot\n99.8 %" for name in CLOTHES[:8]])
    assert overlapping([ax.title for ax in axes]) == []
    assert axes[7].get_title() == "Sneaker as\nAnkle boot\n99.8 %"


def test_an_image_grid_reshapes_flat_images_and_titles_them():
    pixels = np.arange(12.0).reshape(2, 6)
    axes = figures.image_grid(pixels, ["first", "second"], columns=3, image_shape=(2, 3))
    assert axes[1].images[0].get_array().tolist() == [[6, 7, 8], [9, 10, 11]]
    assert [ax.get_title() for ax in axes] == ["first", "second"]
    assert len(axes[0].figure.axes) == 2


@pytest.mark.parametrize(("images", "titles"), [([], None), (np.zeros((2, 784)), ["a"])])
def test_an_image_grid_refuses_what_it_cannot_draw(images, titles):
    with pytest.raises(ValueError, match=r"expected (at least one image|one title for each)"):
        figures.image_grid(images, titles)


def test_filters_share_a_scale_with_zero_in_the_middle():
    weight = np.array([[[[-4.0, 1.0]]], [[[0.0, 2.0]]]])
    axes = figures.filters(weight)
    assert {ax.images[0].get_clim() for ax in axes} == {(-4.0, 4.0)}


def test_feature_maps_share_a_scale_and_refuse_a_batch():
    axes = figures.feature_maps(np.stack([np.zeros((2, 2)), np.full((2, 2), 3.0)]))
    assert {ax.images[0].get_clim() for ax in axes} == {(0.0, 3.0)}
    with pytest.raises(ValueError, match=r"got \(1, 2, 4, 4\)"):
        figures.feature_maps(np.zeros((1, 2, 4, 4)))


def words(**series):
    ax = figures.lines(series, ylabel="loss", xlabel="step")
    return figures.describe(ax.figure)


def test_a_figure_in_words_names_its_panels_and_series_with_their_numbers():
    text = words(train=[1.0, 2.0, 6.0], valid=[0.123456, np.nan, 1e-15])
    assert text.splitlines() == [
        "Figure of 1 panel",
        "1. loss over step",
        "   train: x mean 2; y first 1, mean 3, last 6 (3 values)",
        "   valid: x mean 2; y first 0.1235, mean 0.06173, last 0 (2 values)",
    ]


@pytest.mark.parametrize("changed", [[1, 2.01, 6], [1.001, 2, 6], [1, 2, 6.01], [1, 2], [6, 2, 1]])
def test_a_changed_curve_has_other_words(changed):
    assert words(train=changed) != words(train=[1.0, 2.0, 6.0])


def test_rounding_errors_do_not_change_the_words():
    assert words(train=[1.0 + 1e-12, 2.0, 6.0]) == words(train=[1.0, 2.0, 6.0 - 1e-12])


def test_what_varies_is_named_without_its_numbers():
    ax = figures.lines({"seconds": [1.0, 2.0], "loss": [1.0, 2.0]})
    figures.varies(ax.lines[0])
    assert "   seconds: differs from machine to machine" in figures.describe(ax.figure)
    assert "   loss: x mean 1.5" in figures.describe(ax.figure)
    figures.varies(ax)
    assert "mean" not in figures.describe(ax.figure)


def test_points_bands_bars_and_images_have_their_words():
    figure, axes = plt.subplots(1, 4)
    axes[0].scatter([1, 3], [4, 6])
    axes[1].fill_between([0, 1], [0, 0], [2, 2])
    axes[2].bar([0, 1], [5, 7])
    axes[3].imshow([[0, 1], [2, 5]])
    text = figures.describe(figure)
    for part in ("points: x mean 2; y first 4", "area: y", "bars: first 5, mean 6", "image: first 0, mean 2"):
        assert part in text


def test_empty_series_are_described_too():
    figure, ax = plt.subplots()
    ax.plot([], [], label="nothing")
    ax.scatter([np.nan], [np.nan])
    assert "Figure of" in figures.describe(figure)


@pytest.mark.parametrize(
    ("ticks", "said"),
    [
        ([0, 2000, 14000], ["0", "2,000", "14,000"]),
        ([-1500, 0, 1500], ["−1,500", "0", "1,500"]),
        ([0, 999.5], ["0.0", "999.5"]),
        ([0.0, 0.00123], ["0.00000", "0.00123"]),
        ([0, 2e6], ["0", "2"]),  # and the power of ten stands at the axis
    ],
)
def test_ticks_are_numbers_as_the_text_has_them(ticks, said):
    _, ax = plt.subplots()
    ax.set(xlim=(ticks[0], ticks[-1]), xticks=ticks)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()] == said
