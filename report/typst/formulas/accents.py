"""Accents and other marks over and under a formula, for both writers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Accent:
    """A Typst template, the character that MathML sets over or under the base, and whether the mark grows with it."""

    typst: str
    character: str
    grows: bool = False
    below: bool = False


ACCENTS = {
    "acute": Accent("acute({})", "´"),
    "grave": Accent("grave({})", "`"),
    "breve": Accent("breve({})", "˘"),
    "check": Accent("caron({})", "ˇ"),
    "hat": Accent("hat({})", "ˆ"),
    "tilde": Accent("tilde({})", "˜"),
    "bar": Accent("macron({})", "¯"),
    "vec": Accent("arrow({})", "→"),
    "dot": Accent("dot({})", "˙"),
    "ddot": Accent("dot.double({})", "¨"),
    "dddot": Accent("dot.triple({})", "⃛"),
    "ddddot": Accent("dot.quad({})", "⃜"),
    "mathring": Accent("circle({})", "˚"),
    "widehat": Accent("hat({})", "^", grows=True),
    "widetilde": Accent("tilde({})", "~", grows=True),
    "widecheck": Accent("caron({})", "ˇ", grows=True),
    "overrightarrow": Accent("arrow({})", "→", grows=True),
    "overleftarrow": Accent("arrow.l({})", "←", grows=True),
    "overleftrightarrow": Accent("arrow.l.r({})", "↔", grows=True),
    "overrightharpoon": Accent("harpoon({})", "⇀", grows=True),
    "overleftharpoon": Accent("harpoon.lt({})", "↼", grows=True),
    "Overrightarrow": Accent("texover(⇒, {})", "⇒", grows=True),
    "underrightarrow": Accent("texunder(→, {})", "→", grows=True, below=True),
    "underleftarrow": Accent("texunder(←, {})", "←", grows=True, below=True),
    "underleftrightarrow": Accent("texunder(↔, {})", "↔", grows=True, below=True),
    "utilde": Accent('texaccent({}, "\\u{{330}}")', "~", grows=True, below=True),
    "overparen": Accent("overparen({})", "⏜", grows=True),
    "underparen": Accent("underparen({})", "⏝", grows=True, below=True),
}
