"""Exercises count anew in every chapter; where chapters count from zero, their exercises do as their headings."""

import pytest

from report.typst.boxes.counting import Counting
from report.typst.page.tree import attributes, words

CELLS = [{"t": "Div", "c": [["", ["cell"], [["notebook", name]]], []]} for name in ("00.ipynb", "01.ipynb")]


def heading(level: int, *classes: str) -> dict:
    return {"t": "Header", "c": [level, attributes("", classes), words("Words")]}


def switches(**given: str) -> dict:
    return {"switches": {"c": {name: {"t": "MetaString", "c": text} for name, text in given.items()}}}


@pytest.mark.parametrize(
    ("meta", "first"),
    [
        ({}, "1."),
        (switches(from_zero="true"), "0."),
        (switches(from_zero="false"), "1."),
        (switches(numbered="false"), ""),
    ],
)
def test_the_first_chapter_counts_as_its_heading_does(meta, first):
    counting = Counting(CELLS, meta)
    counting.begin(heading(1), "body")
    counting.begin(heading(2), "body")
    assert [counting.number(kind) for kind in ("exr", "exr", "thm")] == [f"{first}1", f"{first}2", "1"]


def test_an_appendix_and_a_single_notebook_have_no_chapters():
    counting, alone = Counting(CELLS, {}), Counting(CELLS[:1], {})
    for one, role in ((counting, "body"), (counting, "appendix"), (alone, "body")):
        one.begin(heading(1), role)
    assert (counting.number("exr"), alone.number("exr")) == ("1", "1")
