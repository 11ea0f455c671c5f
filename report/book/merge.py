"""Join executed notebooks to the one that is typeset, with the title page's data and the appendix."""

import datetime
import os
import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

from report.book.listings import filled
from report.book.outdated import warning
from report.book.sentences import unsaid
from report.book.wording import ENGLISH, words_in
from report.chapter.number import number
from report.errors import ReportError
from report.run import notebook as nb
from report.run import said
from report.run.tasks import Executed, chosen
from report.settings import Settings
from report.typst.looks import language, read_authors
from report.typst.words import Words, date_in
from report.values import suggest

OWN = "application/vnd.course-report."
"""How the types of outputs begin that chapters leave for each other: published results, kept answers."""
NUMBER_PREFIX = re.compile(r"^\d+-")


def merge(executed: list[Executed], document: dict[str, Any], appendix: str) -> nb.Notebook:
    """Join the notebooks in their order.

    Parameters
    ----------
    executed : list of Executed
        All complete.
    document : dict
        The metadata of the document: `title`, `authors`, `report`.
    appendix : str
        Markdown for the end.

    Returns
    -------
    dict
        A notebook whose cells carry where they come from in ``metadata["source"]``; ids are made unique.

    Raises
    ------
    ReportError
        If a notebook is not complete.
    """
    from report.typst.merging import merge as join  # spares nbconvert

    parts = []
    words = words_in(document.get("report", {}).get("lang", "en"))
    for one in executed:
        if problem := nb.first_problem(one.notebook):
            raise ReportError(f"{one.name}, cell {problem.position}: {problem.text}; an unfinished set is not typeset")
        cells = [unsaid(cell) for cell in filled(grafted(one.task.notebook, one.notebook), one.task, words)]
        cells[1:1] = warning(one, words)
        if part := "solution" if one.task.chapter.solves else "appendix" if one.task.chapter.in_appendix else "":
            cells = [cell | {"metadata": cell["metadata"] | {"report_part": part}} for cell in cells]
        parts.append((f"{one.name}.ipynb", one.notebook | {"cells": cells}))
    end = {"cell_type": "markdown", "source": appendix, "metadata": {"report_part": "appendix"}}
    merged = join([*parts, ("the appendix", {"cells": [end], "metadata": {}})])
    return merged | {"metadata": merged["metadata"] | document}


def grafted(source: nb.Notebook, executed: nb.Notebook) -> list[nb.Cell]:
    """Return the cells of a notebook as written, with the outputs of its run: words may have changed since.

    Both have the same code, cell by cell, but for comments and the words of sentences, which are said anew.
    """
    ran = {id(cell): run for cell, run in zip(nb.running_cells(source), nb.running_cells(executed), strict=True)}
    cells = [cell for cell in source["cells"] if "injected-parameters" not in nb.tags(cell)]
    return [_with_outputs(cell, ran.get(id(cell))) if cell["cell_type"] == "code" else cell for cell in cells]


def _with_outputs(cell: nb.Cell, run: nb.Cell | None) -> nb.Cell:
    """Return a code cell with what of its run's outputs a reader can use, or without, if there was nothing to run."""
    outputs, count = (said.outputs(cell, run), run["execution_count"]) if run else ([], None)
    shown = [output for output in outputs if not any(kind.startswith(OWN) for kind in output.get("data", {}))]
    return cell | {"outputs": shown, "execution_count": count}


def document_metadata(settings: Settings, executed: list[Executed], results: dict[str, Any]) -> dict[str, Any]:
    """Return what the title page shows, in the form that the exporter expects.

    The date is that of `SOURCE_DATE_EPOCH`, else of the last notebook's execution: typesetting the same notebooks again
    gives the same bytes on any day.
    """
    if settings.source_date is None:
        date = datetime.datetime.fromtimestamp(max(one.facts["executed"] for one in executed))
    else:
        date = datetime.datetime.fromtimestamp(settings.source_date, datetime.UTC)
    chapters = sum(not one.task.chapter.solves for one in executed)
    run = {"dataset": settings.dataset, "profile": settings.profile, "chapters": chapters}
    files = {name: os.path.relpath(path, settings.notebooks) for name, path in settings.files.items()}
    told = {
        "date": settings.date or date_in(language(settings.lang)[0], date.year, date.month, date.day),
        "timestamp": int(date.timestamp()),
        "abstract": fill_abstract(settings, results | {"run": run}),
        "from_zero": any(one.name.startswith("00-") for one in executed[:1]),
        "dataset_note": _note(settings),
    }
    looks = {name: value for name, value in settings.looks.items() if name not in ("title", "authors")}
    authors = read_authors("authors", settings.authors)
    return {"title": settings.title, "authors": authors, "report": looks | files | told}


def _note(settings: Settings) -> str:
    """Say on the title page what the numbers rest on, and what there is of the report."""
    words = words_in(settings.lang)
    notes = [words["note"].format(dataset=settings.dataset, profile=settings.profile)]
    shown = chosen(settings)
    all_of_them = len(settings.chapters)
    if (few := sum(chapter.name in shown for chapter in settings.chapters)) < all_of_them:
        notes.append(words["excerpt"].format(few=few, all=all_of_them))
    return " ".join([*notes, *([words["embedded"]] if settings.dataset == "mnist-5k" else [])])


def fill_abstract(settings: Settings, results: dict[str, Any]) -> str:
    """Put published results into the abstract; an excerpt has none where that tells of a chapter that is left out."""
    absent = {chapter.name for chapter in settings.chapters} - results.keys()
    told = {field.group(1) for field in re.finditer(r"\{([\w-]+)\.", settings.abstract)}
    is_short = told & (absent | {NUMBER_PREFIX.sub("", name) for name in absent})
    return "" if is_short else fill(settings.abstract, results, words_in(settings.lang))


class _Filler(string.Formatter):
    """Formats `{notebook.number:.3f}` with published results, as sentences do, and looks up nothing else."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        chapter, _, result = field_name.partition(".")
        known = {NUMBER_PREFIX.sub("", name): published for name, published in kwargs.items()} | dict(kwargs)
        if chapter not in known:
            raise ReportError(f"abstract: {{{field_name}}}: no results of {chapter!r}; {suggest(chapter, list(known))}")
        if result not in known[chapter]:
            raise ReportError(f"abstract: {{{field_name}}}: not published; {suggest(result, list(known[chapter]))}")
        return known[chapter][result], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if re.search(r"\d{4}", format_spec):
            raise ValueError(f"expected a width and a precision below 1,000, got {format_spec[:30]!r}")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(value, format_spec)
        return str(self.words["none"]) if value is None else super().format_field(value, format_spec)


def fill(template: str, results: dict[str, Any], words: Words = ENGLISH) -> str:
    """Put published results into a text.

    Parameters
    ----------
    template : str
        With fields such as ``{initialization.glorot_accuracy:.1%}``: a notebook (with or without its number) and the
        name of one of its published results. A brace itself is written twice.
    results : dict of str to dict
        Results by notebook, as `report.chapter.results.load` gives them.
    words : dict
        The words of the report's language: one stands for a result that is none.

    Examples
    --------
    >>> fill("reached {cnn.accuracy:.3f} in {cnn.steps} steps", {"05-cnn": {"accuracy": 0.9876, "steps": 1200}})
    'reached 0.988 in 1,200 steps'
    """
    try:
        return _Filler(words).vformat(template, (), results)
    except (ValueError, TypeError, OverflowError) as error:
        raise ReportError(f"abstract: {error}; write fields as {{notebook.result:.3f}} and braces twice") from None
