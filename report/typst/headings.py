"""Headings that are referred to by their words: `@sec-a-closer-look` finds "A closer look", no label beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from .page.tree import each, pairs_of, text_of


def slug(text: str) -> str:
    """Return a heading's text as an identifier.

    >>> slug("Why ReLU? A look")
    'why-relu-a-look'
    """
    text = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", text)).strip("-") or "section"


def name_headings(blocks: list[dict[str, Any]]) -> None:
    """Give each heading without a label the one by which a reference calls it, if any does.

    Headings of the same words get the same label, so that a reference to them is refused as one to a doubled label.
    """
    called = {citation["citationId"] for cite in each(blocks, "Cite") for citation in cite["c"][0]}
    for attributes, label in _unlabeled(blocks):
        if label in called:
            attributes[0] = label


def callable_names(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the labels by which the other headings of the cells could be called, as notes, for messages to suggest."""
    return [{**pairs_of(cell), "name": label} for cell in cells for _, label in _unlabeled([cell])]


def _unlabeled(blocks: list[dict[str, Any]]) -> Iterator[tuple[list[Any], str]]:
    """Yield the attributes of each heading without a label, and the label that its words make."""
    for header in each(blocks, "Header"):
        attributes, content = header["c"][1:]
        if not attributes[0]:
            yield attributes, f"sec-{slug(text_of(content))}"
