"""Quotation marks as they are in the language of the document."""

from __future__ import annotations

from typing import Any

from ..words import Words
from .tree import Element, replace, words


def quoted(node: Any, names: Words) -> Any:
    """Rebuild a tree with a language's marks around what is quoted."""
    first, last, first_inside, last_inside = names["quotes"]
    marks = {"DoubleQuote": (first, last), "SingleQuote": (first_inside, last_inside)}

    def change(element: Element) -> list[Element] | None:
        if element["t"] != "Quoted":
            return None
        kind, content = element["c"]
        opening, closing = marks[kind["t"]]
        return [*words(opening), *replace(content, change), *words(closing)]

    return replace(node, change)
