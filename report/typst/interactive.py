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


@dataclass(frozen=True)
class Kind:
    """A kind of output: what is found in its media types or its HTML, its name, and how a picture of it is stored."""

    mark: str
    name: str
    advice: str = ""
    in_html: bool = False


KINDS = (
    Kind("widget-view", "an interactive widget", "print its value, or show a picture beside it"),
    Kind("plotly", "an interactive Plotly figure", 'set plotly.io.renderers.default = "plotly_mimetype+png"', True),
    Kind("bokeh", "an interactive Bokeh figure", "save it by bokeh.io.export_png and show that picture", True),
    Kind("holoviews", "an interactive HoloViews figure", 'call hv.extension("matplotlib")', in_html=True),
    Kind("vega", "an interactive Vega figure", 'call alt.renderers.enable("png")', in_html=True),
    Kind("leaflet", "a map", "save a picture of the page and show that", in_html=True),
    Kind("folium", "a map", "save a picture of the page and show that", in_html=True),
    Kind("geo+json", "a map", "draw it by matplotlib"),
    Kind("mermaid", "a Mermaid diagram", "save its picture and show that", in_html=True),
    Kind("javascript", "a script"),
    Kind("pdf", "a PDF figure", "make it SVG or PNG"),
)
_PICTURE = "show a picture beside it, by IPython.display.Image"
_SEEN = ("iframe", "canvas", "object", "embed")
"""Tags of what could have a picture."""
_MOST = 200_000
"""Characters of HTML in which a kind is looked for."""


def kind_of(data: Mapping[str, Any], words: str, tag: str) -> Kind | None:
    """Return what an output is that cannot be printed, by its media types, its HTML and text, and a tag that acts."""
    types, start = " ".join(data).lower(), words[:_MOST].lower()
    for kind in KINDS:
        if kind.mark in types or (kind.in_html and tag and kind.mark in start):
            return kind
    return Kind(tag, f"an interactive output (<{tag}>)", _PICTURE if tag in _SEEN else "") if tag else None


def words_for(kind: Kind) -> str:
    """Return what the box says that stands in the place of an output."""
    advice = f" To print it, {kind.advice}." if kind.advice else ""
    return f"{kind.name[0].upper()}{kind.name[1:]}: it is shown in the notebook only.{advice}"


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
