"""Operators of MathML with the spaces that TeX gives them, which depend on what stands beside."""

from __future__ import annotations

from html import escape

from .mathml_tables import SPACES_AROUND
from .nodes import Fenced, Node, Operator, Space, Symbol


def operator(text: str, **attributes: str) -> str:
    """Return an mo element."""
    return f"<mo{_attributes(attributes)}>{escape(text)}</mo>"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def small_mark(char: str) -> str:
    """Write an accent that does not grow; an arrow is set small, as it is over one letter."""
    return operator(char, stretchy="false", **({"class": "small"} if char == "→" else {}))


def fence(char: str, form: str) -> str:
    """Write a delimiter that grows; nothing for TeX's full stop."""
    return operator(char, stretchy="true", fence="true", form=form, lspace="0em", rspace="0em") if char else ""


def is_no_operand(node: Node | None) -> bool:
    """Whether a sign behind this node has no left operand, as the minus in (-x)."""
    if isinstance(node, Space):
        return False
    return (
        node is None
        or isinstance(node, Operator)
        or (isinstance(node, Symbol) and node.kind in ("bin", "rel", "open", "punct", "op"))
    )


def relation(node: Symbol, before: Node | None, after: Node | None) -> str:
    """Write a relation; two in a row, as in :=, stand close together."""
    width = SPACES_AROUND["rel"]["lspace"]
    sides = {"lspace": before, "rspace": after}
    return operator(node.text, **{side: "0em" if _is_relation(other) else width for side, other in sides.items()})


def _is_relation(node: Node | None) -> bool:
    return isinstance(node, Symbol) and node.kind == "rel"


def function(node: Operator, before: Node | None, after: Node | None) -> str:
    """Write the name of a function, apart from what is beside it but not from its parenthesis."""
    left = "0em" if is_no_operand(before) else "0.1667em"
    closed = (
        after is None
        or isinstance(after, Fenced)
        or (isinstance(after, Symbol) and after.kind not in ("var", "num", "ord", "op"))
    )
    return operator(node.name, form="prefix", lspace=left, rspace="0em" if closed else "0.1667em")


def prime_mark(count: int) -> str:
    """Write primes as large as TeX sets them: the font's prime is raised already, so the script is let down."""
    signs = "⁗" * ((count - 1) // 4) + "′″‴⁗"[(count - 1) % 4]
    prime = operator(signs, lspace="0em", rspace="0em", **{"class": "prime"})
    return f'<mpadded voffset="-0.5em" height="0.6em">{prime}</mpadded>'
