"""Tables: numbers to the right, the name of an index beside the names of the columns, what each header is for."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from ..styles import css
from .tree import Element, attributes, raw_block, tag, text_of, words

_NUMBER = re.compile(r"[+\u2212-]?[$€£]?(\d[\d,]*\.?\d*|\.\d+)(\s?%|[eE][+\u2212-]?\d+)?\*?")
_BLANK = {"", "-", "--", "–", "—", "nan", "none", "<na>", "nat", "inf", "-inf"}

Row = list[list[Any]]
"""Cells, each a list of its text, column span, row span, "strong", "emph" or nothing, and its colours."""
_STYLES = {"strong": "strong", "emph": "em"}


def is_number(text: str) -> bool:
    """Whether a text is one number, with a sign, a currency, a per cent sign, an exponent or a star."""
    return bool(_NUMBER.fullmatch(text.strip()))


def is_numeric(texts: list[str]) -> bool:
    """Whether a column holds numbers, and blanks, only."""
    return any(is_number(text) for text in texts) and all(is_number(t) or t.strip().lower() in _BLANK for t in texts)


def signed(text: str) -> str:
    """Return a number with a true minus sign; any other text as it is."""
    return text.replace("-", "\u2212") if is_number(text) or text == "-inf" else text


def plain_table(source: str) -> Element:
    """Return a table that `tables.plain_grid` has read (as JSON), as HTML."""
    grid = json.loads(source)
    head = _fold([_cells(row) for row in grid["head"]])
    body = [_cells(row) for row in grid["body"]]
    columns = _columns(body)
    numeric = {place for place, texts in columns.items() if is_numeric(texts)}
    stubs = max(1, int(grid["stubs"]))
    rows = "".join(_row(row, places, numeric, stubs, "row") for row, places in _placed(body))
    heads = "".join(_row(row, places, numeric, 10**6, "col") for row, places in _placed(head))
    caption = tag("caption", escape(grid["caption"])) if grid["caption"] else ""
    return raw_block(tag("table", caption + tag("thead", heads) * bool(heads) + tag("tbody", rows)))


def _cells(row: list[Any]) -> Row:
    whole: Row = [[cell, 1, 1, "", {}] if isinstance(cell, str) else cell for cell in row]
    return [[text, int(width), int(height), style, dict(looks)] for text, width, height, style, looks in whole]


def _fold(head: list[Row]) -> list[Row]:
    """Put the row in which pandas names the index into the row above, where that is empty."""
    if len(head) < 2 or len(head[-1]) != len(head[-2]):
        return head
    pairs = list(zip(head[-2], head[-1], strict=True))
    if any(above[1] > 1 or above[2] > 1 or (above[0] and below[0]) for above, below in pairs):
        return head
    return [*head[:-2], [[*(above if above[0] else below)] for above, below in pairs]]


def _placed(rows: list[Row]) -> list[tuple[Row, list[int]]]:
    """Return each row with the columns its cells start in."""
    busy: set[tuple[int, int]] = set()
    out = []
    for number, row in enumerate(rows):
        places, column = [], 0
        for _, columns, height, *_ in row:
            while (number, column) in busy:
                column += 1
            places.append(column)
            if height > 1:
                busy |= {(number + r, column + c) for r in range(1, height) for c in range(columns)}
            column += columns
        out.append((row, places))
    return out


def _columns(rows: list[Row]) -> dict[int, list[str]]:
    columns: dict[int, list[str]] = {}
    for row, places in _placed(rows):
        for (text, width, *_), place in zip(row, places, strict=True):
            if width == 1:
                columns.setdefault(place, []).append(text)
    return columns


def _row(row: Row, places: list[int], numeric: set[int], stubs: int, side: str) -> str:
    """Write a row whose first `stubs` cells are headers of what stands on their side: "row" or "col"."""
    cells = ""
    for (text, width, height, style, looks), place in zip(row, places, strict=True):
        spans = {"colspan": str(width) if width > 1 else "", "rowspan": str(height) if height > 1 else ""}
        shape = {"class": "spanning" if width > 1 else "number" if place in numeric else "", "style": css(looks)}
        is_header = place < stubs and bool(text.strip())
        scope = {"scope": _scope(side, width if side == "col" else height) if is_header else ""}
        shown = tag(_STYLES[style], escape(signed(text))) if style else escape(signed(text))
        cells += tag("th" if is_header else "td", shown, **scope, **spans, **shape)
    return tag("tr", cells)


def _scope(side: str, span: int) -> str:
    """Return what a header cell is for: its row or column, or several of them."""
    return f"{side}group" if span > 1 else side


def tidied(table: Element) -> Element:
    """Return a pandoc table with its columns of numbers to the right, where its author has not aligned them."""
    _, _, columns, head, bodies, _ = table["c"]
    rows = [row for body in bodies for row in body[3]]
    for place, column in enumerate(columns):
        cells = [row[1][place] for row in rows if len(row[1]) == len(columns)]
        if column[0]["t"] == "AlignDefault" and cells and is_numeric([text_of(cell[4]) for cell in cells]):
            column[0] = {"t": "AlignRight"}
    head[1] = _fold_rows(head[1])
    for cell in (cell for row in head[1] for cell in row[1]):
        cell[0] = attributes("", ("spanning",) * (cell[3] > 1), scope=_scope("col", cell[3]))
        cell[1] = {"t": "AlignCenter"} if cell[3] > 1 else cell[1]
    for cell in (cell for body in bodies for row in body[3] for cell in row[1][: body[1]]):
        cell[0] = attributes(scope=_scope("row", cell[2]))
    for row in [*head[1], *rows]:
        row[0] = attributes()
        for cell in row[1]:
            cell[0] = _coloured(cell[0])
        row[1] = [[*cell[:4], _signed_blocks(cell[4])] for cell in row[1]]
    return table


def _coloured(attribute: list[Any]) -> list[Any]:
    """Return the attributes of a cell with its colours as a style."""
    looks = {name.removeprefix("our-"): value for name, value in attribute[2] if name.startswith("our-")}
    others = [pair for pair in attribute[2] if not pair[0].startswith("our-")]
    return [*attribute[:2], [*others, ["style", css(looks)]]] if looks else attribute


def _signed_blocks(blocks: list[Any]) -> list[Any]:
    """Give a cell that is one number a true minus sign."""
    text = text_of(blocks).strip()
    return [{"t": "Plain", "c": words(signed(text))}] if text[:1] == "-" and signed(text) != text else blocks


def _fold_rows(rows: list[Any]) -> list[Any]:
    """Do for the header rows of a pandoc table what `_fold` does for those of a plain one."""
    cells = [[[text_of(cell[4]), cell[3], cell[2], "", {}] for cell in row[1]] for row in rows]
    if len(_fold(cells)) == len(cells):
        return rows
    above, below = rows[-2], rows[-1]
    above[1] = [low if text_of(low[4]) else high for high, low in zip(above[1], below[1], strict=True)]
    return rows[:-1]
