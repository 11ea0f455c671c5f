"""Names for what a document refers to, but does not hold: the other chapters of a report that it is a part of."""

import re
from collections.abc import Mapping
from typing import Any

from .page.numbering import notebook_of
from .page.tree import Element, replace, words

_REFERENCE = re.compile(r"\\(?:eqref|ref|autoref|cref|Cref)\s*\{([^{},]+)\}\s*")


def name_elsewhere(tree: Element, names: Mapping[str, str]) -> None:
    """Put names, as plain text, in the place of references and links that lead elsewhere.

    Parameters
    ----------
    tree : dict
        From `pandoc.read`; it is changed in place.
    names : mapping
        Label -> its name; file name of a notebook -> anything, as the text of the link is kept.
    """

    def change(element: Element) -> list[Element] | None:
        kind, content = element["t"], element.get("c", "")
        if kind == "Cite" and any(citation["citationId"] in names for citation in content[0]):
            parts = [[*words(","), {"t": "Space"}, *_named(citation, names)] for citation in content[0]]
            return [inline for part in parts for inline in part][2:]
        if kind == "Link" and notebook_of(content[2][0]) in names:
            return replace(content[1], change)
        if kind == "RawInline" and (found := _REFERENCE.fullmatch(content[1])) and found[1].strip() in names:
            return words(names[found[1].strip()])
        return None

    if names:
        tree["meta"], tree["blocks"] = replace(tree["meta"], change), replace(tree["blocks"], change)


def _named(citation: dict[str, Any], names: Mapping[str, str]) -> list[Element]:
    """Return the inlines of one of the references that stand together."""
    name = citation["citationId"]
    if name not in names:
        return [{"t": "Cite", "c": [[citation], words(f"[@{name}]")]}]
    before = citation["citationPrefix"]
    return [*before, *([{"t": "Space"}] if before else []), *words(names[name]), *citation["citationSuffix"]]
