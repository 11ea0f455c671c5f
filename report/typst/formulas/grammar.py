"""The grammar of TeX formulas: rows, groups and scripts; what the commands do is handed to it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .commands import REFUSED
from .environments import ENVIRONMENTS
from .errors import MathError
from .macros import DEFINING, Stream
from .nodes import Line, Node, Row, Scripts, Symbol, Text
from .symbols import OPERATORS, SYMBOLS, character
from .tokens import Token, is_word

NEWLINES = {"\\\\", "\\cr", "\\newline"}
STOPS = {"}", "&", "\\end", "\\right", "\\middle", "\\endgroup", *NEWLINES}
DEEPEST = 75
"""Levels of groups and arguments in one formula; more would exhaust Python's stack."""
_SWITCHES = 25
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))


@dataclass(frozen=True)
class Commands:
    r"""What commands do, by name: each function reads what it needs from the parser and makes a node.

    Attributes
    ----------
    plain : mapping of str to function
        Of ``(parser, token)``; None for a command without effect.
    infix : mapping of str to function
        Of ``(parser, token, above)``, such as ``\over``: what stands before it in its group is `above`.
    switches : mapping of str to function
        Of ``(parser, token)``; holds for the rest of its group.
    environment : function
        Of ``(parser, name)``, behind ``\begin{name}``.
    """

    plain: Mapping[Token, Callable[[Parser, Token], Node | None]]
    infix: Mapping[Token, Callable[[Parser, Token, Row], Node]]
    switches: Mapping[Token, Callable[[Parser, Token], Node]]
    environment: Callable[[Parser, str], Node]


class Parser:
    """Reads a stream of tokens; a label or a tag met on the way waits in `label` and `tag` for the line's end."""

    def __init__(self, stream: Stream, commands: Commands) -> None:
        self.stream, self.commands = stream, commands
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
            if token in self.commands.infix:
                self.stream.pop()
                return Row((self.commands.infix[token](self, token, Row(tuple(children))),))
            if token in self.commands.switches:
                self.stream.pop()
                children.append(self.commands.switches[token](self, token))
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
        if token[0] == "#" or token == "%":
            raise MathError(f"unexpected {token}; write \\{token}")
        return character(token)

    def parse_inside(self) -> Row:
        r"""Read a row between delimiters; a `\\` cannot break the line there and is left out, as in MathJax."""
        row = self.parse_row()
        while self.stream.peek() in NEWLINES:
            self.stream.pop()
            self.skip_row_gap()
            row = Row((*row.children, *self.parse_row().children))
        return row

    def _parse_group(self, closing: Token) -> Row:
        row = self.parse_inside()
        token = self.stream.next()
        if token != closing:
            raise MathError(f"a group is not closed: expected {closing}, got {token or 'the end of the formula'}")
        return row

    def _parse_environment(self) -> Node:
        name = "".join(self.stream.read_group("\\begin"))
        if name not in ENVIRONMENTS:
            raise MathError(f"the environment {name} is not supported; known: {', '.join(sorted(ENVIRONMENTS))}")
        return self.commands.environment(self, name)

    def _parse_command(self, token: Token) -> Node | None:
        if token in DEFINING:
            self.stream.read_definition(token)
            return None
        if token in self.commands.plain:
            return self.commands.plain[token](self, token)
        if token.startswith("\\verb "):
            return Text(token[len("\\verb ") :], "mono")
        if token in REFUSED:
            raise MathError(f"{token} is not supported in formulas: {REFUSED[token]}")
        raise MathError(_unknown(token, [*self.commands.plain, *self.stream.macros.names()]))

    def parse_argument(self, command: Token) -> Node:
        """Read the argument of a command: a group, one character, or one command with its arguments."""
        token = self.stream.skip_blanks(expand=True)
        if token is None or token in STOPS or token in ("^", "_"):
            raise MathError(f"{command} needs an argument, got {token or 'the end of the formula'}")
        if token in self.commands.switches:  # x_\rm{max}, often typed for x_{\rm max}
            self.stream.pop()
            return self.parse_tokens([token, *self.stream.read_group(token)])
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


def _unknown(token: Token, commands: list[Token]) -> str:
    close = difflib.get_close_matches(token, [*SYMBOLS, *OPERATORS, *commands], n=1, cutoff=0.75)
    hint = f"; did you mean {close[0]}?" if close else "; define it with \\newcommand, or write it differently"
    return f"unknown command {token}{hint}"
