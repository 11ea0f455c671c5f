"""Outputs that live in a notebook only: what they are, a picture made of their data, and how to store one.

Their stored picture is the first choice (see `outputs`). Where there is none, a library that is installed may make it:
vl-convert for Altair and Vega, plotly with kaleido for Plotly. Else a box stands in their place.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .words import Words


@dataclass(frozen=True)
class Kind:
    """A kind of output: how it is known by its media types or its HTML, what it is called, and how it can be printed.

    ``what`` and ``advice`` are names of words; ``name`` and ``code`` are what those words leave open.
    """

    mark: str
    what: str
    name: str = ""
    advice: str = ""
    code: str = ""
    in_html: bool = False

    def words(self, words: Words) -> str:
        """Return what the box says that stands in the place of an output."""
        what = words[self.what].format(name=self.name)
        advice = [words[self.advice].format(code=self.code)] if self.advice else []
        return " ".join([words["only_in_notebook"].format(what=what), *advice])


def _figure(mark: str, name: str, code: str) -> Kind:
    return Kind(mark, "interactive_figure", name, "print_with", code, in_html=True)


KINDS = (
    Kind("widget-view", "widget", advice="print_value"),
    Kind("webio", "widget", advice="print_value", in_html=True),
    _figure("plotly", "Plotly", 'plotly.io.renderers.default = "plotly_mimetype+png"'),
    _figure("bokeh", "Bokeh", "bokeh.io.export_png"),
    _figure("holoviews", "HoloViews", 'hv.extension("matplotlib")'),
    _figure("vega", "Vega", 'alt.renderers.enable("png")'),
    Kind("leaflet", "map", advice="print_picture", in_html=True),
    Kind("folium", "map", advice="print_picture", in_html=True),
    Kind("geo+json", "map", advice="print_with", code="matplotlib"),
    Kind("mermaid", "diagram", "Mermaid", "print_picture", in_html=True),
    Kind("javascript", "script"),
    Kind("pdf", "pdf_figure", advice="print_picture"),
)
_SEEN = ("iframe", "canvas", "object", "embed")
"""Tags of what could have a picture."""
_MOST = 200_000
"""Characters of HTML in which a kind is looked for."""


def kind_of(data: Mapping[str, Any], text: str, tag: str) -> Kind | None:
    """Return what an output is that cannot be printed, by its media types, its HTML and text, and a tag that acts."""
    types, start = " ".join(data).lower(), text[:_MOST].lower()
    for kind in KINDS:
        if kind.mark in types or (kind.in_html and tag and kind.mark in start):
            return kind
    if not tag:
        return None
    advice = ("print_with", "IPython.display.Image") if tag in _SEEN else ()
    return Kind(tag, "interactive_output", f"<{tag}>", *advice)


def unknown(data: Mapping[str, Any]) -> Kind:
    """Return the kind of an output that has no form that is known."""
    return Kind("", "output_of_type", ", ".join(sorted(data)))


def picture(data: Mapping[str, Any]) -> str | None:
    """Return a PNG (as base64) of an output, made from its data; None where no library here makes one."""
    for mime, value in data.items():
        make = next((make for start, make in _MAKERS.items() if mime.startswith(start)), None)
        if make and value:
            return _made(make, mime, value if isinstance(value, str) else json.dumps(value))
    return None


@lru_cache(maxsize=64)
def _made(make: Any, mime: str, source: str) -> str | None:
    try:
        return base64.b64encode(make(mime, json.loads(source))).decode()
    except Exception:  # whatever a library says of its own figure, the box says how to store a picture
        return None


def _vega(mime: str, spec: Any) -> bytes:
    import vl_convert  # no dependency: used where it is installed

    convert = vl_convert.vegalite_to_png if "vegalite" in mime else vl_convert.vega_to_png
    return convert(spec, scale=2, allowed_base_urls=[])  # data from elsewhere are not fetched


def _plotly(mime: str, figure: Any) -> bytes:
    import plotly.io  # the same

    drawn = {part: figure[part] for part in ("data", "layout")}
    return plotly.io.to_image(drawn, format="png", scale=2, validate=False)


_MAKERS = {"application/vnd.vega": _vega, "application/vnd.plotly": _plotly}
"""What makes a picture, by how the media type begins."""
