"""What may stand in the page: an allow-list of elements and attributes; everything that acts is taken out."""

from __future__ import annotations

import re

import nh3

_TEXT = """a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2
h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strong sub summary sup table
tbody td tfoot th thead tr u ul var input label"""
_MATH = """math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover
munderover mtable mtr mtd"""
TAGS = {*_TEXT.split(), *_MATH.split()}
ATTRIBUTES = {
    "*": {"id", "class", "title", "lang", "dir", "role", "style"},
    "details": {"open"},
    "a": {"href", "aria-hidden", "tabindex"},
    "img": {"src", "alt"},
    "ol": {"start", "type"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "div": {"tabindex", "aria-label"},
    "nav": {"aria-label", "tabindex"},
    "pre": {"tabindex"},
    "span": {"tabindex"},
    "input": {"type", "checked", "disabled"},
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"form", "stretchy", "fence", "lspace", "rspace", "minsize", "maxsize", "movablelimits"},
    "mspace": {"width", "height", "mathbackground"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel", "mathcolor", "mathsize"},
    "mrow": {"mathbackground", "mathcolor"},
    "mpadded": {"width", "height", "depth", "voffset"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"displaystyle"},
}
STYLES = {"text-align", "width", "color", "background-color", "background-image"}
_MARK = re.compile("\ue002image-\\d+\ue002")


def clean(html: str) -> str:
    """Return HTML without scripts, handlers, forms, frames, style sheets and anything that is loaded from elsewhere.

    Images must be marks of `document.IMAGE`; the exporter puts the pictures themselves in their place afterwards.

    >>> clean('<p onclick="x()">a<script>b</script><a href="javascript:c">d</a><img src="https://e.org/f.png"></p>')
    '<p>a<a>d</a><img></p>'
    """
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        set_tag_attribute_values={"pre": {"tabindex": "0"}},  # whoever has no mouse scrolls it by keys
        clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "noscript", "form"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        filter_style_properties=STYLES,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Keep images of our own only, styles that load nothing, and checkboxes of task lists without their form."""
    if tag == "img" and name == "src":
        return value if _MARK.fullmatch(value) else None
    if tag == "a" and name == "href":
        return value if value.startswith(("#", "http://", "https://", "mailto:")) else None
    if tag == "input" and name == "type":
        return value if value == "checkbox" else None
    if name == "style" and ("url" in value.lower() or "image(" in value.lower() or "\\" in value):
        return None
    return value
