"""The numbers of boxes: each kind counts for itself, and exercises begin anew in every chapter."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..page.document import text_of_meta
from ..page.tree import Element, pairs_of


class Counting:
    """Counts the boxes of a document in reading order.

    Parameters
    ----------
    cells : iterable of dict
        The Divs of `pandoc.read`. A document of several notebooks has chapters: its headings of the highest level,
        which are counted here as they are where they get their numbers.
    meta : dict
        The document's metadata, whose switches say whether headings are ``numbered`` and begin ``from_zero``.
    """

    def __init__(self, cells: Iterable[Element], meta: dict[str, Any]) -> None:
        switches = meta.get("switches", {}).get("c", {})
        numbered = text_of_meta(switches.get("numbered")) != "false"
        self._has_chapters = numbered and len({pairs_of(cell).get("notebook") for cell in cells}) > 1
        self._counts: Counter[tuple[str, str]] = Counter()
        self._chapters, self._chapter = -(text_of_meta(switches.get("from_zero")) == "true"), ""
        self._top: int | None = None

    def begin(self, header: Element, role: str) -> None:
        """Begin a chapter with a heading, if it stands under no other; an appendix, or one without number, is none."""
        level, (_, classes, _), _ = header["c"]
        if not self._has_chapters or (self._top is not None and level > self._top):
            return
        self._top, self._chapter = level, ""
        if role == "body" and "unnumbered" not in classes:
            self._chapters += 1
            self._chapter = f"{self._chapters}."

    def number(self, kind: str) -> str:
        """Count a box and return its number, an exercise's with its chapter's before it."""
        chapter = self._chapter if kind == "exr" else ""
        self._counts[kind, chapter] += 1
        return f"{chapter}{self._counts[kind, chapter]}"
