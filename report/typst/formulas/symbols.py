"""What the one-character commands and the plain characters of TeX stand for."""

from __future__ import annotations

import unicodedata
from importlib.resources import files

from .nodes import Operator, Symbol

CLASSES = {"var", "num", "ord", "op", "bin", "rel", "open", "close", "punct", "inner"}


def _words(name: str) -> list[str]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("% ") for word in line.split()]


def _load_symbols() -> dict[str, Symbol]:
    """Read symbols.txt: sections by class, in them a command and its character by turns."""
    symbols, kind, name = {}, "", ""
    for word in _words("symbols.txt"):
        if word[1:-1] in CLASSES:
            kind = word[1:-1]
        elif name:
            symbols[name], name = Symbol(word, kind), ""
        else:
            name = word
    return symbols


def _load_operators() -> dict[str, Operator]:
    """Read operators.txt: plain functions, then those with limits."""
    words = _words("operators.txt")
    divider = words.index("[limits]")
    return {word: Operator(word[1:], limits=place > divider) for place, word in enumerate(words) if place != divider}


SYMBOLS = _load_symbols()
OPERATORS = _load_operators()

_CHARACTERS = {
    **dict.fromkeys("+*±×÷⋅∘∩∪∧∨⊕⊗⊙∖†‡", "bin"),
    **dict.fromkeys("=<>:≤≥≠≈≡∼≃≅∝∈∉∋⊂⊃⊆⊇→←↔⇒⇐⇔↦⟶⟵≪≫⊢⊨∣∥", "rel"),
    **dict.fromkeys("([⟨⌈⌊", "open"),
    **dict.fromkeys(")]⟩⌉⌋!?", "close"),
    **dict.fromkeys(",;", "punct"),
    **dict.fromkeys("∑∏∐∫∬∭∮⋂⋃", "op"),
    "…": "inner",
}
_STANDING_FOR = {"-": Symbol("−", "bin"), "*": Symbol("∗", "bin"), "`": Symbol("‘"), "·": Symbol("⋅", "bin")}


def character(char: str) -> Symbol:
    """Return the symbol of a character typed as itself.

    >>> character("-")
    Symbol(text='−', kind='bin')
    """
    if char in _STANDING_FOR:
        return _STANDING_FOR[char]
    if char in _CHARACTERS:
        return Symbol(char, _CHARACTERS[char])
    if char.isdigit():
        return Symbol(char, "num")
    return Symbol(char, "var" if unicodedata.category(char) in ("Ll", "Lu", "Lo") else "ord")


def negated(symbol: Symbol) -> Symbol | None:
    r"""Return the character for `\not` before a symbol, or None where Unicode has none.

    >>> negated(Symbol("∈", "rel")).text
    '∉'
    """
    text = unicodedata.normalize("NFC", symbol.text + "\N{COMBINING LONG SOLIDUS OVERLAY}")
    return Symbol(text, symbol.kind) if len(text) == 1 else None
