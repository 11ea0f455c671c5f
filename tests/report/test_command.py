import shlex

import pytest

from report.book.typesetting import _told
from report.cli import read_arguments
from report.command import command
from report.run.tasks import Executed, make_tasks

MAKE = "make report PROFILE=standard DATASET=mnist-5k"


@pytest.fixture
def said(project, monkeypatch):
    """Return the command of a run, without the folders of the test."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    project.add("01-a")

    def say(**given):
        settings = project.resolved(**given)
        given = settings.given - {"notebooks", "build", "config"}
        return command(type(settings)(**vars(settings) | {"given": given}))

    return say


def test_make_says_what_it_can(said):
    assert said() == MAKE
    assert said(target="html", profile="quick") == "make html PROFILE=quick DATASET=mnist-5k"
    assert said(only=["01-a", "02-b"], source_date=7) == f"{MAKE} 'ONLY=01-a 02-b' SOURCE_DATE_EPOCH=7"
    assert said(authors=["King, Jr.", "Ada"], title="It's") == (
        """make report 'TITLE=It'"'"'s' 'AUTHOR=King, Jr.; Ada' PROFILE=standard DATASET=mnist-5k"""
    )
    assert said(jobs=3, cell_timeout=7, strict=True) == MAKE


def test_what_make_cannot_say_the_module_does(said):
    words = said(overrides={"01-a": {"count": "a b"}}, only=["01-a"], source_date=7)
    assert words.startswith("SOURCE_DATE_EPOCH=7 python -m report pdf --profile standard ")
    assert words.endswith("--parameter '01-a.count=a b' --only 01-a")


def test_the_command_repeats_the_run(project):
    project.add("01-a")
    given = {"only": ["01-a"], "overrides": {"01-a": {"count": "3"}}, "authors": ["King, Jr.", "A"], "title": "--T"}
    words = shlex.split(command(project.resolved(**given)))
    again = read_arguments(words[3:])
    assert {name: again[name] for name in given} == given
    assert again["notebooks"] == project.notebooks


def test_a_parameter_that_sets_what_is_there_anyway_is_not_told(project):
    project.add("01-a", parameters="a: int = 1  # a\nb: int = 1  # b")
    settings = project.resolved(overrides={"01-a": {"a": "1", "b": "2"}})
    executed = [Executed(task, task.notebook) for task in make_tasks(settings)]
    assert _told(settings, executed).overrides == {"01-a": {"b": "2"}}
