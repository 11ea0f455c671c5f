"""The student's edition: all of the report but its solutions, in one folder, whole or not at all."""

import json
import os
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from report_samples import code, notebook, ran, text

from report.book.student import without_solutions
from report.errors import NotebookError, ReportError
from report.run import notebook as nb
from report.run import student as edition
from report.run.student import STAMP, student
from report.run.tasks import solutions
from report.settings import resolve

ROOT = Path(__file__).resolve().parents[2]
BOX = "::: {#sol-double .x}\nTake twice; ![shown](attachment:secret.png).\n:::"
EXERCISE = f"::: {{#exr-double}}\nDouble it.\n:::\n\nSee @sol-double, or [how](solutions/01-a-twice.ipynb).\n\n{BOX}"
ATTACHED = {"attachments": {"secret.png": {"image/png": "c2VjcmV0"}}, "metadata": {"tags": ["x"], "answer": "twice"}}


@pytest.fixture
def book(project, monkeypatch):
    """A report of two chapters with solutions in a box and in a notebook; nothing runs, nothing is typeset."""
    path = project.add("01-a")
    project.add("02-b")
    content = json.loads(path.read_text())
    more = [text(EXERCISE) | ATTACHED | {"id": "one"}, text(BOX) | {"id": "two"}]
    path.write_text(json.dumps(content | {"cells": [*content["cells"], *more]}))
    folder = project.notebooks / "solutions"
    folder.mkdir()
    cells = [text("# Twice is enough {#sol-more}"), code("count: int = 1  # how many", "parameters")]
    (folder / "01-a-twice.ipynb").write_text(json.dumps(notebook(*cells)))
    monkeypatch.setattr(edition, "execute", lambda tasks, _: [ran(task) for task in tasks])
    monkeypatch.setattr("report.book.typesetting.export", lambda merged, _: (json.dumps(merged).encode(), {}))
    return project


def written(book, **given):
    return student(book.resolved(target="student", **given))


def test_it_has_the_chapters_the_report_and_what_they_need_to_run(book, capsys):
    folder = written(book)
    assert folder == book.build / "student"
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "LICENSE", "Makefile", "environment.yml", "mlp_core", "notebooks", "pyproject.toml", "report",
        "report.html", "report.pdf", "requirements.lock", ".ci", STAMP,
    }  # fmt: skip
    assert os.access(folder / ".ci" / "environment", os.X_OK)
    assert {path.name for path in (folder / "notebooks").iterdir()} == {"01-a.ipynb", "02-b.ipynb"}
    assert (folder / "report" / "report.yml").read_bytes() == book.config.read_bytes()
    assert "A Small Report" in (folder / "README.md").read_text()
    assert "2 notebooks" in capsys.readouterr().out


def test_nothing_of_a_solution_is_left_in_text_pictures_metadata_or_report(book):
    folder = written(book)
    cells = nb.read(folder / "notebooks" / "01-a.ipynb")["cells"]
    assert cells[-1]["source"] == "::: {#exr-double}\nDouble it.\n:::\n\nSee the solution, or how."
    assert cells[-1]["metadata"] == {"tags": ["x"]}
    for path in ("notebooks/01-a.ipynb", "report.pdf", "report.html"):
        everything = (folder / path).read_text()
        assert not [word for word in ("Take twice", "secret", "c2VjcmV0", "answer", "Twice") if word in everything]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (text("## Done {#sol-a}\n\nTwice."), "cell 1: `sol-a`"),
        (code("say('''::: {.solution}\nTwice.\n:::''')"), "cell 1: `::: {.solution`"),
        (code("see", outputs=({"data": {"text/markdown": "See @sol-a."}},)), "cell 1: `sol-a`"),
        (text("As `solutions/01-a.ipynb` says."), "cell 1: `solutions/01-a.ipynb`"),
    ],
)
def test_what_cannot_be_cut_out_is_refused(cell, said):
    with pytest.raises(NotebookError, match=re.escape(f"01-a, {said} is of a solution, and cannot be cut out there")):
        without_solutions(notebook(cell), "01-a")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"only": ["01-a"]}, "the edition is of all chapters; leave ONLY out"),
        ({"solutions": "appendix"}, "the edition has no solutions; leave SOLUTIONS=appendix out"),
        ({"output": "full"}, "full: has other files in it; choose an empty folder, or a new one"),
        ({"output": "full", "replace": True}, "full: has other files in it; choose an empty folder"),
        ({"output": "full/file"}, "file: expected a folder, or nothing there yet; it is a file or a link"),
        ({"output": "none/new"}, "there is no folder .*none; make it first"),
        ({"output": "notebooks/new"}, "lies in .*notebooks, which the edition is made from"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(book, monkeypatch, given, said):
    (book.folder / "full").mkdir()
    (book.folder / "full" / "file").write_text("mine")
    monkeypatch.setattr(edition, "execute", None)
    if "output" in given:
        given = given | {"output": book.folder / given["output"]}
    with pytest.raises(ReportError, match=said):
        written(book, **given)
    assert [path.name for path in (book.folder / "full").iterdir()] == ["file"]


def test_an_older_edition_gives_way_only_where_that_is_said(book):
    folder = book.folder / "out"
    folder.mkdir()
    written(book, output=folder)
    (folder / "notebooks" / "old.ipynb").write_text("")
    with pytest.raises(ReportError, match="holds an older edition; --replace puts the new one in its place"):
        written(book, output=folder)
    written(book, output=folder, replace=True)
    assert not (folder / "notebooks" / "old.ipynb").exists()


def test_a_failure_leaves_the_old_edition_and_nothing_else(book, monkeypatch):
    folder = written(book, output=book.folder / "out")
    before = sorted(path.name for path in book.folder.iterdir())
    monkeypatch.setattr(edition, "_write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(book, output=folder, replace=True)
    assert sorted(path.name for path in book.folder.iterdir()) == before
    assert (folder / "report.pdf").is_file()


def telling(source: str, least: int) -> list[str]:
    """Return the lines of a solution's cell that say something."""
    return [line.strip() for line in source.splitlines() if len(line.strip()) >= least]


def squeezed(words: str) -> str:
    """Return the letters and digits of a text: what typesetting leaves of it whatever it does to the rest."""
    return re.sub(r"[\W_]+", "", words)


def texts_of(folder: Path):
    """Yield each file of an edition as text: of a PDF its pages and its streams, whatever is packed in it."""
    for path in filter(Path.is_file, folder.rglob("*")):
        body = path.read_bytes()
        yield path, body.decode("utf-8", "replace")
        if path.suffix == ".pdf":
            yield path, " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
            for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
                try:
                    yield path, zlib.decompress(packed).decode("latin-1")
                except zlib.error:
                    continue
        elif path.suffix == ".html":
            yield path, re.sub("<[^>]*>", "", body.decode())


@pytest.mark.long
def test_no_line_of_any_solution_of_this_book_is_in_its_students_edition(tmp_path, monkeypatch):
    stored = {"executed": 0, "seconds": 0.0, "threads": 1}

    def as_stored(tasks, _):
        made = [ran(task) for task in tasks]
        return [replace(one, notebook=one.task.notebook | {"metadata": {"course_report": stored}}) for one in made]

    monkeypatch.setattr(edition, "execute", as_stored)
    settings = resolve(target="student", profile="quick", output=tmp_path / "out", build=tmp_path / "build")
    cells = [cell for one in solutions(settings)
             for cell in nb.read(ROOT / "notebooks" / f"{one.name}.ipynb")["cells"]]  # fmt: skip
    found = {line for cell in cells for line in telling(cell["source"], 30 if cell["cell_type"] == "code" else 40)}
    rooms = [path for room in ("mlp_core", "report") for path in (ROOT / room).rglob("*") if path.is_file()]
    chapters = [nb.read(path) for path in (ROOT / "notebooks").glob("*.ipynb")]
    public = [*(squeezed(path.read_text(errors="replace")) for path in rooms if path.suffix in (".py", ".md")),
              *(squeezed(cell["source"]) for one in chapters for cell in one["cells"])]  # fmt: skip
    secret = {key for line in found if not any((key := squeezed(line)) in body for body in public)}
    assert len(secret) > 300
    folder = student(settings)
    for path, said in texts_of(folder):
        everything = squeezed(said)
        assert not [one for one in secret if one in everything], path
    assert "Exercise&nbsp;1.1 (Read)" in (folder / "report.html").read_text()


@pytest.mark.long
def test_a_student_can_run_it(book, monkeypatch):
    """From its folder, with its own packages."""
    folder = written(book, output=book.folder / "out")
    words = [sys.executable, "-m", "report", "html", "--profile", "quick"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "REPORT_"))}
    done = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done
    assert "Double it." in (folder / "build" / "report.html").read_text()
