"""Listings from the sources: `#| listing: mlp_core.layers:Linear.backward` shows that function as it is today."""

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from report.book.labels import options_of
from report.book.wording import ENGLISH
from report.errors import ReportError
from report.run import notebook as nb
from report.run.fingerprint import ROOT
from report.run.tasks import Task
from report.typst.words import Words
from report.values import suggest

MAX_LINES = 40
OPTION = re.compile(r"^#\|\s*listing:\s*(.*?)\s*$\n?", re.MULTILINE)
FORM = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*(?:\.\w+)*)", re.ASCII)
_FOR_TOOLS = re.compile(r"\s+# (?:fmt:|noqa|type: ignore)[^#]*$")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def filled(cells: list[nb.Cell], task: Task, words: Words = ENGLISH) -> list[nb.Cell]:
    """Return a notebook's cells, those that name a listing with its source and caption.

    Raises
    ------
    ReportError
        If a cell names what there is not, what is too long, or has code of its own.
    """
    return [_filled(cell, task, position, words) for position, cell in enumerate(cells, 1)]


def _filled(cell: nb.Cell, task: Task, position: int, words: Words) -> nb.Cell:
    found = OPTION.search(cell["source"]) if cell["cell_type"] == "code" else None
    if not found:
        return cell
    try:
        if nb.does_something(cell):
            raise ReportError("shows a source in place of its code, so it must hold nothing but options")
        path, code = source(found[1], [task.source.parent, ROOT])
    except ReportError as error:
        raise ReportError(f"{task.name}, {nb.name_cell(task.notebook, position)}: {error}") from None
    where = f"`{found[1].partition(':')[2]}` {words['in']} `{path.as_posix()}`."
    caption = f"{options_of(cell).get('lst-cap') or ''} {where}".strip()
    rest = [line for line in OPTION.sub("", cell["source"]).splitlines() if line.startswith("#|")]
    return cell | {"source": "\n".join([*rest, f"#| lst-cap: {json.dumps(caption, ensure_ascii=False)}", code])}


def source(name: str, folders: list[Path]) -> tuple[Path, str]:
    """Return the source of a function or a class, without docstrings and remarks for tools.

    Parameters
    ----------
    name : str
        ``module:function`` or ``module:Class.method``.
    folders : list of Path
        Where modules are looked for, in order.

    Returns
    -------
    tuple of Path and str
        Its file, as a path from the folder, and its lines.
    """
    parts = FORM.fullmatch(name)
    if not parts:
        raise ReportError(f"expected a listing such as mlp_core.layers:Linear.backward, got {name!r}")
    stem = Path(*parts[1].split("."))
    files = [(folder, file) for folder in folders for file in (stem.with_suffix(".py"), stem / "__init__.py")]
    folder, path = next((one for one in files if Path(*one).is_file()), (None, stem))
    if folder is None:
        raise ReportError(f"listing {name}: there is no module {parts[1]}")
    text = (folder / path).read_text(encoding="utf-8")
    code = _without_docstrings(_find(text, name, path), text)
    if len(code) > MAX_LINES:
        raise ReportError(f"listing {name}: {len(code)} lines, at most {MAX_LINES}: show a part that is a function")
    return path, textwrap.dedent("\n".join(_FOR_TOOLS.sub("", line) for line in code))


def _find(text: str, name: str, path: Path) -> Definition:
    """Return the definition that a listing names; of several the last, which holds."""
    try:
        node: ast.Module | Definition = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise ReportError(f"{path.as_posix()} is not Python: {error}") from None
    for word in name.partition(":")[2].split("."):
        known = {one.name: one for one in node.body if isinstance(one, Definition)}
        if word not in known:
            raise ReportError(f"listing {name}: {path.as_posix()} has no {word}; {suggest(word, list(known))}")
        node = known[word]
    return node  # type: ignore[return-value]  # a name has one word at least


def _without_docstrings(definition: Definition, text: str) -> list[str]:
    """Return the lines of a definition and its decorators, without docstrings and blank lines behind them."""
    lines = text.splitlines()
    left_out: set[int] = set()
    for first, last in _docstrings(definition):
        while not lines[last].strip():
            last += 1
        left_out |= {*range(first, last + 1)}
    first = min([definition.lineno, *(one.lineno for one in definition.decorator_list)])
    return [lines[line - 1] for line in range(first, (definition.end_lineno or first) + 1) if line not in left_out]


def _docstrings(definition: Definition) -> Iterator[tuple[int, int]]:
    """Yield first and last line of each docstring that stands on lines of its own, above other code."""
    for node in ast.walk(definition):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                match node.body:
                    case [ast.Expr(value=ast.Constant(value=str())) as text, following, *_]:
                        if text.lineno > node.lineno and following.lineno > (text.end_lineno or 0):
                            yield text.lineno, text.end_lineno or text.lineno
