import json
import re
from pathlib import Path

import pytest
from report_samples import code as code_cell
from report_samples import notebook

from mlp_core.datasets import DatasetError
from mlp_core.progress import FILE
from report.book import provenance
from report.run import environment
from report.run.tasks import Executed, make_tasks


@pytest.fixture
def written(project):
    """The appendix of a report of two notebooks that ran on two machines."""
    project.add("01-a", parameters="count: int = 1  # how | many *stars*")
    project.add("02-b")
    tasks = make_tasks(project.resolved(overrides={"01-a": {"count": "5"}}))
    run = {"command": "make report PROFILE=quick", "revision": "abc, clean"}
    facts = [
        {"seconds": 1.25, "threads": 2, "machine": {"BLAS": "one_x"}, "versions": {"numpy": "2.0"},
         "data": {"name": "mnist-5k", "sizes": [3000, 1000, 1000], "sha256": "0" * 32 + "f" * 32}},
        {"seconds": 60.0, "threads": 1, "machine": {"BLAS": "two"}, "versions": {"numpy": "2.0"}, "data": None},
    ]  # fmt: skip
    ran = [notebook(code_cell("1", count=1)) | {"metadata": {"course_report": one}} for one in facts]
    executed = list(map(Executed, tasks, ran))
    return lambda timed=True: provenance.appendix(executed, run, timed=timed)


def test_the_appendix_names_command_revision_and_data(written):
    text = written()
    assert "````sh\nmake report PROFILE=quick\n````" in text
    assert "git revision abc, clean" in text
    assert f"3,000 / 1,000 / 1,000 images to train, validate and test; SHA-256 `{'0' * 32}{'f' * 32}`" in text
    assert "recorded" not in text


def test_parameters_that_the_run_set_stand_in_bold_and_meanings_are_escaped(written):
    assert "| `count` | **`5`** | how \\| many \\*stars\\* |" in written()
    assert "| `count` | `1` | how many |" in written()


def test_machines_that_differ_are_both_named(written):
    assert "| BLAS | one\\_x or two |" in written()
    assert "| `numpy` | 2.0 |" in written()


def test_wall_times_are_left_out_where_bytes_are_to_be_the_same(written):
    assert "| `01-a` | 1.2 | 2 |" in written()
    assert "| :-------- | -------------: | -------: |" in written()
    assert "Wall time" not in written(timed=False)
    assert "tbl-times" not in written(timed=False)


def test_every_table_has_a_caption_and_a_label_of_its_own(written):
    captions = [line for line in written().splitlines() if line.startswith(": ")]
    labels = {line.rpartition("{#")[2] for line in captions}
    assert len(labels) == len(captions) == 6


@pytest.fixture
def of_reports(project, monkeypatch):
    """The appendix of a report with a chapter, its solutions and an appendix on a course report, by what that gave."""
    (project.notebooks / "solutions").mkdir()
    for name in ("05-x", "solutions/05-x", "95-ece421"):
        project.add(name)
    project.configure(chapters=["05-x", "95-ece421"])
    kept = {"date": "2026-11-26", "revision": "0ab, clean", "machine": {"Memory": "24 GiB"},
            "reports": {"ece421": {"processor_seconds": 6987.2}}}  # fmt: skip
    monkeypatch.setattr("report.chapter.recorded.read", lambda: kept)
    facts = {"seconds": 1.0, "threads": 1}

    def written(*outputs):
        cells = [code_cell("1", count=1) | {"outputs": list(outputs)}]
        ran = notebook(*cells) | {"metadata": {"course_report": facts}}
        executed = [Executed(task, ran) for task in make_tasks(project.resolved())]
        return provenance.appendix(executed, {"command": "make report", "revision": "abc, clean"}, timed=True)

    return written


def test_numbers_of_the_recorded_run_are_told_from_those_of_the_notebooks(of_reports):
    text = of_reports()
    assert "comes from the execution of 3 notebooks, 1 of them with solutions, from the top, in fresh kernels; " in text
    but = "but the experiments of the reports in `95-ece421` are of a run recorded on 2026-11-26 (@tbl-record)."
    assert but in text
    for row in (
        "| Source | git revision 0ab, clean |",
        "| Memory | 24 GiB |",
        "| Processor time (s) | ece421 6,987 |",
    ):
        assert row in text
    assert ": The recorded run, of 2026-11-26. {#tbl-record" in text


def test_a_run_in_full_rests_on_no_record(of_reports):
    data = {"application/vnd.course-report.replication+json": {"ece421": {}}}
    assert "record" not in of_reports({"output_type": "display_data", "data": data, "metadata": {}})


def test_threads_that_are_the_same_everywhere_are_told_once(of_reports):
    assert "| `05-x` | 1.0 |\n" in of_reports()
    assert ": Wall time of each notebook (threads: 1). {#tbl-times" in of_reports()


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://example.org/me/course.git", "https://example.org/me/course"),
        ("https://me:secret@example.org/me/course", "https://example.org/me/course"),
        ("git@example.org:me/course.git", "https://example.org/me/course"),
        ("ssh://git@example.org/me/course.git", "https://example.org/me/course"),
        ("/home/me/course", ""),
        ("../course.git", ""),
        (None, ""),
    ],
)
def test_the_address_of_the_repository_is_a_page_without_names_and_passwords(monkeypatch, remote, page):
    monkeypatch.setattr(provenance, "_git", lambda *_: remote)
    assert provenance.address() == page


def test_machine_and_versions_are_found_here():
    assert "openblas" in provenance.machine()["BLAS"] or provenance.machine()["BLAS"] != "unknown"
    assert set(provenance.versions()) == set(provenance.PACKAGES)


def test_the_revision_says_whether_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.revision() == "not a git checkout"


def test_the_embedded_digits_are_described():
    described = provenance.dataset("mnist-5k", Path())
    assert described["sizes"] == [3000, 1000, 1000]
    json.dumps(described)


def test_a_file_of_ones_own_that_is_missing_is_missed_where_the_notebooks_look_for_it(tmp_path):
    with pytest.raises(DatasetError, match=f"^{re.escape(str(tmp_path / 'mine.npz'))}: no such file"):
        provenance.dataset("../mine.npz", tmp_path / "notebooks")


def test_code_that_a_table_cannot_hold_becomes_text():
    assert provenance.code("a b") == "`a b`"
    assert provenance.code("a|`b") == "a\\|\\`b"


def test_kernels_get_folders_threads_and_quiet_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("MLP_CORE_SCHEDULER", "tcp://old:1")
    told = tmp_path / "progress"
    variables = environment.kernel_environment(tmp_path, thread_count=3, job="j", progress=told, scheduler=None)
    assert "MPLBACKEND" not in variables
    assert "MLP_CORE_SCHEDULER" not in variables
    assert variables["TQDM_DISABLE"] == "1"
    assert {variables[name] for name in environment.THREAD_VARIABLES} == {"3"}
    assert all(variables[name].startswith(str(tmp_path)) for name in environment.jupyter_folders(tmp_path))
    assert variables[FILE] == str(told)
    options = {"thread_count": 3, "job": "j", "progress": told}
    more = environment.kernel_environment(tmp_path, **options, scheduler="tcp://new:1")
    assert more["MLP_CORE_SCHEDULER"] == "tcp://new:1"


@pytest.mark.parametrize(("named", "folder"), [("data", "work/data"), ("~/data", "home/data"), ("../data", "data")])
def test_kernels_find_the_data_from_the_notebooks_folder(tmp_path, monkeypatch, named, folder):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLP_CORE_DATA", named)
    variables = environment.kernel_environment(tmp_path, thread_count=1, job="j", progress=tmp_path, scheduler=None)
    assert variables["MLP_CORE_DATA"] == str(tmp_path / folder)
