"""``python -m report record``: keep a whole run of the five reports as data, for all other runs to show."""

import datetime
from typing import Any

from report.book.provenance import revision
from report.chapter import recorded
from report.chapter.replication import record
from report.chapter.replication.printed import REPORTS
from report.errors import ReportError
from report.run.notebook import METADATA_KEY
from report.run.store import write_json
from report.run.tasks import earlier, make_tasks
from report.settings import Settings

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
        "seconds": {name: one["seconds"] for name, one in facts.items()},
        "reports": {report: found[report] for report in REPORTS},
    }
    recorded.PATH.parent.mkdir(exist_ok=True)
    write_json(recorded.PATH, whole | {"sha256": recorded.seal(whole)})
    print(f"{recorded.PATH}: the run of {whole['date']}")
