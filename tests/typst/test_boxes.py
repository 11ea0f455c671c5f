"""Boxes and folds: every way to type one gives the same box with its title, on paper and on a page."""

import re

import pytest
from nbformat import NotebookNode
from typst_documents import Pdf, export, markdown, notebook, problems, shown
from typst_documents import code as code_cell

from report.typst import TypstExporter, TypstHTMLExporter
from report.typst.boxes.directives import divs

SYNTAXES = {
    "GitHub": "> [!WARNING]\n> Words with $x^2$.\n>\n> - a list",
    "GitHub, titled": "> [!warning] Mind *this*\n> Words with $x^2$.\n>\n> - a list",
    "Quarto": '::: {.callout-warning title="Mind *this*"}\nWords with $x^2$.\n\n- a list\n:::',
    "Quarto, heading": "::: {.callout-warning}\n## Mind *this*\nWords with $x^2$.\n\n- a list\n:::",
    "MyST": "text\n:::{warning} Mind *this*\nWords with $ x^2 $.\n\n- a list\n:::\ntext",
    "MyST, backticks": "```{warning} Mind *this*\nWords with $ x^2 $.\n\n- a list\n```",
    "MyST, admonition": "::::{admonition} Mind *this*\n:class: warning\nWords with $x^2$.\n\n- a list\n::::",
    "Jupyter": '<div class="alert alert-warning">\n<b>Mind <i>this</i>:</b> Words with $x^2$.\n\n- a list\n</div>',
    "word": "::: warning\nWords with $x^2$.\n\n- a list\n:::",
    "in a quotation": "> said:\n>\n> :::{warning} Mind *this*\n> Words with $x^2$.\n>\n> - a list\n> :::",
    "in a list": "- said:\n\n  ```{warning} Mind *this*\n  Words with $x^2$.\n\n  - a list\n  ```\n",
}


def page(*cells: NotebookNode, **report: str) -> str:
    return TypstHTMLExporter().from_notebook_node(notebook(*cells, report=report))[0].partition("<main>")[2]


def source(*cells: NotebookNode, **report: str) -> str:
    return TypstExporter().from_notebook_node(notebook(*cells, report=report))[0]


def test_every_syntax_gives_the_same_box() -> None:
    cells = [*map(markdown, SYNTAXES.values())]
    titles = ["Mind <em>this</em>" if name not in ("GitHub", "word") else "Warning" for name in SYNTAXES]
    form = r'<div class="box wrn">\s*<div class="box-title">\s*(.*?)\s*</div>\s*<p>Words with .*?<math.*?</p>\s*<ul>'
    assert re.findall(form, page(*cells)) == titles
    form = r'#boxed\("wrn", \[(.*?)\], [^\[]*\)\[\s*#block\[\s*Words with .*?- a list'
    found = re.findall(form, source(*cells), re.DOTALL)
    assert found == [title.replace("<em>", "#emph[").replace("</em>", "]") for title in titles]


@pytest.fixture(scope="module")
def pdf() -> Pdf:
    """Return a document with every syntax, and folds."""
    folds = "<details><summary>More <b>here</b></summary>\n\nHidden *words*\n\n```python\nx = 1\n```\n\n</details>"
    return export(notebook(*map(markdown, SYNTAXES.values()), markdown(folds), markdown("See @later."),
                           markdown(":::{tip} Titled\n:label: later\nWords.\n:::")))  # fmt: skip


def test_boxes_are_printed_with_their_titles(pdf: Pdf) -> None:
    assert pdf.text.count("Mind this Words with") == len(SYNTAXES) - 2
    assert pdf.text.count("Warning Words with") == 2
    assert pdf.log == []


def test_a_fold_is_an_open_box_on_paper(pdf: Pdf) -> None:
    assert "More here Hidden words x = 1" in pdf.text


def test_a_box_with_a_label_has_a_number_and_can_be_referred_to(pdf: Pdf) -> None:
    assert "See Tip 1." in pdf.text
    assert "Tip 1: Titled Words." in pdf.text


FOLDS = {
    "closed": "<details>\n<summary>More <b>here</b></summary>\n\nHidden **words**\n\n</details>",
    "open": "<details open><summary>More <b>here</b></summary><p>Hidden <b>words</b></p></details>",
    "Quarto": '::: {.callout-note collapse="true" title="More **here**"}\nHidden **words**\n:::',
    "MyST": ":::{note} More **here**\n:class: dropdown\nHidden **words**\n:::",
    "MyST, dropdown": "```{dropdown} More **here**\n---\nopen: true\n---\nHidden **words**\n```",
}


def test_folds_fold_on_the_page() -> None:
    form = r'<details class="box \w+"(.*?)><summary>\s*(.*?)\s*</summary>\s*(?:<p>)?(.*?)</p>'
    found = re.findall(form, page(*map(markdown, FOLDS.values())))
    assert [opened.strip() for opened, *_ in found] == ["", 'open=""', "", "", 'open=""']
    assert {tuple(words) for _, *words in found} == {("More <strong>here</strong>", "Hidden <strong>words</strong>")}


def test_outputs_hold_boxes_too() -> None:
    assert 'class="box tip"' in page(code_cell("1", shown("text/markdown", ":::{tip}\nWords\n:::")))


def test_boxes_stand_in_boxes() -> None:
    html = page(markdown("::::{note} Outer\n```{tip} Inner\n~~~\n:::\n~~~\n```\nafter\n::::"))
    assert re.search(r"Outer.*Inner.*<code>:::</code>.*after", html, re.DOTALL)
    assert html.count('class="box ') == 2


def test_what_is_code_or_prose_stays() -> None:
    kept = "```\n:::{note} T\n```\n\n`<details>` and ::: words\n\n:::\n\n    :::{note}"
    assert page(markdown(kept)).count("box") == 0
    assert divs("```python\n:::{note}\n```\n") == "```python\n:::{note}\n```\n"


def test_code_of_other_tools_is_code() -> None:
    html = page(markdown("```{python}\nx = 1\n```\n\n```{code-block} julia\ny = 1\n```"))
    assert 'class="sourceCode python"' in html
    assert 'class="sourceCode julia"' in html


@pytest.mark.parametrize(
    ("text", "warning", "words"),
    [
        (
            ":::{foo} A title\nIts content.\n:::",
            "unknown directive {foo}; its content is shown",
            "A title Its content.",
        ),
        ("::: {.callout-tip}\nNot closed\n\n```\nx", "the box `Not closed` is not closed", "Tip Not closed x"),
        ("<div class='alert alert-info'>\nNot closed", "the box `Not closed` is not closed", "Note Not closed"),
        ("<details><summary>S</summary>\n\nNot *closed*", "the box `S` is not closed", "S Not closed"),
        ("::: {.other}\nNot closed", "a block (`:::` or <div>) is not closed", "Not closed"),
    ],
)
def test_nothing_is_lost_and_the_cell_is_named(text: str, warning: str, words: str) -> None:
    made = export(notebook(markdown("before"), markdown(text), markdown("after")))
    assert words in made.text
    (line,) = made.log
    assert line.startswith("sample.ipynb, cell 2 (")
    assert warning in line


@pytest.mark.parametrize("quoted", ["", "> "])
def test_an_option_of_a_directive_that_is_not_known_stays_as_text(quoted: str) -> None:
    lines = [":::{note} Mind this", ":label: nte-a", ":foo: bar", ":class: x", "Words", ":::"]
    pdf = export(notebook(markdown("\n".join(quoted + line for line in lines)), markdown("See @nte-a.")))
    assert "Mind this :foo: bar Words" in pdf.text
    assert "See Note 1." in pdf.text
    assert not pdf.log


def test_a_title_is_a_line_whatever_it_looks_like() -> None:
    html = page(markdown(":::{note} 1. First\nx\n:::\n\n:::{note} # Second\ny\n:::"))
    assert re.findall(r'box-title">\s*(.*?)\s*</div>', html) == ["1. First", "# Second"]


def test_a_heading_in_a_box_is_a_line_of_it() -> None:
    made = export(
        notebook(
            markdown("# Chapter"), markdown(":::{note} T\ntext\n\n# Heading\nmore\n:::"), report={"titlepage": True}
        )
    )
    assert "T text Heading more" in made.text
    assert [title for _, title, _ in made.outline] == ["1 Chapter"]


def test_a_wide_table_in_a_box_or_a_quotation_is_made_narrower() -> None:
    table = f"|{'column number|' * 10}\n|{'-|' * 10}\n|{'0.123456789|' * 10}"
    quoted = "\n".join(f"> {line}" for line in f"said:\n\n{table}".split("\n"))
    made = export(notebook(markdown(f":::{{note}}\n\n{table}\n:::"), markdown(quoted)))
    assert made.text.count("0.123456789") == 20
    assert len(made.pages) == 1


def test_a_box_can_be_linked_to_from_its_notebook() -> None:
    made = notebook(markdown("[there](#here)\n\n:::{note} T\n:name: here\nx\n:::"))
    assert problems(made) == []
    assert '<a href="#here">there</a>' in page(*made.cells)
