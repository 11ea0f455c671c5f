"""Notebooks for students: what an exercise asks for is there, and nothing of its solution."""

import re
from collections.abc import Iterator

from report.book.wording import ENGLISH
from report.errors import NotebookError
from report.run import notebook as nb
from report.typst.words import Words

REFERENCE = re.compile(r"\[-?@sol[-:][\w:-]*\w\]|-?@sol[-:][\w:-]*\w|\[\]\(#sol[-:][\w:-]+\)")
LINK = re.compile(r"\[([^\[\]]*)\]\((?:\./)?solutions/[^()\s]*\)")
LEFT = re.compile(
    r"(?<![\w-])sol[-:]\w|solutions/[^\s()]*\.ipynb"
    r"|[:`~]{3,} *\{?\.?(?:prf:)?solution\b|<[^<>]*\bclass=[^<>]*\bsolution\b"
)
"""What only a solution, or a reference to one, has."""

KEPT = ("tags", "jupyter")
"""Metadata that stay with a cell out of which a solution was cut."""


def without_solutions(notebook: nb.Notebook, name: str, words: Words = ENGLISH) -> nb.Notebook:
    """Return a notebook without solutions, their pictures, and references to them; its outputs stay.

    Raises
    ------
    NotebookError
        If something of a solution is left that cannot be cut out, such as a heading with its label.
    """
    cells = [made for cell in notebook["cells"] if (made := _cell(cell, words)) is not None]
    for position, cell in enumerate(notebook["cells"], 1):
        made = _cell(cell, words)
        for found in filter(None, map(LEFT.search, _texts(made) if made else ())):
            raise NotebookError(
                f"{name}, cell {position}: `{found[0]}` is of a solution, and cannot be cut out there; a solution is a "
                "box `::: {#sol-…}` of a Markdown cell, or a notebook in solutions/"
            )
    return notebook | {"cells": cells}


def _cell(cell: nb.Cell, words: Words) -> nb.Cell | None:
    """Return a cell without solutions; None if it holds nothing else."""
    if cell["cell_type"] != "markdown":
        return cell
    from report.typst.boxes.cutting import without_solutions as cut  # spares nbconvert

    text = cut(cell["source"])
    named = LINK.sub(r"\1", REFERENCE.sub(words["the_solution"], text))
    if text == cell["source"]:
        return cell | {"source": named}
    if not text.strip():
        return None
    metadata = {key: value for key, value in cell["metadata"].items() if key in KEPT}
    shown = {file: data for file, data in cell.get("attachments", {}).items() if f"attachment:{file}" in text}
    rest = {key: value for key, value in cell.items() if key != "attachments"}
    return rest | {"source": named, "metadata": metadata} | ({"attachments": shown} if shown else {})


def _texts(cell: nb.Cell) -> Iterator[str]:
    """Yield what a cell says: its source, and the words of its outputs."""
    yield cell["source"]
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        yield from ("".join(data[kind]) for kind in ("text/markdown", "text/html", "text/latex") if kind in data)
