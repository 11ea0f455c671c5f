"""Settings, command lines and notebooks of any kind end in a report or in lines that begin with `error:`."""

import json
import os
import random
import re
from dataclasses import replace

import pytest
from report_samples import code, notebook, text

from report.__main__ import main
from report.book.merge import document_metadata
from report.book.rehearsal import FACTS, rehearse
from report.book.typesetting import command
from report.run import notebook as nb
from report.run.fingerprint import digest
from report.run.tasks import Executed
from report.settings import Settings

SETTINGS = b"""title: T
authors: [A, "B"]
datasets: [mnist-5k, mnist]
cell_timeout: 60
abstract: |
  Some {run.dataset}.
chapters: [01-a]
profiles:
  quick: {}
  standard:
    01-a: {epochs: 3, rates: [0.1, 1e-3]}
"""
PIECES = [
    b"010", b"1:30", b"-1", b"0", b"9" * 5000, b"1e999", b".nan", b"2024-01-01", b"!!python/object:os.system",
    b"!!set {a}", b"&a [*a]", b"*a", b"[" * 3000, b"{a: " * 50, b"\xff\xfe", b"\x00", b'"\\ud800"', b'"\\0"', b"\r",
    b"\t", b"\xe2\x80\xa8", b"- ", b": ", b"? ", b"| ", b"---\n", b"title: U\n", b"<<: {x: 1}", b"{{", b"{x.y}",
    b"{0}", b"{}", b"~", b"yes", b"''", b"'", b"#", b"%",
]  # fmt: skip
ARGUMENTS = [
    "--profile", "--dataset", "--title", "--author", "--jobs", "--scheduler", "-p", "--only", "--cell-timeout",
    "--start-timeout", "pdf", "html", "notebooks", "quick", "mnist", "0", "-1", "010", "1:30", "9" * 5000,
    "x" * 20_000, "\udcff", "2024-01-01", "é", "01-a.epochs=3", "01-a.epochs=010", "01-a.epochs=1:30",
    "01-a.epochs=" + "9" * 5000, "01-a.epochs=[[[[", "01-a.epochs=!!set {a}", "01-a.rates=(1, 2)",
    "01-a.rates=[" + "[" * 3000, "01-a.name=\udcff", "01-a.epochs=2024-01-01", "01-a.epochs=&a [*a]", "01-a.=1",
    "=", ".", "01-a.epochs=\n", "01-a.options={1: 2, a: 3}", "01-a.options={a: .nan}", "--", "-x", "--help=1", "",
]  # fmt: skip
VALUES = [5, -1, None, True, "x", [], [1], {}, {"a": 1}, "\ud800", 1e308, [[]], ["a"], 10**400, ["parameters"], "tags"]


def look(tasks, settings):
    """Do all that is done with settings and notebooks before notebooks run."""
    rehearse(tasks, settings)
    ran = notebook() | {"metadata": {"course_report": FACTS}}
    document_metadata(replace(settings, abstract=""), [Executed(task, ran) for task in tasks], {})
    digest([[task.values, nb.code(task.notebook), command(settings)] for task in tasks])


@pytest.fixture
def outcome(project, capsys, monkeypatch):
    """Run the command line up to the point where notebooks would run; return what it says, which is checked."""
    monkeypatch.setattr("report.run.build.execute", look)
    monkeypatch.setattr("report.book.rehearsal._is_plain", lambda *_: True)
    monkeypatch.setattr("report.run.build.typeset", lambda *_, **__: None)
    monkeypatch.setattr("report.run.refresh.Runner.run", lambda *_: None)
    monkeypatch.setattr("report.run.interrupts.settle", lambda _: None)
    cells = [text("# A {#sec-a}"), code("epochs: int = 1  # e\nrates: list[float] = [0.1]  # r", "parameters")]
    path = project.notebooks / "01-a.ipynb"
    path.write_text(json.dumps(notebook(*cells, code("print(1)"))))
    project.config.write_bytes(SETTINGS)

    def call(*arguments):
        status = main(project.arguments(*arguments))
        lines = capsys.readouterr().err.splitlines()
        assert status in (0, 1, 2)
        assert (status == 0) == (not lines)
        assert all(line.startswith("error: ") and len(line) < 2000 and line.isprintable() for line in lines)
        assert not [line for line in lines if "internal error" in line]
        return status, lines

    return call


def mutated(body, chance):
    """Return a text with one to three places changed."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice([0, 0, 1, 5, 30]))
        piece = chance.choice([b"", bytes([chance.randrange(256)]), chance.choice(PIECES), body[start:end] * 2])
        body = body[:start] + piece + body[end:]
    return body


def test_without_a_mistake_all_is_well(outcome):
    assert outcome() == (0, [])


@pytest.mark.parametrize("tries", [60, pytest.param(3000, marks=pytest.mark.long)])
def test_any_settings_end_in_a_report_or_in_errors(outcome, project, tries):
    chance = random.Random(0)
    statuses = []
    for _ in range(tries):
        project.config.write_bytes(mutated(SETTINGS, chance))
        statuses.append(outcome()[0])
    assert {0, 2} <= set(statuses)


@pytest.mark.long
def test_any_form_of_the_projects_own_settings_ends_in_a_report_or_in_errors(outcome, project):
    chance = random.Random(1)
    body = Settings.config.read_bytes()
    for _ in range(300):
        project.config.write_bytes(mutated(body, chance))
        outcome()


@pytest.mark.parametrize("tries", [60, pytest.param(2000, marks=pytest.mark.long)])
def test_any_command_line_ends_in_a_report_or_in_errors(outcome, tries):
    chance = random.Random(0)
    for _ in range(tries):
        arguments = chance.choices(ARGUMENTS, k=chance.randint(1, 4))
        if "--" not in arguments and not {"--help", "-h", "--h"} & set(arguments):
            outcome(*arguments)


def places(value, path=()):
    """Yield the path of every value inside a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


@pytest.mark.parametrize("tries", [40, pytest.param(1000, marks=pytest.mark.long)])
def test_any_notebook_ends_in_a_report_or_in_errors(outcome, project, tries):
    path = project.notebooks / "01-a.ipynb"
    stored = path.read_text()
    chance = random.Random(0)
    for _ in range(tries):
        changed = json.loads(stored)
        *before, last = chance.choice([place for place in places(changed) if place])
        holder = changed
        for key in before:
            holder = holder[key]
        if chance.random() < 0.3:
            del holder[last]
        else:
            holder[last] = chance.choice(VALUES)
        path.write_text(json.dumps(changed))
        outcome()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a: int = 1\na: int = 2", "a stands twice"),
        ("a: int = 1\0", "not Python"),
        (f"a: list = {'[' * 300}{']' * 300}", "not Python"),
        (f"a: int = {'-' * 5000}1", "parameters cell"),
        ("a: dict = {[]: 1}", "expected a plain value"),
        ("a: list = [{1}]", "expects list"),
        ("a: list = [b'x']", "expects list"),
        ("a: list = [1e999]", "expects list"),
        ("a: dict = {1: 2, 'b': 3}", "expects dict"),
        (f"a: int = 0x{'f' * 5000}", "expects int, got a int that is too long to show"),
        (f"a: int = {'9' * 5000}", "parameters cell"),
        ("a: Literal[f()] = 1", "is not one of"),
        ("a: list[int, str] = [1]", "is not one of"),
        ("a: int = 1\n'''", "not Python"),
    ],
)
def test_any_parameters_cell_is_read_or_refused(outcome, project, source, said):
    cells = notebook(text("# A"), code(source, "parameters"))
    (project.notebooks / "01-a.ipynb").write_text(json.dumps(cells))
    status, lines = outcome()
    assert status == 2
    assert re.search(said, lines[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cell-timeout", "-1"], "--cell-timeout=-1: expected a whole number of at least 1"),
        (["--cell-timeout", "0"], "--cell-timeout=0: expected a whole number of at least 1"),
        (["--start-timeout", "0"], "--start-timeout=0: expected a whole number of at least 1"),
        (["--start-timeout", "9" * 5000], "expected a whole number from 1 to 10,000,000"),
        (["--jobs", "9" * 5000], "expected a whole number from 1 to 1,000"),
        (["-p", "01-a.epochs=1:30"], "parameter epochs expects int, got '1:30' (str)"),
        (["-p", "01-a.epochs=2024-01-01"], "parameter epochs expects int, got '2024-01-01' (str)"),
        (["-p", "01-a.epochs=1_000"], "parameter epochs expects int, got '1_000' (str)"),
        (["-p", "01-a.epochs=0x10"], "parameter epochs expects int, got '0x10' (str)"),
        (["--title", "\udcff"], r"title: expected UTF-8 text of at most 10,000 characters, got '\udcff'"),
        (["--nonsense"], "unrecognized arguments: --nonsense; see python -m report --help"),
        (["docx"], "invalid choice: 'docx'"),
    ],
)
def test_a_wrong_argument_is_named(outcome, arguments, said):
    status, lines = outcome(*arguments)
    assert status == 2
    assert said in lines[0]
    assert len(lines) == 1


@pytest.mark.parametrize(("value", "taken"), [("010", 10), ("+3", 3), ("1e1", 10), ("2.0", 2)])
def test_numbers_are_read_in_base_ten(project, outcome, value, taken):
    from report.run.tasks import make_tasks

    (task,) = make_tasks(project.resolved(overrides={"01-a": {"epochs": value}}))
    assert task.values["epochs"] == taken


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "9" * 20, "253402300800", "١"])
def test_a_wrong_source_date_is_refused(outcome, monkeypatch, value):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    status, lines = outcome()
    assert (status, len(lines)) == (2, 1)
    assert "expected seconds since 1970" in lines[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SETTINGS + b"title: U\n", "'title' stands twice"),
        (SETTINGS.replace(b"quick: {}", b"quick: {}\n  quick: {}"), "'quick' stands twice"),
        (SETTINGS.replace(b"60", b"0"), "cell_timeout=0: expected a whole number of at least 1"),
        (SETTINGS.replace(b"60", b"-5"), "cell_timeout=-5: expected"),
        (SETTINGS.replace(b"60", b"1:00"), "cell_timeout: expected int, got '1:00'"),
        (SETTINGS.replace(b"title: T", b"title: \xff"), "not UTF-8"),
        (SETTINGS.replace(b"[A,", b"&a [*a,"), "anchors and aliases are not taken"),
        (SETTINGS.replace(b"title: T", b"title: !!str T"), "tags such as"),
        (SETTINGS + b"#" * 200_000, "longer than 200,000 bytes"),
        (b"[" * 100_000, "more than 20 levels deep"),
        (SETTINGS.replace(b"quick:", b"2024:"), "profiles: expected str, got 2024"),
    ],
)
def test_wrong_settings_are_named(outcome, project, body, said):
    project.config.write_bytes(body)
    status, lines = outcome()
    assert (status, len(lines)) == (2, 1)
    assert said in lines[0]


def test_settings_and_notebooks_are_files(outcome, project):
    for path, said in ((project.notebooks / "01-a.ipynb", "it is no file"), (project.config, "expected a file")):
        path.unlink()
        os.mkfifo(path)
        assert said in outcome()[1][0]
        path.unlink()
        path.mkdir()
        assert said in outcome()[1][0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[" * 100_000, "its JSON is broken"),
        (json.dumps(notebook(code("a: int = 1") | {"metadata": {"tags": 5}})), "a list of words as tags, got 5"),
        (json.dumps(notebook(text("# A") | {"cell_type": "heading"})), "of type code, markdown or raw, got 'heading'"),
        (json.dumps(notebook(text("\ud800"))), "half a character"),
        (json.dumps(notebook(text("x")) | {"metadata": {"a": "\udfff"}}), "half a character"),
        ("9" * 5000, "its JSON is broken"),
    ],
)
def test_an_odd_notebook_is_named_with_its_cell(outcome, project, body, said):
    (project.notebooks / "01-a.ipynb").write_text(body)
    status, lines = outcome()
    assert (status, len(lines)) == (2, 1)
    assert said in lines[0]


def test_a_mistake_of_the_program_is_one_line_and_its_traceback_kept(project, outcome, monkeypatch, capsys):
    monkeypatch.setattr("report.run.build.execute", lambda *_: {}["missing"])
    assert main(project.arguments()) == 1
    log = project.build / "logs" / "internal-error.log"
    assert capsys.readouterr().err == f"error: internal error: KeyError: 'missing'; please report it, with {log}\n"
    assert "Traceback" in log.read_text()
