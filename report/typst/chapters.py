"""Several notebooks as the chapters of one document: each begins with a heading above all its others."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePath
from typing import Any

from .page.tree import Element, attributes, pairs_of, text_of, words

_ABOVE_ALL = 0
"""The level of a chapter's heading before levels are made to follow each other, which makes it 1."""


def begin_chapters(cells: list[Element]) -> None:
    """Begin a chapter with every notebook, in place.

    Its heading is the first one, where the notebook starts with it or has no other of level 1; then what stands above
    it, such as a badge, comes behind it. Else it is the notebook's name.

    Parameters
    ----------
    cells : list of dict
        The Divs of `pandoc.read`, in order.
    """
    for notebook, group in groupby(cells, key=lambda cell: pairs_of(cell)["notebook"]):
        contents = [cell["c"][1] for cell in group]
        heading = _taken_out(contents) or _heading(PurePath(notebook).stem)
        heading["c"][0] = _ABOVE_ALL
        contents[0].insert(0, heading)


def _taken_out(contents: list[list[Element]]) -> Element | None:
    """Take the heading that names a notebook out of the contents of its cells; None where none does."""
    headings = [(blocks, place) for blocks, place in _places(contents) if _is_heading(blocks[place])]
    if not headings:
        return None
    blocks, place = headings[0]
    starts = (blocks, place) == next(_places(contents))
    tops = [blocks[place] for blocks, place in headings if blocks[place]["c"][0] == 1]
    return blocks.pop(place) if starts or tops == [blocks[place]] else None


def _places(contents: list[list[Element]]) -> Iterator[tuple[list[Element], int]]:
    return ((blocks, place) for blocks in contents for place in range(len(blocks)))


def _is_heading(block: Element) -> bool:
    return block["t"] == "Header" and bool(text_of(block["c"][2]).strip())


def _heading(text: str) -> dict[str, Any]:
    return {"t": "Header", "c": [_ABOVE_ALL, attributes(), words(text)]}
