"""Marks that stay with the formula they stand behind, which a browser would let fall onto the next line."""

from __future__ import annotations

import re
from typing import Any

from .tree import span, words

_MARKS = re.compile(r"[.,;:!?)\]’”…–-]+")


def tied(node: Any) -> Any:
    """Rebuild a tree with every formula and the marks behind it in one piece."""
    if isinstance(node, dict):
        return {key: tied(value) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    out: list[Any] = []
    for item in node:
        marks = _MARKS.match(item["c"]) if out and _is_formula(out[-1]) and _is(item, "Str") else None
        if marks is None:
            out.append(tied(item))
        else:
            out[-1] = span([out[-1], *words(marks[0])], "tie")
            out += words(item["c"][marks.end() :])
    return out


def _is(item: Any, kind: str) -> bool:
    return isinstance(item, dict) and item.get("t") == kind


def _is_formula(item: Any) -> bool:
    return _is(item, "RawInline") and str(item["c"][1]).endswith(("</math>", "</math></span>"))
