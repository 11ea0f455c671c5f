import json
from pathlib import Path

import pytest
from report_samples import code as code_cell
from report_samples import notebook

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
    assert f"3,000 / 1,000 / 1,000 images to train, validate and test; SHA-256 {'0' * 32} {'f' * 32}" in text


def test_parameters_that_the_run_set_stand_in_bold_and_meanings_are_escaped(written):
    assert "| `count` | **`5`** | how \\| many \\*stars\\* |" in written()
    assert "| `count` | `1` | how many |" in written()


def test_machines_that_differ_are_both_named(written):
    assert "| BLAS | one\\_x or two |" in written()
    assert "| `numpy` | 2.0 |" in written()


def test_wall_times_are_left_out_where_bytes_are_to_be_the_same(written):
    assert "| `01-a` | 1.2 | 2 |" in written()
    assert "Wall time" not in written(timed=False)


def test_every_table_has_a_caption_and_a_label_of_its_own(written):
    captions = [line for line in written().splitlines() if line.startswith(": ")]
    labels = {line.rpartition("{#")[2] for line in captions}
    assert len(labels) == len(captions) == 6


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
