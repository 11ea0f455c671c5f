"""Numbers of sections, figures, tables and listings, and the labels by which they are referred to."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..headings import slug
from .tree import Element, attributes, each, span, text_of, words


@dataclass
class Labels:
    """What can be referred to.

    Attributes
    ----------
    numbers : dict
        Label -> kind and number.
    anchors : dict
        Notebook and link target -> identifier.
    identifiers : set of str
        All identifiers of the page.
    captions : list
        Kind, number, identifier and words of every caption, in order.
    """

    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    anchors: dict[tuple[str, str], str] = field(default_factory=dict)
    identifiers: set[str] = field(default_factory=set)
    captions: list[tuple[str, str, str, list[Element]]] = field(default_factory=list)

    def add(self, label: str, kind: str, number: str) -> None:
        """Remember a numbered thing."""
        self.numbers[label] = (kind, number)
        self.identifiers.add(label)

    def unique(self, wanted: str) -> str:
        """Return an identifier that no other element has."""
        name, count = wanted, 1
        while name in self.identifiers:
            count += 1
            name = f"{wanted}-{count}"
        self.identifiers.add(name)
        return name


class Numbering:
    """Counts headings and captions in reading order."""

    def __init__(self, labels: Labels, *, numbered: bool, from_zero: bool = False) -> None:
        self.labels = labels
        self.numbered = numbered
        self._first = 0 if from_zero else 1
        self._open: list[int] = []
        self._sections: list[int] = []
        self._counts = {"fig": 0, "tbl": 0, "lst": 0}
        self._appendix = False

    def start_appendix(self) -> None:
        """Let the following headings be A, A.1 ..."""
        self._appendix = True
        self._open, self._sections = [], []

    def caption(self, kind: str, label: str) -> str:
        """Count a figure, a table or a listing; return its number."""
        self._counts[kind] += 1
        number = str(self._counts[kind])
        if label:
            self.labels.add(label, kind, number)
        return number

    def heading(self, header: Element, notebook: str) -> Element:
        """Return a heading with its number and identifier, one level below the heading it stands under."""
        level, (identifier, classes, pairs), content = header["c"]
        level = self._level(level)
        number = self._count(level) if self.numbered and "unnumbered" not in classes else ""
        name = identifier or self.labels.unique(slug(text_of(content)))
        if identifier:
            self.labels.add(identifier, "app" if self._appendix and level == 1 else "sec", number)
        for anchor in {*link_names(content, identifier), ""}:  # no name leads to the first heading
            self.labels.anchors.setdefault((notebook, anchor), name)
        shown = [span(words(number), "number"), {"t": "Space"}] if number else []
        return {"t": "Header", "c": [level, [name, classes, pairs], [*shown, *content]]}

    def _level(self, written: int) -> int:
        while self._open and self._open[-1] >= written:
            self._open.pop()
        self._open.append(written)
        return len(self._open)

    def _count(self, level: int) -> str:
        self._sections = (self._sections + [0] * level)[:level]
        self._sections[-1] += 1
        chapter, *sections = self._sections
        numbers = [str(number) for number in (chapter - 1 + self._first, *sections)]
        if self._appendix:
            numbers[0] = chr(ord("A") + (chapter - 1) % 26)
        return ".".join(numbers)


def link_target(target: str) -> str:
    """Return a link's target as targets are compared; JupyterLab takes the label behind a heading for a part of it.

    >>> link_target("Late%20words-{#sec-late}")
    'late-words'
    """
    return re.sub(r"-?\{#[^}]*\}$", "", re.sub(r"\s+", "-", unquote(target))).lower()


def notebook_of(target: str, here: str = "") -> str:
    """Return the notebook that a link in the notebook `here` leads to, by its name; empty if it leads to none.

    >>> notebook_of("./02-a%20b.ipynb#Losses"), notebook_of("../02.ipynb", "solutions/02.ipynb")
    ('02-a b.ipynb', '02.ipynb')
    """
    path = unquote(target.partition("#")[0])
    if not path.endswith(".ipynb") or ":" in path:
        return ""
    return re.sub(r"^(\.\./)+", "", posixpath.normpath(posixpath.join(posixpath.dirname(here), path)))


def link_names(content: list[Element], identifier: str) -> set[str]:
    """Return the names by which a heading can be linked to: Jupyter's, GitHub's and its own."""
    jupyter = {link_target(text_of(content, mark).strip()) for mark in ("$", "")}
    return {*jupyter, *(re.sub(r"[^\w-]", "", name) for name in jupyter), link_target(identifier)} - {""}


def anchor_spans(content: list[Element]) -> list[str]:
    """Return the identifiers of the anchors that a cell's own HTML sets."""
    return [element["c"][0][0] for element in each(content, "Span") if element["c"][0][0]]


def numbered_caption(name: str, number: str, caption: list[Element]) -> list[Element]:
    """Return a caption with its name and number before it."""
    label = {"t": "Strong", "c": words(f"{name}\u00a0{number}.")}
    return [{"t": "Span", "c": [attributes("", ("label",)), [label]]}, *([{"t": "Space"}, *caption] if caption else [])]
