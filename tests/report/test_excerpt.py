"""A report of some chapters only: what runs, what stands in it, and how it names what it leaves out."""

import json
import subprocess
import sys
from dataclasses import replace

import pypdf
import pytest
from report_samples import ran

from report.book.merge import fill_abstract
from report.book.typesetting import export, merged
from report.errors import ConfigError, ReportError
from report.run.build import plan
from report.run.stale import look
from report.run.store import remove_strangers
from report.run.tasks import chosen, make_tasks

WORDS = "As @sec-02-b, @sec-there, [@lst-there; @eq-there] and [b](02-b.ipynb#there) say, \\eqref{eq-there}."
NAMED = "As “02-b”, “A good place”, lst-there (“02-b”), eq-there (“02-b”) and b say, eq-there (“02-b”)."
PROSE = "# {name} {{#sec-{name}}}\n\n{words}\n\n## A *good* place {{#sec-{there}}}\n\n$$x$$ {{#eq-{there}}}"


@pytest.fixture
def book(project):
    """A report of three chapters; the first refers to the second, the last runs after all."""
    for name, there, words in (("01-a", "here", WORDS), ("02-b", "there", "")):
        path = project.add(name, f"#| label: lst-{there}\nprint('{name} ran')")
        content = json.loads(path.read_text())
        content["cells"][0]["source"] = PROSE.format(name=name, there=there, words=words)
        path.write_text(json.dumps(content))
    project.add("03-c", "print(results_folder)", parameters='results_folder: str = "."  # where', after="all")
    project.configure(course="CS 101")
    return project


def typeset(project, target="typst", **given):
    """Return the text of a report whose notebooks need not run."""
    settings = project.resolved(**given)
    document = merged([ran(task) for task in make_tasks(settings)], replace(settings, target=target))
    return export(document, replace(settings, target=target))[0].decode()


@pytest.mark.parametrize("asked", [["01-a 02-b"], ["02-b,01-a.ipynb"], ["01-a", " 02-b, "]])
def test_chapters_are_asked_for_with_blanks_or_commas_and_stand_in_the_reports_order(book, asked):
    assert chosen(book.resolved(only=asked)) == ["01-a", "02-b"]
    assert chosen(book.resolved()) == ["01-a", "02-b", "03-c"]


def test_a_chapter_that_is_not_there_is_named_with_a_near_one(book):
    with pytest.raises(ConfigError, match=r"ONLY=02-bb is unknown; allowed: 01-a, 02-b, 03-c \(did you mean 02-b\?\)"):
        make_tasks(book.resolved(only=["01-a 02-bb"]))


def test_a_chapter_that_reads_the_others_lets_them_run(book):
    assert plan(book.resolved(only=["01-a"])) == (["01-a"], True)
    assert plan(book.resolved(only=["03-c"])) == (["01-a", "02-b", "03-c"], True)


def test_a_chapter_that_reads_the_others_leaves_alone_what_reads_them_too(book):
    book.add("04-d", parameters='results_folder: str = "."  # where', after="all")
    assert [task.name for task in make_tasks(book.resolved(only=["03-c"]))] == ["01-a", "02-b", "03-c"]


@pytest.mark.parametrize("target", ["typst", "html"])
def test_an_excerpt_has_its_chapters_and_names_what_others_hold(book, target):
    found = typeset(book, target, only=["01-a"])
    for expected in ("CS 101", "01-a ran", "1 of 3 chapters", NAMED):
        assert expected in found
    assert "02-b ran" not in found


@pytest.mark.long
@pytest.mark.parametrize("target", ["typst", "html"])
def test_the_whole_report_has_references(book, target):
    found = typeset(book, target)
    assert "01-a ran" in found
    assert "02-b ran" in found
    assert "“" not in found
    assert "excerpt" not in found


def test_headings_are_named_by_their_words_and_own_ones_go_first(book):
    for name, more in (("01-a", "@sec-late-words, @sec-same"), ("02-b", "## Late words")):
        path = book.notebooks / f"{name}.ipynb"
        path.write_text(path.read_text().replace("\\n\\n## A", f"\\n\\n{more}\\n\\n## Same\\n\\n## A"))
    found = typeset(book, only=["01-a"])
    assert "“Late words”" in found
    assert "“Same”" not in found


def test_what_nothing_holds_is_still_an_error(book):
    path = book.notebooks / "02-b.ipynb"
    path.write_text(path.read_text().replace("eq-there", "eq-gone"))
    with pytest.raises(ReportError, match="unknown reference @eq-there"):
        typeset(book, only=["01-a"])


def test_a_label_that_is_computed_elsewhere_is_named(book):
    book.add("02-b", "print(f'{{#tbl-run-{count}}}')")
    path = book.notebooks / "01-a.ipynb"
    path.write_text(path.read_text().replace(" say, ", " say, @tbl-run-7 ").replace("there", "here"))
    assert "tbl-run-7 (“Chapter 02-b”)" in typeset(book, only=["01-a"])


def test_the_same_runs_serve_the_whole_and_an_excerpt(book):
    whole = {task.name: look(task, {}, book.folder).fingerprint for task in make_tasks(book.resolved())}
    (task,) = make_tasks(book.resolved(only=["02-b"]))
    assert look(task, {}, book.folder).fingerprint == whole["02-b"]


def test_what_is_no_chapter_any_more_is_removed(tmp_path):
    for name in ("01-a", "02-b"):
        (tmp_path / "results").mkdir(exist_ok=True)
        (tmp_path / "results" / f"{name}.json").touch()
    remove_strangers(["02-b"], tmp_path)
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["02-b.json"]


def test_an_abstract_that_tells_of_a_chapter_left_out_is_left_out(book):
    book.configure(abstract="{b.x} of {run.chapters}")
    assert fill_abstract(book.resolved(only=["02-b"]), {"02-b": {"x": 5}, "run": {"chapters": 1}}) == "5 of 1"
    assert fill_abstract(book.resolved(only=["01-a"]), {"01-a": {}, "run": {"chapters": 1}}) == ""
    book.configure(abstract="{bb.x}")
    with pytest.raises(ReportError, match="no results of 'bb'"):
        fill_abstract(book.resolved(only=["01-a"]), {"01-a": {}, "run": {}})


@pytest.mark.long
@pytest.mark.parametrize("place", [".", "notebooks", ".."])
def test_relative_settings_work_from_anywhere(book, place):
    path = {".": "report.yml", "notebooks": "../report.yml", "..": f"{book.folder.name}/report.yml"}[place]
    words = [sys.executable, "-m", "report", "--only", "02-b", "--config", path]
    done = subprocess.run(words, cwd=book.folder / place, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    reader = pypdf.PdfReader(book.folder / "build" / "report.pdf")
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "02-b ran" in text
    assert "--only 02-b" in text
    assert "01-a ran" not in text
