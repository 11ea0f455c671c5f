"""`python -m report record` keeps a whole run and nothing less; the page warns where the code has changed since."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from report.book import outdated, wording
from report.chapter import recorded
from report.chapter.replication import record
from report.errors import ReportError
from report.run import confirm as confirmation
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


def rehearse(monkeypatch, before, now):
    """Let two checkouts rehearse: (hash of the code, what a report gives)."""
    given = {"before": before, str(confirmation.ROOT): now}

    def rehearsed(folder):
        code, found = given[str(folder)]
        return dict.fromkeys(record.REPORTS, {"code": code, "found": found})

    monkeypatch.setattr(confirmation, "rehearsed", rehearsed)
    monkeypatch.setattr(confirmation, "revision", lambda: "1f2e, clean")


def test_code_that_gives_the_same_numbers_is_confirmed(file, monkeypatch):
    keep(monkeypatch, executed({report: ENTRY for report in record.REPORTS}))
    rehearse(monkeypatch, ("now", {"loss": [0.1], "seconds": 1}), ("later", {"loss": [0.1], "seconds": 2}))
    for _ in range(2):
        assert set(confirmation.confirm(Path("before")).values()) == {1}
    entry = recorded.read(file)["reports"]["ece421"]
    assert entry["confirmed"] == [{"code": "later", "revision": "1f2e, clean", "numbers": 1}]
    assert recorded.codes(entry) == {"now", "later"}
    monkeypatch.setattr(record, "code_of", lambda label: "later")
    assert outdated.warning(SimpleNamespace(name="95-ece421", notebook=executed({})), wording.ENGLISH) == []


@pytest.mark.parametrize(
    ("before", "now", "complaint"),
    [
        (("now", {"a": 0.1}), ("later", {"a": 0.1 + 1e-17 + 2e-17}), "the present code gives other numbers"),
        (("now", {"a": 1.0}), ("later", {"a": 1}), "the present code gives other numbers"),
        (("now", {"a": 1.0}), ("later", {"b": 1.0}), "the present code gives other numbers"),
        (("other", {"a": 1.0}), ("later", {"a": 1.0}), "the code of .* there is not that of the record"),
    ],
)
def test_what_gives_other_numbers_is_not_confirmed(file, monkeypatch, before, now, complaint):
    keep(monkeypatch, executed({report: ENTRY for report in record.REPORTS}))
    kept = file.read_bytes()
    rehearse(monkeypatch, before, now)
    with pytest.raises(ReportError, match=complaint):
        confirmation.confirm(Path("before"))
    assert file.read_bytes() == kept
