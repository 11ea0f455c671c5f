"""What in pandoc's syntax tree is a box, however it was typed."""

import re
from dataclasses import dataclass

from ..page.tree import Element, inlines_of, is_div, pairs_of, text_of
from .kinds import COLORED, LABEL, kind_of

_ALERT = re.compile(r"\[!(\w+)\][+-]?")
_PLAIN = ("proof", "solution", "remark")
"""Classes that make a Div a statement without a label, as in Quarto."""
_BOXES = ("note", "tip", "warning", "important", "caution")
"""Classes that make a Div a box where they come first, as in `::: note`."""


@dataclass
class Box:
    """A box as it was typed.

    Attributes
    ----------
    kind : str
        One of `kinds`.
    title : list
        Inlines; empty where it has none of its own.
    body : list
        Blocks.
    label : str
        Its label, or nothing.
    fold : str
        ``closed`` or ``open`` where the page lets it fold.
    exercise : str
        Of a solution: the label of its exercise, where it names one.
    numbered, unclosed : bool
        Whether it takes a number; whether its end is missing.
    """

    kind: str
    title: list[Element]
    body: list[Element]
    label: str = ""
    fold: str = ""
    exercise: str = ""
    numbered: bool = True
    unclosed: bool = False

    @property
    def words(self) -> str:
        """Its beginning, by which messages name it."""
        return text_of(self.title or self.body)[:40].strip()


def read_box(block: Element) -> Box | None:
    """Return the box that a block is; None for any other block."""
    if block["t"] == "BlockQuote":
        return _alert(block["c"])
    if block["t"] != "Div":
        return None
    label, classes, _ = block["c"][0]
    pairs = pairs_of(block)
    kind = _kind(label, classes, pairs)
    if not kind:
        return None
    title, body = _title(block["c"][1])
    if "directive" in pairs and kind in COLORED and title and not body:  # `:::{note} All the words.`
        title, body = [], _paragraph(title)
    if (is_div(block, "alert") or kind == "exr") and not title:
        title, body = _bold_start(body)
    collapse = pairs.get("collapse", "")
    fold = {"true": "closed", "false": "open"}.get(collapse, collapse)
    box = Box(kind, title, body, label, fold if fold in ("closed", "open") else "", pairs.get("for", ""))
    box.numbered = pairs.get("numbered") != "false"
    box.unclosed = "unclosed" in pairs
    return box


def _kind(label: str, classes: list[str], pairs: dict[str, str]) -> str:
    """Return the kind of a Div: by its class, the word of its directive, or the beginning of its label."""
    if "our fold" in classes:
        return "fold"
    if word := pairs.get("directive"):
        return kind_of(word)
    if found := next((name for name in classes if name.startswith(("callout-", "alert-")) and kind_of(name)), ""):
        return kind_of(found)
    if "callout" in classes or "alert" in classes:
        return "nte"
    if by_label := LABEL.match(label):
        return by_label[1]
    if found := next((name for name in classes if name in _PLAIN), ""):
        return kind_of(found)
    return kind_of(classes[0]) if classes and classes[0] in _BOXES else ""


def _alert(blocks: list[Element]) -> Box | None:
    """Read a quotation that begins with ``[!NOTE]``; more words on that line are a title."""
    if not blocks or blocks[0]["t"] != "Para" or blocks[0]["c"][0]["t"] != "Str":
        return None
    mark = _ALERT.fullmatch(blocks[0]["c"][0]["c"])
    if not mark or not kind_of(mark[1]):
        return None
    inlines = blocks[0]["c"][1:]
    end = next((place for place, one in enumerate(inlines) if one["t"] in ("SoftBreak", "LineBreak")), len(inlines))
    text = inlines[end + 1 :]
    fold = {"-": "closed", "+": "open"}.get(mark[0][-1], "")
    return Box(kind_of(mark[1]), _stripped(inlines[:end]), [*_paragraph(text), *blocks[1:]], fold=fold)


def _title(blocks: list[Element]) -> tuple[list[Element], list[Element]]:
    """Take the title off: one that was typed as such, or a heading at the beginning."""
    if blocks and (is_div(blocks[0], "box-title") or is_div(blocks[0], "our caption")):
        return _stripped(inlines_of(blocks[0]["c"][1])), blocks[1:]
    if blocks and blocks[0]["t"] == "Header":
        return blocks[0]["c"][2], blocks[1:]
    return [], blocks


def _bold_start(blocks: list[Element]) -> tuple[list[Element], list[Element]]:
    """Take the bold words with which the first paragraph of an alert or an exercise begins as its title."""
    if not blocks or blocks[0]["t"] not in ("Para", "Plain") or blocks[0]["c"][0]["t"] != "Strong":
        return [], blocks
    bold, *after = blocks[0]["c"]
    title = bold["c"]
    if title and title[-1]["t"] == "Str":
        title = [*title[:-1], {"t": "Str", "c": title[-1]["c"].rstrip(":.")}]
    if after and after[0]["t"] == "Str":
        after[0] = {"t": "Str", "c": after[0]["c"].lstrip(":.")}
    return title, [*_paragraph(after), *blocks[1:]]


def _paragraph(inlines: list[Element]) -> list[Element]:
    inlines = _stripped(inlines)
    return [{"t": "Para", "c": inlines}] if inlines else []


def _stripped(inlines: list[Element]) -> list[Element]:
    """Drop blanks, and what shows nothing, from the beginning of inlines."""
    while inlines and (inlines[0]["t"] in ("Space", "SoftBreak", "LineBreak") or inlines[0] == {"t": "Str", "c": ""}
                       or inlines[0] == {"t": "Span", "c": [["", ["start"], []], []]}):  # fmt: skip
        inlines = inlines[1:]
    return inlines
