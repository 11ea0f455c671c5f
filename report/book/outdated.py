"""A word on the page where recorded numbers are shown, but the code that they came from has changed since."""

from report.run import notebook as nb
from report.run.tasks import Executed
from report.typst.words import Words


def warning(one: Executed, words: Words) -> list[nb.Cell]:
    """Return the cell that warns of an old record, for a notebook about one of the reports; no cell if all is well.

    It stands on the page only: no notebook stores it, so that no comparison of outputs meets it.
    """
    from report.chapter import recorded  # spares pandas where an excerpt is typeset without these notebooks
    from report.chapter.replication.record import code_of  # spares the same

    label = shows_record(one)
    if not label or not (record := recorded.read()) or code_of(label) in recorded.codes(record["reports"][label]):
        return []
    said = f"> [!WARNING]\n> {words['outdated'].format(date=record['date'])}"
    return [{"cell_type": "markdown", "source": said, "metadata": {}, "id": "outdated"}]


def shows_record(one: Executed) -> str:
    """Return the report that a notebook shows recorded numbers of, by its label; empty if of none or its own run."""
    from report.chapter.replication.printed import REPORTS  # spares pandas
    from report.chapter.replication.record import of_notebook  # spares the same

    label = next((report for report in REPORTS if one.name.endswith(f"-{report}")), "")
    return "" if not label or of_notebook(one.notebook) else label
