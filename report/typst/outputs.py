"""Choose, for every output of a cell, the one form of it that prints best."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from .interactive import kind_of, picture, unknown
from .styles import with_colours

IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")
LARGE_SVG = 3_000_000
"""Characters from which a drawing is taken as PNG where there is one (a scatter plot of a million points)."""

_SILENT = ("style", "script", "unsafe-script", "head", "template", "noscript", "button")
_NO_CONTENT = re.compile(rf"<({'|'.join(_SILENT)})\b|<!--", re.IGNORECASE)
_INTERACTIVE = re.compile(
    r"<((?:unsafe-)?script|iframe|video|audio|canvas|input|select|object|embed|form)\b", re.IGNORECASE
)
_SETTING = re.compile(
    r"<script\b[^<>]*>(?:(?!</script)[^;])*?\bMathJax\.Hub\b.*?</script\s*>"
    r"|<script\b[^<>]*\bjs-collapse-script\b.*?</script\s*>",
    re.IGNORECASE | re.DOTALL,
)
"""A script that shows nothing itself: it sets up MathJax, or loads what Julia's widgets need."""
_SHOWN = re.compile(r"<(img|svg|hr)\b", re.IGNORECASE)
"""What is seen without a word."""
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_CLOSING = {
    "": re.compile("-->"),
    **{tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in _SILENT},
}
_STRAY = re.compile(
    r"(<table\b[^<>]*>(?:(?!</?table).)*?<t(?:head|body)\b[^<>]*>)((?:\s*<p>(?:(?!</p>).)*</p>)+)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_OBJECT = re.compile(
    r"<(Figure size|Axes|IPython\.|pandas\.io|matplotlib|plotly|bokeh|altair|Vega)|^(alt|hv)\.\w+\(|HTML\{"
)
_ADDRESS = re.compile(r"<[\w.]+( object)? at 0x\w+>\s*")
_BAR = re.compile(r"\d+(%|it)\s*(\||\[)")
"""What tqdm shows; of a bar that ran, nothing is left to print."""
_PLOT_VALUE = re.compile(r"^[\[(]*(<?matplotlib\.|Text\(|<Axes|<BarContainer|<a list of |array\(\[.*<Axes)", re.DOTALL)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Choice:
    """One output in the form it is printed in: ``kind`` is image, table, markdown, latex, html, text or placeholder.

    The data of a placeholder are its `interactive.Kind`, and the source of a diagram.
    """

    kind: str
    mime: str
    data: Any
    is_prose: bool = True
    """Whether Markdown is text that someone wrote, rather than the form of a value."""


def choose(output: Mapping[str, Any]) -> Choice | None:
    """Return the form in which a display or a result is printed; None where there is nothing to print at all."""
    data = output["data"]
    image = _image(data)
    if image:
        return Choice("image", image, data[image])
    html, text = _SETTING.sub("", _joined(data.get("text/html"))), _joined(data.get("text/plain"))
    if html and _is_table(html):
        return Choice("table", "text/html", table_only(with_colours(html)))
    is_bare = not text or bool(_OBJECT.match(text) or _ADDRESS.fullmatch(text))
    for mime, kind in (("text/markdown", "markdown"), ("text/latex", "latex")):
        if data.get(mime):
            return Choice(kind, mime, _joined(data[mime]), is_prose=is_bare)
    if html and not _INTERACTIVE.search(html) and (_shows(html) if is_bare else _says_more(html, text)):
        return Choice("html", "text/html", without_content(html))
    if "application/json" in data and is_bare:
        return _json(data)
    if _shows_nothing(data, html, text):
        return None
    return _foreign(data, html, text, is_bare=is_bare) or _text(data, text)


def _shows(html: str) -> bool:
    return bool(visible_text(html) or _SHOWN.search(html))


def _says_more(html: str, text: str) -> bool:
    """Whether HTML has a word that the text of the same output has not."""
    return not {*_WORD.findall(visible_text(html))} <= {*_WORD.findall(text)}


def _shows_nothing(data: Mapping[str, Any], html: str, text: str) -> bool:
    """Whether an output is empty, a style sheet, or a bar of tqdm that ran."""
    if text.startswith(("<IPython.", "HTML{")) and {"text/html", "text/markdown"} & {*data}:
        return not _INTERACTIVE.search(html)
    is_bar = bool(_BAR.search(text)) and any("widget" in mime for mime in data)
    return is_bar or not (text or {*data} - {"text/plain", "text/html", "text/markdown"} or html)


def _foreign(data: Mapping[str, Any], html: str, text: str, *, is_bare: bool) -> Choice | None:
    """Return what stands for an output that lives in a notebook only: a picture or a box."""
    tag = _INTERACTIVE.search(html)
    kind = kind_of(data, f"{text} {html}", tag[1].lower() if tag else "")
    if made := picture(data):
        return Choice("image", "image/png", made)
    if kind and (is_bare or kind.mark in ("widget-view", "webio", "plotly")):
        return Choice("placeholder", "", (kind, _joined(data.get("text/vnd.mermaid"))))
    return None


def _text(data: Mapping[str, Any], text: str) -> Choice:
    return Choice("text", "text/plain", text) if text else Choice("placeholder", "", (unknown(data), ""))


def is_plot_value(text: str) -> bool:
    """Whether a text is the value a plotting call returns, of no interest beside its picture."""
    return bool(_PLOT_VALUE.match(text) or _OBJECT.match(text))


def visible_text(html: str) -> str:
    """Return the words a piece of HTML shows."""
    return re.sub(r"\s+", " ", unescape(_TAG.sub(" ", without_content(html, " ")))).strip()


def without_content(html: str, instead: str = "") -> str:
    """Take out of HTML what shows nothing: style sheets, scripts, comments; one that is not closed stays."""
    kept, place, unclosed = [], 0, set()
    while opening := _NO_CONTENT.search(html, place):
        name = (opening[1] or "").lower()
        closing = None if name in unclosed else _CLOSING[name].search(html, opening.end())
        kept += [html[place : opening.start()], instead if closing else opening[0]]
        place = closing.end() if closing else opening.end()
        unclosed |= set() if closing else {name}
    return "".join([*kept, html[place:]])


def table_only(html: str) -> str:
    """Drop what a table's HTML carries for a browser: style sheets, scripts, classes, ids, styles."""
    html = _STRAY.sub(_before_table, without_content(html))
    return re.sub(r"""\s(?:class|id|style|border|valign|halign)=(?:"[^"]*"|'[^']*'|[^\s>]+)""", _keep_alignment, html)


def _before_table(table: re.Match[str]) -> str:
    """Return a table with the paragraphs that stand between its rows before it, where a browser shows them."""
    strays = re.findall(r"<p>.*?</p>", table[2], re.DOTALL)
    return "".join([*strays, table[1], *re.split(r"<p>.*?</p>", table[2], flags=re.DOTALL)])


def _keep_alignment(match: re.Match[str]) -> str:
    aligned = re.search(r"text-align:\s*(left|right|center)", match.group(0))
    return f' style="text-align: {aligned.group(1)};"' if aligned and "style" in match.group(0)[:6] else ""


def _image(data: Mapping[str, Any]) -> str | None:
    """Return the image form to take: SVG whose text is outlines, else a bitmap, else any SVG."""
    available = [mime for mime in IMAGES if data.get(mime)]
    if "image/svg+xml" in available and len(available) > 1:
        svg = _joined(data["image/svg+xml"])
        if len(svg) > LARGE_SVG or re.search(r"<text\b", svg):
            return available[1]
    return available[0] if available else None


def _is_table(html: str) -> bool:
    return bool(_TABLE.search(html)) and not _INTERACTIVE.search(without_content(html))


def _json(data: Mapping[str, Any]) -> Choice:
    try:
        return Choice("text", "application/json", json.dumps(data["application/json"], indent=2, ensure_ascii=False))
    except RecursionError:
        return Choice("placeholder", "", (unknown(data), ""))


def _joined(value: Any) -> str:
    """Return a text that nbformat may store as a list of lines."""
    if value is None:
        return ""
    return "".join(value) if isinstance(value, list) else str(value)
