"""The tree of a formula: what the parser makes and both writers read.

A handful of shapes is enough because most commands of TeX are "a name with arguments" (`Call`); the writers hold one
table entry for each name. Positions and fonts are never stored as target syntax, so no writer knows of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

WORD_FONTS = {"upright", "boldupright", "sans", "mono", "italic"}


@dataclass(frozen=True)
class Node:
    """Anything that stands in a formula."""


@dataclass(frozen=True)
class Symbol(Node):
    """One character, or one number, with its TeX class.

    `kind` is one of var, num, ord, op, bin, rel, open, close, punct, inner.
    """

    text: str
    kind: str = "ord"


@dataclass(frozen=True)
class Text(Node):
    """Upright words, set as in the surrounding text; `style` is "", bold, italic, sans or mono."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Operator(Node):
    r"""A named function such as sin, or \operatorname{...}; `limits` puts its scripts below in display style."""

    name: str
    limits: bool = False


@dataclass(frozen=True)
class Row(Node):
    """Nodes one after the other; an empty row is TeX's {}."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Scripts(Node):
    r"""A base with scripts; `limits` is True or False after \limits or \nolimits, else None."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0
    limits: bool | None = None


@dataclass(frozen=True)
class Call(Node):
    """A command with its arguments: frac, sqrt, hat, bold, color ...; `options` are plain strings."""

    name: str
    args: tuple[Node, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fenced(Node):
    r"""\left ... \middle ... \right; an empty delimiter is TeX's full stop."""

    left: str
    parts: tuple[Node, ...]
    middles: tuple[str, ...]
    right: str


@dataclass(frozen=True)
class Space(Node):
    """Horizontal space in em, negative to go back."""

    em: float


@dataclass(frozen=True)
class Line:
    """One row of a table or of a displayed formula, with what it is numbered by."""

    cells: tuple[Node, ...]
    label: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Table(Node):
    """Rows and columns: matrices, cases, arrays, aligned lines.

    `columns` has one letter (l, c, r) a column, repeated as needed; `rules` are the column numbers with a vertical rule
    before them, `lines` the row numbers with a horizontal one; `style` is text, display or script; `gaps` is
    "columns" for equal gaps or "pairs" for the right-left pairs of align; `alone` marks what may be a whole displayed
    formula (align, gather, ...), and `staggered` the lines of multline.
    """

    rows: tuple[Line, ...]
    left: str = ""
    right: str = ""
    columns: str = "c"
    rules: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    style: str = "text"
    gaps: str = "columns"
    alone: bool = False
    staggered: bool = False


@dataclass(frozen=True)
class Formula:
    """A whole formula: its lines as a table, mostly of one row and one cell, and its TeX source for reading aloud."""

    body: Table
    display: bool
    source: str


def word_of(node: Call) -> str:
    r"""Return the letters of a font's group that is one word, such as \mathrm{ReLU}, else nothing."""
    if node.name != "font" or node.options[0] not in WORD_FONTS or not isinstance(node.args[0], Row):
        return ""
    children = node.args[0].children
    symbols = [child for child in children if isinstance(child, Symbol) and child.kind in ("var", "num")]
    return "".join(symbol.text for symbol in symbols) if 1 < len(symbols) == len(children) else ""
