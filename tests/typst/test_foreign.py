"""A notebook of anyone gives a document: what is missing or unknown is shown where it stands, and told in a warning."""

import logging
import re
from html import unescape

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_raw_cell
from typst_documents import code, export, markdown, notebook, png, printed, problems, shown

from report.typst import ConversionError, TypstExporter, TypstHTMLExporter
from report.typst.options import CellOptionsPreprocessor

BAD_SVG = '<svg xmlns="urn:none" width="10" height="10"><rect width="5" height="5"/></svg>'  # no picture for Typst


def page(made: NotebookNode) -> str:
    """Return the words of a page."""
    html, _ = TypstHTMLExporter(log=logging.Logger("page")).from_notebook_node(made)
    return unescape(re.sub("<[^<>]*>", "", html.partition("<main>")[2]))


LOST = [
    (markdown("![logo](https://e.org/a.png)"), "logo – https://e.org/a.png", "image https://e.org/a.png is remote"),
    (markdown("Words ![a *b*](gone.png) on"), "a b – gone.png", "image gone.png does not exist"),
    (markdown("| a | b |\n|-|-|\n| ![x](attachment:c.png) | y |"), "x – attachment:c.png", "is not attached"),
    (markdown("![d](data:image/png;base64,AAA)"), "d – data:image/png;base64,AAA", "Incorrect padding"),
    (code("draw()", shown("image/png", "AAAA")), "a picture that cannot be read", "image cannot be read"),
    (markdown("See @fig-nope."), "See @fig-nope.", "unknown reference @fig-nope"),
    (markdown("See [as in @sec-nope]."), "See as in @sec-nope.", "unknown reference @sec-nope"),
    (markdown("See $\\eqref{eq:nope}$."), "See \\eqref{eq:nope}.", "unknown reference @eq:nope"),
    (markdown("So $\\nope{x} + 1$."), "So \\nope{x} + 1.", "unknown command \\nope"),
]


@pytest.mark.parametrize(("cell", "words", "reason"), LOST)
def test_what_is_lost_is_shown_in_its_place(cell: NotebookNode, words: str, reason: str) -> None:
    made = notebook(markdown("before"), cell, markdown("after"))
    pdf = export(made)
    assert words in pdf.text.replace("\u200b", "")
    assert len([line for line in pdf.log if reason in line and line.startswith("sample.ipynb, cell 2 (`")]) == 1
    assert words in page(made)
    with pytest.raises(ConversionError):
        TypstExporter(strict=True).from_notebook_node(made)


def test_a_doubled_label_is_told() -> None:
    cells = [code(f"#| label: fig-a\n#| fig-cap: C\n{k}", shown("image/png", png())) for k in range(2)]
    pdf = export(notebook(*cells, markdown("See @fig-a.")))
    assert "See @fig-a." in pdf.text
    assert any("label fig-a stands already" in line for line in pdf.log)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (code("draw()", printed("so\n"), shown("image/svg+xml", BAD_SVG, text_plain="<D>")), "draw() so <D>"),
        (markdown("> " * 700 + "deep"), "> > > >"),
    ],
)
def test_a_cell_that_cannot_be_set_is_shown_as_it_is_typed(cell: NotebookNode, words: str) -> None:
    pdf = export(notebook(markdown("*before*"), cell, markdown("*after*")))
    assert words in pdf.text
    assert pdf.text.startswith("sample before")
    assert "after" in pdf.text
    told = [line for line in pdf.log if line.endswith("; the cell is shown as it is typed")]
    assert len(told) == 1
    assert told[0].startswith("sample.ipynb, cell 2 (`")


def test_a_raw_cell_that_cannot_be_set_is_shown_as_it_is_typed() -> None:
    pdf = export(notebook(new_raw_cell("#nope()", metadata={"raw_mimetype": "text/x-typst"}), markdown("after")))
    assert "#nope() after" in pdf.text
    assert "sample.ipynb, cell 1 (`#nope()`): Typst: unknown variable: nope" in pdf.log[0]


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ("#| hide", {"include": False}),
        ("#|export\n#| hide_input", {"echo": False}),
        ("#| default_exp core", {}),
        ("#|eval:false\n#|export some.module", {"eval": False}),
        ("#| label: fig-a\n#| hide_output\n#| fig-cap: A: b", {"output": False, "label": "fig-a", "fig-cap": "A: b"}),
        ("#| label:zen", {"label": "zen"}),
        ("#| fig-cap: >\n#|   A caption\n#|   of bare words", {"fig-cap": "A caption of bare words"}),
        ("#| fig-cap: 'A: b\n#|   c'", {"fig-cap": "A: b c"}),
        ("#| fig-cap: A: b\n#|   hide\n#| label: a", {"fig-cap": "A: b hide", "label": "a"}),
        ("#| fig-subcap:\n#|   - a: b\n#|     c d\n#|   - e", {"fig-subcap": ["a: b c d", "e"]}),
        ("#| a: [\n#| echo: false\n#| fig-cap:\n#|   - x\n#|   - y", {"echo": False, "fig-cap": ["x", "y"]}),
        ("#| code-fold: perhaps\n#| echo: false", {"echo": False}),
        ("#| label: [a]\n#| echo: false", {"echo": False}),
        ("#| <-- what this does", {}),
    ],
)
def test_directives_of_other_tools_stop_nothing(lines: str, options: dict) -> None:
    made = notebook(code(lines + "\nx"))
    exporter = TypstExporter(log=logging.Logger("options"))
    made, _ = CellOptionsPreprocessor(parent=exporter).preprocess(made, {})
    assert made.cells[0].metadata["report_options"] == options
    assert made.cells[0].source == "x"


def test_an_option_that_cannot_be_meant_is_told() -> None:
    (line,) = export(notebook(code("#| code-fold: perhaps\nx = 1"))).log
    assert line.startswith("sample.ipynb, cell 1 (`#| code-fold: perhaps`): code-fold must be ")
    assert line.endswith("got perhaps; it is left out")


@pytest.mark.parametrize("cell", [code("#| label: [a, b]\nx = 1"), code("x = 1", label=["a", "b"])])
def test_a_label_that_is_no_name_is_told_wherever_it_is_said(cell: NotebookNode) -> None:
    expected = "label must be a name, got ['a', 'b']"
    (line,) = export(notebook(cell.copy())).log
    assert line.endswith(f"{expected}; it is left out")
    (problem,) = problems(notebook(cell.copy()))
    assert problem.startswith("sample.ipynb, cell 1 (")
    assert problem.endswith(expected)


def test_figures_without_alternative_text_are_told_together() -> None:
    (line,) = export(notebook(*[code("draw()", shown("image/png", png())) for _ in range(3)])).log
    assert line == "3 figures without fig-alt, in cells 1, 2, 3: a screen reader has nothing to tell of them"
    two = code("draw()", shown("image/png", png()), shown("image/png", png()))
    assert export(notebook(two)).log == [line.replace("3 figures", "2 figures").replace("cells 1, 2, 3", "cell 1")]


def test_a_paragraph_of_characters_that_no_font_has() -> None:
    text = export(notebook(markdown("".join(map(chr, range(0x4E00, 0x4E00 + 700))))), system_fonts=False).text
    assert "U+4E00U+4E01" in text.replace(" ", "")


def test_a_drawing_without_its_namespace_is_drawn() -> None:
    bare = '<?xml version="1.0"?><svg width="10" height="10"><rect width="5" height="5"/></svg>'
    pdf = export(notebook(code("#| fig-alt: A square\ndraw()", shown("image/svg+xml", bare))))
    assert pdf.tags("/Figure") == ["A square"]
    assert not pdf.log


@pytest.mark.parametrize("cell", ["`a`<br>*b*<br><br> | c<br>", "*x* <br> | **y**<br><br>"])
def test_a_line_break_ends_a_cell_of_a_table(cell: str) -> None:
    assert not export(notebook(markdown(f"A | B |\n--- | --- |\n{cell} |"))).log


def test_an_anchor_may_be_a_link_too() -> None:
    note = '<a id="note" href="#back">[1]</a> So.'
    made = notebook(markdown('See <a href="#note" id="back">[1]</a>.'), markdown(note))
    assert not export(made).log
    assert "[1] So." in page(made)


@pytest.mark.parametrize("written", ["siehe{ref}`sec:a`の節", "{numref}`sec:a`x", "1{eq}`sec:a`"])
def test_a_role_of_myst_may_stand_between_letters(written: str) -> None:
    made = notebook(markdown("# A {#sec:a}"), markdown(written))
    TypstExporter(strict=True).from_notebook_node(made)
    assert "Section\xa01" in page(made)


@pytest.mark.parametrize("name", ["bmatrix", "cases", "array", "align*", "equation"])
def test_an_environment_without_dollars_is_a_formula(name: str) -> None:
    columns = "{cc}" if name == "array" else ""
    made = notebook(markdown(f"before\n\n\\begin{{{name}}}{columns} 1 & 2 \\\\ 3 & 4 \\end{{{name}}}\n\nafter"))
    if name == "equation":
        made.cells[0].source = made.cells[0].source.replace("&", "+").replace("\\\\", "=")
    assert not export(made).log
    assert "<math" in TypstHTMLExporter(strict=True).from_notebook_node(made)[0]


def test_a_page_warns_of_a_figure_as_a_pdf_does() -> None:
    lines: list[str] = []
    log, kept = logging.Logger("page"), logging.Handler(logging.WARNING)
    kept.emit = lambda record: lines.append(record.getMessage())
    log.addHandler(kept)
    made = notebook(code("draw()", shown("image/png", png())))
    TypstHTMLExporter(log=log).from_notebook_node(made, {"metadata": {"name": "sample"}})
    assert lines == export(made).log
    assert "figure without fig-alt, and no caption either" in lines[0]
