"""Colours in formulas: CSS names and hexadecimal numbers."""

from __future__ import annotations

import re

from .errors import MathError
from .grammar import Parser
from .tokens import Token, untokenize

COLOURS = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
    "cyan": "#00ffff", "aqua": "#00ffff", "magenta": "#ff00ff", "fuchsia": "#ff00ff", "yellow": "#ffff00",
    "gray": "#808080", "grey": "#808080", "lightgray": "#d3d3d3", "darkgray": "#a9a9a9", "silver": "#c0c0c0",
    "orange": "#ffa500", "purple": "#800080", "violet": "#ee82ee", "brown": "#a52a2a", "pink": "#ffc0cb",
    "lime": "#00ff00", "olive": "#808000", "teal": "#008080", "navy": "#000080", "maroon": "#800000",
    "crimson": "#dc143c", "firebrick": "#b22222", "darkred": "#8b0000", "tomato": "#ff6347", "coral": "#ff7f50",
    "gold": "#ffd700", "darkorange": "#ff8c00", "forestgreen": "#228b22", "darkgreen": "#006400",
    "seagreen": "#2e8b57", "limegreen": "#32cd32", "steelblue": "#4682b4", "royalblue": "#4169e1",
    "dodgerblue": "#1e90ff", "darkblue": "#00008b", "skyblue": "#87ceeb", "turquoise": "#40e0d0",
    "indigo": "#4b0082", "orchid": "#da70d6", "plum": "#dda0dd", "salmon": "#fa8072", "chocolate": "#d2691e",
    "slategray": "#708090", "tan": "#d2b48c", "khaki": "#f0e68c", "beige": "#f5f5dc", "lavender": "#e6e6fa",
}  # fmt: skip
"""The colour names of CSS that formulas use; any other is written as #rrggbb."""


def read_colour(parser: Parser, command: Token) -> str:
    """Read a colour as #rrggbb."""
    name = untokenize(parser.stream.read_group(command)).strip()
    if colour := colour_or_nothing(name):
        return colour
    raise MathError(f"{command}: expected a colour such as red or #cc0000, got {name!r}")


def colour_or_nothing(name: str) -> str:
    """Return a colour as #rrggbb, or nothing where it is none.

    >>> colour_or_nothing("Red"), colour_or_nothing("#0cf"), colour_or_nothing("5px")
    ('#ff0000', '#00ccff', '')
    """
    if name.lower() in COLOURS:
        return COLOURS[name.lower()]
    if match := re.fullmatch(r"#?([0-9A-Fa-f]{6})", name):
        return "#" + match[1].lower()
    if re.fullmatch(r"#[0-9A-Fa-f]{3}", name):
        return "#" + "".join(2 * digit for digit in name[1:].lower())
    return ""
