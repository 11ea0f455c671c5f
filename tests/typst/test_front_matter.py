"""The front matter with which notebooks of Quarto, MyST and jupytext begin."""

from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_raw_cell
from typst_documents import code, export, markdown, notebook, printed

from report.typst.command import main
from report.typst.front_matter import FRONT_MATTER, settings, take
from report.typst.metadata import gathered

ARTICLE = r"""---
title: "On *springs*"
author:
  - name: Ada King
    orcid: 0000-0002-0760-5497
    corresponding: true
    affiliations: [{ref: uni}, {name: Laboratory, department: Physics}]
  - name: {given: Alan, family: Turing}
affiliations:
  - {id: uni, name: University of Somewhere, city: Town}
date: 2026-03-01
lang: de
description: What it is about
format: {html: {toc: true, theme: dark}, pdf: {number-sections: false}}
execute: {echo: false}
jupyter: python3
template: lecture.tex
math: {"\\half": "\\frac{#1}{2}"}
---
"""


def said(text: str, kind: Any = markdown) -> dict[str, Any]:
    """Return the settings in the front matter of a notebook that begins with this text."""
    made = notebook(kind(text))
    take(made)
    return settings(made.metadata.get(FRONT_MATTER, {}), lambda problem: None)


@pytest.mark.parametrize("kind", [markdown, new_raw_cell])
def test_it_says_what_stands_on_the_title_page_and_is_not_shown_itself(kind, tmp_path):
    made = notebook(kind(ARTICLE), markdown("## Motion\n\n$\\half{k} x^2$"), code("print(1)", printed("one")))
    pdf = export(made, tmp_path)
    for words in ("On springs", "Ada King", "University of Somewhere, Town, Physics, Laboratory", "Alan Turing",
                  "2026-03-01", "Inhalt", "Motion", "one"):  # fmt: skip
        assert words in pdf.text
    for words in ("---", "corresponding", "python3", "print(1)", "half"):
        assert words not in pdf.text
    assert pdf.log == ["the settings: front matter of other tools: description, template; it is left out"]


def test_what_stands_below_it_in_its_cell_stays():
    made = notebook(markdown("---\ntitle: A\n---\n\nText"))
    take(made)
    assert made.cells[0].source == "Text"


@pytest.mark.parametrize(
    "text",
    ["---\nNote: read this\n---\n\nText", "---\n- title: A\n---\n", "---\ntitle: [\n---\n", "---\ntitle: A\n", "Text",
     "---\ntitle: &a [1]\nb: *a\n---\n", "---\n1: title\n---\n", "text\n---\ntitle: A\n---\n"],
)  # fmt: skip
def test_a_rule_above_words_stays_as_it_is(text):
    made = notebook(markdown(text))
    take(made)
    assert (made.cells[0].source, FRONT_MATTER in made.metadata) == (text, False)


@pytest.mark.parametrize("first", [code("---\ntitle: A\n---"), new_raw_cell("---\ntitle: A\n---", metadata={
    "raw_mimetype": "text/x-yaml"})])  # fmt: skip
def test_code_and_raw_cells_of_a_format_are_no_front_matter(first):
    made = notebook(first)
    take(made)
    assert FRONT_MATTER not in made.metadata


def test_an_author_may_be_one_text_and_a_date_one_that_another_tool_finds_out():
    assert said("---\ntitle: A\nauthor: King, Ada\ndate: last-modified\n---") == {"title": "A", "author": ["King, Ada"]}


def test_the_metadata_of_the_notebook_go_before_it(tmp_path):
    made = notebook(markdown("---\ntitle: A\nlang: de\n---"), report={"title": "B"})
    take(made)
    found = gathered(made.metadata, {"lang": "fr"}, tmp_path)
    assert (found["title"], found["lang"]) == ("B", "fr")


def test_the_command_takes_it_too(tmp_path, capsys):


    nbformat.write(notebook(markdown(ARTICLE), markdown("## Motion")), tmp_path / "a.ipynb")
    assert main([str(tmp_path / "a.ipynb"), "-o", str(tmp_path / "a.html")]) == 0
    assert "<title>On springs</title>" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "front matter of other tools: description, template" in capsys.readouterr().err
