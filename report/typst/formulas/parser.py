"""TeX formulas to trees: groups, scripts, delimiters and tables; the commands are in `handlers`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from . import handlers
from .commands import ACCENTS, CALLS, FONTS
from .environments import ENVIRONMENTS
from .errors import MathError
from .macros import DEFINING, Macros, Stream
from .nodes import Formula, Line, Node, Row, Scripts, Symbol, Table
from .symbols import OPERATORS, SYMBOLS, character
from .tables import parse_table
from .tokens import Token, is_word, tokenize

NEWLINES = {"\\\\", "\\cr", "\\newline"}
STOPS = {"}", "&", "\\end", "\\right", "\\middle", "\\endgroup", *NEWLINES}
DEEPEST = 75
"""Levels of groups and arguments in one formula; more would exhaust Python's stack."""
_SWITCHES = 25
_LONGEST = 50_000
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))


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
    parser = Parser(Stream(tokenize(tex), macros or Macros()))
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


class Parser:
    """Reads a stream of tokens; a label or a tag met on the way waits in `label` and `tag` for the line's end."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.label = ""
        self.tag = ""
        self._depth = 0
        self._rows = 0

    # -- rows -----------------------------------------------------------------------------------------------------

    def parse_lines(self) -> list[Line]:
        r"""Read to the end; `\\` outside every environment starts a new line."""
        lines = []
        while True:
            row = self.parse_row()
            lines.append(self.finish_line((row,)))
            token = self.stream.next()
            if token is None:
                break
            if token not in NEWLINES:
                raise MathError(_unexpected(token))
            self.skip_row_gap()
        if len(lines) > 1 and lines[-1].cells == (Row(),):
            lines.pop()
        return lines

    def finish_line(self, cells: tuple[Node, ...]) -> Line:
        """Make a line of its cells and of the label and tag met since the last one."""
        line = Line(cells, self.label, self.tag)
        self.label = self.tag = ""
        return line

    def skip_row_gap(self) -> None:
        r"""Drop the [4pt] after a `\\`: the rows of a formula keep one distance."""
        self.stream.take("*", now=True)
        if self.stream.peek() == "[":
            gap = self.stream.read_optional("\\\\") or []
            if not re.fullmatch(r"\s*-?[\d.]+\s*[a-z]+\s*", "".join(gap)):
                self.stream.push(["[", *gap, "]"])

    def parse_row(self) -> Row:
        """Read nodes until something that closes, separates or ends."""
        with self.nested():
            return self._read_row()

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count the rows that are open."""
        if self._rows == DEEPEST + _SWITCHES:
            raise MathError(f"groups, switches and texts are nested more than {self._rows} deep")
        self._rows += 1
        yield
        self._rows -= 1

    def _read_row(self) -> Row:
        children: list[Node] = []
        while (token := self.stream.skip_blanks(expand=True)) is not None and token not in STOPS:
            if token in handlers.INFIX:
                self.stream.pop()
                return Row((handlers.infix(self, token, Row(tuple(children))),))
            if token in handlers.SWITCHES:
                self.stream.pop()
                children.append(handlers.switch(self, token))
                continue
            node = self.parse_scripts(self.parse_base())
            if node is not None:
                children.append(node)
        return Row(tuple(children))

    def parse_tokens(self, tokens: list[Token]) -> Row:
        """Read tokens that were taken literally as a formula of their own."""
        outer, self.stream = self.stream, self.stream.inner(tokens)
        row = self.parse_row()
        rest = self.stream.next()
        self.stream = outer
        if rest is not None:
            raise MathError(_unexpected(rest))
        return row

    # -- atoms ----------------------------------------------------------------------------------------------------

    def parse_base(self) -> Node | None:
        """Read what scripts may attach to; None for a command that leaves nothing."""
        token = self.stream.peek()
        if token in ("^", "_", "'", "’") or token in _SUPERSCRIPTS or token in _SUBSCRIPTS:
            return Row()
        if token is not None and token.isdigit():
            return self._parse_number()
        return self.parse_atom()

    def _parse_number(self) -> Symbol:
        digits = ""
        while (token := self.stream.peek()) and (token.isdigit() or token == ".") and token not in _SUPERSCRIPTS:
            digits += token
            self.stream.pop()
        if digits.endswith("."):
            self.stream.push(["."])
            digits = digits[:-1]
        return Symbol(digits, "num")

    def parse_atom(self) -> Node | None:
        """Read one character, one group, or one command with its arguments."""
        if self._depth == DEEPEST:
            raise MathError(f"groups and arguments are nested more than {DEEPEST} deep")
        self._depth += 1
        node = self._read_atom()
        self._depth -= 1
        return node

    def _read_atom(self) -> Node | None:
        token = self.stream.next()
        if token is None:
            raise MathError("the formula ends where something is expected")
        if token == "{":
            return self._parse_group("}")
        if token == "\\begingroup":
            return self._parse_group("\\endgroup")
        if token == "\\begin":
            return self._parse_environment()
        if token in SYMBOLS:
            return SYMBOLS[token]
        if token in OPERATORS:
            return OPERATORS[token]
        if is_word(token) or token == "~":
            return self._parse_command(token)
        if token[0] == "#" or token in ("$", "%", "\\"):
            raise MathError(f"unexpected {token}; write \\{token}" if token != "\\" else "the formula ends with \\")
        return character(token)

    def _parse_group(self, closing: Token) -> Row:
        row = self.parse_row()
        token = self.stream.next()
        if token != closing:
            raise MathError(f"a group is not closed: expected {closing}, got {token or 'the end of the formula'}")
        return row

    def _parse_environment(self) -> Table:
        name = "".join(self.stream.read_group("\\begin"))
        if name not in ENVIRONMENTS:
            raise MathError(f"the environment {name} is not supported; known: {', '.join(sorted(ENVIRONMENTS))}")
        return parse_table(self, name)

    def _parse_command(self, token: Token) -> Node | None:
        if token in DEFINING:
            self.stream.read_definition(token)
            return None
        node = handlers.handle(self, token)
        if node is NotImplemented:
            raise MathError(_unknown(token, self.stream.macros))
        return node

    def parse_argument(self, command: Token) -> Node:
        """Read the argument of a command: a group, one character, or one command with its arguments."""
        token = self.stream.skip_blanks(expand=True)
        if token is None or token in STOPS or token in ("^", "_"):
            raise MathError(f"{command} needs an argument, got {token or 'the end of the formula'}")
        return self.parse_atom() or Row()

    # -- scripts --------------------------------------------------------------------------------------------------

    def parse_scripts(self, base: Node | None) -> Node | None:
        """Read the scripts after a base."""
        sub, sup, primes, limits = None, None, 0, None
        while (token := self.stream.skip_blanks(expand=True)) is not None:
            if token in ("\\limits", "\\nolimits"):
                self.stream.pop()
                limits = token == "\\limits"
            elif token in ("'", "’") and sup is None:
                self.stream.pop()
                primes += 1
            elif token == "^" or token in _SUPERSCRIPTS:
                sup = self._parse_script(token, sup, _SUPERSCRIPTS, "superscript")
                if (typed := _only_primes(sup)) and not primes:
                    sup, primes = None, typed
            elif token == "_" or token in _SUBSCRIPTS:
                sub = self._parse_script(token, sub, _SUBSCRIPTS, "subscript")
            elif token in ("'", "’"):
                raise MathError("a prime after a superscript; write the prime first, or {x^2}'")
            else:
                break
        if sub is None and sup is None and not primes and limits is None:
            return base
        return Scripts(base or Row(), sub, sup, primes, limits)

    def _parse_script(self, token: Token, present: Node | None, typed: dict[str, str], what: str) -> Node:
        if present is not None:
            raise MathError(f"two {what}s on one base; put braces around what belongs together")
        if token in typed:
            characters = []
            while (token := self.stream.peek() or "") in typed:
                characters.append(character(typed[token]))
                self.stream.pop()
            return Row(tuple(characters))
        self.stream.pop()
        return self.parse_argument(token)


def _only_primes(sup: Node) -> int:
    """Count the primes of f^{'}, which is often typed for f'."""
    inner = sup.children[0] if isinstance(sup, Row) and len(sup.children) == 1 else None
    alone = isinstance(inner, Scripts) and inner.base == Row() and inner.sub is None and inner.sup is None
    return inner.primes if alone and isinstance(inner, Scripts) else 0


def _unexpected(token: Token) -> str:
    if token == "&":
        return "& stands outside an environment such as aligned; write \\& for the sign"
    if token == "\\end":
        return "\\end without its \\begin"
    return f"unexpected {token}: nothing is open that it could close"


def _unknown(token: Token, macros: Macros) -> str:
    known = [*SYMBOLS, *OPERATORS, *CALLS, *ACCENTS, *FONTS, *handlers.HANDLERS, *macros.names()]
    close = difflib.get_close_matches(token, known, n=1, cutoff=0.75)
    hint = f"; did you mean {close[0]}?" if close else "; define it with \\newcommand, or write it differently"
    return f"unknown command {token}{hint}"
