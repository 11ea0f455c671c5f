import pytest

from report.__main__ import main
from report.cli import parser, to_options
from report.options import Options, cores


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
        (
            ["pdf", "--only", "01-init"],
            "error: --only goes with `notebooks`: a pdf report needs every chapter, and runs what changed\n",
        ),
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
    options = to_options(parser().parse_args([]))
    assert options == Options(
        profile="quick", dataset="mnist", title="It's \"$5\"", authors=["A", "B"], jobs=3, scheduler="tcp://h:1"
    )


def test_without_options_the_defaults_hold(monkeypatch):
    for name in ("PROFILE", "DATASET", "TITLE", "AUTHOR", "JOBS", "SCHEDULER"):
        monkeypatch.delenv(f"REPORT_{name}", raising=False)
    options = to_options(parser().parse_args([]))
    assert (options.profile, options.dataset, options.title, options.jobs) == ("standard", None, None, cores())


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    for word in ("--profile", "--dataset", "--jobs", "--author", "--title", "--scheduler", "-p"):
        assert word in said
