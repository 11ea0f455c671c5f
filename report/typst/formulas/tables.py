r"""Rows and cells between `\begin` and `\end`."""

from __future__ import annotations

from .environments import ENVIRONMENTS, column_rules
from .errors import MathError
from .grammar import Parser
from .nodes import Line, Node, Row, Table
from .tokens import Token

_LARGEST = 10_000
_RULES = ("\\hline", "\\hdashline", "\\toprule", "\\midrule", "\\bottomrule")


PLAIN = {
    "\\matrix": ["{", "matrix", "}"],
    "\\pmatrix": ["{", "pmatrix", "}"],
    "\\cases": ["{", "cases", "}"],
    "\\eqalign": ["{", "aligned", "}"],
    "\\displaylines": ["{", "gathered", "}"],
    "\\substack": ["{", "subarray", "}", "{", "c", "}"],
}
"""Commands whose argument is rows and cells -> how their environment begins."""


def plain_table(parser: Parser, token: Token) -> Node | None:
    r"""Read `\substack{a \\ b}`, or plain TeX's `\matrix{a & b \cr c & d}`."""
    rows = parser.stream.read_group(token)
    parser.stream.push(["\\begin", *PLAIN[token], *rows, "\\end", *PLAIN[token][:3]])
    return parser.parse_atom()


def parse_table(parser: Parser, name: str) -> Table:
    r"""Read an environment from behind its `\begin{name}` to its `\end{name}`."""
    environment = ENVIRONMENTS[name]
    columns, rules = _read_columns(parser, name)
    outer = (parser.label, parser.tag)
    parser.label = parser.tag = ""
    rows, lines = _read_rows(parser, name)
    if len(rows) * max(len(line.cells) for line in rows) > _LARGEST:
        raise MathError(f"the environment {name} has more than {_LARGEST:,} cells")
    parser.label, parser.tag = outer
    if not environment.alone:
        rows = _lift_marks(parser, rows)
    return Table(
        rows=tuple(rows),
        left=environment.left,
        right=environment.right,
        columns=columns,
        rules=rules,
        lines=tuple(lines),
        style=environment.style,
        gaps=environment.gaps,
        alone=environment.alone,
        staggered=environment.staggered,
    )


def _read_columns(parser: Parser, name: str) -> tuple[str, tuple[int, ...]]:
    environment = ENVIRONMENTS[name]
    if environment.argument != "optional":
        _drop_position(parser)
    if environment.argument == "columns":
        return column_rules("".join(parser.stream.read_group(f"\\begin{{{name}}}")))
    if environment.argument == "count":
        parser.stream.read_group(f"\\begin{{{name}}}")
    if environment.argument == "optional" and (given := parser.stream.read_optional(name)):
        return column_rules("".join(given))
    return environment.columns, ()


def _drop_position(parser: Parser) -> None:
    r"""Drop the [t] of `\begin{aligned}[t]`: tables stay centered on the axis."""
    tokens = [token for _ in range(3) if (token := parser.stream.pop()) is not None]
    if "".join(tokens) not in ("[t]", "[c]", "[b]"):
        parser.stream.push(tokens)


def _read_rows(parser: Parser, name: str) -> tuple[list[Line], list[int]]:
    """Read rows to the end of the environment; also where horizontal rules stand."""
    rows: list[Line] = []
    lines: list[int] = []
    cells: list[Node] = []
    while True:
        _read_rules(parser, len(rows), lines)
        cells.append(parser.parse_row())
        token = parser.stream.next()
        if token == "&":
            continue
        if token not in ("\\\\", "\\cr", "\\newline", "\\end"):
            raise MathError(f"\\begin{{{name}}} is not closed: got {token or 'the end of the formula'}")
        if token != "\\end" or cells != [Row()] or parser.label or parser.tag or not rows:
            rows.append(parser.finish_line(tuple(cells)))
        cells = []
        if token == "\\end":
            break
        parser.skip_row_gap()
    closing = "".join(parser.stream.read_group("\\end"))
    if closing != name:
        raise MathError(f"\\begin{{{name}}} is closed by \\end{{{closing}}}")
    return rows, lines


def _read_rules(parser: Parser, row: int, lines: list[int]) -> None:
    while parser.stream.skip_blanks(expand=True) in _RULES:
        parser.stream.pop()
        if row not in lines:
            lines.append(row)


def _lift_marks(parser: Parser, rows: list[Line]) -> list[Line]:
    """Hand the label inside an aligned to the equation around it, which is what carries a number."""
    marks = [(line.label, line.tag) for line in rows if line.label or line.tag]
    if len(marks) > 1 or (marks and (parser.label or parser.tag)):
        raise MathError("one number for a formula: several \\label or \\tag need align or gather, not aligned")
    if marks:
        parser.label, parser.tag = marks[0]
    return [Line(line.cells) for line in rows]
