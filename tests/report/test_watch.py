"""`make watch`: every save is followed by a new report, an error by patience, a Ctrl-C by the end."""

import re
import signal
import time
from pathlib import Path

import pytest
from report_samples import processes_of, wait_for

from report.__main__ import main
from report.run.fingerprint import ROOT
from report.run.watch import inputs, is_input


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("notebooks/01-a.ipynb", True), ("notebooks/pictures/a.svg", True), ("report.yml", True), ("refs.bib", True),
        ("notebooks/.ipynb_checkpoints/01-a-checkpoint.ipynb", False), ("notebooks/.~01-a.ipynb", False),
        ("build/notebooks/01-a.ipynb", False), ("other.yml", False), ("notebooks/__pycache__/a.pyc", False),
    ],
)  # fmt: skip
def test_a_save_counts_where_a_report_may_depend_on_it(project, path, counts):
    project.add("01-a")
    project.configure(bibliography="refs.bib")
    assert is_input(project.folder / path, *inputs(project.resolved())) is counts


@pytest.mark.parametrize("path", ["mlp_core/layers.py", "report/chapter/sentence.py"])
def test_so_does_the_code(project, path):
    project.add("01-a")
    assert is_input(ROOT / path, *inputs(project.resolved()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["watch", "word"], "watch word: expected pdf or html, or nothing, which is pdf"),
        (["watch", "--only", "02-b"], "ONLY=02-b is unknown; allowed: 01-a"),
        (["watch", "--profile", "slow"], "PROFILE=slow is unknown; allowed: quick, standard"),
    ],
)
def test_what_no_save_will_mend_is_refused_at_once(project, capsys, words, said):
    project.add("01-a")
    assert main(project.arguments(*words)) == 2
    assert capsys.readouterr().err == f"error: {said}\n"


class Watched:
    """`python -m report watch` at work, and what it has said."""

    def __init__(self, project, *words):
        self.said = project.folder / "said"
        with self.said.open("w") as file:
            self.process = project.start("watch", *words, stdout=file)

    def after(self, count):
        """Return what was said up to the end of the report of that number."""
        wait_for(lambda: self.said.read_text().count("waiting for the next save") >= count, 60)
        return self.said.read_text().split("waiting for the next save")[count - 1]


@pytest.fixture
def watching(project):
    project.add("01-a", "print('one')")
    project.add("02-b", "print('two')")
    started = []
    yield lambda *words: started.append(Watched(project, *words)) or started[-1]
    for one in started:
        one.process.kill()
        one.process.wait()


@pytest.mark.long
@pytest.mark.parametrize("target", ["pdf", "html"])
def test_every_save_is_followed_by_a_report_until_a_signal_ends_it(project, watching, target):
    watched = watching(target, "--only", "01-a")
    report = project.build / f"report.{target}"
    first = watched.after(1)
    assert "01-a" in first
    assert "02-b" not in first
    made = report.read_bytes()

    project.add("01-a", "print('another')")
    assert re.search("01-a.ipynb.* saved\n01-a ", watched.after(2))
    assert report.read_bytes() != made
    made = report.read_bytes()

    project.add("01-a", "print('another')\n1 / 0")
    assert "error: 01-a, cell 3 (`print('another')`): ZeroDivisionError" in watched.after(3)
    assert report.read_bytes() == made

    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(timeout=10) == 130
    assert watched.said.read_text().endswith("waiting for the next save; Ctrl-C ends this\n")
    assert processes_of(project.folder) == []


@pytest.mark.long
def test_a_signal_in_the_middle_of_a_run_leaves_no_process(project, watching):
    project.add("01-a", "import time\ntime.sleep(60)")
    watched = watching()
    wait_for(lambda: processes_of(project.build / "jupyter"), 60)
    watched.process.send_signal(signal.SIGINT)
    start = time.monotonic()
    assert watched.process.wait(timeout=10) == 130
    assert time.monotonic() - start < 5
    assert watched.said.read_text() == ""
    assert processes_of(project.folder) == []


@pytest.mark.long
def test_a_save_in_the_middle_of_a_run_is_not_lost(project, watching):
    project.add("01-a", "import time\ntime.sleep(2)")
    watched = watching()
    wait_for(lambda: processes_of(project.build / "jupyter"), 60)
    project.add("01-a", "print('in the meantime')")
    assert "01-a.ipynb" in watched.after(2)
    assert "in the meantime" in (project.build / "notebooks" / "01-a.ipynb").read_text()


@pytest.mark.long
def test_settings_that_are_broken_for_a_while_are_told_and_awaited(project, watching):
    watched = watching("--only", "01-a")
    watched.after(1)
    right = project.config.read_text()
    project.config.write_text("title: [")
    assert "error: " in watched.after(2)
    replaced = Path(f"{project.config}.new")
    replaced.write_text(right, encoding="utf-8")
    replaced.replace(project.config)
    assert "is up to date" in watched.after(3)
