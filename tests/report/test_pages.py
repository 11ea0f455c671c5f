"""Pages: the measure finds one fault each in small samples, and none in the report or in notebooks nobody wrote."""

from pathlib import Path

import nbformat
import pytest
import typst
from pages import Pages
from random_notebooks import random_notebook
from typst_documents import export

from report.book.merge import document_metadata, merge
from report.chapter.results import of_notebook
from report.run import notebook as nb
from report.run.tasks import Executed, make_tasks
from report.settings import resolve

START = """#set page(paper: "a4", margin: 2.6cm)
#set document(title: "A")
= Chapter
Some words.
"""
BLOCK = "#block(height: 3cm, breakable: false)[Words.]"
CODE = '#text(8pt, raw(block: true, "x = 1"))\n#pagebreak()#block(text(7.6pt)[1])\n'
FLOAT = "#place(bottom, float: true)[At the foot.]"
TORN = """#show figure: set block(breakable: true)
#figure(caption: [Words.], kind: image, supplement: [Figure], block(height: 14.9cm)[""" + "#lorem(30)#v(1fr)" * 8 + "])"


def measured(source: str, folder: Path) -> Pages:
    """Return a document of Typst, with words behind it, so that its last page is no other."""
    path = folder / "sample.pdf"
    words = "\n\n".join(["#lorem(90)"] * 4)
    path.write_bytes(typst.compile(f"{START}{source}\n\n{words}".encode(), ignore_system_fonts=True))
    return Pages(path)


def after(height: float, source: str) -> str:
    """Return a source that begins so many cm below the words at the start of a page."""
    return f"#block(height: {height}cm, spacing: 0pt)[" + "#lorem(30)#v(1fr)" * 8 + f"]\n{source}"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", ""),
        (after(8, "#block(height: 16cm, breakable: false)[#lorem(300)]"), "% of its height is empty"),
        (f"#lorem(90)\n{FLOAT}#pagebreak()", "% of its height is empty"),
        (after(22, f"#show heading: it => block(sticky: false, it.body)\n== Torn\n{BLOCK}"), "“Torn” is last"),
        (after(22, f"This follows:\n\n{BLOCK}"), "“…This follows:” is apart from what follows it"),
        (after(22, f"#block(sticky: true)[This follows:]\n\n{BLOCK}"), ""),
        (after(21, CODE), "code is apart from its output"),
        (after(9, TORN), "the caption of"),
    ],
)  # fmt: skip
def test_one_fault_is_found(source, said, tmp_path):
    problems = measured(source, tmp_path).problems()
    assert len(problems) == bool(said), problems
    assert all(said in problem for problem in problems)


@pytest.mark.long
def test_the_pages_of_the_notebooks_as_they_are_stored(tmp_path):
    settings = resolve(profile="quick", source_date=0)
    stored = [Executed(task, nb.read(settings.notebooks / f"{task.name}.ipynb")) for task in make_tasks(settings)]
    results = {one.name: of_notebook(one.notebook) for one in stored}
    joined = merge(stored, document_metadata(settings, stored, results), "# Provenance\n\nAs they are stored.")
    joined["metadata"]["report"].pop("bibliography")  # whose path is one from the notebooks' folder
    path = tmp_path / "report.pdf"
    path.write_bytes(export(nbformat.from_dict(joined), settings.notebooks).data)
    assert Pages(path).problems(run_on=settings.run_on) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_the_pages_of_a_notebook_that_nobody_wrote(seed, tmp_path):
    path = tmp_path / "random.pdf"
    path.write_bytes(export(random_notebook(seed)).data)
    assert Pages(path).problems() == []
