"""`python -m report record` keeps a whole run and nothing less; the page warns where the code has changed since."""

from types import SimpleNamespace

import pandas as pd
import pytest

from report.book import outdated, wording
from report.chapter import recorded
from report.chapter.replication import record
from report.errors import ReportError
from report.run import record as command
from report.run.notebook import METADATA_KEY

ENTRY = {"code": "now", "numbers": {}, "claims": []}


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "recorded" / "published.json"
    readme = tmp_path / "README.md"
    readme.write_text(f"Before\n{command.BEGIN}\nold\n{command.END}\nAfter\n")
    monkeypatch.setattr(command, "README", readme)
    monkeypatch.setattr(command, "score", lambda: "| the score |")
    monkeypatch.setattr(recorded, "PATH", path)
    monkeypatch.setattr(recorded.read, "__defaults__", (path,))
    monkeypatch.setattr(record, "code_of", lambda label: "now")
    return path


def executed(entries, name="10-x", day=0):
    facts = {"executed": 1_795_000_000 + 86_400 * day, "seconds": 12.5, "machine": {"BLAS": "some kernel"}}
    output = {"output_type": "display_data", "data": {record.MIME: entries}, "metadata": {}}
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [output] if entries else []}
    return {"cells": [cell], "metadata": {METADATA_KEY: facts}}


def keep(monkeypatch, *notebooks):
    by_name = {f"1{index}-x": one for index, one in enumerate(notebooks)}
    monkeypatch.setattr(command, "make_tasks", lambda settings: [SimpleNamespace(name=name) for name in by_name])
    monkeypatch.setattr(command, "earlier", lambda task: by_name[task.name])
    command.keep(SimpleNamespace(build="build"))


def test_a_whole_run_is_recorded_with_where_it_comes_from(file, monkeypatch):
    four = {report: ENTRY for report in record.REPORTS[:4]}
    keep(monkeypatch, executed(four), None, executed({record.REPORTS[4]: ENTRY}, day=1), executed({}))
    found = recorded.read()
    assert found["date"] == "2026-11-19"
    assert found["machine"] == {"BLAS": "some kernel"}
    assert "seconds" not in found  # those of notebooks that may have read what they ran before
    assert list(found["reports"]) == list(record.REPORTS)
    marked = f"Before\n{command.BEGIN}\n| the score |\n{command.END}\nAfter\n"
    assert command.README.read_text() == marked


def test_the_readme_says_what_the_record_says():
    readme = command.README.read_text(encoding="utf-8")
    verdicts = pd.concat([record.recorded(report).numbers for report in record.REPORTS])["verdict"].value_counts()
    good, bad = verdicts["reproduced"], verdicts["differs"]
    assert f"of {good + bad} comparable numbers {good} within tolerances" in readme
    assert command.with_score(readme) == readme


def test_a_run_that_is_not_whole_is_not_recorded(file, monkeypatch):
    with pytest.raises(ReportError, match="no run in full of ce40717, ece421; run it whole"):
        keep(monkeypatch, executed({report: ENTRY for report in record.REPORTS[:3]}), executed({}))
    assert not file.exists()


def test_a_run_of_other_code_is_not_recorded(file, monkeypatch):
    entries = {report: ENTRY for report in record.REPORTS} | {"ece421": ENTRY | {"code": "of before"}}
    with pytest.raises(ReportError, match="the code of ece421 is not that of the run any more"):
        keep(monkeypatch, executed(entries))
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "code", "own", "warns"),
    [
        ("95-ece421", "now", False, False),
        ("95-ece421", "of before", False, True),
        ("95-ece421", "of before", True, False),
        ("01-data", "of before", False, False),
    ],
)
def test_the_page_warns_where_recorded_numbers_are_of_other_code(file, monkeypatch, name, code, own, warns):
    keep(monkeypatch, executed({report: ENTRY | {"code": "now"} for report in record.REPORTS}))
    monkeypatch.setattr(record, "code_of", lambda label: code)
    one = SimpleNamespace(name=name, notebook=executed({"ece421": ENTRY} if own else {}))
    cells = outdated.warning(one, wording.ENGLISH)
    assert [cell["source"].startswith("> [!WARNING]\n> Our numbers in this appendix were") for cell in cells] == [
        True
    ] * warns
