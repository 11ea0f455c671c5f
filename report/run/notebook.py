"""Notebooks as plain dictionaries: tags, completeness; no Jupyter import, so that it is quick."""

import ast
import contextlib
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from report.run.notebook_form import Cell, Notebook
from report.run.notebook_form import read as read

RUN_TAGS = frozenset({"parameters", "injected-parameters", "raises-exception", "skip-execution"})
"""The tags with which papermill and nbclient run a cell otherwise than the rest."""

METADATA_KEY = "course_report"
"""Where the pipeline keeps its own facts (fingerprint, parameters, seconds …) in an executed notebook's metadata."""


def tags(cell: Cell) -> list[str]:
    """Return a cell's tags."""
    return cell.get("metadata", {}).get("tags", [])


def code_cells(notebook: Notebook) -> Iterator[tuple[int, Cell]]:
    """Yield position and cell of every code cell with code in it.

    Positions count all cells from 1, but not the one that papermill adds: they are those of the notebook as written;
    the added cell shares the position of the parameters cell before it.
    """
    position = 0
    for cell in notebook["cells"]:
        position += "injected-parameters" not in tags(cell)
        if cell["cell_type"] == "code" and cell["source"].strip():
            yield position, cell


def first_line(cell: Cell) -> str:
    """Return the first line of a cell's code that says something, to name the cell by."""
    lines = [line.strip() for line in cell["source"].splitlines()]
    telling = [line for line in lines if line and not line.startswith("#")] or lines or [""]
    return telling[0] if len(telling[0]) <= 60 else telling[0][:57] + "..."


def name_cell(notebook: Notebook, position: int) -> str:
    """Return how messages name a cell: its position and its first line."""
    return f"cell {position} (`{first_line(notebook['cells'][position - 1])}`)"


def error_of(cell: Cell) -> str | None:
    """Return `name: value` of the exception that a cell ended with, or None."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            lines = str(output.get("evalue", "")).strip().splitlines()
            return f"{output['ename']}: {lines[0]}" if lines else output["ename"]
    return None


_EXCUSED = "; the tag raises-exception does not excuse it here: show a wrong call with try and except"
_ASKING = "StdinNotImplementedError"
_ASKED = "; nobody answers input() while a report is made: let a parameter say it"


@dataclass(frozen=True)
class Problem:
    """What is wrong with an executed notebook: the cell's position, what it is, and whether it is an exception."""

    position: int
    text: str
    is_error: bool = False


def first_problem(notebook: Notebook) -> Problem | None:
    """Say where an executed notebook is not complete; None if it is.

    A notebook is complete when every code cell with code has an execution count, the counts rise from the top, and no
    cell ended with an exception: what the runner says about it plays no part.
    """
    last = 0
    for position, cell in code_cells(notebook):
        error, count = error_of(cell), cell.get("execution_count")
        if error:
            advice = _EXCUSED if "raises-exception" in tags(cell) else _ASKED if error.startswith(_ASKING) else ""
            return Problem(position, error + advice, is_error=True)
        if not isinstance(count, int):
            return Problem(position, "was not run")
        if count <= last:
            return Problem(position, f"ran out of order (In [{count}] after In [{last}])")
        last = count
    return None


def running_cells(notebook: Notebook) -> list[Cell]:
    """Return the code cells that do something: not blank, not comments alone, not the one that papermill adds."""
    return [cell for cell in notebook["cells"] if does_something(cell) and "injected-parameters" not in tags(cell)]


def does_something(cell: Cell) -> bool:
    """Return whether a cell is code and has a line that is no comment."""
    lines = [line.strip() for line in cell["source"].splitlines()] if cell["cell_type"] == "code" else []
    return any(line and not line.startswith("#") for line in lines)


def code(notebook: Notebook) -> list[list[Any]]:
    """Return what decides how a notebook runs, cell by cell: Python code, a semicolon at its end, heeded tags."""
    cells = [cell for cell in notebook["cells"] if does_something(cell)]
    sources = [python(cell["source"]) for cell in cells]
    heeded = [sorted(RUN_TAGS.intersection(tags(cell))) for cell in cells]
    return [[source, _is_silent(source), own] for source, own in zip(sources, heeded, strict=True)]


def python(source: str) -> str:
    """Return a cell's code as Python, IPython's own commands as calls."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        from IPython.core.inputtransformer2 import TransformerManager

        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            return TransformerManager().transform_cell(source)
    return source


def _is_silent(source: str) -> bool:
    """Return whether code ends with a semicolon, which keeps its value from being shown."""
    if ";" not in source:
        return False
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return True
    return next((token.string for token in reversed(tokens) if token.type not in nothing), "") == ";"
