r"""Delimiters: `\left`, `\middle`, `\right` and what may stand behind them."""

from __future__ import annotations

from .errors import MathError
from .grammar import Parser
from .nodes import Fenced, Node, Row
from .symbols import SYMBOLS
from .tokens import Token

_PLAIN = {char: char for char in "()[]|/⟨⟩⌈⌉⌊⌋‖⟦⟧"} | {".": "", "<": "⟨", ">": "⟩"}
_NAMED = {
    name: symbol.text
    for name, symbol in SYMBOLS.items()
    if symbol.kind in ("open", "close") or name in ("\\vert", "\\Vert", "\\|", "\\backslash", "\\mid", "\\parallel")
}
_ARROWS = {
    name: SYMBOLS[name].text for name in SYMBOLS if name.lower() in ("\\uparrow", "\\downarrow", "\\updownarrow")
}
DELIMITERS = {**_PLAIN, **_NAMED, **_ARROWS, "\\mid": "|", "\\parallel": "‖"}


def read_delimiter(parser: Parser, command: Token) -> str:
    """Read one delimiter; the empty string for TeX's full stop."""
    token = parser.stream.skip_blanks(expand=True)
    if token == "{":
        inner = [item for item in parser.stream.read_group(command) if item != " "]
        token = inner[0] if len(inner) == 1 else "".join(inner)
    elif token is not None:
        parser.stream.pop()
    return _lookup(token, command)


def _lookup(token: Token | None, command: Token) -> str:
    if token not in DELIMITERS:
        raise MathError(
            f"{command} needs a delimiter such as ( [ \\{{ | \\langle or a full stop, got {token or 'nothing'}"
        )
    return DELIMITERS[token]


def left_right(parser: Parser, token: Token) -> Node:
    r"""Read from behind `\left` to the delimiter of its `\right`."""
    left = read_delimiter(parser, "\\left")
    parts: list[Node] = []
    middles: list[str] = []
    while True:
        parts.append(parser.parse_inside())
        closing = parser.stream.next()
        if closing == "\\middle":
            middles.append(read_delimiter(parser, "\\middle"))
        elif closing == "\\right":
            return Fenced(left, tuple(parts), tuple(middles), read_delimiter(parser, "\\right"))
        else:
            raise MathError(f"\\left has no \\right: got {closing or 'the end of the formula'}")


def fence(left: str, body: Node, right: str) -> Node:
    """Put delimiters around a node; they are given as in the source, and an empty one is none."""
    return Fenced(_lookup(left or ".", "\\genfrac"), (Row((body,)),), (), _lookup(right or ".", "\\genfrac"))
