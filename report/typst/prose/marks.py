"""Marks in Markdown: characters of no meaning that pandoc leaves alone, and what they stand for in its tree."""

import json
import re

from ..page.tree import Element, words

_OPEN, _CLOSE = "\ue010", "\ue011"
NOTHING, AT, BRACE, DOUBLE, SINGLE = "\ue012", "\ue013", "\ue014", "\ue015", "\ue016"
"""Nothing, but what stands beside it is apart; and characters without a meaning: @ { and two quotes."""
ALL = "\ue010-\ue016"
"""The class of all marks, for a regular expression."""

_CHARACTERS = {NOTHING: "", AT: "@", BRACE: "{", DOUBLE: r"\"", SINGLE: "'"}
"""What the single characters stand for in JSON."""
_SINGLE = re.compile(f"[{''.join(_CHARACTERS)}]")
_ENCODED = re.compile(r"%EE%80%9([0-6])")
"""A mark in an address."""
_WORD = re.compile(rf'\{{"t":"Str","c":"((?:[^"\\{_OPEN}]|\\.)*{_OPEN}(?:[^"\\]|\\.)*)"\}}')
_TAKEN = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


class Taken:
    """What was taken out of a document."""

    def __init__(self) -> None:
        self._items: list[tuple[list[Element], str]] = []

    def put(self, elements: list[Element], source: str) -> str:
        """Keep inlines and their source; return the mark that stands for them."""
        self._items.append((elements, source))
        return f"{_OPEN}{len(self._items) - 1}{_CLOSE}"

    def source(self, text: str) -> str:
        """Return a text with what was taken out of it as it was typed."""
        return _TAKEN.sub(lambda mark: self._items[int(mark[1])][1], text)

    def put_back(self, tree: str) -> str:
        """Return pandoc's tree, as JSON, with what was taken out: inlines among words, and elsewhere their source."""
        tree = _ENCODED.sub(lambda code: chr(0xE010 + int(code[1])), tree)
        if _OPEN in tree:
            tree = _TAKEN.sub(self._in_json, _WORD.sub(self._among_words, tree))
        return _SINGLE.sub(lambda mark: _CHARACTERS[mark[0]], tree)

    def _among_words(self, match: re.Match[str]) -> str:
        place, out = 0, ""
        for mark in _TAKEN.finditer(match[1]):
            out += _word(match[1][place : mark.start()]) + _inlines(self._items[int(mark[1])][0])
            place = mark.end()
        return (out + _word(match[1][place:])).rstrip(",")

    def _in_json(self, mark: re.Match[str]) -> str:
        return json.dumps(self._items[int(mark[1])][1], ensure_ascii=False)[1:-1]


def _word(text: str) -> str:
    return f'{{"t":"Str","c":"{text}"}},' if text else ""


def _inlines(elements: list[Element]) -> str:
    return "".join(f"{json.dumps(element, ensure_ascii=False, separators=(',', ':'))}," for element in elements)


def formula(tex: str, *, displayed: bool) -> Element:
    """Return pandoc's element for a formula."""
    return {"t": "Math", "c": [{"t": "DisplayMath" if displayed else "InlineMath"}, tex]}


def raw_tex(tex: str) -> list[Element]:
    """Return TeX that is no formula between dollars."""
    return [{"t": "RawInline", "c": ["tex", tex]}]


def labeled(elements: list[Element], label: str) -> list[Element]:
    """Return a formula with the label behind it, as `formulas.document` reads it."""
    return [*elements, *([{"t": "Space"}, *words(label)] if label else [])]
