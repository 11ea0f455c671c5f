"""Formulas as elements of an HTML page: MathML, numbered as in the PDF."""

from __future__ import annotations

from html import escape

from .errors import MathError
from .mathml import mathml, reference_mark, table_element
from .nodes import Formula, Line

LONG = 40
"""Characters of TeX from which a formula within a line may be wider than a phone, and then scrolls by itself."""


class HTMLFormulas:
    """Writes the formulas of one document and counts its equations.

    Attributes
    ----------
    numbers : dict
        Label -> number as it is printed, "(3)".
    """

    FORMAT = "html"

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self._count = 0

    def inline(self, formula: Formula) -> str:
        """Return a formula within a line."""
        if any(line.label or line.tag for line in formula.body.rows):
            raise MathError("only displayed formulas are numbered: put \\label or \\tag between $$ and $$")
        body = _body(formula)
        math = f"<math{_alternative(formula)}>{body}</math>" if body else ""
        return f'<span class="long" tabindex="0">{math}</span>' if body and len(formula.source) > LONG else math

    def display(self, formula: Formula, label: str) -> str:
        """Return a displayed formula; its lines are numbered one by one where one of several has a label or a tag."""
        rows = formula.body.rows
        marked = [line for line in rows if line.label or line.tag]
        if label and any(line.label for line in marked):
            raise MathError(f"two labels for one formula: {label} and {marked[0].label}")
        if len(rows) > 1 and marked and not label:
            return self._numbered_lines(formula)
        body = _body(formula)
        if not body:
            return ""
        line = Line((), label or rows[0].label, rows[0].tag)
        number = self._number(line)
        math = f'<math display="block"{_alternative(formula)}>{body}</math>'
        return f'<span class="equation"{_identifier(line)}>{_scrolling(math)}{_shown(number)}</span>'

    def reference(self, name: str, kind: str) -> str:
        """Return a link with a mark for the number, which may come later in the document."""
        return f'<a href="#{escape(name)}">{reference_mark(name, kind)}</a>'

    def _numbered_lines(self, formula: Formula) -> str:
        extras, identifiers = [], []
        for line in formula.body.rows:
            number = self._number(line)
            extras.append(f'<mtd class="number"><mtext>{escape(number)}</mtext></mtd>')
            identifiers.append(_identifier(line))
        table = table_element(formula.body, extras, identifiers)
        math = f'<math display="block"{_alternative(formula)}>{table}</math>'
        return f'<span class="equation">{_scrolling(math)}</span>'

    def _number(self, line: Line) -> str:
        """Count an equation that has a label; a tag stands for a number and is not counted."""
        number = line.tag
        if line.label and not number:
            self._count += 1
            number = f"({self._count})"
        if line.label:
            self.numbers[line.label] = number
        return number


def _body(formula: Formula) -> str:
    rows = formula.body.rows
    if len(rows) > 1 or len(rows[0].cells) > 1:
        return mathml(formula.body)
    cell = rows[0].cells[0]
    return mathml(cell) if getattr(cell, "children", ()) else ""


def _alternative(formula: Formula) -> str:
    return f' alttext="{escape(formula.source)}"'


def _scrolling(math: str) -> str:
    """Return a formula that scrolls by itself where it is too wide, also by keyboard."""
    return f'<span class="formula" tabindex="0">{math}</span>'


def _identifier(line: Line) -> str:
    return f' id="{escape(line.label)}"' if line.label else ""


def _shown(number: str) -> str:
    return f'<span class="number">{escape(number)}</span>' if number else ""
