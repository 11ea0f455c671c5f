"""The chapters that an excerpt leaves out, and hidden solutions: what stands for a reference to them."""

import json
import re

from report.book.labels import COMPUTED, labels_in, strings
from report.book.wording import words_in
from report.errors import NotebookError
from report.run import notebook as nb
from report.run.tasks import chosen, solutions
from report.settings import Settings
from report.typst import looks

HEADING = re.compile(r"^#+ +(.*?) *(?:\{#([\w:.-]+)[^}\n]*\})? *$", re.MULTILINE)
OPTION = re.compile(r"^#\| *label: *[\"']?([\w:.-]+)", re.MULTILINE)


def elsewhere(settings: Settings, merged: nb.Notebook) -> dict[str, str]:
    """Return the names of what stands in the notebooks that were not chosen.

    Parameters
    ----------
    settings : Settings
    merged : dict
        The notebook of the excerpt; what it holds itself is not named.

    Returns
    -------
    dict of str to str
        By label: the words of a heading, or else the label and the title of its chapter; and by file name of a
        notebook its title.
    """
    names: dict[str, str] = {}
    hidden: str = words_in(settings.lang)["hidden"]
    shown = chosen(settings)
    for chapter in [*settings.chapters, *solutions(settings)]:
        if chapter.name not in shown:
            found = _names(settings, chapter.name, merged)
            is_hidden = chapter.solves and settings.solutions == "hide"  # so are its words
            names |= dict.fromkeys(found, hidden) if is_hidden else found
    own = {label for cell in merged["cells"] for label in _written(cell)} | {*_headings(merged["cells"])}
    return {label: name for label, name in names.items() if label not in own}


def _names(settings: Settings, chapter: str, merged: nb.Notebook) -> dict[str, str]:
    """Return the names of what stands in one chapter; one that cannot be read only has its own."""
    try:
        cells = nb.read(settings.notebooks / f"{chapter}.ipynb")["cells"]
    except NotebookError:
        cells = []
    headings = _headings(cells)
    title = next(iter(headings.values()), chapter)
    labels = {label for cell in cells for label in _written(cell) | _in_code(cell, merged)}
    opening, closing, *_ = looks.words_in(settings.lang)["quotes"]
    names = {label: f"{label} ({opening}{title}{closing})" for label in labels}
    headed = {label: f"{opening}{words}{closing}" for label, words in headings.items()}
    return names | headed | {f"{chapter}.ipynb": title}


def _headings(cells: list[nb.Cell]) -> dict[str, str]:
    """Return the words of the headings by the labels that they have, or can be called by."""
    from report.typst.headings import slug  # spares nbconvert

    prose = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    found = [(re.sub(r"[*_`$]", "", words), label) for words, label in HEADING.findall(prose)]
    return {label or f"sec-{slug(words)}": words for words, label in found}


def _written(cell: nb.Cell) -> set[str]:
    """Return the labels that a cell has whatever its code does; without nbconvert, which takes long to load."""
    if cell["cell_type"] != "code":
        return labels_in(cell["source"])
    return {*OPTION.findall(cell["source"]), *filter(None, [cell["metadata"].get("label")])}


def _in_code(cell: nb.Cell, merged: nb.Notebook) -> set[str]:
    """Return the labels in the strings of a cell's code, and those that the excerpt expects of computed ones."""
    texts = list(strings(cell["source"])) if cell["cell_type"] == "code" else []
    starts = {start for text in texts for start in COMPUTED.findall(text) if start[4:]}
    everything = json.dumps(merged["cells"]) if starts else ""
    expected = {label for start in starts for label in re.findall(rf"@({re.escape(start)}[\w:-]*\w)", everything)}
    return {label for text in texts for label in labels_in(text)} | expected
