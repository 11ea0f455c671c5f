"""``python -m report record``: keep a whole run of the five reports as data, for all other runs to show."""

import datetime
from typing import Any

import pandas as pd

from report.book.provenance import lines_of, revision
from report.chapter import recorded
from report.chapter.replication import record, summary
from report.chapter.replication.printed import REPORTS
from report.errors import ReportError
from report.run.fingerprint import ROOT
from report.run.notebook import METADATA_KEY
from report.run.store import write, write_json
from report.run.tasks import earlier, make_tasks
from report.settings import Settings

README = ROOT / "README.md"
BEGIN, END = "<!-- the recorded run -->", "<!-- end of the recorded run -->"
TOLD = (
    "The Glorot network 512-768 has",
    "The finite difference gets closer",
    "More parameters bring",
    "A hidden layer more",
    "A small bump",
)
"""The claims that the README tells of, by their first words."""
RUN = "run it whole: `make report PROFILE=published`"


def keep(settings: Settings) -> None:
    """Write the record from the executed notebooks in the build folder.

    Raises
    ------
    ReportError
        If not each of the five reports was run in full, or its code has changed since.
    """
    found: dict[str, dict[str, Any]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for task in make_tasks(settings):
        if (executed := earlier(task)) is not None and (entries := record.of_notebook(executed)):
            found |= entries
            facts[task.name] = executed["metadata"][METADATA_KEY]
    if missing := [report for report in REPORTS if report not in found]:
        raise ReportError(f"{settings.build}: no run in full of {', '.join(missing)}; {RUN}")
    if changed := [report for report in REPORTS if found[report]["code"] != record.code_of(report)]:
        raise ReportError(f"{settings.build}: the code of {', '.join(changed)} is not that of the run any more; {RUN}")
    whole = {
        "date": max(datetime.date.fromtimestamp(one["executed"]) for one in facts.values()).isoformat(),
        "revision": revision(),
        "machine": next(iter(facts.values()))["machine"],
        "reports": {report: found[report] for report in REPORTS},
    }
    write_json(recorded.PATH, whole | {"sha256": recorded.seal(whole)})
    text = README.read_text(encoding="utf-8")
    write(README, with_score(text).encode())
    print(f"{recorded.PATH}: the run of {whole['date']}; README.md says so")


def with_score(readme: str) -> str:
    """Return the text of the README with the score of the record between its two marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ReportError(f"{README}: expected the marks {BEGIN} and {END}, between which the score stands")
    return f"{before}{begin}\n{score()}\n{end}{after}"


def score() -> str:
    """Return two Markdown tables: what became of each report in the recorded run, and of some of their claims."""
    found = [record.recorded(report) for report in REPORTS]
    claims = pd.concat([one.claims for one in found])
    numbers = summary.score(pd.concat([one.numbers for one in found]))
    verdicts = summary.claims_score(claims).drop(columns="total")
    table = numbers.join(verdicts).rename(columns={"total": "numbers"}).rename_axis("report").reset_index()
    picked = claims[claims["claim"].str.startswith(TOLD)].rename(columns={"by": "by which numbers of ours"})
    counts = table[["report", "numbers", *table.columns.drop(["report", "numbers"])]]
    return f"{_markdown(counts)}\n\n{_markdown(picked[['report', 'claim', 'verdict', 'by which numbers of ours']])}"


def _markdown(table: pd.DataFrame) -> str:
    return lines_of([table.columns, ["---"] * table.shape[1], *table.to_numpy().tolist()])
