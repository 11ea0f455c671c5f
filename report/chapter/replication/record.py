"""One whole run of the five reports, recorded as data: what every other run shows beside the published numbers.

A run in full publishes its numbers from its own notebooks; `python -m report record` writes them to the file of the
record. Any other run, which only rehearses the experiments on a few images, shows the record instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from mlp_core import Dataset
from mlp_core.tuning.fingerprint import digest
from report.chapter import published
from report.chapter import recorded as recorded_file
from report.chapter.replication.printed import REPORTS
from report.chapter.replication.rows import Basis, Ours, beside
from report.chapter.replication.runs import spent, values_code
from report.chapter.replication.sentences import Checked, claims
from report.chapter.stored import in_folder, of_type

MIME = "application/vnd.course-report.replication+json"


class Report(Protocol):
    """What the module of a report offers.

    Attributes
    ----------
    LABEL : str
        The report's label.
    REASONS : mapping of str to str
        Why printed numbers have nothing of ours, by the beginning of their keys.
    SETTINGS : mapping of str to str
        The settings of the runs in full, each by its name and with where it comes from.
    SEEDS : sequence of int
    """

    LABEL: str
    REASONS: Mapping[str, str]
    SETTINGS: Mapping[str, str]
    SEEDS: tuple[int, ...]

    def experiments(self, data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
        """Run every experiment of the report; not in full: on a few images and with small networks, in seconds."""

    def ours(self, found: Mapping[str, Any]) -> dict[str, Ours]:
        """Return what the experiments give for printed numbers, by their keys."""

    def checked(self, found: Mapping[str, Any]) -> dict[int, Checked]:
        """Return what the experiments say of each claim, by its row among the report's."""

    def drawn(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return what figures and tables show beyond printed numbers, as JSON holds it."""


@dataclass(frozen=True)
class Replicated:
    """The numbers and claims of one report with our verdicts.

    Attributes
    ----------
    report : str
    numbers, claims : DataFrame
        As `rows.beside` and `sentences.claims` return them.
    drawn : dict
        What the report's module has for figures and tables; of a rehearsal where there is no record.
    recorded : str
        The date of the record that they are from; empty if they are of this run, or if there is no record.
    """

    report: str
    numbers: pd.DataFrame
    claims: pd.DataFrame
    drawn: Mapping[str, Any]
    recorded: str = ""


def replicated(report: Report, found: Mapping[str, Any], data: Dataset, *, full: bool) -> Replicated:
    """Return a report's numbers and claims beside ours: of this run if it is one in full, else of the record.

    Parameters
    ----------
    report : module
    found : mapping
        What its `experiments` returned.
    data : Dataset
        That they ran on.
    full : bool
        Whether they ran in full. If so, what they gave is published, too.
    """
    entry = _entry(report, found, data)
    if not full:
        shown = recorded(report.LABEL)
        return shown if shown.recorded else replace(shown, drawn=entry["drawn"])
    from IPython.display import display  # spares IPython where a record is only read

    display({MIME: {report.LABEL: entry}, "text/plain": f"replicated: {report.LABEL}"}, raw=True)
    return _replicated(report.LABEL, entry)


def recorded(report: str) -> Replicated:
    """Return a report's numbers and claims as the record has them; nothing can be compared where there is no record.

    Raises
    ------
    ValueError
        If the record was changed by hand, or its rows are not those of the published tables.
    """
    if record := recorded_file.read():
        return _replicated(report, record["reports"][report], record["date"])
    why = "no whole run has been recorded"
    unknown = {index: Checked("cannot be told", why) for index in published.load("claims", report).index}
    return Replicated(report, beside(report, {}, {"": why}), claims(report, unknown), {})


def code_of(report: str) -> str:
    """Return the hash of the code, as it is now, that a report's values depend on."""
    return values_code(*sources(report))


def sources(report: str) -> list[Path]:
    """Return the files that hold a report's own experiments."""
    return [*Path(__file__).with_name(report.replace("-", "_")).rglob("*.py")]


def of_notebook(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the entries that an executed notebook published, by report; none if it ran none in full."""
    return of_type(notebook, MIME)


def of_folder(folder: str | Path) -> dict[str, Replicated]:
    """Return what the executed notebooks of a folder show of each report: their own run in full, else the record."""
    own: dict[str, dict[str, Any]] = {}
    for notebook in in_folder(folder).values():
        own |= of_notebook(notebook)
    return {report: _replicated(report, own[report]) if report in own else recorded(report) for report in REPORTS}


def _entry(report: Report, found: Mapping[str, Any], data: Dataset) -> dict[str, Any]:
    """Return what a record keeps of a report."""
    numbers = beside(report.LABEL, report.ours(found), report.REASONS)
    columns = ["runs", "tolerance", "basis", "note"]
    splits = (data.train, data.valid, data.test)
    parts = [part for split in splits for part in (split.images, split.labels)]
    return {
        "dataset": data.name,
        "dataset_sha256": digest(*(part.tobytes() for part in parts)),
        "code": code_of(report.LABEL),
        "processor_seconds": spent(),
        "settings": dict(report.SETTINGS),
        "seeds": list(report.SEEDS),
        "numbers": {key: _plain(*row) for key, *row in numbers[columns].itertuples()},
        "claims": [one._asdict() for _, one in sorted(report.checked(found).items())],
        "drawn": report.drawn(found),
    }


def _plain(runs: Sequence[float], tolerance: float, basis: Basis, note: str) -> dict[str, Any]:
    """Return a row as JSON holds it: a number that is not finite as text."""
    plain = [float(value) if math.isfinite(value) else str(float(value)) for value in runs]
    return {"runs": plain, "tolerance": tolerance, "basis": basis, "note": note}


def _replicated(report: str, entry: Mapping[str, Any], date: str = "") -> Replicated:
    """Return the numbers and claims of an entry; ValueError if they are not those of the published tables."""
    ours = {
        key: Ours([float(value) for value in row["runs"]], row["tolerance"], row["basis"], row["note"])
        for key, row in entry["numbers"].items()
    }
    checked = {index: Checked(**one) for index, one in enumerate(entry["claims"])}
    return Replicated(report, beside(report, ours, {}), claims(report, checked), entry["drawn"], date)
