"""Text stays text beside whatever stands before it.

Pandoc escapes every piece of text by itself: it would write `*a*.has(x)` as the call `#emph[a].has(x)`, and two pieces
that are a slash each as the beginning of a comment.
"""

from typing import Any

_CONTAINERS = {"Emph", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Underline", "Note"}
_CODE = {"RawInline", "Math", "Code", "Cite", "Image"}
_NOWHERE, _BEHIND_CODE, _BEHIND_DOT = range(3)


def close_code(tree: dict[str, Any]) -> None:
    """Escape, in place, points that would look up a field of the code before them, and slashes behind slashes."""
    walker = _Walker()
    walker.walk(tree["meta"])
    walker.walk(tree["blocks"])


class _Walker:
    """Goes through a tree in the order in which it is written."""

    def __init__(self) -> None:
        self.state = _NOWHERE
        self.slash = False

    def walk(self, node: Any) -> None:
        if isinstance(node, dict):
            self._element(node)
        elif isinstance(node, list):
            for item in node:
                self.walk(item)

    def _element(self, node: dict[str, Any]) -> None:
        kind = node.get("t")
        if kind == "Str":
            self._text(node)
        elif kind in _CODE:
            self.state = self.state if self.state == _BEHIND_DOT else _BEHIND_CODE
            for part in node["c"] if kind in ("Cite", "Image") else ():
                self.walk(part)
        elif kind in ("Span", "Link"):  # of which nothing but the text may be left
            self.walk(node["c"])
            self.state = self.state or _BEHIND_CODE
        else:
            self.state, self.slash = _NOWHERE, False
            for value in node.values():
                self.walk(value)
            self.state, self.slash = _BEHIND_CODE if kind in _CONTAINERS else _NOWHERE, False

    def _text(self, node: dict[str, Any]) -> None:
        text = node["c"]
        if not text:
            return
        field = text[1:] if text[0] == "." and self.state == _BEHIND_CODE else text
        begins = (field is not text or self.state == _BEHIND_DOT) and field[:1].isidentifier()
        if begins or (self.slash and text[0] == "/"):
            node["t"], node["c"] = "Span", [["", [], []], [_escaped(text[0]), {"t": "Str", "c": text[1:]}]]
        self.slash = text[-1] == "/"
        self.state = _BEHIND_DOT if text == "." and self.state == _BEHIND_CODE else _NOWHERE


def _escaped(character: str) -> dict[str, Any]:
    return {"t": "RawInline", "c": ["typst", f"\\u{{{ord(character):x}}}"]}
