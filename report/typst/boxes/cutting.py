"""Markdown without its solutions: cut out of the text itself, not only left out where it is typeset."""

import re
from dataclasses import dataclass

from .directives import FENCE, TAG
from .kinds import kind_of

_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_DIRECTIVE = re.compile(r"\{([A-Za-z][\w:+.-]*)\}")
_SOLVES = re.compile(r"(?:^|[\s{.])\.?solution(?![\w-])|#sol[-:]")
_SOLVES_IN_HTML = re.compile(r"""\bid=["']?sol[-:]|\bclass=(?:["'][^"']*\b|)solution\b""", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)(`++).*?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class _Open:
    """A block that is open: what closes it, its first line, and what it is."""

    marks: str
    line: int
    is_solution: bool
    is_code: bool = False


def without_solutions(text: str) -> str:
    r"""Return a Markdown cell without the boxes that are solutions, in whatever way they are typed.

    A box that is not closed ends with the cell, as it does where it is typeset.

    >>> print(without_solutions("::: {#exr-a}\nAsk.\n:::\n\n::: {#sol-a}\nTell.\n:::\n\nGo on."))
    ::: {#exr-a}
    Ask.
    :::
    <BLANKLINE>
    Go on.
    """
    return _Cutter(text).text()


class _Cutter:
    """Goes through the lines of one cell and notes those of solutions."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.open: list[_Open] = []
        self.cut: set[int] = set()

    def text(self) -> str:
        for number, line in enumerate(self.lines):
            self._line(number, line)
        for block in self.open:
            self._note(block, len(self.lines) - 1)
        if not self.cut:
            return "\n".join(self.lines)
        kept = "\n".join(line for number, line in enumerate(self.lines) if number not in self.cut)
        return re.sub(r"\n{3,}", "\n\n", kept).strip("\n")

    def _line(self, number: int, line: str) -> None:
        top, fence = self.open[-1] if self.open else None, FENCE.match(line)
        if top and fence and not fence["rest"].strip(": \t") and _closes(fence["marks"], top.marks):
            self._note(self.open.pop(), number)
        elif top and top.is_code:
            return
        elif fence and fence["rest"].strip():
            self._fence(number, fence["marks"], fence["rest"].strip())
        elif fence and fence["marks"][0] != ":":
            self.open.append(_Open(fence["marks"], number, is_solution=False, is_code=True))
        else:
            self._tags(number, _CODE_SPAN.sub("", line))

    def _fence(self, number: int, marks: str, rest: str) -> None:
        """Open a Div or code."""
        directive = _DIRECTIVE.match(rest)
        kind = kind_of(directive[1]) if directive else ""
        is_code = marks[0] != ":" and not kind
        solves = kind == "sol" or (not is_code and bool(_SOLVES.search(_QUOTED.sub("", rest))))
        self.open.append(_Open(marks, number, solves, is_code))

    def _tags(self, number: int, line: str) -> None:
        """Open and close what is written as HTML."""
        for tag in TAG.finditer(line):
            name = f"<{tag[2].lower()}"
            if not tag[1]:
                inside = line[tag.end() :].partition(">")[0]
                self.open.append(_Open(name, number, bool(_SOLVES_IN_HTML.search(inside))))
            elif self.open and self.open[-1].marks == name:
                self._note(self.open.pop(), number)

    def _note(self, block: _Open, last: int) -> None:
        if block.is_solution:
            self.cut |= {*range(block.line, last + 1)}


def _closes(marks: str, opened: str) -> bool:
    """Return whether a fence closes another: of Divs any one does, of code one as long or longer."""
    return marks[0] == opened[0] and (marks[0] == ":" or len(marks) >= len(opened))
