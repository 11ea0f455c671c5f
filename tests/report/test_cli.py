import contextlib
import os
import re

import pytest
from report_samples import Project

from report.__main__ import main
from report.cli import read_arguments
from report.errors import ConfigError
from report.run.environment import cores
from report.run.fingerprint import ROOT
from report.settings import OPTIONS, resolve


@pytest.fixture
def cli(project, capsys):
    """Call the command line; return status and what it said on standard error."""
    project.add("01-init", "print(1)", parameters='epochs: int = 1  # e\ndataset: str = "mnist-5k"  # d')

    def call(*arguments):
        return main(project.arguments(*arguments)), capsys.readouterr().err

    return call


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "q"], "error: PROFILE=q is unknown; allowed: quick, standard (did you mean quick?)\n"),
        (["--profile", "quik"], "error: PROFILE=quik is unknown; allowed: quick, standard (did you mean quick?)\n"),
        (["--profile", ""], "error: PROFILE is empty; allowed: quick, standard\n"),
        (["--dataset", "mnits"], "error: DATASET=mnits is unknown; allowed: mnist-5k, mnist (did you mean mnist?)\n"),
        (["--dataset", ""], "error: DATASET is empty; allowed: mnist-5k, mnist\n"),
        (["--jobs", "0"], "error: JOBS=0: expected a whole number of at least 1\n"),
        (["--jobs", "two"], "error: JOBS=two: expected a whole number of at least 1\n"),
        (["--author", ","], "error: AUTHOR=',': expected names with commas between them\n"),
        (
            ["-p", "01-init.epoch=3"],
            "error: 01-init has no parameter 'epoch'; allowed: epochs, dataset (did you mean epochs?)\n",
        ),
        (["-p", "01-init.epochs=many"], "error: 01-init: parameter epochs expects int, got 'many' (str)\n"),
        (["-p", "01-init.epochs=0"], "error: 01-init: parameter epochs must be at least 1, got 0\n"),
        (["-p", "02-x.epochs=3"], "error: -p 02-x: there is no such notebook; allowed: 01-init\n"),
        (
            ["-p", "01-init.dataset=mnits"],
            "error: 01-init: dataset=mnits is unknown; allowed: mnist-5k, mnist (did you mean mnist?)\n",
        ),
        (["notebooks", "--only", "02-x"], "error: ONLY=02-x is unknown; allowed: 01-init\n"),
        (["pdf", "--only", "01-init 02-x"], "error: ONLY=02-x is unknown; allowed: 01-init\n"),
        (["html", "--only", ","], "error: ONLY is empty; allowed: 01-init\n"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_runs(cli, project, arguments, said):
    assert cli(*arguments) == (2, said)
    assert not project.build.exists()


def test_a_missing_notebook_is_named(cli, project):
    (project.notebooks / "01-init.ipynb").unlink()
    status, said = cli()
    assert status == 2
    assert said == f"error: {project.notebooks / '01-init.ipynb'}: there is no such notebook\n"


def test_a_file_in_the_place_of_the_build_folder_is_named(cli, project):
    project.build.write_text("")
    status, said = cli()
    assert status == 1
    assert said == f"error: File exists: {project.build}\n"


def test_options_may_come_from_the_environment_with_any_quotes(monkeypatch):
    values = {"PROFILE": "quick", "DATASET": "mnist", "TITLE": "It's \"$5\"", "AUTHOR": "A, B", "JOBS": "3"}
    values["SCHEDULER"] = "tcp://h:1"
    for name, value in values.items():
        monkeypatch.setenv(f"REPORT_{name}", value)
    got = resolve()
    assert (got.profile, got.dataset, got.title) == ("quick", "mnist", "It's \"$5\"")
    assert (got.authors, got.jobs, got.scheduler) == (["A", "B"], 3, "tcp://h:1")
    assert got.given >= {"profile", "dataset", "title", "authors", "jobs", "scheduler"}


@pytest.mark.parametrize("empty", [False, True])
def test_without_options_the_file_holds_and_the_defaults(project, monkeypatch, empty):
    project.configure(chapters=["01-init"], cell_timeout=60)
    for name in ("PROFILE", "DATASET", "TITLE", "AUTHOR", "JOBS", "SCHEDULER"):
        monkeypatch.delenv(f"REPORT_{name}", raising=False)
    for name in ("TITLE", "AUTHOR", "JOBS", "SCHEDULER") if empty else ():
        monkeypatch.setenv(f"REPORT_{name}", "")
    got = project.resolved()
    assert (got.profile, got.dataset, got.title, got.authors) == ("standard", "mnist-5k", "A Small Report", ["Ada"])
    assert (got.jobs, got.scheduler, got.cell_timeout, got.start_timeout) == (cores(), "", 60, 60)


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(project, monkeypatch):
    project.configure(chapters=["01-init"], cell_timeout=60)
    monkeypatch.setenv("REPORT_TITLE", "Environment")
    monkeypatch.setenv("REPORT_JOBS", "none")
    assert project.resolved(jobs=1).title == "Environment"
    got = project.resolved(**read_arguments(["--title", "Line", "--jobs", "7", "--cell-timeout", "5"]))
    assert (got.title, got.jobs, got.cell_timeout) == ("Line", 7, 5)
    assert project.resolved(**read_arguments(["--title", "", "--jobs", "7"])).title == "A Small Report"


def test_make_hands_on_what_the_environment_may_hold():
    (line,) = re.findall("^OPTIONS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {f"REPORT_{name}" for name in line.split()} == {one.variable for one in OPTIONS.values() if one.flags} - {""}


@pytest.mark.parametrize("name", [name for name, one in OPTIONS.items() if one.variable])
def test_every_variable_is_read(project, monkeypatch, name):
    project.configure(chapters=["01-init"])
    monkeypatch.setenv(OPTIONS[name].variable, "3")
    with pytest.raises(ConfigError) if name in ("profile", "dataset", "solutions") else contextlib.nullcontext():
        assert getattr(project.resolved(), name) in (3, "3", ["3"], True)


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for one in OPTIONS.values():
        assert all(flag in said for flag in one.flags if flag.startswith("-"))
        assert one.help in said or not one.flags


def test_a_path_that_the_output_has_no_characters_for_is_said_in_escapes(tmp_path):
    project = Project(tmp_path / "Bücher")
    project.add("01-a")
    process = project.run("new", "depth", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert process.returncode == 0, process.stdout
    assert "B\\xfccher/notebooks/02-depth.ipynb: made" in process.stdout
