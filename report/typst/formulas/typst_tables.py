r"""What the writer of Typst looks up: symbols and fonts."""

from __future__ import annotations

MISCLASSED = {
    (char, kind)
    for kind, characters in (
        ("ord", "\\√∫▲△▼▽◊★⧫∇∀∃∄∁¬∆"), ("bin", "&†‡⊲⊳⊴⊵⋖⋗◯⦵"), ("rel", "▸◂"), ("open", "|‖"), ("close", "|‖?"),
        ("punct", "."),
    )
    for char in characters
}  # fmt: skip
"""Symbols whose class in TeX is not the one that Typst gives their character."""
PREDEFINED = {
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "ctg", "deg", "det", "dim", "exp", "gcd",
    "hom", "inf", "ker", "lg", "lim", "ln", "log", "max", "min", "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh", "tg",
}  # fmt: skip
"""Functions that Typst knows by TeX's name, with the same limits."""
NOTHING = '""'
SPACES = {3: "thin", 4: "med", 5: "thick", 18: "quad", 36: "wide"}
FONTS = {
    "bb": "bb({})", "cal": "cal({})", "scr": "scr({})", "frak": "frak({})", "sans": "sans({})",
    "sansitalic": "italic(sans({}))",
    "mono": "texmono({})", "bold": "bold({})", "boldupright": "upright(bold({}))", "upright": "upright({})",
    "italic": "italic({})",
    "normal": "{}",
}  # fmt: skip
TEXT_STYLES = {"": "{}", "bold": "bold({})", "italic": "italic({})", "sans": "sans({})", "mono": "texmono({})"}
CLASSES = {
    "ord": "normal", "op": "large", "bin": "binary", "rel": "relation", "open": "opening", "close": "closing",
    "punct": "punctuation", "inner": "normal",
}  # fmt: skip
ESCAPED = set("\\#$\"_^&/()[]{}|,;:@~'*`")
TRANSPARENT = {"color", "phantom", "size", "link", "font", "display", "inline", "script", "sscript"}
SPACED = {"boxed", "colorbox", "rule", "ref"}
