r"""Formulas of a whole document: pandoc's syntax tree in, the same tree with typeset formulas out.

Raw TeX that is a formula (`\begin{align}` without dollars), a definition (`\newcommand`) or a reference (`\eqref`)
is read here too, since pandoc would leave it out of everything but LaTeX.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

from .environments import ENVIRONMENTS
from .errors import MathError
from .macros import DEFINING, Macros
from .nodes import Formula
from .parser import parse, tidy

Element = dict[str, Any]
Notes = dict[str, list[dict[str, Any]]]

_TRAILING_LABEL = re.compile(r"\{#([\w:.-]+)\}")
_REFERENCE = re.compile(r"\\(eqref|ref|autoref|cref|Cref)\s*\{([^{}]+)\}\s*")
_NAMED = re.compile(r"(fig|tbl|eq|sec|lst)[-:]")
_CITATION = re.compile(r"\\(?:cite|citep|citet|parencite)\s*\{([^{}]+)\}\s*")
_ENVIRONMENT = re.compile(r"\s*\\begin\s*\{([A-Za-z]+\*?)\}")
_DEFINITION = re.compile(r"\s*(\\[A-Za-z]+)")


class Output(Protocol):
    """How formulas are written into a document: `output_typst` and `output_html` are such modules."""

    FORMAT: str

    def inline(self, formula: Formula) -> str:
        """Return a formula within a line."""

    def display(self, formula: Formula, label: str) -> str:
        """Return a displayed formula; `label` is the one behind it, as in `$$...$$ {#eq-x}`."""

    def reference(self, name: str, kind: str) -> str:
        r"""Return what `\ref` or `\eqref` (`kind`) stands for."""


def typeset(tree: Element, output: Output) -> Notes:
    """Typeset all formulas of a document, in place.

    Parameters
    ----------
    tree : dict
        Pandoc's syntax tree, one Div of class ``cell`` a cell with the attributes ``notebook`` and ``cell``.
    output : Output
        The format.

    Returns
    -------
    dict
        ``labels``, ``references``, ``problems`` and ``warnings``: lists of entries with ``notebook`` and ``cell``.
    """
    return _Typesetter(output).document(tree)


class _Typesetter:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.macros: dict[str, Macros] = defaultdict(Macros)
        self.place = ("the settings", -1)
        self.notes: Notes = {"labels": [], "references": [], "problems": [], "warnings": []}

    def document(self, tree: Element) -> Notes:
        tree["meta"] = self._walk(tree.get("meta", {}))
        for block in tree["blocks"]:
            attributes = dict(block["c"][0][2]) if block["t"] == "Div" else {}
            self.place = (attributes.get("notebook", "notebook"), int(attributes.get("cell", 0)))
            block["c"] = self._walk(block["c"])
        return self.notes

    def _walk(self, node: Any) -> Any:
        if isinstance(node, list):
            return self._list(node) if any(_is_element(item) for item in node) else [self._walk(item) for item in node]
        if isinstance(node, dict):
            return {key: self._walk(value) for key, value in node.items()}
        return node

    def _list(self, items: list[Any]) -> list[Any]:
        """Replace the formulas among a list of blocks or inlines."""
        out: list[Any] = []
        place = 0
        while place < len(items):
            item, place = items[place], place + 1
            kind = item.get("t") if isinstance(item, dict) else None
            if kind == "Math":
                displayed = item["c"][0]["t"] == "DisplayMath"
                label, place = _trailing_label(items, place) if displayed else ("", place)
                out += self._formula(item["c"][1], displayed, label)
            elif kind in ("RawInline", "RawBlock") and item["c"][0] in ("tex", "latex"):
                label, place = _trailing_label(items, place) if kind == "RawInline" else ("", place)
                inlines = self._raw(item["c"][1], label)
                out += inlines if kind == "RawInline" or not inlines else [{"t": "Para", "c": inlines}]
            else:
                walked = self._walk(item)
                if kind not in ("Para", "Plain") or walked["c"] or not item["c"]:  # one of definitions alone is none
                    out.append(walked)
        return out

    def _formula(self, tex: str, displayed: bool, label: str) -> list[Element]:
        try:
            formula = parse(tex, display=displayed, macros=self.macros[self.place[0]])
            text = self.output.display(formula, label) if displayed else self.output.inline(formula)
            references = [*_references(formula)]
        except (MathError, RecursionError) as error:
            reason = str(error) if isinstance(error, MathError) else "nested too deeply"
            self._note("problems", text=f"formula ${_shortened(tidy(tex[:2000]))}$: {reason}")
            return [{"t": "Code", "c": [["", [], []], tex]}]
        for name in [label, *(line.label for line in formula.body.rows)]:
            if name:
                self._note("labels", name=name)
        for name in references:
            self._note("references", name=name)
        return [self._raw_inline(text)] if text else []

    def _raw(self, tex: str, label: str) -> list[Element]:
        """Typeset TeX outside dollars: a formula, definitions, references; other TeX stays text, as in Jupyter."""
        environment = _ENVIRONMENT.match(tex)
        if environment and environment[1] in ENVIRONMENTS:
            return self._formula(tex, True, label)
        if reference := _REFERENCE.fullmatch(tex):
            return self._reference(*reference.groups())
        if citation := _CITATION.fullmatch(tex):
            return [_cite(citation[1])]
        definition = _DEFINITION.match(tex)
        if definition and definition[1] in DEFINING and "{" in tex:
            return self._define(tex)
        self._note("warnings", text=f"TeX outside a formula is shown as it is typed: {_shortened(tidy(tex))}")
        return [{"t": "Str", "c": tex.strip()}, {"t": "Space"}]

    def _define(self, tex: str) -> list[Element]:
        try:
            self.macros[self.place[0]].define_from(tex)
        except MathError as error:
            self._note("problems", text=f"definition {_shortened(tidy(tex))}: {error}")
        return []

    def _reference(self, command: str, names: str) -> list[Element]:
        out: list[Element] = []
        for name in names.split(","):
            out += [{"t": "Str", "c": ", "}] if out else []
            if command in ("autoref", "cref", "Cref") and _NAMED.match(name.strip()):
                out.append(_cite(name.strip()))
                continue
            self._note("references", name=name.strip())
            kind = "eqref" if command == "eqref" else "ref"
            out.append(self._raw_inline(self.output.reference(name.strip(), kind)))
        return out

    def _raw_inline(self, text: str) -> Element:
        return {"t": "RawInline", "c": [self.output.FORMAT, text]}

    def _note(self, kind: str, **entry: str) -> None:
        self.notes[kind].append({**entry, "notebook": self.place[0], "cell": self.place[1]})


def _cite(keys: str) -> Element:
    citations = [
        {
            "citationId": key.strip(),
            "citationPrefix": [],
            "citationSuffix": [],
            "citationMode": {"t": "NormalCitation"},
            "citationNoteNum": 0,
            "citationHash": 0,
        }
        for key in keys.split(",")
    ]
    return {"t": "Cite", "c": [citations, [{"t": "Str", "c": f"[{keys}]"}]]}


def _is_element(item: Any) -> bool:
    return isinstance(item, dict) and "t" in item


def _trailing_label(items: list[Any], place: int) -> tuple[str, int]:
    """Return the label written behind a displayed formula and the place after it; without one, the same place."""
    after = place
    while after < len(items) and items[after].get("t") in ("Space", "SoftBreak"):
        after += 1
    if (
        after < len(items)
        and items[after].get("t") == "Str"
        and (match := _TRAILING_LABEL.fullmatch(items[after]["c"]))
    ):
        return match[1], after + 1
    return "", place


def _references(node: Any) -> Iterator[str]:
    r"""Find what the `\ref`s inside a formula refer to."""
    if getattr(node, "name", "") == "ref":
        yield node.options[0]
    for value in vars(node).values():
        for child in value if isinstance(value, tuple) else (value,):
            if hasattr(child, "__dataclass_fields__"):
                yield from _references(child)


def _shortened(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
