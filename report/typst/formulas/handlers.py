"""Commands that become one node: `HANDLERS` has the function that reads each one's arguments."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import delimiters, tables, textmode
from .colours import colour_or_nothing, read_colour
from .commands import (
    ACCENTS,
    ARROWS,
    BIG,
    CALLS,
    CLASSES,
    FONT_SWITCHES,
    FONTS,
    IGNORED,
    NAMING,
    SIZE_SWITCHES,
    SPACES,
    STYLE_SWITCHES,
)
from .errors import MathError
from .grammar import Parser
from .nodes import Call, Node, Operator, Row, Space, Symbol, Text
from .symbols import SYMBOLS, character, negated
from .tokens import Token, untokenize

_INFIX = {"\\over": "frac", "\\choose": "binom", "\\atop": "atop", "\\brace": "brace", "\\brack": "brack"}
_UNITS = {
    "em": 1.0,
    "ex": 0.431,
    "mu": 1 / 18,
    "pt": 0.1,
    "mm": 0.2845,
    "cm": 2.845,
    "in": 7.227,
    "pc": 1.2,
    "px": 0.075,
}
_DIMENSION = re.compile(r"\s*([+-]?)\s*(\d*[.,]?\d+|\d+[.,])\s*(" + "|".join(_UNITS) + r")\s*")


def _infix(parser: Parser, token: Token, above: Row) -> Node:
    r"""Read what follows `\over` and its kin to the end of the group."""
    return Call(_INFIX[token], (above, parser.parse_row()))


def _switch(parser: Parser, token: Token) -> Node:
    """Apply a font, a size, a style or a colour to the rest of the group."""
    if token == "\\color":
        colour = read_colour(parser, token)
        return Call("color", (parser.parse_row(),), (colour,))
    rest = parser.parse_row()
    if token in FONT_SWITCHES:
        return Call("font", (rest,), (FONT_SWITCHES[token],))
    if token in SIZE_SWITCHES:
        return Call("size", (rest,), (SIZE_SWITCHES[token],))
    return Call(STYLE_SWITCHES[token], (rest,))


def dimension(text: str, command: Token) -> float:
    """Read a length as a number of em.

    >>> dimension("-18mu", "")
    -1.0
    """
    match = _DIMENSION.fullmatch(text)
    if not match:
        raise MathError(f"{command} needs a length such as 1em or 3mu, got {text!r}")
    return round(float(match[1] + match[2].replace(",", ".")) * _UNITS[match[3]], 4)


def _call(parser: Parser, token: Token) -> Node:
    name, count = CALLS[token]
    if token == "\\smash":
        parser.stream.read_optional(token)
    return Call(name, tuple(parser.parse_argument(token) for _ in range(count)))


def _accent(parser: Parser, token: Token) -> Node:
    if ACCENTS[token] == "overline":
        return Call("overline", (parser.parse_argument(token),))
    return Call("accent", (parser.parse_argument(token),), (ACCENTS[token],))


def _font(parser: Parser, token: Token) -> Node:
    return Call("font", (parser.parse_argument(token),), (FONTS[token],))


def _class(parser: Parser, token: Token) -> Node:
    body = parser.parse_argument(token)
    if token == "\\mathop":
        return Call("operator", (body,), ("limits",))
    return Call("class", (body,), (CLASSES[token],))


def _space(parser: Parser, token: Token) -> Node:
    return Space(SPACES[token])


def _length(parser: Parser, token: Token) -> Node:
    parser.stream.take("*")
    if parser.stream.skip_blanks() == "{":
        return Space(dimension("".join(parser.stream.read_group(token)), token))
    text = ""
    while (char := parser.stream.pop()) is not None:
        text += char
        if _DIMENSION.fullmatch(text):
            return Space(dimension(text, token))
        if len(text) > 40 or not re.fullmatch(r"[\s+\-.,\da-z]*", text):
            break
    return Space(dimension(text, token))


def _sqrt(parser: Parser, token: Token) -> Node:
    index = parser.stream.read_optional(token)
    body = parser.parse_argument(token)
    return Call("sqrt", (body,)) if not index else Call("root", (parser.parse_tokens(index), body))


def _operatorname(parser: Parser, token: Token) -> Node:
    limits = parser.stream.take("*")
    tokens = parser.stream.read_group(token)
    name = "".join({"\\,": "\u2009", "\\;": " ", "\\:": " ", "\\ ": " ", "~": " ", "\\!": ""}.get(t, t) for t in tokens)
    if re.fullmatch(r"[\w\s.'-]+", name) and "_" not in name:
        return Operator(
            re.sub(r"\s", lambda blank: "" if blank[0] == " " and " " in tokens else blank[0], name), limits
        )
    body = Call("font", (parser.parse_tokens(tokens),), ("upright",))
    return Call("operator", (body,), ("limits",) if limits else ())


def _not(parser: Parser, token: Token) -> Node:
    body = parser.parse_argument(token)
    symbol = body.children[0] if isinstance(body, Row) and len(body.children) == 1 else body
    if isinstance(symbol, Symbol):
        return negated(symbol) or Call("not", (symbol,), (symbol.kind,))
    return Call("not", (body,), ("ord",))


def _dots(parser: Parser, token: Token) -> Node:
    following = parser.stream.skip_blanks(expand=True) or ""
    symbol = SYMBOLS.get(following) or (character(following) if len(following) == 1 else None)
    centred = symbol is not None and (symbol.kind in ("bin", "rel", "op") or following in ("\\int", "\\sum"))
    return SYMBOLS["\\cdots" if centred else "\\ldots"]


def _textcolor(parser: Parser, token: Token) -> Node:
    colour = read_colour(parser, token)
    return Call("color", (parser.parse_argument(token),), (colour,))


def _colorbox(parser: Parser, token: Token) -> Node:
    border = read_colour(parser, token) if token == "\\fcolorbox" else ""
    fill = read_colour(parser, token)
    return Call("colorbox", (textmode.parse_text(parser, parser.stream.read_group(token)),), (fill, border))


def _link(parser: Parser, token: Token) -> Node:
    address = untokenize(parser.stream.read_group(token)).replace("\\", "").strip()
    if not re.match(r"(https?://|mailto:)", address):
        raise MathError(f"{token}: expected an address that starts with https://, http:// or mailto:, got {address!r}")
    return Call("link", (Text(address, "mono") if token == "\\url" else parser.parse_argument(token),), (address,))


def _big(parser: Parser, token: Token) -> Node:
    return Call("big", (Symbol(delimiters.read_delimiter(parser, token)),), BIG[token])


def _arrow(parser: Parser, token: Token) -> Node:
    below = parser.stream.read_optional(token)
    above = parser.parse_argument(token)
    return Call("arrow", (above, parser.parse_tokens(below or [])), (ARROWS[token],))


def _root(parser: Parser, token: Token) -> Node:
    r"""Read plain TeX's `\root 3 \of x`."""
    index = parser.parse_tokens(parser.stream.read_until("\\of", token))
    return Call("root", (index, parser.parse_argument(token)))


def _bbox(parser: Parser, token: Token) -> Node:
    r"""Read `\bbox[yellow, 5px, border: 1px solid red]{x}`."""
    options = untokenize(parser.stream.read_optional(token) or [])
    body = parser.parse_argument(token)
    fills = [name for part in options.split(",") if (name := colour_or_nothing(part.strip()))]
    if "border" not in options:
        return Call("colorbox", (body,), (fills[0], "")) if fills else body
    return Call("colorbox", (body,), (fills[0] if fills else "#ffffff", "#000000"))


def _genfrac(parser: Parser, token: Token) -> Node:
    left, right, thickness, style = ("".join(parser.stream.read_group(token)).strip() for _ in range(4))
    body: Node = Call(
        "atop" if thickness.startswith("0") else "frac", (parser.parse_argument(token), parser.parse_argument(token))
    )
    if left or right:
        body = delimiters.fence(left, body, right)
    return Call(("display", "inline", "script", "sscript")[int(style)], (body,)) if style in tuple("0123") else body


def _rule(parser: Parser, token: Token) -> Node:
    raised = parser.stream.read_optional(token) or ["0em"]
    sizes = (raised, parser.stream.read_group(token), parser.stream.read_group(token))
    return Call("rule", (), tuple(f"{dimension(''.join(size), token):g}" for size in sizes))


def _label(parser: Parser, token: Token) -> None:
    if parser.label:
        raise MathError(f"two labels on one line: {parser.label} and another")
    parser.label = untokenize(parser.stream.read_group(token)).strip()


def _tag(parser: Parser, token: Token) -> None:
    bare = parser.stream.take("*")
    text = textmode.plain_text(parser.stream.read_group(token))
    parser.tag = text if bare else f"({text})"


def _reference(parser: Parser, token: Token) -> Node:
    name = untokenize(parser.stream.read_group(token)).strip()
    return Call("ref", (), (name, "eqref" if token == "\\eqref" else "ref"))


def _set(parser: Parser, token: Token) -> Node | None:
    """Read the braket commands, whose first bar divides: set builders and Dirac's brackets."""
    tokens = parser.stream.read_group(token)
    bar = {"\\set": ["\\mid"], "\\braket": ["|"]}.get(token, ["\\,", "\\middle", "|", "\\,"])
    divided: list[Token] = []
    first = tokens.index("|") if "|" in tokens else len(tokens)
    for place, item in enumerate(tokens):
        divided.extend(bar if item in ("|", "\\mid", "\\vert") and place <= first else [item])
    opening, closing = {
        "\\set": (["\\{", "\\,"], ["\\,", "\\}"]),
        "\\Set": (["\\left", "\\{", "\\:"], ["\\:", "\\right", "\\}"]),
        "\\braket": (["\\langle"], ["\\rangle"]),
        "\\Braket": (["\\left", "\\langle"], ["\\right", "\\rangle"]),
    }[token]
    return parser.parse_tokens(["{", *opening, *divided, *closing, "}"])


def _named(parser: Parser, token: Token) -> Node:
    r"""Read `\class{name}{formula}` and its kin, which give a part of a web page a name or a style."""
    parser.stream.read_group(token)
    return parser.parse_argument(token)


def _require(parser: Parser, token: Token) -> None:
    """Drop the name of a package: all that are known are at hand."""
    parser.stream.read_group(token)


def _ignore(parser: Parser, token: Token) -> None:
    return None


HANDLERS: dict[Token, Callable[[Parser, Token], Node | None]] = {
    **dict.fromkeys(CALLS, _call),
    **dict.fromkeys(ACCENTS, _accent),
    **dict.fromkeys(FONTS, _font),
    **dict.fromkeys(CLASSES, _class),
    **dict.fromkeys(SPACES, _space),
    **dict.fromkeys(("\\hspace", "\\kern", "\\mkern", "\\hskip", "\\mskip", "\\mspace"), _length),
    **dict.fromkeys(BIG, _big),
    **dict.fromkeys(ARROWS, _arrow),
    **dict.fromkeys(IGNORED, _ignore),
    **dict.fromkeys(textmode.COMMANDS, textmode.text_command),
    **dict.fromkeys(("\\set", "\\Set", "\\braket", "\\Braket"), _set),
    **dict.fromkeys(("\\href", "\\url"), _link),
    **dict.fromkeys(("\\colorbox", "\\fcolorbox"), _colorbox),
    **dict.fromkeys(("\\eqref", "\\ref", "\\autoref", "\\cref"), _reference),
    **dict.fromkeys(NAMING, _named),
    "\\require": _require,
    **dict.fromkeys(tables.PLAIN, tables.plain_table),
    **dict.fromkeys(textmode.WORDS, lambda parser, token: Text(textmode.WORDS[token])),
    "\\root": _root,
    "\\bbox": _bbox,
    "\\sqrt": _sqrt,
    "\\left": delimiters.left_right,
    "\\operatorname": _operatorname,
    "\\operatornamewithlimits": _operatorname,
    "\\not": _not,
    "\\dots": _dots,
    "\\textcolor": _textcolor,
    "\\genfrac": _genfrac,
    "\\rule": _rule,
    "\\label": _label,
    "\\tag": _tag,
}

INFIX = dict.fromkeys(_INFIX, _infix)
SWITCHES = dict.fromkeys((*FONT_SWITCHES, *STYLE_SWITCHES, *SIZE_SWITCHES, "\\color"), _switch)
