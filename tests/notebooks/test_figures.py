"""Figures that a reader can read: the rules on samples with one fault each, and every figure of every notebook."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from figure_checks import figure_problems

from report.chapter import figures
from report.run import notebook as nb

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOT_YET: dict[str, str] = {}
"""Notebooks whose figures are still to be drawn again."""


@pytest.fixture(autouse=True)
def style():
    with plt.style.context("default"):
        figures.use_style()
        yield
    plt.close("all")


def drawn(**looks):
    ax = plt.subplots()[1]
    ax.plot([0, 1], [0, 1], label="a", **looks)
    return ax


def alike():
    drawn(marker="o", linestyle="-").plot([0, 1], [1, 0], "o-", label="b")


def covered():
    drawn().legend(loc="center")


def many():
    ax = drawn()
    for place in range(4):
        ax.plot([0, 1], [place, 2], label=str(place))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (alike, "'a' and 'b' differ by color only"),
        (covered, "the legend covers 'a'"),
        (many, "a legend names 5 lines, at most 4: write the names beside the lines"),
    ],
)
def test_one_fault_is_found(draw, said):
    draw()
    assert figure_problems(plt.gcf()) == [said]


def test_shared_functions_draw_what_can_be_read():
    series = {f"line {place}": [[place, 2 + place], [place, 3]] for place in range(6)}
    for some in (dict(list(series.items())[:3]), series):
        figures.lines(some)
        assert figure_problems(plt.gcf()) == []
        figures.panels({"left": some, "right": some})
        assert figure_problems(plt.gcf()) == []
        assert {text.get_text() for ax in plt.gcf().axes for text in ax.texts} == ({*some} if len(some) > 4 else set())


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_of_a_notebook_can_be_read(path, monkeypatch, request):
    if path.stem in NOT_YET:
        request.applymarker(pytest.mark.xfail(reason=NOT_YET[path.stem], strict=False))
    problems: list[str] = []

    def show():
        problems.extend(problem for number in plt.get_fignums() for problem in figure_problems(plt.figure(number)))
        plt.close("all")

    monkeypatch.setattr(plt, "show", show)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(os, "environ", os.environ | {"TQDM_DISABLE": "1"})
    names: dict[str, object] = {"__name__": "__main__", "display": lambda *_, **__: None}
    for _, cell in nb.code_cells(nb.read(path)):
        exec(compile(cell["source"], path.stem, "exec"), names)
    assert problems == []
