"""The whole way from notebooks to the PDF, and how little of it a second run repeats."""

import contextlib
import io
import json
import os
import platform

import nbformat
import numpy as np
import pypdf
import pytest
from report_samples import Project

from report.errors import ConfigError, NotebookFailed
from report.run.build import build
from report.run.refresh import refresh


def arguments(project):
    overrides = {"02-b": {"count": "7"}}
    return project.resolved(jobs=2, title="It's a \"Title\"", authors=["Ada", "Alan"], overrides=overrides)


def names(printed):
    """Return the first word of each progress line; the report's path counts as `report`."""
    words = [line.split("  ")[0] for line in printed.splitlines()]
    return ["report" if word.endswith("report.pdf") else word for word in words]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A report of three notebooks, the last of which reads the others' results;."""
    project = Project(tmp_path_factory.mktemp("made") / "a report")
    project.add("01-a", "from report.chapter import results\nresults.publish(double=2 * count)")
    project.add("02-b", "print('count is', count)")
    read = (
        "from report.chapter import results\nfound = results.load(results_folder)\n"
        "print('found', found['01-a']['double'])"
    )
    project.add("03-all", read, parameters='results_folder: str = "."  # where', after="all")
    project.configure(
        abstract="Twice is {a.double}, on {run.dataset}.", course="CS 101", keywords=["notebooks"],
        profiles={"quick": {}, "standard": {"01-a": {"count": 21}}},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:  # undone whatever goes wrong
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        patch.setattr("report.book.provenance.revision", lambda _: "abc, clean")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            build(arguments(project))
        yield project, printed.getvalue()


def pdf_text(project):
    reader = pypdf.PdfReader(io.BytesIO((project.build / "report.pdf").read_bytes()))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_every_notebook_has_its_progress_line(made):
    printed = names(made[1])
    assert sorted(printed[:2]) == ["01-a", "02-b"]
    assert printed[2:] == ["03-all", "report"]


def test_the_pdf_has_title_authors_abstract_chapters_and_appendix(made):
    text = pdf_text(made[0])
    for expected in ("Ada", "Alan", "CS 101", "Twice is 42, on mnist-5k", "Chapter 01-a", "count is 7", "Provenance"):
        assert expected in text
    assert "Title" in pypdf.PdfReader(made[0].build / "report.pdf").metadata.title


def test_results_go_to_their_files_and_to_the_notebook_that_reads_them(made):
    project, _ = made
    assert json.loads((project.build / "results" / "01-a.json").read_text()) == {"double": 42}
    assert "found 42" in pdf_text(project)


def test_the_notebooks_themselves_are_untouched(made):
    for path in made[0].notebooks.glob("*.ipynb"):
        assert all(not cell.get("outputs") for cell in json.loads(path.read_text())["cells"])


def test_nothing_changed_nothing_runs_whatever_the_clock_says(made, capsys):
    project, _ = made
    for index, path in enumerate(sorted(project.folder.rglob("*"))):
        os.utime(path, (index * 1e8, 4e9 - index * 1e8), follow_symlinks=False)
    build(arguments(project))
    assert capsys.readouterr().out == f"{project.build / 'report.pdf'} is up to date\n"


@pytest.mark.long
def test_one_notebook_edited_runs_alone_and_results_that_change_run_their_reader(made, capsys):
    project, _ = made
    project.add("02-b", "print('the count is', count)")
    build(arguments(project))
    assert names(capsys.readouterr().out) == ["02-b", "report"]
    project.add("01-a", "from report.chapter import results\nresults.publish(double=3 * count)")
    build(arguments(project))
    assert names(capsys.readouterr().out) == ["01-a", "03-all", "report"]
    assert "found 63" in pdf_text(project)


@pytest.mark.long
def test_a_spoilt_report_and_a_spoilt_notebook_are_made_again(made, capsys):
    project, _ = made
    executed = project.build / "notebooks" / "02-b.ipynb"
    executed.write_bytes(executed.read_bytes()[:-40])
    (project.build / "report.pdf").write_bytes(b"%PDF")
    build(arguments(project))
    assert names(capsys.readouterr().out) == ["02-b", "report"]
    assert pypdf.PdfReader(project.build / "report.pdf").pages


def test_the_revision_is_that_of_when_the_notebooks_were_read(project, monkeypatch):
    calls = []
    monkeypatch.setattr("report.run.build.revision", lambda settings: calls.append("asked git") or "1f2e, clean")
    monkeypatch.setattr("report.run.build.execute", lambda *_: calls.append("ran") or [])
    monkeypatch.setattr("report.run.build.typeset", lambda *_, at, **__: calls.append(at))
    project.add("01-a", "1")
    build(project.resolved())
    assert calls == ["asked git", "ran", "1f2e, clean"]


def test_same_inputs_same_bytes(made, monkeypatch):
    project, _ = made
    path = project.build / "report.pdf"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build(arguments(project))
    first = path.read_bytes()
    path.unlink()
    build(arguments(project))
    assert path.read_bytes() == first


def test_missing_data_stop_the_run_before_any_notebook(project, monkeypatch, capsys):
    project.add("01-a", "print(1)", parameters='dataset: str = "mnist-5k"  # which')
    monkeypatch.setenv("MLP_CORE_DATA", str(project.folder / "nowhere"))
    project.configure(datasets=["mnist-5k", "no-such-set"])
    with pytest.raises(ConfigError, match="data set no-such-set: .+"):
        build(project.resolved(dataset="no-such-set"))
    assert capsys.readouterr().out == ""


def test_images_that_chapters_may_not_take_are_told_of_where_one_fails(project):
    images, labels = np.arange(40 * 3 * 64, dtype=np.uint8).reshape(40, 3, 8, 8), np.arange(40) % 4
    np.savez(project.folder / "mine.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    path = os.path.relpath(project.folder / "mine.npz", project.notebooks)
    project.add("01-a", "1 / 0", parameters='dataset: str = "mnist-5k"  # which')
    project.configure(datasets=["mnist-5k", path])
    with pytest.raises(NotebookFailed) as own:
        build(project.resolved(dataset=path))
    assert f"the images of {path} are 3 x 8 x 8: the report's chapters take gray ones" in str(own.value)
    with pytest.raises(NotebookFailed) as usual:
        build(project.resolved())
    assert "the images of" not in str(usual.value)


def test_refreshing_stores_outputs_of_the_notebooks_own_parameters(project, monkeypatch):
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        monkeypatch.setenv(name, "Haswell")
    path = project.add("01-a", "import os\nprint(count, os.environ.get('OPENBLAS_CORETYPE'))")
    other = project.add("02-b", "print(1)").read_bytes()
    project.configure(profiles={"standard": {"01-a": {"count": 5}}})
    refresh(project.resolved(target="notebooks", only=["01-a"]))
    stored = json.loads(path.read_text())
    assert stored["cells"][2]["outputs"][0]["text"] == ["1 None\n"]
    assert os.environ["OPENBLAS_CORETYPE"] == "Haswell", "the setting is the caller's own"
    assert "papermill" not in path.read_text()
    assert path.read_text().endswith("}\n")
    assert (project.notebooks / "02-b.ipynb").read_bytes() == other


@pytest.mark.long
def test_a_refreshed_notebook_is_as_jupyterlab_would_save_it(project):
    slow = "import sys, time\nfor k in range(3):\n    print(k, flush=True)\n    time.sleep(0.3)"
    path = project.add("01-a", slow)
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["metadata"]["tags"] = ["remove-input"]
    path.write_text(json.dumps(notebook))
    refresh(project.resolved(target="notebooks"))
    stored = json.loads(path.read_text())
    assert stored["cells"][-1]["metadata"]["jupyter"] == {"source_hidden": True}
    assert "jupyter" not in stored["cells"][0]["metadata"]
    assert [output["text"] for output in stored["cells"][-1]["outputs"]] == [["0\n", "1\n", "2\n"]]
    assert stored["metadata"]["language_info"]["version"] == platform.python_version()
    nbformat.write(nbformat.read(path, 4), project.folder / "saved.ipynb")  # what the server does
    assert (project.folder / "saved.ipynb").read_text().rstrip() == path.read_text().rstrip()


@pytest.mark.long
def test_a_notebook_that_fails_or_warns_keeps_its_stored_outputs(project):
    warns = project.add("01-warns", "import sys\nprint('careful', file=sys.stderr)")
    fails = project.add("02-fails", "1 / 0")
    before = warns.read_bytes(), fails.read_bytes()
    with pytest.raises(NotebookFailed) as caught:
        refresh(project.resolved(target="notebooks", jobs=2))
    said = sorted(str(caught.value).splitlines())
    assert said[0] == "01-warns, cell 3 (`import sys`): wrote to standard error: careful"
    assert said[1].startswith("02-fails, cell 3 (`1 / 0`): ZeroDivisionError")
    assert (warns.read_bytes(), fails.read_bytes()) == before


@pytest.mark.long
def test_the_chapter_that_starts_first_runs_before_the_others(tmp_path):
    project = Project(tmp_path)
    project.add("01-short", "print(1)")
    project.add("02-long", "print(2)", start="first")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        build(project.resolved(jobs=1))
    assert names(printed.getvalue())[:2] == ["02-long", "01-short"]
