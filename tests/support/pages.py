"""The pages of a report as a reader has them before him: how much of each is empty, and what was torn from what."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pypdf

MARGIN = 2.6 / 2.54 * 72
"""Above and below the text, in points; header and footer stand in it."""
MOST_EMPTY = 1 / 3
"""The share of a page's height that may be empty in one place."""
HEADINGS = {f"/H{level}" for level in range(1, 7)}
LOW = 3 / 2.54 * 72
"""Points: pictures without caption that are higher may float."""
TERMINAL = 7.65
"""Points: what a cell printed is in smaller type than code, which looks the same in the tree of a tagged PDF."""


@dataclass
class Block:
    """What stands directly in a document: a heading, a paragraph, a piece of code, a table, a figure, a list."""

    role: str
    text: str = ""
    size: float = 0
    spans: list[tuple[int, float, float]] = field(default_factory=list)
    captions: list[int] = field(default_factory=list)
    """Where it stands: page (from 1), top and bottom in points from the top of the page; and where its caption does."""

    @property
    def first(self) -> int:
        """The page on which it begins."""
        return min(page for page, _, _ in self.spans)

    @property
    def last(self) -> int:
        """The page on which it ends."""
        return max(page for page, _, _ in self.spans)

    @property
    def floats(self) -> bool:
        """Whether it may stand elsewhere than it was written: with a caption, or as a high picture."""
        return bool(self.captions) or (self.role == "/Figure" and self.spans[0][2] - self.spans[0][1] > LOW)

    @property
    def is_output(self) -> bool:
        """Whether it may be what the code above it shows."""
        return self.role in ("/Table", "/Figure", "/Div") or (self.role == "/Span" and self.size < TERMINAL)


class Pages:
    """A tagged PDF, read.

    Parameters
    ----------
    path : Path or binary file
    """

    def __init__(self, path: Path | IO[bytes]) -> None:
        reader = pypdf.PdfReader(path)
        self.heights = [float(page.mediabox.height) for page in reader.pages]
        self._numbers = {page.indirect_reference.idnum: k for k, page in enumerate(reader.pages, 1)}
        self._runs = [_runs(page, height) for page, height in zip(reader.pages, self.heights, strict=True)]
        document = _kids(reader.trailer["/Root"]["/StructTreeRoot"])[0].get_object()
        self.blocks = [block for kid in _kids(document) if (block := self._block(kid.get_object())).spans]

    def _block(self, element: Any) -> Block:
        block = Block(element.get("/S", ""))
        self._fill(block, element, 0, caption=False)
        return block

    def _fill(self, block: Block, element: Any, page: int, *, caption: bool) -> None:
        """Add what an element of the tree shows."""
        page = self._numbers[element.raw_get("/Pg").idnum] if "/Pg" in element else page
        caption = caption or element.get("/S") == "/Caption"
        if page and (box := _bounding_box(element)):
            block.spans.append((page, self.heights[page - 1] - box[3], self.heights[page - 1] - box[1]))
        for kid in _kids(element):
            kid = kid.get_object()
            if not isinstance(kid, int) and kid.get("/Type") != "/MCR":
                if kid.get("/Type") != "/OBJR":
                    self._fill(block, kid, page, caption=caption)
                continue
            place = page if isinstance(kid, int) else self._numbers[kid.raw_get("/Pg").idnum]
            mark = kid if isinstance(kid, int) else kid["/MCID"]
            for text, size, top, bottom in self._runs[place - 1].get(int(mark), []):
                block.text += text
                block.size = max(block.size, size)
                block.spans.append((place, top, bottom))
                block.captions += [place] if caption else []

    # -- what is found --------------------------------------------------------------------------------------------

    @property
    def body(self) -> range:
        """The pages from the first chapter on; title and contents stand before."""
        front = max((place for place, block in enumerate(self.blocks) if block.role in ("/Title", "/TOC")), default=-1)
        start = next((block.first for block in self.blocks[front + 1 :] if block.role == "/H1"), 1)
        return range(start, len(self.heights) + 1)

    def emptiest(self, page: int) -> float:
        """Return the share of a page's height of its widest empty stripe."""
        top, bottom = MARGIN, self.heights[page - 1] - MARGIN
        spans = sorted(span[1:] for block in self.blocks for span in block.spans if span[0] == page)
        widest, reached = 0.0, top
        for start, end in [*spans, (bottom, bottom)]:
            widest, reached = max(widest, start - reached), max(reached, end)
        return widest / (bottom - top)

    def white(self, page: int, least: float = 30) -> float:
        """Return the share of a page's height in empty stripes of at least so many points."""
        top, bottom = MARGIN, self.heights[page - 1] - MARGIN
        spans = sorted(span[1:] for block in self.blocks for span in block.spans if span[0] == page)
        white, reached = 0.0, top
        for start, end in [*spans, (bottom, bottom)]:
            white, reached = white + (start - reached if start - reached >= least else 0), max(reached, end)
        return white / (bottom - top)

    def problems(self, *, run_on: bool = True) -> list[str]:
        """Return where a page is not as it should be."""
        return [*self._holes(run_on), *self._torn(), *self._lonely()]

    def _holes(self, run_on: bool) -> Iterator[str]:
        ends = {len(self.heights)}
        if not run_on:
            ends |= {block.first - 1 for block in self.blocks if block.role == "/H1"}
        for page in self.body:
            if page not in ends and (share := self.emptiest(page)) > MOST_EMPTY:
                yield f"page {page}: {share:.0%} of its height is empty in one place"

    def _torn(self) -> Iterator[str]:
        """Yield what stands on another page than what it belongs to."""
        for block, after in zip(self.blocks, [*self.blocks[1:], None], strict=True):
            if block.captions and {block.first} != {*block.captions}:
                yield f"page {block.first}: the caption of “{block.text[:40]}” is on page {block.captions[0]}"
            if after is None or after.floats or after.first <= block.last:
                continue
            if block.role in HEADINGS:
                yield f"page {block.last}: the heading “{block.text}” is last on it"
            elif block.role == "/P" and block.text.rstrip().endswith(":"):
                yield f"page {block.last}: “…{block.text[-40:]}” is apart from what follows it"
            elif block.role == "/Code" and not block.is_output and after.is_output:
                yield f"page {block.last}: code is apart from its output: {block.text[-40:]!r}"

    def _lonely(self) -> Iterator[str]:
        """Yield pages on which one short block stands alone."""
        on = defaultdict(set)
        for place, block in enumerate(self.blocks):
            for page, *_ in block.spans:
                on[page].add(place)
        for page in self.body[:-1]:
            if len(on[page]) == 1 and self.emptiest(page) > MOST_EMPTY:
                yield f"page {page}: one block stands alone on it"


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, list) else [kids]


def _bounding_box(element: Any) -> list[float] | None:
    """Return the place of a figure, table or formula on its page: left, bottom, right, top."""
    attributes = element.get("/A", [])
    for one in attributes if isinstance(attributes, list) else [attributes]:
        if "/BBox" in one.get_object():
            return [float(number) for number in one.get_object()["/BBox"]]
    return None


def _runs(page: Any, height: float) -> dict[int, list[tuple[str, float, float, float]]]:
    """Return the text of a page by the number of its marked content: words, size, top and bottom."""
    runs = defaultdict(list)
    marks: list[int | None] = []

    def before(operator: bytes, operands: list[Any], *_: Any) -> None:
        if operator in (b"BDC", b"BMC"):
            properties = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
            marks.append(properties.get("/MCID"))
        elif operator == b"EMC":
            marks.pop()

    def text(words: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        mark = next((mark for mark in reversed(marks) if mark is not None), None)
        if mark is not None and words.strip():
            baseline = height - (tm[4] * cm[1] + tm[5] * cm[3] + cm[5])
            scale = abs(cm[3] * tm[3]) * size
            runs[mark].append((words, scale, baseline - 0.75 * scale, baseline + 0.25 * scale))

    page.extract_text(visitor_operand_before=before, visitor_text=text)
    return runs
