"""Code and printed output: long lines, listings, languages, colours, errors, folds."""

import re

import pytest
from nbformat.v4 import new_output
from typst_documents import Pdf, code, export, ink_margins, markdown, notebook, pictures, printed, problems

from report.typst import TypstExporter, TypstHTMLExporter


@pytest.fixture(scope="module")
def pdf() -> Pdf:
    """Return a document with code and output of every kind."""
    error = new_output("error", ename="ValueError", evalue="bad", traceback=["\x1b[31mValueError\x1b[39m: bad"])
    return export(
        notebook(
            code("#| label: lst-loss\n#| lst-cap: The *loss*.\ndef loss(x):\n    return x", printed("printed\n")),
            code("call(" + ", ".join(f"argument_{k}={k}" for k in range(12)) + ")", printed("\x1b[32mgreen\x1b[0m\n")),
            code("%%bash\necho hello", printed("warned\n", "stderr"), error),
            markdown("```python\nfenced = '#typst $x$ @ref <label>'\n```\n\n    indented\n\nsee @lst-loss"),
        )
    )


def test_code_and_every_stream_is_there(pdf: Pdf) -> None:
    for text in (
        "def loss(x):",
        "printed",
        "green",
        "warned",
        "ValueError: bad",
        "echo hello",
        "indented",
        "#typst $x$ @ref <label>",
    ):
        assert text in pdf.text


def test_what_is_printed_in_several_messages_is_one_output() -> None:
    sent = [printed("one\n"), printed("two\n"), printed("a warning\n", "stderr"), printed("three\n")]
    source, _ = TypstExporter().from_notebook_node(notebook(code("f()", *sent)))
    outputs = [line for line in source.splitlines() if line.startswith("#terminal(")]
    assert [line.split('"')[1] for line in outputs] == ["stdout", "stderr", "stdout"]
    assert r"one\ntwo" in outputs[0]


def test_listings_are_numbered_and_referred_to(pdf: Pdf) -> None:
    assert "Listing 1. The loss." in pdf.text
    assert "see Listing 1" in pdf.text


def test_indentation_survives(pdf: Pdf) -> None:
    assert "    return x" in pdf.pages[0]


def test_a_long_line_goes_on_behind_a_mark(pdf: Pdf) -> None:
    lines = pdf.pages[0].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("call("))
    assert lines[first + 1].startswith("argument")  # the mark is drawn, and not copied
    assert "argument_11" in "".join(lines[first : first + 4])


def test_code_copied_from_the_pdf_runs() -> None:
    name, long = "n" * 75, "some/path/" * 7 + "x"
    lines = [f"{name} = {{", f"    'a': '{long}', 'b': [1, 2, 3],", "    # " + "words " * 9, "}"]
    lines += ["if True:", f"    {name}['c'] = 5"]
    text = export(notebook(code("\n".join(lines)))).pages[0]
    copied = text[text.index(name) : text.rindex("= 5") + 3]
    found: dict = {}
    exec(copied, found)
    assert found[name] == {"a": long, "b": [1, 2, 3], "c": 5}


@pytest.mark.parametrize(
    "cell",
    [
        code("x = '" + "a" * 400 + "'"),
        code("x", printed("b" * 400 + "\n" + "word " * 80)),
        code("x", printed("\x1b[31mred\x1b[0m " + "c" * 300)),
        code("x", printed("漢" * 120)),
        markdown("`" + "d" * 200 + "` and " + "e" * 200 + " and https://example.org/" + "path/" * 40),
    ],
)
def test_long_lines_stay_between_the_margins(cell: object) -> None:
    for page in pictures(notebook(cell, title="x")):
        left, right = ink_margins(page)
        assert min(left, right) > 2.3


def test_code_is_highlighted_in_its_language() -> None:
    made = notebook(code("x <- 1"), code("%%bash\nls"), language_info={"name": "R"})
    source, _ = TypstExporter().from_notebook_node(made)
    assert 'raw("x <- 1", lang: "r", block: true)' in source
    assert 'lang: "bash"' in source


def test_an_unclosed_fence_ends_with_its_cell() -> None:
    assert export(notebook(markdown("```python\nx = 1"), markdown("**after**"))).text.startswith("sample x = 1 after")


def test_raw_cells_are_shown_or_meant_for_typst() -> None:
    from nbformat.v4 import new_raw_cell

    made = notebook(
        new_raw_cell("plain #raw"), new_raw_cell("#upper[typst]", metadata={"format": "text/x-typst"}),
        new_raw_cell("<b>html</b>", metadata={"raw_mimetype": "text/html"}),
    )  # fmt: skip
    text = export(made).text
    assert "plain #raw TYPST" in text
    assert "html" not in text


def folds(*options: str, **report: bool) -> list[tuple[str, str]]:
    """Return how the code of cells with these options folds on a page, and what is to be clicked on."""
    cells = [code("\n".join([*lines.split("; "), f"x_{k} = {k}"])) for k, lines in enumerate(options)]
    page = TypstHTMLExporter().from_notebook_node(notebook(*cells, report=report))[0].partition("<main>")[2]
    form = r'(?:<details class="code-fold"( open="")?>\s*<summary>\s*(.*?)\s*</summary>\s*)?<div class="code">'
    found = re.finditer(form, page)
    return [("open" if one[1] else "closed", one[2]) if one[2] else ("none", "") for one in found]


def test_code_folds_on_a_page_where_its_cell_says_so() -> None:
    written = ["#| code-fold: true", "#| code-fold: show; #| code-summary: Show: <all> # of it", "#| echo: true"]
    summary = "Show: &lt;all&gt; # of it"
    assert folds(*written) == [("closed", "Code"), ("open", summary), ("none", "")]
    assert folds(*written, "#| code-fold: false", fold_code=True) == [
        ("closed", "Code"), ("open", summary), ("closed", "Code"), ("none", "")
    ]  # fmt: skip


def test_folded_code_is_shown_on_paper() -> None:
    made = notebook(code("#| code-fold: true\n#| code-summary: never seen\nshown = 1"), report={"fold_code": True})
    pdf = export(made)
    assert "shown = 1" in pdf.text
    assert "never seen" not in pdf.text


def test_code_that_is_hidden_not_removed_folds_on_a_page_and_is_not_printed() -> None:
    made = notebook(*(code(f"of_{tag}_input = 1", tags=[f"{tag}-input"]) for tag in ("hide", "remove")), title="x")
    page = TypstHTMLExporter().from_notebook_node(made)[0]
    assert re.search(r'<details class="code-fold">.*of_hide_input.*</details>', page, re.DOTALL)
    assert "of_remove_input" not in page
    assert "input" not in export(made).text
    made.metadata["report"] = {"echo": False}
    assert "of_hide_input" not in TypstHTMLExporter().from_notebook_node(made)[0]


def test_a_listing_keeps_its_caption_in_sight() -> None:
    made = notebook(code("#| code-fold: true\n#| label: lst-x\n#| lst-cap: Caption\nx = 1"), markdown("See @lst-x."))
    page = TypstHTMLExporter().from_notebook_node(made)[0]
    assert re.search(r"</details>\s*<figcaption>.*Caption", page, re.DOTALL)


def test_a_wrong_fold_is_refused() -> None:
    (found,) = problems(notebook(code("#| code-fold: closed\nx = 1")))
    assert found.endswith("cell 1 (`#| code-fold: closed`): code-fold must be true or false or show, got closed")


def test_lines_a_little_too_long_make_their_code_smaller() -> None:
    def set_as(*lengths: int) -> str:
        cell = code("\n".join("x" * length for length in lengths))
        return TypstExporter().from_notebook_node(notebook(cell))[0].partition("#code(")[2].partition("\n// cell")[0]

    assert "scale" not in set_as(80)
    assert "scale: 0.9" in set_as(80, 96)
    assert "scale" not in set_as(96, 400)  # one would have to be too small: lines go on in the next
    assert "\ue000" in set_as(96, 400)
    assert "\ue000" not in set_as(80, 96)
