"""TeX formulas to trees: `parse` joins the grammar, the commands and the environments."""

from __future__ import annotations

import re
from dataclasses import replace

from . import handlers
from .errors import MathError
from .grammar import Commands, Parser
from .macros import Macros, Stream
from .nodes import Formula, Line, Row, Table
from .tables import parse_table
from .tokens import tokenize

COMMANDS = Commands(handlers.HANDLERS, handlers.INFIX, handlers.SWITCHES, parse_table)
_LONGEST = 50_000


def parse(tex: str, *, display: bool, macros: Macros | None = None) -> Formula:
    r"""Read one formula.

    Parameters
    ----------
    tex : str
        What stands between the dollars, or a whole `\begin{align}...\end{align}`.
    display : bool
        Whether the formula is displayed on lines of its own.
    macros : Macros, optional
        The author's macros; definitions inside the formula are added to them.

    Raises
    ------
    MathError
        If the formula cannot be read; the message says why.
    """
    if len(tex) > _LONGEST:
        raise MathError(f"it has {len(tex):,} characters; a formula may have {_LONGEST:,}")
    parser = Parser(Stream(tokenize(tex), macros or Macros()), COMMANDS)
    lines = parser.parse_lines()
    table = _only_table(lines[0]) if len(lines) == 1 else None
    body = Table(tuple(lines), style="display", alone=True) if table is None else _marked(table, lines[0])
    return Formula(body, display, tidy(tex))


def tidy(tex: str) -> str:
    r"""Return a formula's source for reading: blanks made one, labels and numbering commands taken out."""
    tex = re.sub(r"\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b", "", tex)
    return re.sub(r"\s+", " ", re.sub(r"(?<!\\)%.*", "", tex)).strip()


def _only_table(line: Line) -> Table | None:
    children = line.cells[0].children if isinstance(line.cells[0], Row) else ()
    if len(children) == 1 and isinstance(children[0], Table) and children[0].alone:
        return children[0]
    return None


def _marked(table: Table, line: Line) -> Table:
    """Open the table that is all of a line, such as the split of an equation; a number of the line goes to its end."""
    last = table.rows[-1]
    rows = (*table.rows[:-1], Line(last.cells, last.label or line.label, last.tag or line.tag))
    table = replace(table, rows=rows)
    inner = _only_table(rows[0]) if len(rows) == 1 and len(last.cells) == 1 else None
    return table if inner is None else _marked(inner, rows[0])
