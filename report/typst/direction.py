"""Paragraphs that begin in Arabic or Hebrew run from right to left, whatever the language of the document."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby

from .page.tree import Element, is_div, text_of

_TEXTS = ("Para", "Plain", "Header", "BulletList", "OrderedList", "DefinitionList")
_FIRST_RIGHT_TO_LEFT = "\u0590"


def turn_paragraphs(cells: list[Element]) -> None:
    """Let paragraphs, headings and lists run as their first letter does, in place, as a browser does.

    Parameters
    ----------
    cells : list of dict
        The Divs of `pandoc.read`, of a document that runs from left to right.
    """
    for cell in cells:
        cell["c"][1] = [*_turned(cell["c"][1])]


def _turned(blocks: list[Element]) -> Iterator[Element]:
    """Yield blocks with Typst's words for the other direction around those that run so."""
    for is_turned, group in groupby(blocks, key=_runs_right_to_left):
        if is_turned:
            yield from [_typst("#[#set text(dir: rtl)"), *group, _typst("]")]
            continue
        for block in group:
            if block["t"] == "BlockQuote":
                block["c"] = [*_turned(block["c"])]
            elif block["t"] == "Div" and (_is_plain(block) or is_div(block, "our box")):
                block["c"][1] = [*_turned(block["c"][1])]
            yield block


def _is_plain(block: Element) -> bool:
    """Return whether a Div is none that the filters know."""
    return not any(name.startswith("our ") for name in block["c"][0][1])


def _runs_right_to_left(block: Element) -> bool:
    if block["t"] not in _TEXTS and not (block["t"] == "Div" and _is_plain(block)):
        return False
    text = text_of(block["c"])
    if max(text, default="") < _FIRST_RIGHT_TO_LEFT:
        return False
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def _typst(text: str) -> Element:
    return {"t": "RawBlock", "c": ["typst", text]}
