"""A run shows where it is: live lines in a terminal, plain ones elsewhere, never silent for long."""

import contextlib
import os
import threading
import time
from types import SimpleNamespace

import pytest
from report_samples import code, notebook, text, wait_for

from report.run import interrupts, live
from report.run.environment import PROGRESS_VARIABLE
from report.run.tasks import make_tasks


@pytest.fixture
def running(project, monkeypatch):
    """Two notebooks, of which the first is in its third cell after 65 s."""
    project.add("01-a", "1 + 1", "2 + 2")
    project.add("02-b", "3 + 3")
    tasks = make_tasks(project.resolved())
    shown = live.Live(tasks, {"01-a": 90.0, "02-b": 45.0}, places=2, status=project.folder)
    shown.started["01-a"] = shown._since = 0.0
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: 65.0))
    monkeypatch.setitem(interrupts.running, "01-a", 3)
    return shown


def test_a_notebook_at_work_has_its_cell_section_and_time(running):
    row, whole = running.rows()
    assert row == ("01-a", "cell 3 of 4", "Chapter 01-a", "1:05 of about 1:30")
    assert whole == ("0 of 2 notebooks", "", "about 0:45 left", "1:05")


def test_what_never_ran_promises_nothing(running):
    running.expected["01-a"] = float("inf")
    row, whole = running.rows()
    assert row[3] == "1:05"
    assert whole[2] == ""


def test_trainings_and_searches_in_it_are_told(running):
    live.status_file(running.status, "01-a").write_text("search, 12 of 36 trial\nepoch 2/10, 7 of 40 batch")
    assert running.rows()[0][2] == "Chapter 01-a; search, 12 of 36 trial; epoch 2/10, 7 of 40 batch"


def test_what_two_of_them_tell_alike_is_told_once(running):
    live.status_file(running.status, "01-a").write_text("search, 1 of 2 trial\nepoch 2/10\nepoch 2/10")
    assert running.rows()[0][2] == "Chapter 01-a; search, 1 of 2 trial; epoch 2/10"


def test_a_notebook_that_has_ended_is_counted_and_its_file_removed(running):
    path = live.status_file(running.status, "02-b")
    with running.at_work("02-b"):
        path.write_text("search, 1 of 2 trial")
        assert len(running.rows()) == 3
    assert not path.exists()
    assert running.rows()[-1][0] == "1 of 2 notebooks"


def test_the_section_of_a_cell_is_the_heading_above_it():
    cells = [
        text("# One {#sec-one}\n\ntext\n\n## Two *parts*"),
        code("1"),
        text("no heading"),
        code("2"),
        text("### Three"),
    ]
    assert [live.section(notebook(*cells), place) for place in range(6)] == ["", *["Two *parts*"] * 4, "Three"]
    assert live.section(notebook(code("1")), 1) == ""


def test_without_a_terminal_there_is_a_line_as_often_as_promised(running, monkeypatch, capsys):
    assert live.EVERY < 60
    monkeypatch.setattr(live, "EVERY", 0.05)
    with running.shown():
        time.sleep(0.3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  01-a  cell 3 of 4  Chapter 01-a  1:05 of about 1:30"
    assert lines[1].startswith("  0 of 2 notebooks  about 0:4")
    assert len(lines) >= 4
    assert not [thread for thread in threading.enumerate() if thread.daemon and "say" in thread.name]


@pytest.mark.long
@pytest.mark.posix
def test_a_terminal_shows_the_cell_and_gets_its_cursor_back_and_kernels_tell_in_the_file(project):
    import pty

    project.add("01-a", f"import os, time\ntime.sleep(1.5)\nprint(os.environ['{PROGRESS_VARIABLE}'])")
    ours, theirs = pty.openpty()
    process = project.start(
        stdout=theirs, stderr=theirs, stdin=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    )
    os.close(theirs)
    shown = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):  # the other end was closed
            while chunk := os.read(ours, 4096):
                shown.extend(chunk)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    wait_for(lambda: b"cell 3 of 3" in shown)
    assert process.wait(60) == 0
    reader.join(10)
    os.close(ours)
    written = shown.decode()
    assert "Chapter 01-a" in written
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l")
    assert "01-a                             " in written
    assert str(live.status_file(project.build / "work", "01-a")) in (project.build / "notebooks/01-a.ipynb").read_text()
