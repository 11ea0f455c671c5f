"""A new chapter: its name, its place in the settings, and a notebook that runs and is typeset as it is."""

import json
import shutil
import subprocess
import sys

import pytest
import yaml
from guards import notebook_problems
from readable import reading_problems

from report.__main__ import main
from report.errors import ReportError
from report.run import notebook as nb
from report.run.fingerprint import ROOT
from report.run.new import _inserted, kit, new
from report.run.tasks import make_tasks


@pytest.fixture
def book(project):
    project.add("01-data")
    project.add("02-depth")
    return project


def made(project, topic="batch-size"):
    return new(project.resolved(target="new", topic=topic))


def test_the_next_number_and_the_topic_are_its_name(book, capsys):
    path = made(book)
    assert path == book.notebooks / "03-batch-size.ipynb"
    assert "next: make report ONLY=03-batch-size; make notebooks ONLY=03-batch-size" in capsys.readouterr().out
    assert [chapter.name for chapter in book.resolved().chapters] == ["01-data", "02-depth", "03-batch-size"]
    assert made(book, "width").name == "04-width.ipynb"


def test_an_introduction_numbered_zero_leaves_no_gap(project):
    project.add("00-introduction")
    project.add("01-data")
    assert made(project).name == "02-batch-size.ipynb"


def test_it_stands_before_the_appendices_whose_numbers_do_not_count(book):
    book.add("91-a-report", place="appendix")
    assert made(book).name == "03-batch-size.ipynb"
    names = [chapter.name for chapter in book.resolved().chapters]
    assert names == ["01-data", "02-depth", "03-batch-size", "91-a-report"]


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("", "new: expected a topic of small letters, digits and hyphens, at most 60, such as batch-size"),
        ("Batch Size", "new Batch Size: expected a topic of .*, such as batch-size"),
        ("../x", r"new \.\./x: expected a topic .* such as x"),
        ("3-layers", "new 3-layers: expected a topic .* such as layers"),
        ("x" * 61, "expected a topic .* at most 60"),
        ("depth", "new depth: there is 02-depth already; choose another topic, or edit that notebook"),
        ("stray", "new stray: there is 07-stray already"),
    ],
)
def test_a_name_that_is_none_or_taken_is_refused_and_nothing_changes(book, topic, said):
    (book.notebooks / "07-stray.ipynb").write_text("{}")
    before = book.config.read_bytes(), sorted(book.notebooks.iterdir())
    with pytest.raises(ReportError, match=said):
        made(book, topic)
    assert (book.config.read_bytes(), sorted(book.notebooks.iterdir())) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("chapters:\n  - a  # first\n\n# more\nx: 1\n", "chapters:\n  - a  # first\n  - new\n\n# more\nx: 1\n"),
        ("chapters:\n- {notebook: b,\n   after: all}\n", "chapters:\n- {notebook: b,\n   after: all}\n- new\n"),
        ("chapters:\n- notebook: b\n  after: all\n# x\n", "chapters:\n- notebook: b\n  after: all\n- new\n# x\n"),
        ("chapters: [a, b]  # few\nx: 1\n", "chapters: [a, b, new]  # few\nx: 1\n"),
        ("x: ü\r\nchapters:\r\n  - a\r\ny: 2\r\n", "x: ü\r\nchapters:\r\n  - a\r\n  - new\r\ny: 2\r\n"),
        ("chapters:\n  - a", "chapters:\n  - a\n  - new"),
    ],
)
def test_everything_else_in_the_settings_stays_as_it_is(before, after):
    chapters = dict((key.value, value) for key, value in yaml.compose(before).value)["chapters"]
    assert _inserted(before, chapters, "new", len(chapters.value)) == after


def test_a_chapter_goes_behind_the_one_that_it_shall_follow():
    before = "chapters:\n  - a  # first\n  - {notebook: b, place: appendix}\n"
    chapters = yaml.compose(before).value[0][1]
    assert _inserted(before, chapters, "new", 1) == before.replace("first\n", "first\n  - new\n")


def test_where_the_settings_cannot_be_written_no_notebook_is_left(book, monkeypatch):
    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr("report.run.new.write", full)
    with pytest.raises(OSError, match="disk full"):
        made(book)
    assert not (book.notebooks / "03-batch-size.ipynb").exists()


def test_the_kit_is_a_notebook_in_the_houses_style_with_all_that_a_chapter_has(book):
    (book.folder / "own.bib").write_text("@book{mine, title={T}}\n")
    book.configure(bibliography="own.bib", datasets=["fashion-mnist"])
    notebook = nb.read(made(book))
    (task,) = make_tasks(book.resolved(only=["03-batch-size"]))
    assert task.values["dataset"] == "fashion-mnist"
    problems = [said for said in notebook_problems(notebook, "new") if "was not run" not in said]
    assert [said for said in problems if "without having been run" not in said] == []
    assert reading_problems(notebook) == []
    everything = "\n".join(cell["source"] for cell in notebook["cells"])
    for part in ("**Question.**", "**Method.**", "**What you will learn.**", "#| label: fig-batch-size", "[@mine]",
                 "#| label: tbl-batch-size", "**Change the code.**", "(01-data.ipynb)", "results.publish"):  # fmt: skip
        assert part in everything
    assert not {"TITLE", "TOPIC", "DATASET", "FIRST", "CITATION"} & set(everything.replace("-", " ").split())
    assert notebook["metadata"]["report"] == {"bibliography": "../own.bib"}


def test_without_a_bibliography_it_cites_nothing(book):
    notebook = kit("03-x", book.resolved())
    assert "[@" not in json.dumps(notebook)


def test_a_report_takes_no_topic(book, capsys):
    assert main(book.arguments("html", "batch-size")) == 2
    assert capsys.readouterr().err == "error: html batch-size: only `new` and `watch` take another word\n"


@pytest.mark.long
def test_it_runs_is_typeset_and_stored_right_away(tmp_path):
    """As in the project itself: its settings, its other chapters, and what `make test` says of the new one."""
    for name in ("notebooks", "report"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    words = [sys.executable, "-m", "report", "--config", str(tmp_path / "report" / "report.yml"), "--profile", "quick"]
    folders = ["--notebooks", str(tmp_path / "notebooks"), "--build", str(tmp_path / "build")]
    only: list[str] = []
    for more in (["new", "batch-size"], ["pdf"], ["html"], ["notebooks"]):
        done = subprocess.run([*words, *folders, *more, *only], capture_output=True, text=True, cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, ""), done
        (path,) = (tmp_path / "notebooks").glob("*-batch-size.ipynb")
        only = ["--only", path.stem]
    stored = nb.read(path)
    assert notebook_problems(stored, "new") == reading_problems(stored) == []
    assert (tmp_path / "build" / "report.pdf").read_bytes()[:5] == b"%PDF-"
    before, after = (folder.joinpath("report", "report.yml").read_text() for folder in (ROOT, tmp_path))
    assert after.replace(f"  - {path.stem}\n", "", 1) == before
