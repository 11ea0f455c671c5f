"""A record is shown where nothing was run in full; one that was edited, or is of other rows, is refused."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from mlp_core import Dataset, Split
from report.chapter import published, recorded
from report.chapter.replication import record
from report.chapter.replication.printed import printed
from report.chapter.replication.rows import Ours
from report.chapter.replication.runs import remembered, spent
from report.chapter.replication.sentences import Checked

FIRST = "capacity_notmnist_measured/0/value_printed"


@pytest.fixture
def data():
    part = Split(np.eye(4), [0, 1, 2, 3])
    return Dataset(part, part, part, name="tiny")


@pytest.fixture
def report(monkeypatch):
    monkeypatch.setattr(record, "code_of", lambda label: f"code of {label}")
    return SimpleNamespace(
        LABEL="ece421", REASONS={"": "nothing runs"}, SETTINGS={"units": "100, stated"}, SEEDS=(0, 1),
        experiments=None, drawn=lambda found: {"losses": found["losses"][:1]},
        ours=lambda found: {FIRST: Ours(found["losses"], 0.1)},
        checked=lambda found: {i: Checked("holds", "so") for i in range(len(published.load("claims", "ece421")))},
    )  # fmt: skip


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "published.json"
    monkeypatch.setattr(recorded, "PATH", path)
    monkeypatch.setattr(recorded.read, "__defaults__", (path,))
    return path


def write(path, entry):
    whole = {"date": "2026-11-26", "reports": {"ece421": entry}}
    path.write_text(json.dumps(whole | {"sha256": recorded.seal(whole)}))


def published_entry(report, data, monkeypatch, losses):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda output, raw: shown.append(output))
    own = record.replicated(report, {"losses": losses}, data, full=True)
    return own, shown[0][record.MIME]["ece421"]


def test_a_run_in_full_shows_its_own_numbers_and_publishes_what_a_record_keeps(report, data, file, monkeypatch):
    own, entry = published_entry(report, data, monkeypatch, [4.68123456789012345, np.inf])
    assert own.recorded == ""
    assert own.numbers.loc[FIRST, "verdict"] == "differs"
    assert entry["numbers"][FIRST] == {
        "runs": [4.681234567890123, "inf"],
        "tolerance": 0.1,
        "basis": "stated",
        "note": "",
    }
    assert len(entry["numbers"]) == len(printed("ece421"))
    assert entry["seeds"] == [0, 1]
    assert len(entry["dataset_sha256"]) == 64


def test_a_rehearsal_shows_the_record(report, data, file, monkeypatch):
    write(file, published_entry(report, data, monkeypatch, [4.7, 4.71])[1])
    shown = record.replicated(report, {"losses": [0.0]}, data, full=False)
    assert shown.recorded == "2026-11-26"
    assert shown.numbers.loc[FIRST, "ours"] == pytest.approx(4.705)
    assert set(shown.claims["verdict"]) == {"holds"}
    assert shown.drawn == {"losses": [4.7]}


def test_without_a_record_nothing_is_compared(report, data, file):
    shown = record.replicated(report, {"losses": [0.0]}, data, full=False)
    assert set(shown.numbers["verdict"]) == {"not comparable"}
    assert set(shown.numbers["note"]) == {"no whole run has been recorded"}
    assert shown.drawn == {"losses": [0.0]}
    assert set(shown.claims["verdict"]) == {"cannot be told"}


def test_a_record_that_was_edited_is_refused(report, data, file, monkeypatch):
    write(file, published_entry(report, data, monkeypatch, [4.7, 4.71])[1])
    file.write_text(file.read_text().replace("4.71", "4.68"))
    with pytest.raises(ValueError, match="not as it was written.*make it anew: `make report PROFILE=published`"):
        record.recorded("ece421")


@pytest.mark.parametrize("change", ["a number less", "a number more", "a claim less"])
def test_a_record_of_other_rows_than_the_published_ones_is_refused(report, data, file, monkeypatch, change):
    entry = published_entry(report, data, monkeypatch, [4.7, 4.71])[1]
    if change == "a number less":
        del entry["numbers"][FIRST]
    elif change == "a number more":
        entry["numbers"]["kfold_l2/0/loss"] = entry["numbers"][FIRST]
    else:
        entry["claims"].pop()
    write(file, entry)
    with pytest.raises(ValueError, match="expected"):
        record.recorded("ece421")


def test_the_record_of_the_project_is_plain_json():
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    json.loads(recorded.PATH.read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_record_of_the_project_is_whole_and_its_rows_are_the_published_ones():
    if recorded.PATH.is_file():
        assert set(recorded.read()["reports"]) == set(record.REPORTS)
    for report in record.REPORTS:
        assert len(record.recorded(report).numbers) == len(printed(report))


def doubled(data, factor):
    calls.append(factor)
    return [float(data.images.sum()) * factor, float("inf")]


calls: list[float] = []


def test_a_run_is_remembered_until_a_setting_or_its_data_change(tmp_path, data):
    calls.clear()
    results = [remembered(tmp_path, "one", doubled, data=data.train, factor=0.1) for _ in range(2)]
    assert results == [[0.4, float("inf")]] * 2
    assert calls == [0.1]
    assert spent() >= 0
    assert remembered(tmp_path, "one", doubled, data=data.train, factor=0.2) == [0.8, float("inf")]
    assert remembered(tmp_path, "one", doubled, data=data.train[:2], factor=0.2) == [0.4, float("inf")]
    assert remembered("", "one", doubled, data=data.train[:2], factor=0.2) == [0.4, float("inf")]
    assert calls == [0.1, 0.2, 0.2, 0.2]


def test_where_runs_are_kept_makes_no_difference(tmp_path, data):
    def kept_in(cache, factor):
        calls.append(factor)
        return factor

    for place in ("here", "there"):
        folder = str(tmp_path / place)
        if place == "there":
            (tmp_path / "here").rename(folder)
        assert remembered(folder, "one", kept_in, cache=folder, factor=0.3) == 0.3
    assert calls.count(0.3) == 1


def test_a_run_that_is_killed_while_it_is_written_leaves_no_half_file(tmp_path, data, monkeypatch):
    def fails(data, factor):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remembered(tmp_path, "one", fails, data=data.train, factor=0.1)
    assert list(tmp_path.iterdir()) == []


def test_settings_that_cannot_be_told_apart_are_refused(tmp_path):
    with pytest.raises(TypeError, match="expected settings that JSON can hold, or a Split, got object"):
        remembered(tmp_path, "one", doubled, data=object(), factor=1.0)
