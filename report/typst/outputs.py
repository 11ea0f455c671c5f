"""Choose, for every output of a cell, the one form of it that prints best."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")
LARGE_SVG = 3_000_000
"""Characters from which a drawing is taken as PNG where there is one (a scatter plot of a million points)."""

_NO_CONTENT = re.compile(r"<(style|script|head|template|noscript)\b|<!--", re.IGNORECASE)
_INTERACTIVE = re.compile(
    r"<(script|iframe|video|audio|canvas|input|button|select|object|embed|details|form)\b", re.IGNORECASE
)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_CLOSING = {
    "": re.compile("-->"),
    **{tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("style", "script", "head", "template", "noscript")},
}
_TAG = re.compile(r"<[^<>]*>")
_OBJECT = re.compile(r"<(Figure size|Axes|IPython\.|pandas\.io|matplotlib|plotly|bokeh|altair)|^(alt|hv)\.\w+\(")
_BAR = re.compile(r"\d+(%|it)\s*(\||\[)")
"""What tqdm shows; of a bar that ran, nothing is left to print."""
_PLOT_VALUE = re.compile(r"^[\[(]*(<?matplotlib\.|Text\(|<Axes|<BarContainer|<a list of |array\(\[.*<Axes)", re.DOTALL)
_INTERACTIVE_NAMES = (
    ("widget-view", "an interactive widget"),
    ("plotly", "an interactive Plotly figure"),
    ("bokeh", "an interactive Bokeh figure"),
    ("vega", "an interactive Vega figure"),
    ("holoviews", "an interactive HoloViews figure"),
    ("geo+json", "a map"),
    ("javascript", "a script"),
    ("pdf", "a PDF figure (make it SVG or PNG)"),
)


@dataclass(frozen=True)
class Choice:
    """One output in the form it is printed in: ``kind`` is image, table, markdown, latex, html, text or placeholder."""

    kind: str
    mime: str
    data: Any


def choose(output: Mapping[str, Any]) -> Choice | None:
    """Return the form in which a display or a result is printed; None where there is nothing to print at all."""
    data = output["data"]
    image = _image(data)
    if image:
        return Choice("image", image, data[image])
    html, text = _joined(data.get("text/html")), _joined(data.get("text/plain"))
    if html and _is_table(html):
        return Choice("table", "text/html", table_only(html))
    for mime, kind in (("text/markdown", "markdown"), ("text/latex", "latex")):
        if data.get(mime):
            return Choice(kind, mime, _joined(data[mime]))
    if html and not _INTERACTIVE.search(html) and visible_text(html) and (not text or _OBJECT.match(text)):
        return Choice("html", "text/html", without_content(html))
    if "application/json" in data and (not text or _OBJECT.match(text)):
        return Choice("text", "application/json", _json(data["application/json"]))
    foreign = _foreign(data, html)
    if "widget" in foreign and _BAR.search(text):
        return None
    if foreign and (not text or _OBJECT.match(text) or "widget" in foreign or "Plotly" in foreign):
        return Choice("placeholder", "", f"{foreign[0].upper()}{foreign[1:]}: it is shown in the notebook only.")
    if text:
        return Choice("text", "text/plain", text)
    if not data:
        return None
    return Choice("placeholder", "", f"Output of type {', '.join(sorted(data))}: it is shown in the notebook only.")


def is_plot_value(text: str) -> bool:
    """Whether a text is the value a plotting call returns, of no interest beside its picture."""
    return bool(_PLOT_VALUE.match(text) or _OBJECT.match(text))


def visible_text(html: str) -> str:
    """Return the words a piece of HTML shows."""
    return re.sub(r"\s+", " ", _TAG.sub(" ", without_content(html, " "))).strip()


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
    html = without_content(html)
    return re.sub(r"""\s(?:class|id|style|border|valign|halign)=(?:"[^"]*"|'[^']*'|[^\s>]+)""", _keep_alignment, html)


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


def _foreign(data: Mapping[str, Any], html: str) -> str:
    """Name what cannot be printed, by its media types and its HTML."""
    types = " ".join(data).lower()
    for mark, name in _INTERACTIVE_NAMES:
        if mark in types or (mark in ("plotly", "bokeh") and mark in html[:200_000].lower()):
            return name
    tag = _INTERACTIVE.search(html)
    return f"an interactive output (<{tag.group(1).lower()}>)" if tag else ""


def _json(value: Any) -> str:
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except RecursionError:
        return "(JSON that is nested too deeply to be shown)"


def _joined(value: Any) -> str:
    """Return a text that nbformat may store as a list of lines."""
    if value is None:
        return ""
    return "".join(value) if isinstance(value, list) else str(value)
