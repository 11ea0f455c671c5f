"""What the writer of MathML looks up: spaces, alphabets, and a template for every command that is one."""

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

_FENCED = '<mrow><mo stretchy="true" form="prefix">{}</mo>{}<mo stretchy="true" form="postfix">{}</mo></mrow>'
_STACK = '<mfrac linethickness="0">{}{}</mfrac>'


def _styled(display: str, body: str) -> str:
    return f'<mstyle displaystyle="{display}" scriptlevel="0">{body}</mstyle>'


def _classed(name: str) -> str:
    return f'<mrow class="{name}">{{}}</mrow>'


_BINOMIAL = _FENCED.format("(", _STACK, ")")
CALLS = {
    "frac": "<mfrac>{}{}</mfrac>",
    "dfrac": _styled("true", "<mfrac>{}{}</mfrac>"),
    "tfrac": _styled("false", "<mfrac>{}{}</mfrac>"),
    "cfrac": _styled("true", f"<mfrac>{_styled('true', '{}')}{_styled('true', '{}')}</mfrac>"),
    "binom": _BINOMIAL,
    "dbinom": _styled("true", _BINOMIAL),
    "tbinom": _styled("false", _BINOMIAL),
    "atop": _STACK,
    "brace": _FENCED.format("{{", _STACK, "}}"),
    "brack": _FENCED.format("[", _STACK, "]"),
    "overset": "<mover>{1}{0}</mover>",
    "underset": "<munder>{1}{0}</munder>",
    "sqrt": "<msqrt>{}</msqrt>",
    "root": "<mroot>{1}{0}</mroot>",
    "overbrace": '<mover><mrow>{}</mrow><mo stretchy="true">⏞</mo></mover>',
    "underbrace": '<munder><mrow>{}</mrow><mo stretchy="true">⏟</mo></munder>',
    "overbracket": '<mover><mrow>{}</mrow><mo stretchy="true">⎴</mo></mover>',
    "underbracket": '<munder><mrow>{}</mrow><mo stretchy="true">⎵</mo></munder>',
    **{name: _classed(name) for name in ("overline", "underline", "boxed", "cancel", "bcancel", "xcancel", "sout")},
    "phantom": "<mphantom>{}</mphantom>",
    "hphantom": '<mpadded height="0" depth="0"><mphantom>{}</mphantom></mpadded>',
    "vphantom": '<mpadded width="0"><mphantom>{}</mphantom></mpadded>',
    "smash": "{}",
    **dict.fromkeys(("mathllap", "mathrlap", "mathclap"), "{}"),
    "display": _styled("true", "{}"),
    "inline": _styled("false", "{}"),
    "script": '<mstyle displaystyle="false" scriptlevel="1">{}</mstyle>',
    "sscript": '<mstyle displaystyle="false" scriptlevel="2">{}</mstyle>',
}
"""Templates of MathML; what HTML calls a class is drawn by the page's style sheet."""
