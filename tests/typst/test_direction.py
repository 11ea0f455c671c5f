"""Arabic and Hebrew run from right to left: in a document in these languages, and where a paragraph begins in them."""

import re

import nbformat
import numpy as np
from typst_documents import code, export, ink_margins, markdown, notebook, pictures, printed

from report.typst import TypstExporter, TypstHTMLExporter

HEBREW = "שלום לכם"


def margins(*texts: str, **report: str) -> tuple[float, float]:
    """Return the ink-free centimetres at the left and the right of a page with texts."""
    page = pictures(notebook(*map(markdown, texts), report=report))[0]
    return ink_margins(page[int(0.115 * len(page)) : int(0.9 * len(page))])


def is_at_the_right(left: float, right: float) -> bool:
    return right < 3 and left > 10


def test_a_document_in_hebrew_starts_its_lines_at_the_right() -> None:
    assert is_at_the_right(*margins(HEBREW, lang="he"))
    assert is_at_the_right(*margins(f"- {HEBREW}", lang="he"))


def test_a_paragraph_that_begins_in_hebrew_starts_at_the_right_and_others_do_not() -> None:
    assert is_at_the_right(*margins(f"{HEBREW} and English"))
    assert is_at_the_right(*margins(f'<div dir="rtl">\n\n{HEBREW}\n\n</div>'))
    left, right = margins(f"English and {HEBREW}")
    assert left < 3
    assert right > 10


def test_code_in_a_document_from_right_to_left_runs_from_left_to_right() -> None:
    made = notebook(code("x = 1  # one", printed("two three")), report={"lang": "ar"})
    page = pictures(made)[0]
    rows = page[int(0.115 * len(page)) : int(0.5 * len(page))]
    dark = np.flatnonzero((rows < 120).any(axis=0))
    assert dark.max() < 0.5 * rows.shape[1]


def test_pages_say_their_direction_and_keep_that_of_code() -> None:
    def page(lang: str) -> str:
        return TypstHTMLExporter().from_notebook_node(notebook(markdown(HEBREW), report={"lang": lang}))[0]

    assert '<html lang="he" dir="rtl">' in page("he")
    assert '<html lang="pt-BR" dir="ltr">' in page("pt-BR")
    assert "unicode-bidi: plaintext" in page("en")
    assert re.search(r"pre[^{}]*\{[^}]*direction: ltr", page("he"))


def test_what_has_no_such_letters_is_written_as_ever() -> None:
    source, _ = TypstExporter().from_notebook_node(notebook(markdown("# A\n\nwords — ½ 文字")))
    assert "dir: rtl" not in source


def test_references_into_turned_headings_hold() -> None:
    made: nbformat.NotebookNode = notebook(markdown(f"# {HEBREW} {{#sec-a}}\n\nSee @sec-a."))
    pdf = export(made)
    assert pdf.log == []
    assert "See Section 1." in pdf.text
    assert [depth for depth, *_ in pdf.outline] == [0]
