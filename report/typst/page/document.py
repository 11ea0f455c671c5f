"""A notebook's syntax tree as the tree of a web page: cells in order, numbered, with their references resolved."""

from __future__ import annotations

from typing import Any

from ..headings import NUMBERED
from ..words import Words
from .blocks import Blocks
from .folds import opened
from .marks import tied
from .numbering import Labels, Numbering, anchor_spans, link_target, notebook_of
from .tree import Element, div, each, inlines_of, is_div, link, pairs_of, replace, span, text_of, words

Notes = dict[str, list[dict[str, Any]]]
IMAGE = "\ue002image-{}\ue002"
"""The mark that stands for the address of an image until the image has been found."""


class Page:
    """Turns the tree of one document into that of a page.

    Parameters
    ----------
    tree : dict
        From `pandoc.read`, its formulas typeset.
    equations : dict
        Label -> printed number of the equations.
    names : dict
        The words of the document's language (see `words_of`).
    """

    def __init__(self, tree: Element, equations: dict[str, str], names: Words) -> None:
        self.meta = tree["meta"]
        self.cells = tree["blocks"]
        kinds = ("labels", "references", "citations", "images", "missing_alts", "warnings")
        self.notes: Notes = {kind: [] for kind in kinds}
        self.names = names
        self.labels = Labels()
        for label, number in equations.items():
            self.labels.add(label, "eq", number.strip("()"))
        switches = self.meta.get("switches", {}).get("c", {})
        self.switches = {name: text_of_meta(value) == "true" for name, value in switches.items()}
        self._place = ("", "0")
        self._citable = {text_of_meta(key) for key in self.meta.get("citable", {}).get("c", [])}
        self._parts: dict[str, tuple[str, str]] = {}

    def blocks(self) -> list[Element]:
        """Return the blocks of the page: the body, the list of references, the appendix."""
        numbered, from_zero = self.switches.get("numbered", True), self.switches.get("from_zero", False)
        numbering = Numbering(self.labels, numbered=numbered, from_zero=from_zero)
        self._collect_parts()
        body = [cell for cell in self.cells if pairs_of(cell).get("role") != "appendix"]
        appendix = [cell for cell in self.cells if pairs_of(cell).get("role") == "appendix"]
        converted = [self._cell(cell, numbering) for cell in body]
        if appendix:
            numbering.start_appendix()
        tail = [self._cell(cell, numbering) for cell in appendix]
        # a reference may stand before its label, so all numbers come first
        before, after = (self._referred(cells) for cells in (converted, tail))
        return [*before, *self._bibliography(), *after]

    # -- numbers --------------------------------------------------------------------------------------------------

    def _cell(self, cell: Element, numbering: Numbering) -> tuple[Element, list[Element]]:
        """Make the blocks of a cell, with their numbers."""
        self._enter(cell)
        notebook = self._place[0]
        blocks = Blocks(numbering, self, self.names)
        for name in anchor_spans(cell["c"][1]):
            self.labels.anchors.setdefault((notebook, link_target(name)), name)

        def change(element: Element) -> list[Element] | None:
            if element["t"] == "Header":
                if NUMBERED.match(element["c"][1][0]):
                    self.note("labels", name=element["c"][1][0])
                return [replace(numbering.heading(element, notebook), change_inline)]
            return blocks.convert(element)

        def change_inline(element: Element) -> list[Element] | None:
            return blocks.convert(element) if element["t"] == "Image" else None

        made = replace(opened(cell["c"][1], self.labels), change)
        return cell, replace(made, change_inline)

    def _collect_parts(self) -> None:
        """Learn which figures have parts, which are referred to as fig-x-1, fig-x-2 ..."""
        for figure in each(self.cells, "Div"):
            label = figure["c"][0][0]
            if is_div(figure, "our figure") and label:
                pictures = [block for block in figure["c"][1] if is_div(block, "our picture")]
                for place in range(len(pictures) if len(pictures) > 1 else 0):
                    self._parts[f"{label}-{place + 1}"] = (label, chr(ord("a") + place))

    # -- references -----------------------------------------------------------------------------------------------

    def _referred(self, cells: list[tuple[Element, list[Element]]]) -> list[Element]:
        """Return the blocks of cells with their references resolved."""
        out: list[Element] = []
        for cell, blocks in cells:
            self._enter(cell)
            out += tied(replace(blocks, self._reference))
        return out

    def _reference(self, element: Element) -> list[Element] | None:
        if element["t"] == "Cite":
            return self._cite(element)
        if element["t"] == "Link":
            return self._link(element)
        return None

    def _cite(self, cite: Element) -> list[Element] | None:
        citations, content = cite["c"]
        if any(NUMBERED.match(citation["citationId"]) for citation in citations):
            return self._cross_references(citations)
        bracketed = citations[0]["citationMode"]["t"] != "AuthorInText"
        if not any(c["citationId"] in self._citable for c in citations) and not (bracketed and "citable" in self.meta):
            return content  # `@property` in prose
        for citation in citations:
            self.note("citations", name=citation["citationId"])
        return None

    def _cross_references(self, citations: list[dict[str, Any]]) -> list[Element]:
        """Return references to labels, and citations among them: `@fig-x [@key]` is one Cite, too."""
        out: list[Element] = []
        was_label = False
        for citation in citations:
            is_label = bool(NUMBERED.match(citation["citationId"]))
            out += words(",") if was_label and is_label else []
            out += [{"t": "Space"}] if out else []
            out += self._cross_reference(citation) if is_label else [self._citation(citation)]
            was_label = is_label
        return out

    def _citation(self, citation: dict[str, Any]) -> Element:
        self.note("citations", name=citation["citationId"])
        return {"t": "Cite", "c": [[citation], []]}

    def _cross_reference(self, citation: dict[str, Any]) -> list[Element]:
        label, letter = self._parts.get(citation["citationId"], (citation["citationId"], ""))
        self.note("references", name=label)
        kind, number = self.labels.numbers.get(label, ("", f"@{label}"))
        named = citation["citationMode"]["t"] != "SuppressAuthor" and kind
        text = f"{self.names[kind]}\u00a0{number}{letter}" if named else number + letter
        before = [*citation["citationPrefix"], {"t": "Space"}] if citation["citationPrefix"] else []
        shown = [link(words(text), f"#{label}")] if kind else words(text)
        return [*before, *shown, *citation["citationSuffix"]]

    def _link(self, element: Element) -> list[Element] | None:
        target = element["c"][2][0]
        notebook = notebook_of(target, self._place[0]) or self._place[0] * target.startswith("#")
        if notebook and target[1:] not in self.labels.numbers:
            name = self.labels.anchors.get((notebook, link_target(target.partition("#")[2])))
            if name is None:
                self.note("warnings", text=f"link to {target} leads to {self._nowhere(notebook)}; its text is kept")
                return replace(element["c"][1], self._reference)
            element["c"][2][0] = f"#{name}"
        elif not target.startswith(("#", "http://", "https://", "mailto:")):
            return replace(element["c"][1], self._reference)
        return None

    def _nowhere(self, notebook: str) -> str:
        """Return what is said of a link that leads to no heading."""
        if notebook == self._place[0]:
            return "nothing in this notebook"
        is_here = any(pairs_of(cell).get("notebook") == notebook for cell in self.cells)
        return "nothing in that notebook" if is_here else "a notebook that is no part of this document"

    def front(self) -> list[Element]:
        """Return the lists of figures and tables, where the settings ask for them."""
        out = []
        for switch, kind, title in (("lof", "fig", "figures"), ("lot", "tbl", "tables")):
            items = [self._entry(*entry[1:]) for entry in self.labels.captions if entry[0] == kind]
            if items and self.switches.get(switch):
                head = {"t": "Para", "c": [{"t": "Strong", "c": words(self.names[title])}]}
                out.append(div([head, {"t": "BulletList", "c": items}], "captions"))
        return out

    def _entry(self, number: str, identifier: str, caption: list[Element]) -> list[Element]:
        shown = [span(words(number), "number"), {"t": "Space"}, *replace(caption, self._without_links)]
        return [{"t": "Plain", "c": [link(shown, f"#{identifier}")]}]

    def _without_links(self, element: Element) -> list[Element] | None:
        """Return the text of a link or a reference, for a place that is a link itself."""
        if element["t"] in ("Cite", "Link"):
            resolved = self._reference(element)
            return element["c"][1] if resolved is None else [part for item in resolved for part in _plain(item)]
        return [] if element["t"] == "Note" else None

    def place_in_settings(self) -> None:
        """Let what is noted from now on be of the settings."""
        self._place = ("the settings", "-1")

    def refer_in(self, value: Any) -> Any:
        """Return metadata with its references resolved."""
        self.place_in_settings()
        return tied(replace(value, self._reference))

    def _bibliography(self) -> list[Element]:
        if "bibliography" not in self.meta or not self.notes["citations"]:
            return []
        header = {"t": "Header", "c": [1, ["references", ["unnumbered"], []], words(self.names["references"])]}
        return [header, div([], identifier="refs")]

    # -- notes ----------------------------------------------------------------------------------------------------

    def _enter(self, cell: Element) -> None:
        pairs = pairs_of(cell)
        self._place = (pairs.get("notebook", ""), pairs.get("cell", "0"))

    def note(self, kind: str, **entry: str) -> None:
        """Note something of the present cell for the exporter."""
        self.notes[kind].append({**entry, "notebook": self._place[0], "cell": int(self._place[1])})

    def image(self, source: str) -> str:
        """Ask for an image; return the mark that stands for its address."""
        number = len(self.notes["images"]) + 1
        self.note("images", source=source, target=f"image-{number}")
        return IMAGE.format(number)


def _plain(element: Element) -> list[Element]:
    return element["c"][1] if element["t"] == "Link" else [element]


def text_of_meta(value: Any) -> str:
    """Return the text of a metadata value."""
    if not isinstance(value, dict):
        return ""
    return str(value["c"]) if value.get("t") in ("MetaString", "MetaBool") else text_of(value.get("c")).strip()


def inline_meta(value: Any) -> Any:
    """Return metadata of one paragraph as inlines, so that a template does not set it as a paragraph."""
    if isinstance(value, dict) and value.get("t") == "MetaBlocks":
        return {"t": "MetaInlines", "c": inlines_of(value["c"])}
    return value
