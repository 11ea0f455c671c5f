"""Boxes, statements and folds on a page, from the Divs of `boxes/arrange.py`, and the fold around code."""

from __future__ import annotations

from html import escape

from .numbering import Labels
from .tree import Element, div, is_div, pairs_of, raw_block, replace


def opened(blocks: list[Element], labels: Labels) -> list[Element]:
    """Return blocks with every box as elements of HTML; what is in the boxes stays as it is.

    Labels of boxes become known to `labels`, for links.
    """

    def change(block: Element) -> list[Element] | None:
        if not is_div(block, "our box"):
            return None
        label, pairs = block["c"][0][0], pairs_of(block)
        captions = [one for one in block["c"][1] if is_div(one, "our caption")]
        body = replace([one for one in block["c"][1] if one not in captions], change)
        title = captions[0]["c"][1] if captions else []
        if label:
            labels.add(label, "box", "")
        if pairs["fold"]:
            return folded(body, title, f"box {pairs['kind']}", label, opened=pairs["fold"] == "open")
        look = ("box", pairs["kind"]) if title else ("statement", pairs["kind"])
        return [div([*([div(title, "box-title")] if title else []), *body], *look, identifier=label)]

    return replace(blocks, change)


def folded(
    body: list[Element], title: list[Element], look: str, label: str = "", *, opened: bool = False
) -> list[Element]:
    """Return blocks that fold below their title; `look` is the class of both."""
    start = f'<details class="{look}"' + (f' id="{escape(label)}"' if label else "") + " open" * opened
    return [raw_block(f"{start}><summary>"), *title, raw_block("</summary>"), *body, raw_block("</details>")]
