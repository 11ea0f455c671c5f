r"""Trees to MathML Core, which browsers draw without scripts.

What MathML Core has no element for (boxes, strokes, rules of arrays) carries a class that the page's style sheet draws.
"""

from __future__ import annotations

from functools import singledispatchmethod
from html import escape

from .alphabets import letter
from .calls import ACCENTS, TEMPLATES
from .mathml_operators import fence, function, is_no_operand, operator, prime_mark, relation, small_mark
from .mathml_tables import ALPHABETS, INTEGRALS, LIMITED, SPACES_AROUND, UPRIGHT
from .nodes import Call, Fenced, Node, Operator, Row, Scripts, Space, Symbol, Table, Text, word_of


def mathml(node: Node, font: str = "") -> str:
    """Return a node as MathML, its letters in a font of TeX (`bb`, `boldupright` ...)."""
    return _Writer(font).write(node)


class _Writer:
    def __init__(self, font: str) -> None:
        self.font = font

    @singledispatchmethod
    def write(self, node: Node) -> str:
        raise TypeError(f"no way to write {type(node).__name__}")

    @write.register
    def _(self, node: Symbol) -> str:
        if node.kind == "num":
            return f"<mn>{self._letters(node.text)}</mn>"
        if node.kind in ("var", "ord", "inner") or node.text in ("|", "‖"):
            return self._identifier(node)
        if node.kind == "op":
            return operator(node.text)
        if node.kind in ("open", "close"):
            return operator(node.text, stretchy="false", form="prefix" if node.kind == "open" else "postfix")
        return operator(node.text, **SPACES_AROUND[node.kind])

    def _identifier(self, node: Symbol) -> str:
        text = self._letters(node.text)
        upright = self.font in UPRIGHT or (not self.font and node.kind != "var")
        variant = ' mathvariant="normal"' if upright and text == node.text and len(text) == 1 else ""
        bold = ' class="bold"' if "bold" in self.font and text == node.text else ""
        return f"<mi{variant}{bold}>{escape(text)}</mi>"

    def _letters(self, text: str) -> str:
        return "".join(letter(char, ALPHABETS.get(self.font, "")) for char in text)

    @write.register
    def _(self, node: Text) -> str:
        style = f' class="{node.style}"' if node.style else ""
        return f"<mtext{style}>{escape(node.text).replace(' ', chr(0xA0))}</mtext>"

    @write.register
    def _(self, node: Operator) -> str:
        return operator(node.name, form="prefix", lspace="0.1667em", rspace="0.1667em")

    @write.register
    def _(self, node: Space) -> str:
        return f'<mspace width="{node.em:.4g}em"></mspace>'

    @write.register
    def _(self, node: Row) -> str:
        if len(node.children) == 1:
            return self.write(node.children[0])
        return f"<mrow>{self.row(node.children)}</mrow>"

    def row(self, children: tuple[Node, ...]) -> str:
        """Write nodes side by side; a sign without a left operand, as in (-x), takes no space."""
        written = ""
        for place, child in enumerate(children):
            before = children[place - 1] if place else None
            after = children[place + 1] if place + 1 < len(children) else None
            if isinstance(child, Symbol) and child.kind == "bin" and is_no_operand(before):
                written += operator(child.text, form="prefix", lspace="0em", rspace="0em")
            elif isinstance(child, Operator):
                written += function(child, before, after)
            elif isinstance(child, Symbol) and child.kind == "rel":
                written += relation(child, before, after)
            elif isinstance(child, Row) and len(child.children) == 1:
                written += self._braced(child.children[0])
            else:
                written += self.write(child)
        return written

    def _braced(self, node: Node) -> str:
        """Write what stands alone in braces, where TeX gives a sign no space: 1{,}000."""
        if isinstance(node, Symbol) and node.kind in ("bin", "rel", "punct"):
            return operator(node.text, **SPACES_AROUND["ord"])
        return self.write(node)

    @write.register
    def _(self, node: Scripts) -> str:
        base = self._script_base(node)
        sup = "" if node.sup is None else self.write(node.sup)
        if node.primes:
            primes = prime_mark(node.primes)
            sup = f"<mrow>{primes}{sup}</mrow>" if sup else primes
        sub = "" if node.sub is None else self.write(node.sub)
        if _takes_limits(node):
            return _scripted(base, sub, sup, ("munder", "mover", "munderover"))
        return _scripted(base, sub, sup, ("msub", "msup", "msubsup"))

    def _script_base(self, node: Scripts) -> str:
        base = node.base
        movable = {} if node.limits is None else {"movablelimits": "false"}
        if isinstance(base, Operator):
            return operator(
                base.name, form="prefix", lspace="0.1667em", rspace="0.1667em", **({"movablelimits": "true"} | movable)
            )
        if isinstance(base, Symbol) and base.kind == "op" and movable:
            return operator(base.text, **movable)
        return self.write(base)

    @write.register
    def _(self, node: Fenced) -> str:
        body = self.write(node.parts[0])
        for middle, part in zip(node.middles, node.parts[1:], strict=True):
            body += operator(middle, stretchy="true", lspace="0.1667em", rspace="0.1667em") + self.write(part)
        return f"<mrow>{fence(node.left, 'prefix')}{body}{fence(node.right, 'postfix')}</mrow>"

    @write.register
    def _(self, node: Call) -> str:
        if node.name in TEMPLATES:
            return TEMPLATES[node.name].mathml.format(*(self.write(argument) for argument in node.args))
        return getattr(self, f"_{node.name}")(node)

    def _font(self, node: Call) -> str:
        font = node.options[0]
        word = word_of(node)
        if word and font == "upright":
            return f"<mi>{escape(word)}</mi>"
        return mathml(node.args[0], "" if font == "normal" else font)

    def _accent(self, node: Call) -> str:
        accent = ACCENTS[node.options[0]]
        mark = operator(accent.character, stretchy="true") if accent.grows else small_mark(accent.character)
        body = self.write(node.args[0])
        if accent.below:
            return f'<munder accentunder="true">{body}{mark}</munder>'
        return f'<mover accent="true">{body}{mark}</mover>'

    def _operator(self, node: Call) -> str:
        space = '<mspace width="0.1667em"></mspace>'
        return f"<mrow>{space}{self.write(node.args[0])}{space}</mrow>"

    def _class(self, node: Call) -> str:
        body, kind = node.args[0], node.options[0]
        inner = body.children[0] if isinstance(body, Row) and len(body.children) == 1 else body
        if isinstance(inner, Symbol):
            return self.write(Symbol(inner.text, kind))
        width = SPACES_AROUND.get(kind, {}).get("lspace", "0em")
        space = f'<mspace width="{width}"></mspace>' if width != "0em" else ""
        return f"<mrow>{space}{self.write(body)}{space}</mrow>"

    def _not(self, node: Call) -> str:
        return f'<mrow class="not">{self.write(node.args[0])}</mrow>'

    def _big(self, node: Call) -> str:
        """Write a delimiter of one size; the empty mi keeps scripts, a fraction or a stroke from stretching it anew."""
        height, kind = node.options
        size = {"minsize": f"{height}em", "maxsize": f"{height}em"}
        spaces = SPACES_AROUND["rel"] if kind == "rel" else SPACES_AROUND["ord"]
        sign = node.args[0]
        if not isinstance(sign, Symbol):
            return ""
        return f"<mrow><mi></mi>{operator(sign.text, stretchy='true', **size, **spaces)}</mrow>"

    def _arrow(self, node: Call) -> str:
        above, below = (self.write(argument) if argument != Row() else "" for argument in node.args)
        padding = '<mspace width="0.4em"></mspace>'
        above, below = (f"<mrow>{padding}{script}{padding}</mrow>" if script else "" for script in (above, below))
        return _scripted(operator(node.options[0], stretchy="true"), below, above, ("munder", "mover", "munderover"))

    def _color(self, node: Call) -> str:
        return f'<mstyle mathcolor="{node.options[0]}">{self.write(node.args[0])}</mstyle>'

    def _colorbox(self, node: Call) -> str:
        fill, border = node.options
        boxed = ' class="boxed"' if border else ""
        return f'<mrow{boxed} mathbackground="{fill}" mathcolor="#000000">{self.write(node.args[0])}</mrow>'

    def _size(self, node: Call) -> str:
        return f'<mstyle mathsize="{float(node.options[0]):.0%}">{self.write(node.args[0])}</mstyle>'

    def _link(self, node: Call) -> str:
        return self.write(node.args[0])

    def _ref(self, node: Call) -> str:
        return f"<mtext>{reference_mark(*node.options)}</mtext>"

    def _rule(self, node: Call) -> str:
        _, width, height = node.options
        return f'<mspace width="{width}em" height="{height}em" mathbackground="currentcolor"></mspace>'

    @write.register
    def _(self, node: Table) -> str:
        style = {"display": ' displaystyle="true"', "script": ' class="small"'}.get(node.style, "")
        table = f"<mtable{style}>{''.join(self.table_row(node, number) for number in range(len(node.rows)))}</mtable>"
        if not (node.left or node.right):
            return table
        return f"<mrow>{fence(node.left, 'prefix')}{table}{fence(node.right, 'postfix')}</mrow>"

    def table_row(self, table: Table, number: int, extra: str = "", identifier: str = "") -> str:
        """Write one row; `extra` is another cell at its end."""
        line = table.rows[number]
        width = max(len(row.cells) for row in table.rows)
        last = number == len(table.rows) - 1
        ruled = [("top", number in table.lines), ("bottom", last and number + 1 in table.lines)]
        cells = ""
        for place in range(width):
            classes = [table.columns[place % len(table.columns)]]
            classes += [name for name, present in ruled if present]
            classes += ["rule"] if place in table.rules else []
            classes += ["last-rule"] if place == width - 1 and width in table.rules else []
            if table.staggered and len(table.rows) > 1:
                classes += ["first"] * (number == 0) + ["last"] * last
            if table.gaps != "columns":
                classes.append("pair" if place % 2 == 0 and place and table.gaps == "pairs" else "tight")
            cell = self._aligned_cell(line.cells[place], table, place) if place < len(line.cells) else ""
            cells += f'<mtd class="{" ".join(classes)}">{cell}</mtd>'
        return f"<mtr{identifier}>{cells}{extra}</mtr>"

    def _aligned_cell(self, cell: Node, table: Table, place: int) -> str:
        """Write a cell; behind an alignment point its first sign is between operands, as in a &= b and &+ c."""
        if table.gaps == "columns" or not place or not isinstance(cell, Row):
            return self.write(cell)
        return f"<mrow><mi></mi>{self.row((Symbol(''), *cell.children))}</mrow>"


def table_element(table: Table, extras: list[str], identifiers: list[str]) -> str:
    """Write displayed lines with one more cell each, for their numbers."""
    writer = _Writer("")
    rows = (writer.table_row(table, k, *more) for k, more in enumerate(zip(extras, identifiers, strict=True)))
    return f'<mtable displaystyle="true">{"".join(rows)}</mtable>'


def reference_mark(name: str, kind: str) -> str:
    r"""Return the mark that stands for the number of a `\ref` until all numbers are known."""
    return f"\ue001{kind}:{escape(name)}\ue001"


def _scripted(base: str, sub: str, sup: str, elements: tuple[str, str, str]) -> str:
    if sub and sup:
        return f"<{elements[2]}>{base}{sub}{sup}</{elements[2]}>"
    element, script = (elements[0], sub) if sub else (elements[1], sup)
    return f"<{element}>{base}{script}</{element}>" if script else base


def _takes_limits(node: Scripts) -> bool:
    """Whether scripts stand below and above; MathML moves them beside within a line by itself."""
    if node.limits is not None:
        return node.limits
    base = node.base
    if isinstance(base, Operator):
        return base.limits
    if isinstance(base, Call):
        return base.name in LIMITED or (base.name == "operator" and bool(base.options))
    return isinstance(base, Symbol) and base.kind == "op" and base.text not in INTEGRALS
