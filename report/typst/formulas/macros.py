"""Macros: definitions by the author and the ones that every formula may use.

One `Macros` holds the definitions of one notebook, so that a later cell sees what an earlier one defined and another
notebook does not.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from .errors import MathError
from .symbols import SYMBOLS
from .tokens import Token, is_word, tokenize

DEFINING = {
    "\\newcommand",
    "\\renewcommand",
    "\\providecommand",
    "\\def",
    "\\gdef",
    "\\edef",
    "\\xdef",
    "\\let",
    "\\futurelet",
    "\\DeclareMathOperator",
    "\\global",
    "\\long",
}


@dataclass(frozen=True)
class Macro:
    """A replacement text with its number of parameters and, for the first, a default."""

    body: tuple[Token, ...]
    parameters: int = 0
    default: tuple[Token, ...] | None = None


def _load_builtin() -> dict[str, Macro]:
    """Read builtin.txt: a name, the number of parameters, and a replacement text a line."""
    macros = {}
    for line in files(__package__).joinpath("builtin.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("%"):
            name, parameters, body = line.split(maxsplit=2)
            macros[name] = Macro(tuple(tokenize(body)), int(parameters))
    for name, symbol in SYMBOLS.items():
        if "GREEK" in unicodedata.name(symbol.text[0]):  # \upalpha, \Upgamma
            macros[f"\\{'Up' if name[1].isupper() else 'up'}{name[1:].lower()}"] = Macro(("\\mathrm", "{", name, "}"))
    return macros


_BUILTIN = _load_builtin()


class Macros:
    r"""The macros that one notebook's formulas see.

    >>> macros = Macros()
    >>> macros.define_from(r"\newcommand{\norm}[1]{\lVert #1 \rVert}")
    >>> r"\norm" in macros
    True
    """

    def __init__(self) -> None:
        self._own: dict[str, Macro] = {}

    def __contains__(self, name: str) -> bool:
        """Whether a command is a macro."""
        return name in self._own or name in _BUILTIN

    def __getitem__(self, name: str) -> Macro:
        """Return the author's macro of this name, else the built-in one."""
        return self._own.get(name) or _BUILTIN[name]

    def names(self) -> set[str]:
        """All names that expand."""
        return {*self._own, *_BUILTIN}

    def define(self, name: str, macro: Macro) -> None:
        """Set what a name stands for from now on."""
        self._own[name] = macro

    def define_from(self, tex: str) -> None:
        r"""Read definitions outside a formula, as in a Markdown cell that holds `\newcommand`s only.

        Raises
        ------
        MathError
            Where something other than definitions and blanks stands in `tex`.
        """
        stream = Stream(tokenize(tex), self)
        while (token := stream.skip_blanks()) is not None:
            if token not in DEFINING:
                raise MathError(f"expected a definition such as \\newcommand, got {token}")
            stream.pop()
            stream.read_definition(token)


@dataclass
class Spent:
    """What the expansions of one formula, the formulas inside it included, have taken."""

    expansions: int = 0
    tokens: int = 0


class Stream:
    """Tokens still to be read; macros open as they are met."""

    limit = 2000  # expansions in one formula; KaTeX stops at 1000
    longest = 200_000  # tokens that they may become

    def __init__(self, tokens: list[Token], macros: Macros, spent: Spent | None = None) -> None:
        self._stack = tokens[::-1]
        self.macros = macros
        self._spent = spent or Spent()

    def inner(self, tokens: list[Token]) -> Stream:
        """Return a stream for a part of the same formula; their expansions are counted together."""
        return Stream(tokens, self.macros, self._spent)

    def pop(self) -> Token | None:
        """Take the next token as it stands, unexpanded; None at the end."""
        return self._stack.pop() if self._stack else None

    def push(self, tokens: list[Token] | tuple[Token, ...]) -> None:
        """Put tokens back to be read next."""
        self._stack.extend(reversed(tokens))

    def peek(self) -> Token | None:
        """Look at the next token, with macros opened."""
        while self._stack and self._stack[-1] in self.macros:
            self._expand(self._stack.pop())
        return self._stack[-1] if self._stack else None

    def next(self) -> Token | None:
        """Take the next token, with macros opened."""
        return self.pop() if self.peek() is not None else None

    def skip_blanks(self, *, expand: bool = False) -> Token | None:
        """Drop blanks and look at the token after them."""
        while self._stack and (self.peek() if expand else self._stack[-1]) == " ":
            self._stack.pop()
        return self._stack[-1] if self._stack else None

    def read_group(self, what: str) -> list[Token]:
        """Read one argument without expanding it: the inside of {...}, or one token."""
        self.skip_blanks()
        token = self.pop()
        if token is None or token == "}":
            raise MathError(f"{what} needs an argument, and the formula ends")
        if token != "{":
            return [token]
        return self.read_until("}", what)

    def read_optional(self, what: str) -> list[Token] | None:
        """Read a [...] argument, or None where there is none."""
        if self.skip_blanks() != "[":
            return None
        self.pop()
        return self.read_until("]", what)

    def take(self, token: Token, *, now: bool = False) -> bool:
        """Take the next token if it is this one; `now` lets no blank stand before it."""
        if (self.peek() if now else self.skip_blanks()) != token:
            return False
        self.pop()
        return True

    def read_until(self, closing: Token, what: str) -> list[Token]:
        """Read to a closing token outside braces, and drop that token."""
        tokens: list[Token] = []
        depth = 0
        while (token := self.pop()) is not None:
            if depth == 0 and token == closing:
                return tokens
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth < 0:
                break
            tokens.append(token)
        raise MathError(f"{what}: its argument is not closed by {closing}")

    def _expand(self, name: Token) -> None:
        self._spent.expansions += 1
        if self._spent.expansions > self.limit or self._spent.tokens > self.longest:
            raise MathError(f"the macro {name} expands without end")
        macro = self.macros[name]
        arguments = []
        if macro.default is not None:
            given = self.read_optional(name)
            arguments.append(list(macro.default) if given is None else given)
        while len(arguments) < macro.parameters:
            arguments.append(self.read_group(name))
        filled = _fill(macro.body, arguments)
        self._spent.tokens += len(filled)
        self.push(filled)

    def read_definition(self, command: Token) -> None:
        """Read what follows a defining command and remember it."""
        if command in ("\\global", "\\long"):
            return
        if command == "\\let":
            self._read_let()
        elif command == "\\DeclareMathOperator":
            self._read_operator()
        elif command in ("\\newcommand", "\\renewcommand", "\\providecommand"):
            self._read_newcommand(command)
        elif command in ("\\def", "\\gdef"):
            self._read_def(command)
        else:
            raise MathError(f"{command} is not supported; use \\newcommand")

    def _read_name(self, command: Token) -> Token:
        tokens = [token for token in self.read_group(command) if token != " "]
        if len(tokens) != 1 or not is_word(tokens[0]):
            raise MathError(f"{command} needs the name of a command, such as \\loss, got {''.join(tokens)!r}")
        return tokens[0]

    def _read_newcommand(self, command: Token) -> None:
        self.take("*")
        name = self._read_name(command)
        count = "".join(self.read_optional(command) or ["0"]).strip()
        if not count.isdigit() or int(count) > 9:
            raise MathError(f"{command}{{{name}}}: expected a number of parameters from 0 to 9, got {count!r}")
        default = self.read_optional(command) if int(count) else None
        body = self.read_group(command)
        if command == "\\providecommand" and name in self.macros:
            return
        self.macros.define(name, Macro(tuple(body), int(count), None if default is None else tuple(default)))

    def _read_def(self, command: Token) -> None:
        self.skip_blanks()
        name = self.pop()
        if name is None or not is_word(name):
            raise MathError(f"{command} needs the name of a command, such as \\loss, got {name!r}")
        count = 0
        while (token := self.skip_blanks()) not in ("{", None):
            count += 1
            if token != f"#{count}":
                raise MathError(f"{command}{name}: only parameters #1#2... are supported before the text, got {token}")
            self.pop()
        self.macros.define(name, Macro(tuple(self.read_group(command)), count))

    def _read_let(self) -> None:
        name = self._read_name("\\let")
        self.take("=")
        meaning = self.read_group("\\let")
        if meaning[0] in self.macros:
            self.macros.define(name, self.macros[meaning[0]])
        else:
            self.macros.define(name, Macro(tuple(meaning)))

    def _read_operator(self) -> None:
        star = ["*"] if self.take("*") else []
        name = self._read_name("\\DeclareMathOperator")
        body = self.read_group("\\DeclareMathOperator")
        self.macros.define(name, Macro(("\\operatorname", *star, "{", *body, "}")))


def _fill(body: tuple[Token, ...], arguments: list[list[Token]]) -> list[Token]:
    """Replace #1, #2 ... in a macro's body; ##1 becomes #1, for definitions inside definitions."""
    filled: list[Token] = []
    for token in body:
        if token[0] != "#" or token == "#":
            filled.append(token)
        elif token.startswith("##"):
            filled.append(token[1:])
        elif int(token[1:]) > len(arguments):
            raise MathError(f"a macro uses {token} but has {len(arguments)} parameters")
        else:
            filled.extend(arguments[int(token[1:]) - 1])
    return filled
