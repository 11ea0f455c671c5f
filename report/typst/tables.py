"""A short way for tables of plain, bold and italic cells, as pandas writes them: pandoc takes 1 s for 1,000 rows."""

import re
from html.parser import HTMLParser
from typing import Any

_STRUCTURE = {"div", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_STYLES = {"b": "strong", "strong": "strong", "i": "emph", "em": "emph"}
"""Tags around the whole text of a cell."""
_BROKEN = re.compile(r"<[^<>]*(?:<|\Z)")
"""A tag that is not closed; Python's parser would look for its end again and again."""
_MARKUP = ("$", "\\(")
"""Texts with one of these may be formulas, which pandoc has to read."""

_LOOK = "data-our-"
"""The attributes of `styles.with_colours`."""

Cell = str | list[Any]
"""The text of a cell, or a list of its text, column span, row span, "strong", "emph" or nothing, and its colours."""


def plain_grid(html: str) -> dict[str, Any] | None:
    """Read an HTML table whose cells are nothing but text, all of it bold or italic or neither.

    Parameters
    ----------
    html : str
        One table, without style sheets.

    Returns
    -------
    dict or None
        ``head`` and ``body``, lists of rows of cells; ``stubs``, the number of columns that name the rows; and
        ``caption``. None where a cell has markup or a formula, or where there is anything beside one table.

    Examples
    --------
    >>> plain_grid("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")
    {'head': [['a']], 'body': [['1']], 'stubs': 0, 'caption': ''}
    >>> plain_grid("<table><tr><td><b>1</b></td></tr></table>")["body"]
    [[['1', 1, 1, 'strong', {}]]]
    >>> plain_grid("<table><tr><td><b>1</b> of 2</td></tr></table>") is None
    True
    """
    if _BROKEN.search(html):
        return None
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    if not reader.is_plain or not (reader.head or reader.body):
        return None
    return {"head": reader.head, "body": reader.body, "stubs": reader.stubs, "caption": reader.caption.strip()}


class _TableReader(HTMLParser):
    """Collects rows; `is_plain` turns false at the first thing that is not text in a cell of one table."""

    def __init__(self) -> None:
        super().__init__()
        self.head: list[list[Cell]] = []
        self.body: list[list[Cell]] = []
        self.stubs = 0
        self.caption = ""
        self.is_plain = True
        self._row: list[Cell] = []
        self._tags: list[str] = []
        self._text: list[str] | None = None
        self._spans = (1, 1)
        self._style, self._styled = "", ""
        self._looks: dict[str, str] = {}
        self._tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        self._tables += tag == "table"
        if tag in _STYLES and self._text is not None and not attrs:
            self.is_plain = self.is_plain and not (self._style or "".join(self._text).strip())
            self._style = self._styled = tag
            return
        if tag not in _STRUCTURE or self._tables > 1 or (self._text is not None and tag != "div"):
            self.is_plain = False
        if tag == "tr":
            self._row, self._tags = [], []
        elif tag in ("th", "td", "caption"):
            self._text, self._style, self._styled = [], "", ""
            spans = dict(attrs)
            self._spans = _span(spans.get("colspan")), _span(spans.get("rowspan"))
            self._looks = {name[len(_LOOK) :]: value or "" for name, value in attrs if name.startswith(_LOOK)}
            self._tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Collect the text of a cell."""
        if self._text is not None:
            self._text.append(data)
            self.is_plain = self.is_plain and not (self._style and not self._styled and data.strip())
        elif data.strip():
            self.is_plain = False

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, a caption or a row."""
        if tag in _STYLES:
            self.is_plain = self.is_plain and tag == self._styled
            self._styled = ""
        elif tag in ("th", "td", "caption") and self._text is not None:
            text = " ".join("".join(self._text).split())
            self.is_plain = self.is_plain and not self._styled and not any(mark in text for mark in _MARKUP)
            self._text = None
            if tag == "caption":
                self.caption = text
                self.is_plain = self.is_plain and not self._style
            else:
                style = _STYLES.get(self._style, "strong" * bool(self._looks.pop("bold", "")))
                is_more = style or self._spans != (1, 1) or self._looks
                self._row.append([text, *self._spans, style, self._looks] if is_more else text)
        elif tag == "tr" and self._row:
            self._close_row()

    def _close_row(self) -> None:
        tags = [tag for tag in self._tags if tag != "caption"]
        if not self.body and all(tag == "th" for tag in tags):
            self.head.append(self._row)
            return
        self.stubs = max(self.stubs, next((k for k, tag in enumerate(tags) if tag == "td"), 0))
        self.body.append(self._row)


def _span(value: str | None) -> int:
    return max(1, min(int(value[:9]), 1000)) if value and value.isdecimal() else 1
