"""Formulas as elements of a Typst document: numbered, labelled, with their TeX as alternative text."""

from __future__ import annotations

import re

from .errors import MathError
from .nodes import Formula, Line, Table
from .typst import string, write, write_line

FORMAT = "typst"

_SIGN = re.compile(r"\\[a-zA-Z]+|[^\s\\{}^_]")
_BREAKS = re.compile(r"[=<>+,-]|\\(cdot|times|approx|leq?|geq?|ll|gg|sim|in|to|pm|neq?)(?![a-zA-Z])")
UNBROKEN = 16
"""Signs up to which a formula within a line stays on it whole: `p = 0.5`, `2 \\cdot 10^{-5}`."""


def label_name(name: str) -> str:
    """Return a label as Typst can write it between angle brackets."""
    return re.sub(r"[^\w:.-]", "-", name)


def inline(formula: Formula) -> str:
    """Return a formula within a line; several lines become rows of one formula."""
    rows = formula.body.rows
    if any(line.label or line.tag for line in rows):
        raise MathError("only displayed formulas are numbered: put \\label or \\tag between $$ and $$")
    one = len(rows) == 1
    code = write_line(rows[0], formula.body) if one else write(formula.body)
    if not code:
        return ""
    equation = f"math.equation(alt: {string(formula.source)}, ${code}$)"
    whole = _BREAKS.search(formula.source) and len(_SIGN.findall(formula.source)) <= UNBROKEN
    return f"#box({equation})" if whole else f"#{equation}"


def display(formula: Formula, label: str) -> str:
    """Return a displayed formula; its lines are numbered one by one where one of several has a label or a tag."""
    rows = formula.body.rows
    marked = [line for line in rows if line.label or line.tag]
    if len(rows) > 1 and marked and not label:
        return _numbered_lines(formula)
    if label and any(line.label for line in marked):
        raise MathError(f"two labels for one formula: {label} and {marked[0].label}")
    line = Line((), label or rows[0].label, rows[0].tag)
    code = lines(formula.body)
    return _equation(line, formula.source, f"$ {code} $") if code.strip() else ""


def reference(name: str, kind: str) -> str:
    """Return a reference to a label: its number, in parentheses for an eqref."""
    return f"#texref({string(label_name(name))}, {string(kind)})"


def lines(table: Table) -> str:
    """Write the lines of a displayed formula, aligned by Typst; those of multline step to the right."""
    written = [write_line(line, table) for line in table.rows]
    if table.staggered and len(written) > 1:
        written = [f"{written[0]}#h(4em)", *written[1:-1], f"#h(4em){written[-1]}"]
    return "\\\n".join(written)


def _equation(line: Line, source: str, body: str) -> str:
    numbering = f"_ => {string(line.tag)}" if line.tag else '"(1)"' if line.label else "none"
    label = f"<{label_name(line.label)}>" if line.label else ""
    uncounted = "#counter(math.equation).update(n => n - 1)" if line.tag else ""
    code = f"#math.equation(block: true, numbering: {numbering}, alt: {string(source)}, {body})"
    return code + label + uncounted


def _numbered_lines(formula: Formula) -> str:
    """Write lines that are numbered one by one; `texlines` keeps them aligned."""
    table = formula.body
    out = []
    for place, line in enumerate(table.rows):
        cells = "".join(
            f"${'' if column % 2 == 0 else _EMPTY}{write(cell)}$, " for column, cell in enumerate(line.cells)
        )
        source = formula.source if place == 0 else f"line {place + 1} of the same formula"
        out.append(f"(cells: ({cells}), equation: body => [{_equation(line, source, 'body')}])")
    pairs = "true" if table.gaps == "pairs" else "false"
    return f"#texlines({string(table.columns)}, {pairs}, {', '.join(out)})"


_EMPTY = '""'
