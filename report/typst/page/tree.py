"""Pandoc's syntax tree as JSON: a few constructors and a walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Any

Element = dict[str, Any]

_FORMULA = re.compile(r'(?:<span class="long"[^>]*>)?<math[^>]* alttext="([^"]*)"')


def attributes(identifier: str = "", classes: tuple[str, ...] = (), **pairs: str) -> list[Any]:
    """Return an Attr."""
    return [identifier, list(classes), [[key, value] for key, value in pairs.items()]]


def words(text: str) -> list[Element]:
    """Return a text as inlines that do not break."""
    return [{"t": "Str", "c": text}] if text else []


def raw_block(html: str) -> Element:
    """Return HTML as a block."""
    return {"t": "RawBlock", "c": ["html", html]}


def raw_inline(html: str) -> Element:
    """Return HTML within a line."""
    return {"t": "RawInline", "c": ["html", html]}


def div(blocks: list[Element], *classes: str, identifier: str = "") -> Element:
    """Return a Div."""
    return {"t": "Div", "c": [attributes(identifier, classes), blocks]}


def span(inlines: list[Element], *classes: str, identifier: str = "") -> Element:
    """Return a Span."""
    return {"t": "Span", "c": [attributes(identifier, classes), inlines]}


def strong(inlines: list[Element]) -> Element:
    """Return inlines in bold type."""
    return {"t": "Strong", "c": inlines}


def link(inlines: list[Element], target: str) -> Element:
    """Return a Link."""
    return {"t": "Link", "c": [attributes(), inlines, [target, ""]]}


def tag(name: str, content: str = "", **pairs: str) -> str:
    """Return an HTML element with its attributes escaped; one that is empty gets none."""
    given = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items() if value)
    return f"<{name}{given}>{content}</{name}>"


def is_div(block: Element, name: str) -> bool:
    """Whether a block is a Div of a class."""
    return block["t"] == "Div" and name in block["c"][0][1]


def pairs_of(element: Element) -> dict[str, str]:
    """Return the key-value attributes of an element that has an Attr."""
    return dict(element["c"][0][2])


def inlines_of(blocks: list[Element]) -> list[Element]:
    """Return the inlines of paragraphs, with a blank between two of them."""
    out: list[Element] = []
    for block in blocks:
        if block["t"] in ("Para", "Plain"):
            out += ([{"t": "Space"}] if out else []) + block["c"]
    return out


def text_of(node: Any, mark: str = "") -> str:
    """Return the words of a node; of a formula its TeX between two marks, and of other HTML nothing."""
    if isinstance(node, list):
        return "".join(text_of(item, mark) for item in node)
    if not isinstance(node, dict):
        return ""
    kind, content = node.get("t"), node.get("c", "")
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Str":
        return str(content)
    if kind in ("Code", "Math"):
        return str(content[1])
    if kind in ("RawInline", "RawBlock"):
        formula = _FORMULA.match(content[1])
        return f"{mark}{unescape(formula[1])}{mark}" if formula else ""
    return text_of(content, mark)


def each(node: Any, *kinds: str) -> Iterator[Element]:
    """Yield the elements of some kinds, in order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("t") in kinds:
                yield node
            node = [*node.values()]
        if isinstance(node, list):
            waiting += [item for item in reversed(node) if isinstance(item, (dict, list))]


def replace(node: Any, change: Callable[[Element], list[Element] | None]) -> Any:
    """Rebuild a tree; `change` returns what stands for an element, or None to look into it."""
    if isinstance(node, dict):
        return {key: replace(value, change) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    out: list[Any] = []
    for item in node:
        changed = change(item) if isinstance(item, dict) and "t" in item else None
        out += [replace(item, change)] if changed is None else changed
    return out
