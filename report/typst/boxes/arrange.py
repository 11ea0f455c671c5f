"""Number the boxes of a document, resolve what refers to them, and put its solutions where they shall stand."""

import re
from collections.abc import Callable
from typing import Any

from ..page.document import text_of_meta
from ..page.tree import (
    Element,
    attributes,
    div,
    each,
    inlines_of,
    is_div,
    link,
    pairs_of,
    replace,
    span,
    strong,
    text_of,
    words,
)
from .counting import Counting
from .kinds import COLORED, LABEL, UNNUMBERED, name_of
from .reading import Box, read_box

Notes = dict[str, list[dict[str, Any]]]
_TEX = re.compile(r"\\(ref|autoref|cref|Cref)\s*\{([^{}]+)\}\s*")


def arrange(tree: Element) -> Notes:
    """Make the boxes of a document the Divs that the writers know, in place.

    Parameters
    ----------
    tree : dict
        From `pandoc.read`, one Div a cell; its metadata say where ``solutions`` stand, and the language.

    Returns
    -------
    dict
        ``labels``, ``references`` and ``warnings`` with their ``notebook`` and ``cell``.
    """
    return _Arranger(tree).notes


class _Arranger:
    def __init__(self, tree: Element) -> None:
        self.notes: Notes = {"labels": [], "references": [], "warnings": []}
        meta = tree["meta"]
        self.lang = text_of_meta(meta.get("lang")) or "en"
        self.citable = {text_of_meta(key) for key in meta.get("citable", {}).get("c", [])}
        self.where = text_of_meta(meta.get("solutions")) or "inline"
        self.place = ("", "0")
        self.role = ""
        self.names: dict[str, tuple[str, str]] = {}  # label -> name, number
        self.exercises: list[str] = []  # labels of those of the present notebook
        self.asked: dict[str, Element] = {}  # label of an exercise -> its Div
        self.solved: list[tuple[Box, Element, str, tuple[str, str]]] = []
        self.hidden: set[str] = set()
        cells = tree["blocks"]
        self.counting = Counting(cells, meta)
        solving = [cell for cell in cells if _solves(cell)]
        for header in each(solving, "Header"):  # the notebook's title is a section of the chapter, or of the appendix
            header["c"][0] += 1
        self._replace(cells, self._change)
        for solved in self.solved:
            self._name_solution(*solved)
        for cell in cells:
            self._name_titles(cell)
        if self.where == "appendix":
            self._lead_to_solutions()
        if self.solved or solving:
            tree["blocks"] = cells = self._placed(cells)
        self._replace(cells, self._reference)
        self.place = ("the settings", "-1")
        tree["meta"] = replace(meta, self._reference)

    def _replace(self, cells: list[Element], change: Callable[[Element], list[Element] | None]) -> None:
        for cell in cells:
            place = _place(cell)
            self.exercises = self.exercises if place[0] == self.place[0] else []
            self.place, self.role = place, pairs_of(cell).get("role", "body")
            cell["c"][1] = replace(cell["c"][1], change)

    def _note(self, kind: str, **entry: str) -> None:
        self.notes[kind].append({**entry, "notebook": self.place[0], "cell": int(self.place[1])})

    # -- boxes ----------------------------------------------------------------------------------------------------

    def _change(self, block: Element) -> list[Element] | None:
        box = read_box(block)
        if box is None:
            if block["t"] == "Header":
                self.counting.begin(block, self.role)
            return self._no_box(block) if block["t"] == "Div" else None
        if box.unclosed:
            self._note("warnings", text=f"the box `{box.words}` is not closed; it is taken to end with its cell")
        if box.label:
            self._note("labels", name=box.label)
        label = box.label or (f"exercise.{len(self.names) + 1}" if box.kind == "exr" else "")
        name, number = name_of(box.kind, self.lang), self._number(box)
        if label:
            self.names.setdefault(label, (name, number))
        if box.kind == "exr":
            self.exercises.append(label)
        made = div([], "our box", identifier=label)
        self.asked |= {label: made} if box.kind == "exr" else {}
        made["c"][0][2] = [["kind", box.kind], ["fold", box.fold]]
        before = self.exercises[-1] if self.exercises else ""
        box.body = replace(replace(box.body, self._change), _without_headings)
        if box.kind == "sol":
            self.solved.append((box, made, before, self.place))
        else:
            made["c"][1] = _content(box, words(_together(name, number)), bool(number))
        return [made]

    def _number(self, box: Box) -> str:
        """Count a statement, or a box that has a label."""
        if box.kind in UNNUMBERED or not box.numbered or (box.kind in COLORED and not box.label):
            return ""
        return self.counting.number(box.kind)

    def _no_box(self, block: Element) -> list[Element] | None:
        """Show what is in a Div that is none of ours, and say what was not understood."""
        identifier, classes, pairs = block["c"][0]
        directive = dict(pairs).get("directive")
        titles = [one for one in block["c"][1] if is_div(one, "box-title")]
        if directive:
            self._note("warnings", text=f"unknown directive {{{directive}}}; its content is shown")
        if "unclosed" in dict(pairs):
            self._note("warnings", text="a block (`:::` or <div>) is not closed; it is taken to end with its cell")
        elif not directive and not titles:
            return None
        shown = [{"t": "Para", "c": [strong(inlines_of(one["c"][1]))]} for one in titles if directive]
        shown += [one for one in block["c"][1] if one not in titles]
        kept = [pair for pair in pairs if pair[0] not in ("directive", "unclosed")]
        return [{"t": "Div", "c": [[identifier, classes, kept], replace(shown, self._change)]}]

    # -- solutions ------------------------------------------------------------------------------------------------

    def _name_solution(self, box: Box, made: Element, before: str, place: tuple[str, str]) -> None:
        """Name a solution after the exercise that it names, that has its label, or that is the last before it."""
        self.place = place
        by_label = f"exr{box.label[3:]}"
        exercise = box.exercise or (by_label if by_label in self.names else before)
        named = words(name_of("sol", self.lang))
        if exercise in self.names:
            named = self._solution_of(exercise)
            self.names |= {box.label: (text_of(named), "")} if box.label else {}
        elif exercise:
            self._note("references", name=exercise)
        else:
            self._note("warnings", text=f"the solution `{box.words}` names no exercise, and none stands before it")
        made["c"][1] = _content(box, named, bool(exercise))

    def _name_titles(self, cell: Element) -> None:
        """Let each heading with the label of a solution name the exercise of that label before its own words."""
        self.place = _place(cell)
        for header in (block for block in cell["c"][1] if block["t"] == "Header"):
            _, (label, _, _), title = header["c"]
            exercise = f"exr{label[3:]}"
            if label[:4] not in ("sol-", "sol:"):
                continue
            if exercise not in self.names:
                self._note("warnings", text=f"the solution {label} belongs to no exercise: there is no {exercise}")
                continue
            if self.where != "inline" and not _solves(cell):
                self._note("warnings", text=f"the solution {label} is a heading, so it stays; a box `:::` would not")
            self._note("labels", name=label)
            named = self._solution_of(exercise)
            header["c"][2] = [*named, *words(":"), {"t": "Space"}, *title] if title else named
            self.names[label] = (text_of(named), "")

    def _solution_of(self, exercise: str) -> list[Element]:
        name = _together(*self.names[exercise])
        return [*words(name_of("of", self.lang)), {"t": "Space"}, link(words(name), f"#{exercise}")]

    def _lead_to_solutions(self) -> None:
        """End each exercise whose solution has a label with a link to it."""
        for label in [*self.names]:
            if label[:4] in ("sol-", "sol:") and (asked := self.asked.get(f"exr{label[3:]}")):
                way = link(words(f"→\u00a0{name_of('sol', self.lang)}"), f"#{label}")
                *_, last = blocks = asked["c"][1]
                if last["t"] == "Para":
                    last["c"] += [{"t": "Space"}, way]
                else:
                    blocks.append({"t": "Para", "c": [way]})

    def _placed(self, cells: list[Element]) -> list[Element]:
        """Return the cells with the solutions in their place; those at the end are cells of their own.

        A cell that is a part of a solution goes as a whole.
        """
        taken: list[Element] = []

        def take(block: Element) -> list[Element] | None:
            if not is_div(block, "our box") or pairs_of(block)["kind"] != "sol":
                return None
            pairs = {"notebook": self.place[0], "cell": self.place[1]}
            taken.append({"t": "Div", "c": [attributes("", ("cell",), **pairs), [block]]})
            return []

        if self.where == "inline":
            return cells
        for cell in cells:
            if _solves(cell):
                taken.append(cell)
            else:
                self._replace([cell], take)
        cells = [cell for cell in cells if not _solves(cell)]
        if self.where == "hide":
            labels = [block["c"][0 if block["t"] == "Div" else 1][0] for block in each(taken, "Div", "Header")]
            self.hidden = {*labels}
            return cells
        for cell in taken:
            cell["c"][0][2] = [*(pairs_of(cell) | {"role": "appendix"}).items()]
        title = {"t": "Header", "c": [1, attributes(), words(name_of("sols", self.lang))]}
        taken[0]["c"][1].insert(0, title)
        body = [cell for cell in cells if pairs_of(cell).get("role") != "appendix"]
        return [*body, *taken, *(cell for cell in cells if pairs_of(cell).get("role") == "appendix")]

    # -- references -----------------------------------------------------------------------------------------------

    def _reference(self, element: Element) -> list[Element] | None:
        kind, content = element["t"], element.get("c", [])
        if kind == "Cite":
            return self._cite(content[0])
        if kind == "Link" and not content[1] and content[2][0][1:] in self.names:
            return [self._link(content[2][0][1:])]
        if kind == "RawInline" and content[0] in ("tex", "latex") and (found := _TEX.fullmatch(content[1])):
            return [self._link(found[2], bare=found[1] == "ref")] if self._is_ours(found[2]) else None
        return None

    def _is_ours(self, label: str) -> bool:
        return label in self.names or (bool(LABEL.match(label)) and label not in self.citable)

    def _cite(self, citations: list[dict[str, Any]]) -> list[Element] | None:
        """Return the links for a citation of which a part is a label of ours; the other parts stay citations."""
        ours = [self._is_ours(one["citationId"]) for one in citations]
        if not any(ours):
            return None
        out: list[Element] = []
        for place, one in enumerate(citations):
            if place:
                out += [*words("," if ours[place - 1] and ours[place] else ""), {"t": "Space"}]
            if not ours[place]:
                out.append({"t": "Cite", "c": [[one], words(f"@{one['citationId']}")]})
                continue
            bare = one["citationMode"]["t"] == "SuppressAuthor"
            out += [*one["citationPrefix"], {"t": "Space"}] if one["citationPrefix"] else []
            out += [self._link(one["citationId"], bare=bare), *one["citationSuffix"]]
        return out

    def _link(self, label: str, *, bare: bool = False) -> Element:
        """Return what a reference shows; an unknown label is noted."""
        if label not in self.names:
            self._note("references", name=label)
        name, number = self.names.get(label, ("", "?"))
        text = words(number if bare and number else _together(name, number))
        return span(text) if label in self.hidden else link(text, f"#{label}")


def _place(cell: Element) -> tuple[str, str]:
    """Return the notebook and the cell of a cell."""
    pairs = pairs_of(cell)
    return pairs.get("notebook", ""), pairs.get("cell", "0")


def _solves(cell: Element) -> bool:
    """Return whether a cell is a part of a solution."""
    return pairs_of(cell).get("role") == "solution"


def _together(name: str, number: str) -> str:
    return f"{name}\u00a0{number}" if name and number else name or number


def _without_headings(block: Element) -> list[Element] | None:
    """Return a bold line for a heading, which a box has no place for."""
    return [{"t": "Para", "c": [strong(block["c"][2])]}] if block["t"] == "Header" else None


def _content(box: Box, named: list[Element], numbered: bool) -> list[Element]:
    """Return the content of a box with its caption; a statement begins with its name instead, unless it folds."""
    if box.kind in COLORED:
        title = [*named, *words(":"), {"t": "Space"}, *box.title] if numbered and box.title else box.title or named
    else:
        title = [*named, *([{"t": "Space"}, *words("("), *box.title, *words(")")] if box.title else [])]
    if box.kind in COLORED or box.fold:
        return [div([{"t": "Plain", "c": title}], "our caption"), *box.body]
    head = {"t": "Emph", "c": [*title, *words(".")]} if box.kind == "prf" else strong([*title, *words(".")])
    if box.body and box.body[0]["t"] in ("Para", "Plain"):
        return [{"t": "Para", "c": [head, {"t": "Space"}, *box.body[0]["c"]]}, *box.body[1:]]
    return [{"t": "Para", "c": [head]}, *box.body]
