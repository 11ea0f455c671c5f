"""The colours of tables: of pandas' Styler, which keeps them in a style sheet by cell, and of cells themselves.

They become attributes of the cells, ``data-our-fill``, ``data-our-ink`` and ``data-our-bold``, which survive where
style sheets do not: colours as ``#rrggbb``; a bar as its colours and where each begins, in per cent: ``#d65f5f 0,
#ffffff 62.5``.
"""

import re

from PIL import ImageColor

_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_ID = re.compile(r"#([\w-]+)\s*")
_CELL = re.compile(r"<t[dh]\b([^<>]*)>", re.IGNORECASE)
_COLOURED = re.compile(r"<t[dh]\b[^<>]*\bstyle\s*=[^<>]*(?:color|background|font-weight)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(id|style)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_BAR = re.compile(r"linear-gradient\(\s*(?:90deg|to right)\s*,(.*)\)\s*$", re.DOTALL)
_STOP = re.compile(r"\s*([#\w]+(?:\([^()]*\))?)\s*([\d.]+)?%?\s*(?:,|$)")
_MOST_STOPS = 12


def with_colours(html: str) -> str:
    """Return the HTML of tables whose cells say their colours in attributes.

    >>> with_colours("<style>#a, #b {color: red; font-weight: bold}</style><td id='b'>1</td>").partition("</style>")[2]
    "<td data-our-ink='#ff0000' data-our-bold='true' id='b'>1</td>"
    """
    sheet: dict[str, str] = {}
    for rules in _SHEET.findall(html):
        for selectors, declarations in _RULE.findall(rules):
            for selector in selectors.split(","):
                if found := _ID.fullmatch(selector.strip()):
                    sheet[found[1]] = f"{sheet.get(found[1], '')};{declarations}"

    def coloured(cell: re.Match[str]) -> str:
        given = {name.lower(): "".join(values) for name, *values in _ATTRIBUTE.findall(cell[1])}
        looks = _looks(f"{sheet.get(given.get('id', ''), '')};{given.get('style', '')}")
        attributes = "".join(f" data-our-{name}='{value}'" for name, value in looks.items())
        return f"{cell[0][:3]}{attributes}{cell[0][3:]}"

    return _CELL.sub(coloured, html) if sheet or _COLOURED.search(html) else html


def _looks(declarations: str) -> dict[str, str]:
    """Return the fill, the ink and the weight that a style gives."""
    looks: dict[str, str] = {}
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if name in ("background", "background-color") and (fill := _bar(value) or colour(value)):
            bar = looks.get("fill", "")
            looks["fill"] = bar.replace("#ffffff", fill) if " " in bar else fill
        elif name == "color" and (ink := colour(value)):
            looks["ink"] = ink
        elif name == "font-weight" and value in ("bold", "bolder", "600", "700", "800", "900"):
            looks["bold"] = "true"
    return looks


def colour(value: str) -> str:
    """Return a colour of CSS as ``#rrggbb``, laid on white; nothing for what is none.

    >>> colour("white"), colour("rgba(255, 0, 0, 0.5)"), colour("inherit")
    ('#ffffff', '#ff8080', '')
    """
    alpha = 1.0
    if found := re.fullmatch(r"rgba?\((.*?)[,/\s]\s*([\d.]+)(%?)\s*\)", value) if value.startswith("rgba") else None:
        value, alpha = f"rgb({found[1]})", float(found[2]) / (100 if found[3] else 1)
    try:
        red, green, blue, *more = ImageColor.getrgb(value)
    except ValueError:
        return ""
    alpha = more[0] / 255 if more else min(alpha, 1.0)
    return "#" + "".join(f"{round(255 + (part - 255) * alpha):02x}" for part in (red, green, blue))


def _bar(value: str) -> str:
    """Return the colours of a bar and where each begins; nothing where it is none."""
    found = _BAR.match(value)
    stops = [(colour(name) or "#ffffff", float(place or 0)) for name, place in _STOP.findall(found[1])] if found else []
    if not 0 < len(stops) <= _MOST_STOPS:
        return ""
    begins = [0.0, *(place for _, place in stops[:-1])]  # each colour ends where it says, or where the next one begins
    return ", ".join(f"{name} {begin:g}" for (name, _), begin in zip(stops, begins, strict=True) if begin < 100)


def css(looks: dict[str, str]) -> str:
    """Return the style of a cell of a page; dark ink on a fill, whatever the page's own is.

    >>> css({"fill": "#d65f5f 0, #ffffff 40"})
    'background-image: linear-gradient(90deg, #d65f5f 0% 40%, #ffffff 40% 100%); color: #000000'
    """
    fill, ink = looks.get("fill", ""), looks.get("ink", "")
    parts = [f"background-color: {fill}"] if fill and " " not in fill else []
    if " " in fill:
        stops = [stop.split() for stop in fill.split(", ")]
        ends = [*(begin for _, begin in stops[1:]), "100"]
        shown = (f"{name} {begin}% {end}%" for (name, begin), end in zip(stops, ends, strict=True))
        parts = [f"background-image: linear-gradient(90deg, {', '.join(shown)})"]
    parts += [f"color: {ink or '#000000'}"] if ink or fill else []
    return "; ".join(parts)
