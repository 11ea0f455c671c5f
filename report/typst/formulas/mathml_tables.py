"""What the writer of MathML looks up: spaces and alphabets."""

from __future__ import annotations

_NONE = {"lspace": "0em", "rspace": "0em"}
SPACES_AROUND = {
    "ord": _NONE,
    "inner": _NONE,
    "op": {"lspace": "0.1667em", "rspace": "0.1667em"},
    "bin": {"lspace": "0.2222em", "rspace": "0.2222em"},
    "rel": {"lspace": "0.2778em", "rspace": "0.2778em"},
    "punct": {"lspace": "0em", "rspace": "0.1667em"},
}
"""TeX's spaces around each class, in the attributes of mo."""

ALPHABETS = {
    "bb": "bb", "cal": "scr", "scr": "scr", "frak": "frak", "sans": "sans", "sansitalic": "sansitalic", "mono": "mono",
    "bold": "bolditalic", "boldupright": "bold", "italic": "italic",
}  # fmt: skip
"""Fonts of TeX -> alphabets of Unicode."""

UPRIGHT = {"upright", "boldupright"}
INTEGRALS = set("∫∬∭⨌∮∯∰")
LIMITED = {"overbrace", "underbrace", "overbracket", "underbracket", "arrow"}
"""Commands that take their scripts above and below."""
