"""What each command with arguments becomes: one line per command, for the parser and for both writers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """Templates of Typst and of MathML; `arguments` is how many the command of this name reads, 0 where there is none.

    What HTML calls a class is drawn by the page's style sheet.
    """

    typst: str
    mathml: str
    arguments: int = 0


@dataclass(frozen=True)
class Accent:
    """A Typst template, the character that MathML sets over or under the base, and whether the mark grows with it."""

    typst: str
    character: str
    grows: bool = False
    below: bool = False


_FENCED = '<mrow><mo stretchy="true" form="prefix">{}</mo>{}<mo stretchy="true" form="postfix">{}</mo></mrow>'
_STACK = '<mfrac linethickness="0">{}{}</mfrac>'


def _styled(display: str, body: str) -> str:
    return f'<mstyle displaystyle="{display}" scriptlevel="0">{body}</mstyle>'


def _classed(name: str) -> str:
    return f'<mrow class="{name}">{{}}</mrow>'


_BINOMIAL = _FENCED.format("(", _STACK, ")")
TEMPLATES = {
    "frac": Template("frac({}, {})", "<mfrac>{}{}</mfrac>", 2),
    "dfrac": Template("display(frac({}, {}))", _styled("true", "<mfrac>{}{}</mfrac>"), 2),
    "tfrac": Template("inline(frac({}, {}))", _styled("false", "<mfrac>{}{}</mfrac>"), 2),
    "cfrac": Template(
        "display(frac(display({}), display({})))",
        _styled("true", f"<mfrac>{_styled('true', '{}')}{_styled('true', '{}')}</mfrac>"),
        2,
    ),
    "binom": Template("binom({}, {})", _BINOMIAL, 2),
    "dbinom": Template("display(binom({}, {}))", _styled("true", _BINOMIAL), 2),
    "tbinom": Template("inline(binom({}, {}))", _styled("false", _BINOMIAL), 2),
    "atop": Template("texatop({}, {})", _STACK),
    "brace": Template(r"lr(\{{texatop({}, {})\}})", _FENCED.format("{{", _STACK, "}}")),
    "brack": Template(r"lr(\[texatop({}, {})\])", _FENCED.format("[", _STACK, "]")),
    "overset": Template("limits({1})^({0})", "<mover>{1}{0}</mover>", 2),
    "underset": Template("limits({1})_({0})", "<munder>{1}{0}</munder>", 2),
    "sqrt": Template("sqrt({})", "<msqrt>{}</msqrt>"),
    "root": Template("root({}, {})", "<mroot>{1}{0}</mroot>"),
    "overline": Template("overline({})", _classed("overline"), 1),
    "underline": Template("underline({})", _classed("underline"), 1),
    "overbrace": Template("limits(overbrace({}))", '<mover><mrow>{}</mrow><mo stretchy="true">⏞</mo></mover>', 1),
    "underbrace": Template("limits(underbrace({}))", '<munder><mrow>{}</mrow><mo stretchy="true">⏟</mo></munder>', 1),
    "overbracket": Template("limits(overbracket({}))", '<mover><mrow>{}</mrow><mo stretchy="true">⎴</mo></mover>', 1),
    "underbracket": Template(
        "limits(underbracket({}))", '<munder><mrow>{}</mrow><mo stretchy="true">⎵</mo></munder>', 1
    ),
    "boxed": Template("texboxed({})", _classed("boxed"), 1),
    "cancel": Template("cancel({})", _classed("cancel"), 1),
    "bcancel": Template("cancel(inverted: #true, {})", _classed("bcancel"), 1),
    "xcancel": Template("cancel(cross: #true, {})", _classed("xcancel"), 1),
    "sout": Template("cancel(angle: #90deg, {})", _classed("sout"), 1),
    "phantom": Template("texphantom({})", "<mphantom>{}</mphantom>", 1),
    "hphantom": Template("texhphantom({})", '<mpadded height="0" depth="0"><mphantom>{}</mphantom></mpadded>', 1),
    "vphantom": Template("texvphantom({})", '<mpadded width="0"><mphantom>{}</mphantom></mpadded>', 1),
    "smash": Template("{}", "{}", 1),
    "mathllap": Template('texlap("right", {})', "{}", 1),
    "mathrlap": Template('texlap("left", {})', "{}", 1),
    "mathclap": Template('texlap("center", {})', "{}", 1),
    "display": Template("display({})", _styled("true", "{}")),
    "inline": Template("inline({})", _styled("false", "{}")),
    "script": Template("script({})", '<mstyle displaystyle="false" scriptlevel="1">{}</mstyle>'),
    "sscript": Template("sscript({})", '<mstyle displaystyle="false" scriptlevel="2">{}</mstyle>'),
}

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
