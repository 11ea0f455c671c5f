"""Headings that are referred to by their words: `@sec-a-closer-look` finds "A closer look", no label beside it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from .boxes.kinds import LABEL as OF_BOX
from .page.tree import each, pairs_of, text_of

NUMBERED = re.compile(r"(fig|tbl|eq|sec|lst)[-:]")
"""What the label of a thing with a number begins with, but for boxes."""


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


def refer_by_words(blocks: list[dict[str, Any]], *, numbered: bool = True) -> None:
    """Let what names the label of a heading, and has no words, have the heading's: `@a-name`, and a link that is empty.

    Labels with a kind (`sec-`) of headings with numbers are left to the writers, which write those, and so are boxes.
    """
    words: dict[str, list[dict[str, Any]]] = {}
    counted: set[str] = set()
    for header in each(blocks, "Header"):
        (name, classes, _), content = header["c"][1:]
        if name and not OF_BOX.match(name):
            words[name] = content
            counted |= {name} if numbered and "unnumbered" not in classes and NUMBERED.match(name) else set()
    for cite in each(blocks, "Cite"):
        name = cite["c"][0][0]["citationId"]
        if len(cite["c"][0]) == 1 and name in words and name not in counted:
            cite |= {"t": "Link", "c": [["", [], []], deepcopy(words[name]), [f"#{name}", ""]]}
    links = [(link, link["c"][2][0].removeprefix("#")) for link in each(blocks, "Link") if not link["c"][0][0]]
    wordless = [(link, name) for link, name in links if not link["c"][1]]
    typed = json.dumps(blocks, ensure_ascii=False) if wordless else ""
    for link, name in wordless:
        if name in words:
            link["c"][1] = deepcopy(words[name])
        elif typed.count(name) == sum(name in other for _, other in links):  # nor is it the label of a box
            link["c"][1] = [{"t": "Str", "c": name}]


def callable_names(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the labels by which the other headings of the cells could be called, as notes, for messages to suggest."""
    return [{**pairs_of(cell), "name": label} for cell in cells for _, label in _unlabeled([cell])]


def _unlabeled(blocks: list[dict[str, Any]]) -> Iterator[tuple[list[Any], str]]:
    """Yield the attributes of each heading without a label, and the label that its words make."""
    for header in each(blocks, "Header"):
        attributes, content = header["c"][1:]
        if not attributes[0]:
            yield attributes, f"sec-{slug(text_of(content))}"
