"""Figures, tables, code and printed output, from the Divs of `filters/reader.lua`."""

from __future__ import annotations

import re
from html import escape
from typing import Protocol

from ..words import Words
from . import tables
from .folds import folded
from .numbering import Numbering, numbered_caption
from .tree import Element, attributes, div, inlines_of, is_div, pairs_of, raw_block, raw_inline, replace, tag, text_of


class Noting(Protocol):
    """What the blocks tell the exporter."""

    def image(self, source: str) -> str:
        """Ask for an image; return the mark that stands for its address."""

    def note(self, kind: str, **entry: str) -> None:
        """Note a label, a warning or a missing alternative text of the present cell."""


class Blocks:
    """Makes the blocks of one document."""

    def __init__(self, numbering: Numbering, noting: Noting, names: Words) -> None:
        self.numbering = numbering
        self.noting = noting
        self.names = names

    def convert(self, block: Element) -> list[Element] | None:
        """Return what stands for a block, or None where it may stay."""
        for kind in ("figure", "table", "code", "terminal", "placeholder"):
            if is_div(block, f"our {kind}"):
                return getattr(self, f"_{kind}")(block)
        if block["t"] == "Table":
            return [self._bare_table(block)]
        if block["t"] in ("Para", "Plain") and len(block["c"]) == 1 and block["c"][0]["t"] == "Image":
            return [self._lone_image(block["c"][0])]
        if block["t"] == "Image":
            return [
                raw_inline(self._img(block["c"][2][0], self._alternative_of(block), pairs_of(block).get("width", "")))
            ]
        return None

    # -- figures --------------------------------------------------------------------------------------------------

    def _figure(self, block: Element) -> list[Element]:
        caption, pictures = split_caption(block)
        label, columns = block["c"][0][0], pairs_of(block).get("columns") or str(min(len(pictures), 2))
        shown = [self._picture(picture, caption, k, len(pictures)) for k, picture in enumerate(pictures)]
        body = shown if len(shown) == 1 else [div(shown, "parts", f"columns-{columns}")]
        for k in range(len(pictures)) if label and len(pictures) > 1 else ():
            self.numbering.labels.identifiers.add(f"{label}-{k + 1}")
        return [self._captioned("fig", body, caption, label)]

    def _picture(self, picture: Element, main: list[Element], place: int, count: int) -> Element:
        caption, _ = split_caption(picture)
        pairs = pairs_of(picture)
        alt = self._alternative(pairs.get("alt", ""), caption or main)
        image = self._shown(pairs["src"], alt, pairs.get("width", ""))
        if count == 1:
            return image
        letter = {"t": "Str", "c": f"({chr(ord('a') + place)})"}
        return div([image, {"t": "Plain", "c": [letter, *([{"t": "Space"}, *caption] if caption else [])]}], "part")

    def _alternative(self, alt: str, caption: list[Element]) -> str:
        if alt:
            return alt
        text = text_of(caption).strip()
        instead = "its caption stands in" if text else "and no caption either"
        self.noting.note("missing_alts", text=f"figure without fig-alt, {instead}")
        return text or str(self.names["fig"])

    def _alternative_of(self, image: Element) -> str:
        pairs = pairs_of(image)
        return self._alternative(pairs.get("fig-alt") or pairs.get("alt") or text_of(image["c"][1]), [])

    def _shown(self, source: str, alt: str, width: str) -> Element:
        """Return an image as a block; one that may have its own width scrolls where that is too wide."""
        image = raw_block(self._img(source, alt, width))
        return image if width else self._scrolling([image], self.names["fig"], "picture")

    def _img(self, source: str, alt: str, width: str) -> str:
        return f'<img src="{self.noting.image(source)}" alt="{escape(alt)}"{_style(width)}>'

    def _lone_image(self, image: Element) -> Element:
        """Return an image alone in its paragraph; with a label or a title it is a numbered figure."""
        (identifier, _, _), content, (source, title) = image["c"]
        caption = content if identifier else [{"t": "Str", "c": title}] if title else []
        body = self._shown(source, self._alternative_of(image), pairs_of(image).get("width", ""))
        return self._captioned("fig", [body], caption, identifier)

    # -- tables ---------------------------------------------------------------------------------------------------

    def _table(self, block: Element) -> list[Element]:
        """Return the tables of an output; the first takes the caption and the label."""
        caption, content = split_caption(block)
        waiting = [(caption, block["c"][0][0])]

        def change(item: Element) -> list[Element] | None:
            if item["t"] == "CodeBlock" and "our grid" in item["c"][0][1]:
                table = tables.plain_table(item["c"][1])
                return [self._captioned("tbl", [table], *(waiting.pop() if waiting else ([], "")))]
            if item["t"] == "Table":
                return [self._bare_table(item, *(waiting.pop() if waiting else ([], "")))]
            return None

        return replace(content, change)

    def _bare_table(self, table: Element, caption: list[Element] | None = None, label: str = "") -> Element:
        (identifier, _, _), (_, own_caption), *_ = table["c"]
        table["c"][0], table["c"][1] = attributes(), [None, []]
        return self._captioned("tbl", [tables.tidied(table)], caption or inlines_of(own_caption), label or identifier)

    # -- code and output ------------------------------------------------------------------------------------------

    def _code(self, block: Element) -> list[Element]:
        caption, content = split_caption(block)
        body = [div(content, "code")]
        pairs = pairs_of(block)
        if fold := pairs.get("fold"):
            title = {"t": "Plain", "c": [{"t": "Str", "c": pairs["summary"] or self.names["code"]}]}
            body = folded(body, [title], "code-fold", opened=fold == "open")
        return [self._captioned("lst", body, caption, block["c"][0][0])]

    def _terminal(self, block: Element) -> list[Element]:
        runs = []
        for run in block["c"][1][0]["c"]:
            pairs = pairs_of(run)
            look = [f"c{pairs['colour']}"] if "colour" in pairs else []
            look += ["b"] if "bold" in pairs else []
            runs.append(tag("span", escape(run["c"][1]), **{"class": " ".join(look)}) if look else escape(run["c"][1]))
        stream = pairs_of(block).get("stream", "stdout")
        return [raw_block(tag("pre", "".join(runs), **{"class": f"terminal {stream}"}))]

    def _scrolling(self, wide: list[Element], name: str, *classes: str, role: str = "group") -> Element:
        """Return what scrolls by itself where it is too wide, also by keyboard."""
        box = attributes("", ("scroll", *classes), tabindex="0", role=role, **{"aria-label": name})
        return {"t": "Div", "c": [box, wide]}

    def _placeholder(self, block: Element) -> list[Element]:
        return [div(block["c"][1], "placeholder")]

    def _captioned(self, kind: str, body: list[Element], caption: list[Element], label: str) -> Element:
        """Return a block with its numbered caption, or as it is where it has neither caption nor label."""
        if not caption and not label:
            return div([self._scrolling(body, self.names["tbl"])] if kind == "tbl" else body, f"bare-{kind}")
        number = self.numbering.caption(kind, label)
        if kind == "tbl":
            body = [self._scrolling(body, f"{self.names['tbl']} {number}", role="region")]
        if label:
            self.noting.note("labels", name=label)
        identifier = label or self.numbering.labels.unique(f"{kind}.{number}")
        self.numbering.labels.captions.append((kind, number, identifier, caption))
        text = [{"t": "Plain", "c": numbered_caption(self.names[kind], number, caption)}]
        return {"t": "Figure", "c": [attributes(identifier, (kind,)), [None, text], body]}


def split_caption(block: Element) -> tuple[list[Element], list[Element]]:
    """Return the caption of a Div, as inlines, and its other blocks."""
    caption: list[Element] = []
    rest = []
    for item in block["c"][1]:
        if is_div(item, "our caption"):
            caption = inlines_of(item["c"][1])
        else:
            rest.append(item)
    return caption, rest


def _style(width: str) -> str:
    """Return the style of an image's width: 50%, 8cm, 3in, 320px or 320."""
    match = re.fullmatch(r"([\d.]+)\s*(%|px|cm|mm|in|pt|em)?", width.strip())
    return f' style="width: {match[1]}{match[2] or "px"}"' if match else ""
