"""Solutions that are notebooks of their own: where they run, where they stand, and when they do neither."""

import base64
import json
import re
from dataclasses import replace

import pypdf
import pytest
from guards import notebook_problems
from report_samples import code, notebook, ran, text

from report.book.rehearsal import PIXEL
from report.book.typesetting import _told, export, merged
from report.errors import ConfigError
from report.run import notebook as nb
from report.run.build import batches, build
from report.run.refresh import refresh
from report.run.tasks import chosen, make_tasks

EXERCISE = "::: {#exr-double}\nDouble it.\n:::\n\nSee @sol-double and [there](solutions/01-a-twice.ipynb)."
SOLUTION = "# Twice is enough {#sol-double}\n\nBack to [the chapter](../01-a.ipynb), ![two](two.png)\n\n## Proof"


@pytest.fixture
def book(project):
    """A report of two chapters; the first has an exercise, whose solution is a notebook beside a picture."""
    path = project.add("01-a")
    project.add("02-b")
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"cells": [*content["cells"], text(EXERCISE) | {"id": "exercise"}]}))
    folder = project.notebooks / "solutions"
    folder.mkdir()
    (folder / "two.png").write_bytes(base64.b64decode(PIXEL))
    cells = [text(SOLUTION), code("count: int = 1  # how many", "parameters"),
             code("def double(x):\n    return 2 * x"), code("print('twice', double(count))")]  # fmt: skip
    (folder / "01-a-twice.ipynb").write_text(json.dumps(notebook(*cells)))
    return project


def typeset(project, target="html", **given):
    """Return the words of a report whose notebooks need not run, heading by heading."""
    settings = replace(project.resolved(**given), target=target)
    page = export(merged([ran(task) for task in make_tasks(settings)], settings), settings)[0].decode()
    body = page.partition("<main>")[2].replace("\u00a0", " ").replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", re.sub(r"<h(\d)[^>]*>", r"|\1 ", body)))


def test_solutions_are_notebooks_of_their_chapter(book):
    assert chosen(book.resolved()) == ["01-a", "solutions/01-a-twice", "02-b"]
    assert chosen(book.resolved(only=["01-a"])) == ["01-a", "solutions/01-a-twice"]
    assert chosen(book.resolved(only=["solutions/01-a-twice.ipynb"])) == ["solutions/01-a-twice"]
    tasks = make_tasks(book.resolved(overrides={"solutions/01-a-twice": {"count": "3"}}))
    assert tasks[1].values == {"count": 3}
    assert [[task.name for task in batch] for batch in batches(tasks)][2] == ["solutions/01-a-twice"]


def test_hidden_solutions_do_not_run_but_are_stored(book):
    hidden = book.resolved(solutions="hide")
    assert [task.name for task in make_tasks(hidden)] == ["01-a", "02-b"]
    with pytest.raises(ConfigError, match="solutions/01-a-twice is unknown"):
        chosen(replace(hidden, only=["solutions/01-a-twice"]))
    assert chosen(replace(hidden, target="notebooks")) == ["01-a", "solutions/01-a-twice", "02-b"]


def test_chapters_that_read_the_others_need_no_solutions(book):
    book.add("03-c", parameters='results_folder: str = "."  # where', after="all")
    assert [task.name for task in make_tasks(book.resolved(only=["03-c"]))] == ["01-a", "02-b", "03-c"]


def test_a_solution_without_a_chapter_is_refused(book):
    (book.notebooks / "solutions" / "07-x.ipynb").write_text("{}")
    with pytest.raises(ConfigError, match=r"07-x.ipynb: expected a name that begins as its chapter's, such as 01-"):
        make_tasks(book.resolved())


def test_inline_solutions_stand_behind_their_chapter(book, capsys):
    said = typeset(book)
    assert re.search(r"Exercise 1.1. Double it. See Solution of Exercise 1.1 and there. \|2 1.1 Solution of "
                     r"Exercise 1.1: Twice is enough Back to the chapter, .*\|3 1.1.1 Proof .*"
                     r"\|1 2 Chapter 02-b", said)  # fmt: skip
    assert "warning" not in capsys.readouterr().err.replace("alternative", "")


def test_the_appendix_has_them_under_a_heading_of_their_own(book):
    said = typeset(book, solutions="appendix")
    assert re.search(r"\|1 2 Chapter 02-b .*\|1 A Solutions \|2 A.1 Solution of Exercise 1.1: Twice is enough", said)
    assert "Double it. → Solution See" in said
    assert said.index("def double") < said.index("|1 B ")


def test_hidden_solutions_are_nowhere_and_not_even_their_words_are_told(book):
    said = typeset(book, solutions="hide")
    assert "Double it. See a solution that is left out and there." in said
    assert "Twice is enough" not in said
    assert "def double" not in said


@pytest.mark.long
def test_an_excerpt_of_nothing_but_a_solution(book):
    said = typeset(book, only=["solutions/01-a-twice"])
    assert "|1 1 Twice is enough Back to the chapter" in said


def test_a_solution_may_define_what_a_chapter_may_not(book):
    cells = nb.read(book.notebooks / "solutions" / "01-a-twice.ipynb")
    assert any("defines double" in problem for problem in notebook_problems(cells, "x"))
    assert not any("defines" in problem for problem in notebook_problems(cells, "x", may_define=True))


@pytest.mark.long
def test_a_solution_runs_is_typeset_and_stored(book):
    pdf = pypdf.PdfReader(build(book.resolved(solutions="appendix")))
    assert "twice 2" in " ".join(page.extract_text() for page in pdf.pages)
    assert (book.build / "notebooks" / "solutions" / "01-a-twice.ipynb").is_file()
    refresh(book.resolved(target="notebooks", only=["solutions/01-a-twice"]))
    path = book.notebooks / "solutions" / "01-a-twice.ipynb"
    assert nb.read(path)["cells"][-1]["outputs"][0]["text"] == "twice 2\n"
    assert nb.read(book.notebooks / "02-b.ipynb")["cells"][1]["execution_count"] is None


def test_the_command_names_a_chapter_and_not_its_solutions_beside_it(book):
    for only in ("01-a", "solutions/01-a-twice"):
        settings = book.resolved(only=[only])
        assert _told(settings, [ran(task) for task in make_tasks(settings)]).only == [only]
