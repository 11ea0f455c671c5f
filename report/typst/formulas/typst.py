r"""Trees to Typst's math.

Characters are written as themselves, never by Typst's names, which change between versions; every delimiter is escaped,
so that only `\left` and `\right` grow. Functions that begin with `tex` are defined in math.typ.
"""

from __future__ import annotations

import unicodedata
from functools import singledispatch

from .calls import ACCENTS, TEMPLATES
from .nodes import Call, Fenced, Line, Node, Operator, Row, Scripts, Space, Symbol, Table, Text, word_of
from .typst_tables import (
    CLASSES,
    ESCAPED,
    FONTS,
    MISCLASSED,
    NOTHING,
    PREDEFINED,
    SPACED,
    SPACES,
    TEXT_STYLES,
    TRANSPARENT,
)


def string(text: str) -> str:
    """Return a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@singledispatch
def write(node: Node) -> str:
    """Return a node as Typst math."""
    raise TypeError(f"no way to write {type(node).__name__}")


@write.register
def _(node: Symbol) -> str:
    characters = "".join(_character(char) for char in node.text)
    if node.kind == "num" or (len(node.text) == 1 and (node.text, node.kind) not in MISCLASSED):
        return characters
    if unicodedata.combining(node.text[-1]):
        return characters
    return f"class({string(CLASSES[node.kind])}, {characters})"


def _character(char: str) -> str:
    if char in ESCAPED or unicodedata.category(char) in ("Ps", "Pe") or char in "⌜⌝⌞⌟⎰⎱√∛∜":
        return "\\" + char
    return char


@write.register
def _(node: Text) -> str:
    return TEXT_STYLES[node.style].format(string(node.text))


@write.register
def _(node: Operator) -> str:
    if node.name in PREDEFINED:
        return node.name
    return f"op({string(node.name)}{', limits: #true' if node.limits else ''})"


@write.register
def _(node: Space) -> str:
    if (name := SPACES.get(round(node.em * 18))) and abs(node.em * 18 - round(node.em * 18)) < 0.01:
        return name
    return f"#h({node.em:.4g}em)"


@write.register
def _(node: Row) -> str:
    return join(node.children)


def join(nodes: tuple[Node, ...]) -> str:
    """Write nodes side by side; beside words and boxes, where Typst would show a blank, none is written."""
    written, wordy = "", True
    for node in nodes:
        code = _group(node) if isinstance(node, Row) else write(node)
        if not code:
            continue
        if not wordy and not is_wordy(node):
            written += " " + code
        else:
            written = _touch(written, code)
        wordy = is_wordy(node)
    return written


def _touch(left: str, right: str) -> str:
    """Put code side by side without a blank; a comment keeps two names apart."""
    return f"{left}/**/{right}" if left and left[-1].isalnum() and right and right[0].isalnum() else left + right


def _group(row: Row) -> str:
    """Write a braced group; TeX makes one ordinary atom of it, which shows where an operator stands at its edge."""
    edges = [node.kind for node in (row.children[:1] + row.children[-1:]) if isinstance(node, Symbol)]
    if any(kind in ("bin", "rel", "punct", "op", "open", "close") for kind in edges):
        return f'class("normal", {join(row.children)})'
    return join(row.children)


def is_wordy(node: Node | None) -> bool:
    """Whether Typst shows blanks beside a node, as it does beside words and boxes."""
    if isinstance(node, Text) or (isinstance(node, Symbol) and _is_bar(node)):
        return True
    if isinstance(node, Row):
        edges = node.children if len(node.children) < 2 else (node.children[0], node.children[-1])
        return any(map(is_wordy, edges))
    if isinstance(node, Scripts):
        return is_wordy(node.base) or node.base == Row()
    if isinstance(node, Call):
        return node.name in SPACED or (node.name in TRANSPARENT and is_wordy(node.args[-1])) or bool(word_of(node))
    return False


def _is_bar(node: Symbol) -> bool:
    return node.text in ("|", "‖") and node.kind not in ("open", "close")


@write.register
def _(node: Scripts) -> str:
    base = write(node.base) or NOTHING
    if node.limits is not None:
        base = f"{'limits' if node.limits else 'scripts'}({base})"
    elif isinstance(node.base, Row) and len(node.base.children) > 1:
        base = f"texgroup({base})"
    primes = "'" * node.primes if node.sup is None else ""
    sup = "" if node.sup is None else _script("^", node.sup, "′" * node.primes)
    sub = "" if node.sub is None else _script("_", node.sub)
    return base + primes + sub + sup


def _script(mark: str, node: Node, before: str = "") -> str:
    code = write(node) or NOTHING
    symbol = node.children[0] if isinstance(node, Row) and len(node.children) == 1 else node
    if isinstance(symbol, Symbol) and symbol.text.isalnum() and not before:
        return mark + code
    return f"{mark}({before} {code})" if before else f"{mark}({code})"


@write.register
def _(node: Fenced) -> str:
    body = write(node.parts[0])
    for middle, part in zip(node.middles, node.parts[1:], strict=True):
        body = _touch(_touch(body, f"mid({_delimiter(middle, 'fence')})"), write(part))
    return f"lr({_touch(_touch(_delimiter(node.left), body), _delimiter(node.right, 'closing'))})"


def _delimiter(char: str, side: str = "opening") -> str:
    """Write a delimiter; Typst lets only fences grow, so a slash or an arrow is called one."""
    if not char:
        return NOTHING
    return f'class("{side}", {_character(char)})' if char in "/\\↑↓↕⇑⇓⇕" else "\\" + char


@write.register
def _(node: Call) -> str:
    if node.name in TEMPLATES:
        return TEMPLATES[node.name].typst.format(*(write(argument) or NOTHING for argument in node.args))
    return _WRITERS[node.name](node)


def _body(node: Call) -> str:
    """Write the first argument of a call; Typst wants one also where TeX's is empty."""
    return write(node.args[0]) or NOTHING


def _font(node: Call) -> str:
    font = node.options[0]
    if word := word_of(node):
        return string(word) if font == "upright" else FONTS[font].format(string(word))
    return FONTS[font].format(_body(node))


def _accent(node: Call) -> str:
    accent = ACCENTS[node.options[0]]
    wide = isinstance(node.args[0], Row) and len(node.args[0].children) > 1
    code = accent.typst.replace("({}", "(size: #0%, {}") if wide and not accent.grows else accent.typst
    return code.format(_body(node))


def _operator(node: Call) -> str:
    return f"op({_body(node)}{', limits: #true' if node.options else ''})"


def _class(node: Call) -> str:
    return f"class({string(CLASSES[node.options[0]])}, {_body(node)})"


def _not(node: Call) -> str:
    kind = node.options[0]
    struck = f"cancel({_body(node)})"
    return struck if kind in ("var", "num", "ord") else f"class({string(CLASSES[kind])}, {struck})"


def _big(node: Call) -> str:
    height, kind = node.options
    code = f"lr({_delimiter(write_delimiter(node.args[0]))}, size: #{height}em)"
    return f"class({string(CLASSES[kind])}, {code})"


def write_delimiter(node: Node) -> str:
    """Return the character of a delimiter node."""
    return node.text if isinstance(node, Symbol) else ""


def _arrow(node: Call) -> str:
    above, below = (write(argument) for argument in node.args)
    code = f"limits(texarrow({node.options[0]}))"
    return code + (f"^({above})" if above else "") + (f"_({below})" if below else "")


_WRITERS = {
    "font": _font,
    "accent": _accent,
    "operator": _operator,
    "class": _class,
    "not": _not,
    "big": _big,
    "arrow": _arrow,
    "color": lambda node: f"texcolor({string(node.options[0])}, {_body(node)})",
    "colorbox": lambda node: f"texcolorbox({string(node.options[0])}, {string(node.options[1])}, {_body(node)})",
    "size": lambda node: f"texsize({string(node.options[0])}, {_body(node)})",
    "link": lambda node: f"texlink({string(node.options[0])}, {_body(node)})",
    "ref": lambda node: f"#texref({string(node.options[0])}, {string(node.options[1])})",
    "rule": lambda node: "#texrule({}em, {}em, {}em)".format(*node.options),
}


@write.register
def _(node: Table) -> str:
    options = [f"delim: #({string(node.left)}, {string(node.right)})"] if node.left or node.right else []
    if node.style != "text":
        options.append(f"style: {string(node.style)}")
    if node.rules or node.lines:
        options.append(f"rules: #({_numbers(node.rules)}, {_numbers(node.lines)})")
    if node.columns == "l":
        options.append("align: #left")
    if node.gaps != "columns":
        rows = [write_line(line, node) for line in node.rows]
    else:
        width = max(len(line.cells) for line in node.rows)
        rows = [", ".join(_cells(line, node.columns, width)) for line in node.rows]
    return f"texmat({', '.join([*options, '; '.join(map(_closed, rows))])};)"


def _closed(row: str) -> str:
    """Keep the semicolon behind a row: one right behind #h(1em) would end that call, not the row."""
    return row + " " if row.endswith(")") and "#" in row else row


def _numbers(numbers: tuple[int, ...]) -> str:
    return "(" + "".join(f"{number}, " for number in numbers) + ")"


def _cells(line: Line, columns: str, width: int) -> list[str]:
    """Write the cells of a row, as many as the table is wide; where columns differ, Typst aligns at &."""
    cells = [write(cell) for cell in line.cells] + [""] * (width - len(line.cells))
    if len(set(columns)) == 1:
        return [_aligned(code, columns) if columns == "r" else code for code in cells]
    return [_aligned(code, columns[place % len(columns)]) for place, code in enumerate(cells)]


def _aligned(code: str, column: str) -> str:
    return {"l": f"&{code}", "r": f"{code}&", "c": code}[column]


def write_line(line: Line, table: Table) -> str:
    """Write one line of aligned formulas, with & where Typst aligns (right, left, right, left ...)."""
    written, side = "", "r"
    for place, cell in enumerate(line.cells):
        column = table.columns[place % len(table.columns)]
        if place:
            written += "&" if not written or is_wordy(line.cells[place - 1]) else " &"
            side = "l" if side == "r" else "r"
            if side != column and column != "c":
                written += "&"
                side = column
            if table.gaps == "pairs" and place % 2 == 0:
                written += "quad "
        written += write(cell)
    return written
