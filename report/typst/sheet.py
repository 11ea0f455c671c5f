"""The sheet that a document is set on: the size of its text, its fonts and its words, for template and filters."""

import json
from collections.abc import Mapping
from typing import Any

from .looks import PAPERS, words_in
from .words import Words

FONTS = {
    "mainfont": (["New Computer Modern", "Libertinus Serif"], ["DejaVu Sans Mono"]),
    "monofont": (["DejaVu Sans Mono"], ["New Computer Modern"]),
    "mathfont": (["New Computer Modern Math"], []),
}
"""The fonts inside the Typst compiler, by the setting that puts others before them; a language's own come between."""
_POINTS = 72 / 25.4
_WIDEST = 170
"""Millimetres beyond which no line of text is easy to read."""


def text_size(paper: str) -> tuple[float, float]:
    """Return the width and height in points of the text on a paper of `PAPERS`: 16 cm on A4.

    >>> [round(length / 72 * 2.54, 1) for length in text_size("a4")]
    [16.0, 24.0]
    """
    width, height = PAPERS[paper]
    side = min(25.0, 0.12 * width)
    return round(min(width - 2 * side, _WIDEST) * _POINTS, 6), round((height - 2 * side - 7) * _POINTS, 6)


def needs_no_other_font(settings: Mapping[str, Any]) -> bool:
    """Return whether the fonts inside the Typst compiler are all that settings, and their language, ask for."""
    own = {font.lower() for inside in FONTS.values() for fonts in inside for font in fonts}
    named = [font.lower() for name in FONTS for font in settings.get(name, ())]
    return own.issuperset(named) and not _words(settings)["fonts"]


def _words(settings: Mapping[str, Any]) -> Words:
    return words_in(settings.get("lang", "en"))


def look_file(settings: Mapping[str, Any]) -> bytes:
    """Return the file that the template reads: the fonts, the size of the text, and the words of the language."""
    paper = settings.get("papersize", "a4")
    width, height = text_size(paper)
    across, down = (length * _POINTS for length in PAPERS[paper])
    words = _words(settings)
    fonts = {name: [*settings.get(name, ()), *first, *words["fonts"], *last] for name, (first, last) in FONTS.items()}
    look = {
        "text-width": width, "text-height": height,
        "margin": {"x": round((across - width) / 2, 6), "y": round((down - height - 5 * _POINTS) / 2, 6)},
        "fonts": {name.removesuffix("font"): named for name, named in fonts.items()},
        "words": {name: word for name, word in words.items() if isinstance(word, str)},
        "quotes": {"double": words["quotes"][:2], "single": words["quotes"][2:]},
    }  # fmt: skip
    return (json.dumps(look, indent=1, ensure_ascii=False) + "\n").encode()
