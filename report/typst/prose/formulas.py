r"""Formulas in Markdown, found as JupyterLab's `removeMath` finds them, and other TeX that is none of its text.

A formula begins with `$`, `$$`, `\\(`, `\\[` or `\begin{...}` outside code, and ends with the next mark of its kind at
which its braces are closed, in the same paragraph. One thing is else: sums of money, `$5 or $6`, are words.
"""

import re

from .marks import Taken, formula, labeled, raw_tex
from .parts import CODE, ESCAPE, TAG

_REFERENCE = r"\\(?:eqref|ref|autoref|cref|Cref|cite[pt]?|parencite)\s*\{[^{}\n]+\}"
_DEFINITION = (
    r"(?:\\(?:global|long)\s*)*\\(?:(?:newcommand|renewcommand|providecommand|DeclareMathOperator)\*?"
    r"\s*(?:\{\s*\\[A-Za-z]+\s*\}|\\[A-Za-z]+)(?:\s*\[[^\[\]\n]*\])*|[gex]?def\s*\\[A-Za-z]+[^{}\n]*)\s*(?=\{)"
)
_STARTS = re.compile(
    rf"""(?P<open>\$\$?|\\\\[(\[]|\\begin\{{(?P<name>[A-Za-z]+\*?)\}})
      | (?P<reference>{_REFERENCE}) | (?P<definition>{_DEFINITION}) | {CODE} | {TAG} | {ESCAPE}""",
    re.VERBOSE | re.DOTALL,
)
_INSIDE = rf"\\\\ | {CODE} | {ESCAPE} | [{{}}] | (?P<blank>\n[ \t>]*\n)"
_CLOSES = {"$": r"\$", "$$": r"\$\$", r"\\(": r"\\\\\)", r"\\[": r"\\\\\]"}
_LABEL = re.compile(r"\s*(\{#[\w:.-]+\})")
_QUOTED = re.compile(r"[ ]{0,3}(?:>[ ]?)+")
_TEX = re.compile(r"[\\^_=<>+*/|]")
"""What sums of money, and other words between dollars, have not."""

_WORD = re.compile(r"(?<![^\s(])[^\W\d_]{2,}(?![^\s,.;:!?)])")

_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_LONGEST = 2000
"""Characters of the text of a definition."""

Span = tuple[int, int]


def take_out(text: str, taken: Taken) -> str:
    r"""Return a stretch of Markdown, no fenced code in it, with marks in the place of its formulas and other TeX.

    >>> typed = "where $ x_1 $ and `$ y $` cost $ 5 or 6 $, see \\ref{a}"
    >>> text = take_out(typed, taken := Taken())
    >>> taken.source(text) == typed
    True
    >>> [kept in text for kept in ("$ x_1 $", "`$ y $`", "$ 5 or 6 $", "ref{a}")]
    [False, True, True, False]
    """
    return _Finder(text, taken).text_without()


class _Finder:
    """Goes through one stretch of text."""

    def __init__(self, text: str, taken: Taken) -> None:
        self.text = text
        self.taken = taken
        self.hopeless: dict[str, int] = {}  # mark that closes -> up to where there is none

    def text_without(self) -> str:
        """Return the text with marks."""
        out, place = [], 0
        while start := _STARTS.search(self.text, place):
            out.append(self.text[place : start.start()])
            mark, place = self._mark(start) or (start[0], start.end())
            out.append(mark)
        return "".join([*out, self.text[place:]])

    def _mark(self, start: re.Match[str]) -> tuple[str, int] | None:
        """Return the mark for what begins at a match, and where that ends; None where it is text."""
        if start["open"]:
            return self._formula(start)
        if not start["reference"] and not start["definition"]:
            return None
        end = start.end() if start["reference"] else _end_of_group(self.text, start.end())
        tex = self.text[start.start() : end]
        return (self.taken.put(raw_tex(tex), tex), end) if end else None

    def _formula(self, start: re.Match[str]) -> tuple[str, int] | None:
        end = self._end(start)
        body = self.text[start.end() : end[0]] if end else ""
        if end is None or not body.strip() or (start[0] == "$" and _is_money(body, self.text[end[1] : end[1] + 1])):
            return None
        displayed = start[0] not in ("$", r"\\(")
        label = _LABEL.match(self.text, end[1]) if displayed else None
        last = label.end() if label else end[1]
        body = self._unquoted(start, body)
        if start["name"]:
            elements = raw_tex(f"{start[0]}{body}\\end{{{start['name']}}}")
        else:
            elements = [formula(body if displayed else body.strip(), displayed=displayed)]
        elements = labeled(elements, label[1] if label else "")
        return self.taken.put(elements, self.text[start.start() : last]), last

    def _end(self, start: re.Match[str]) -> Span | None:
        """Return where the mark that closes a formula stands; None where the paragraph ends without it."""
        closing = _CLOSES.get(start[0]) or rf"\\end\{{{re.escape(start['name'])}\}}"
        if start.end() < self.hopeless.get(closing, 0):
            return None
        inside = re.compile(rf"(?P<close>{closing}) | {_INSIDE}", re.VERBOSE | re.DOTALL)
        depth, last, place = 0, None, start.end()
        while found := inside.search(self.text, place):
            place = found.end()
            if found["close"]:
                last = found.span()
                if depth <= 0:
                    return last
            elif found["blank"]:
                break
            depth = max(depth + (found[0] == "{") - (found[0] == "}"), 0)
        if last is None:
            self.hopeless[closing] = place if found else len(self.text)
        return last

    def _unquoted(self, start: re.Match[str], tex: str) -> str:
        """Return TeX without the marks of the quotation that it stands in."""
        quoted = _QUOTED.match(self.text, self.text.rfind("\n", 0, start.start()) + 1)
        return re.sub(rf"\n{_QUOTED.pattern}", "\n", tex) if quoted else tex


def _end_of_group(text: str, place: int) -> int:
    """Return where the group in braces ends that begins at a place; 0 where it does not."""
    depth = 0
    for found in _BRACES.finditer(text, place, place + _LONGEST):
        depth += (found[0] == "{") - (found[0] == "}")
        if depth == 0:
            return found.end()
    return 0


def _is_money(body: str, after: str) -> bool:
    """Whether dollars are such that only money, or a name, has them: `$5 or $6`, `$ 5 or 6 $`, `$HOME and $PATH`."""
    if body[:1].isdigit() and after.isdigit():
        return True
    inner = body.strip()
    if inner == body or _TEX.search(body):
        return False
    if body[0].isspace() and body[-1].isspace():
        return len(_WORD.findall(body)) + inner[0].isdigit() > 1
    return len(inner.split()) > 1 or inner[0].isdigit()
