"""Tables of commands whose arguments are formulas: how each is called in the tree."""

from __future__ import annotations

from .calls import TEMPLATES

CALLS = {f"\\{name}": (name, template.arguments) for name, template in TEMPLATES.items() if template.arguments}
"""Command -> name of the call, number of arguments."""

ACCENTS = {
    **{f"\\{name}": name for name in ("acute", "grave", "breve", "check", "hat", "tilde", "bar", "vec", "dot", "ddot")},
    **{f"\\{name}": name for name in ("dddot", "ddddot", "mathring", "widehat", "widetilde", "widecheck")},
    **{f"\\{name}": name for name in ("overrightarrow", "overleftarrow", "overleftrightarrow")},
    **{f"\\{name}": name for name in ("overrightharpoon", "overleftharpoon", "underrightarrow", "underleftarrow")},
    **{f"\\{name}": name for name in ("underleftrightarrow", "utilde", "overparen", "underparen")},
    "\\widebar": "overline",
    "\\Overrightarrow": "Overrightarrow",
    "\\wideparen": "overparen",
    "\\overgroup": "overparen",
    "\\undergroup": "underparen",
}

FONTS = {
    "\\mathbb": "bb", "\\Bbb": "bb", "\\mathcal": "cal", "\\mathscr": "scr", "\\mathfrak": "frak", "\\frak": "frak",
    "\\mathsf": "sans", "\\mathsfit": "sansitalic", "\\mathtt": "mono",
    "\\mathbf": "boldupright", "\\bold": "boldupright", "\\boldsymbol": "bold",
    "\\bm": "bold", "\\pmb": "bold", "\\mathrm": "upright", "\\mathup": "upright", "\\mathit": "italic",
    "\\mathnormal": "normal", "\\mathbfit": "bold", "\\mathbfup": "boldupright", "\\mathsfup": "sans",
    "\\symbf": "boldupright", "\\symbfup": "boldupright", "\\symbfit": "bold", "\\symit": "italic",
    "\\symrm": "upright", "\\symup": "upright", "\\symnormal": "normal", "\\symbb": "bb", "\\symfrak": "frak",
    "\\symscr": "scr", "\\symcal": "cal", "\\symsf": "sans", "\\symsfup": "sans", "\\symsfit": "sansitalic",
    "\\symtt": "mono",
}  # fmt: skip

FONT_SWITCHES = {
    "\\rm": "upright", "\\bf": "boldupright", "\\it": "italic", "\\sf": "sans", "\\tt": "mono", "\\cal": "cal",
    "\\mit": "italic", "\\boldmath": "bold", "\\scr": "scr",
}  # fmt: skip

STYLE_SWITCHES = {
    "\\displaystyle": "display",
    "\\textstyle": "inline",
    "\\scriptstyle": "script",
    "\\scriptscriptstyle": "sscript",
}

SIZE_SWITCHES = {
    "\\Tiny": "0.5", "\\tiny": "0.5", "\\sixptsize": "0.6", "\\scriptsize": "0.7", "\\footnotesize": "0.8",
    "\\small": "0.9",
    "\\normalsize": "1", "\\large": "1.2", "\\Large": "1.44", "\\LARGE": "1.728", "\\huge": "2.074", "\\Huge": "2.488",
}  # fmt: skip

CLASSES = {
    "\\mathord": "ord", "\\mathbin": "bin", "\\mathrel": "rel", "\\mathopen": "open", "\\mathclose": "close",
    "\\mathpunct": "punct", "\\mathinner": "inner", "\\mathop": "op",
}  # fmt: skip

BIG = {
    f"\\{size}{side}": (height, kind)
    for size, height in (("big", "1.2"), ("Big", "1.8"), ("bigg", "2.4"), ("Bigg", "3"))
    for side, kind in (("", "ord"), ("l", "open"), ("r", "close"), ("m", "rel"))
}

ARROWS = {
    "\\xleftarrow": "←", "\\xrightarrow": "→", "\\xLeftarrow": "⇐", "\\xRightarrow": "⇒", "\\xleftrightarrow": "↔",
    "\\xLeftrightarrow": "⇔", "\\xhookleftarrow": "↩", "\\xhookrightarrow": "↪", "\\xmapsto": "↦",
    "\\xtwoheadleftarrow": "↞", "\\xtwoheadrightarrow": "↠", "\\xleftharpoonup": "↼", "\\xleftharpoondown": "↽",
    "\\xrightharpoonup": "⇀", "\\xrightharpoondown": "⇁", "\\xleftrightharpoons": "⇋", "\\xrightleftharpoons": "⇌",
    "\\xtofrom": "⇄", "\\xlongequal": "=", "\\xequal": "=",
}  # fmt: skip

SPACES = {
    "\\,": 3 / 18, "\\:": 4 / 18, "\\;": 5 / 18, "\\!": -3 / 18, "\\negmedspace": -4 / 18, "\\negthickspace": -5 / 18,
    "\\quad": 1.0, "\\qquad": 2.0, "\\enspace": 0.5, "\\ ": 0.25, "~": 0.25, "\\enskip": 0.5,
    "\\\n": 0.25, "\\\t": 0.25,
}  # fmt: skip

IGNORED = {
    "\\nonumber", "\\notag", "\\relax", "\\allowbreak", "\\nobreak", "\\displaylimits", "\\/", "\\protect", "\\null",
    "\\noindent", "\\ensuremath", "\\hfill", "\\hfil", "\\-",
}  # fmt: skip
"""Commands without effect on a formula that is set in one piece."""

NAMING = (
    "\\class", "\\cssId", "\\style", "\\data", "\\htmlClass", "\\htmlId", "\\htmlStyle", "\\htmlData",
)  # fmt: skip
"""Commands whose first argument is for the scripts of a web page, and whose second is shown."""

REFUSED = {
    "\\includegraphics": "it is not mathematics",
    **dict.fromkeys(("\\cline", "\\multicolumn", "\\hdotsfor"), "use \\hline, or a Markdown table"),
    **dict.fromkeys(("\\mathchoice", "\\char", "\\unicode", "\\raisebox", "\\vcenter"), "write the sign itself"),
    **dict.fromkeys(("\\angl", "\\angln", "\\phase"), "actuarial and phasor marks cannot be drawn"),
    **dict.fromkeys(("\\overlinesegment", "\\underlinesegment", "\\textcircled"), "this mark cannot be drawn"),
    **dict.fromkeys(("\\above", "\\abovewithdelims", "\\overwithdelims", "\\atopwithdelims"), "use \\genfrac"),
    **dict.fromkeys(("\\newenvironment", "\\renewenvironment"), "use \\newcommand"),
    **dict.fromkeys(("\\ce", "\\pu"), "chemistry is not set; write \\mathrm{H_2O}"),
    **dict.fromkeys(("\\if", "\\ifx", "\\ifmode", "\\else", "\\fi"), "TeX's conditions are not run"),
}
"""Commands of LaTeX or KaTeX that are known and not typeset, with what to do instead."""
