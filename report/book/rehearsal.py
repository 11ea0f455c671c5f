"""Find what cannot be typeset before any notebook runs: notebooks are converted with stand-ins for their outputs."""

import re
from dataclasses import replace
from typing import Any

from report.book.labels import BOXES, COMPUTED, REFERENCE, labels_in, labels_of, options_of, strings
from report.book.merge import fill_abstract
from report.book.typesetting import export, merged
from report.errors import ReportError
from report.run import notebook as nb
from report.run.tasks import Executed, Task, chosen
from report.settings import Settings

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FACTS = {"executed": 0, "seconds": 0.0, "threads": 1}

TELLING = re.compile(r"[@$\\<&`|]|:::|!\[|\]\(|^ *#\|", re.MULTILINE)
"""What a text must hold so that its conversion may fail."""


def rehearse(tasks: list[Task], settings: Settings) -> None:
    """Convert the report as it will be, but for the outputs, and see whether that goes well.

    A code cell has stand-ins for what its options announce, and for the references and labels in its strings.

    Raises
    ------
    ReportError
        With a line for each label that stands twice, unknown reference, citation or result in the abstract, missing
        picture, formula that cannot be set and, where `CI` is set, figure without an alternative text.
    """
    run = {"dataset": "", "profile": "", "chapters": ""}
    abstract = fill_abstract(settings, {name: _Anything() for name in chosen(settings)} | {"run": run})
    if _is_plain(tasks, settings):
        return
    quiet = replace(settings, target="typst", abstract=abstract.replace("{", "{{").replace("}", "}}"))
    cells = [cell for task in tasks for cell in task.notebook["cells"]]
    everything = "\n".join(cell["source"] for cell in cells)
    declared = {label for cell in cells for label in labels_of(cell)}
    executed = [Executed(task, _rehearsed(task.notebook, everything, declared)) for task in tasks]
    try:
        export(merged(executed, quiet), quiet)
    except ReportError as error:
        raise ReportError(f"{error}\nnothing was run: what is said above would spoil the report") from None


class _Anything(dict[str, None]):
    """Results of a notebook that is yet to run: each of them is there, and none is known."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None


def _is_plain(tasks: list[Task], settings: Settings) -> bool:
    """Return whether there is nothing but words, headings with labels of their own, and code with no text to show."""
    texts = [settings.abstract, *(text for task in tasks for cell in task.notebook["cells"] for text in _texts(cell))]
    labels = [label for text in texts for label in re.findall(r"\{#([^}\s]*)", text)]
    alone = not settings.files and not settings.font_paths
    return alone and len({*labels}) == len(labels) and not any(map(TELLING.search, texts))


def _texts(cell: nb.Cell) -> list[str]:
    """Return the texts of a cell that may be typeset: its source, or the options and the strings of its code."""
    if cell["cell_type"] != "code":
        return [cell["source"]] if cell["cell_type"] == "markdown" else [f"${cell['source']}"]
    options = [line for line in cell["source"].splitlines() if line.lstrip().startswith("#|")]
    metadata = ["#|"] if {"label", "alt", "fig-cap", "tbl-cap", "fig-alt"} & cell["metadata"].keys() else []
    return [*options, *metadata, *(text for text in strings(cell["source"]) if REFERENCE.search(text))]


def _rehearsed(notebook: nb.Notebook, everything: str, declared: set[str]) -> nb.Notebook:
    """Return a notebook as if it had run; labels that its code defines are added to those `declared` otherwise."""
    cells = []
    for position, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            outputs = [*_figures_and_tables(cell, everything), *_words(cell, everything, declared)]
            cell = cell | {"execution_count": position, "outputs": outputs}
        cells.append(cell)
    return notebook | {"cells": cells, "metadata": notebook["metadata"] | {nb.METADATA_KEY: FACTS}}


def _figures_and_tables(cell: nb.Cell, everything: str) -> list[dict[str, Any]]:
    """Return stand-ins for what the options of a code cell announce, as many as are listed or referred to."""
    options = options_of(cell)
    label = str(options.get("label") or "")
    pictures = [label.startswith("fig"), *(options.get(key) for key in ("fig-cap", "fig-alt", "fig-subcap"))]
    tables = [label.startswith("tbl"), options.get("tbl-cap")]
    referred = [int(part) for part in re.findall(rf"@{re.escape(label)}-(\d{{1,2}})\b", everything)] if label else []
    made = [_shown("image/png", PIXEL)] * (max(_number(pictures), *referred, 0) if any(pictures) else 0)
    return made + [_shown("text/html", "<table><tr><td>1</td></tr></table>")] * _number(tables)


def _words(cell: nb.Cell, everything: str, declared: set[str]) -> list[dict[str, Any]]:
    """Return a stand-in for the text that a code cell shows: its references, and the labels that nothing else has."""
    texts = list(strings(cell["source"]))
    labels = {label for text in texts for label in labels_in(text)}
    for start in {start for text in texts for start in COMPUTED.findall(text)}:
        labels |= {*re.findall(rf"@({re.escape(start)}[\w:-]*\w)", everything)}
    words = [_standing_for(label) for label in sorted(labels - declared)]
    declared |= labels
    words += [found for text in texts for found in REFERENCE.findall(text)]
    return [_shown("text/markdown", "\n\n".join(words))] * bool(words)


def _standing_for(label: str) -> str:
    """Return Markdown of nothing but a label: a box, or a heading."""
    return f"::: {{#{label}}}\n:::" if re.match(rf"({BOXES})[-:]", label) else f"# - {{#{label}}}"


def _number(announced: list[Any]) -> int:
    """Return how many outputs options announce: as many as the longest of their lists, or one."""
    return max(len(one) if isinstance(one, list) else int(bool(one)) for one in announced)


def _shown(kind: str, data: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data}}
