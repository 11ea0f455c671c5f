r"""Directives as people type them, in Quarto's and MyST's fences, rewritten as pandoc's fenced Divs.

``:::{note} Title``, ```` ```{note} Title ````, ``::: {.callout-note title="Title"}`` and ``::: note`` all become::

    ::::: {.callout-note}

    :::: {.box-title}
    []{.start}Title
    ::::

Inner Divs have fewer colons than outer ones, and all have more than any line of code: pandoc's reader of CommonMark
takes a line of enough colons for the end of a Div wherever it stands. What a cell leaves open is closed at its end, as
Jupyter does, and marked with the attribute ``unclosed``. The empty span makes a paragraph of whatever title, be it
``1. Words`` or ``# Words``.
"""

import re
from dataclasses import dataclass

from .kinds import kind_of

FENCE = re.compile(r"(?P<prefix>(?: {0,3}>)* {0,3})(?P<marks>:{3,}|`{3,}|~{3,})(?P<rest>.*)")
_MARKS = re.compile(r"[ >]*(:{3,}|`{3,}|~{3,})")
_DIRECTIVE = re.compile(r"\{([A-Za-z][\w:+.-]*)\}[ \t]*(.*)")
_QUOTED = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_ATTRIBUTES = re.compile(rf"""\{{((?:[^{{}}"']|{_QUOTED})*)\}}[ \t]*:*""")
_WORD = re.compile(r"([^\s{}:]+)[ \t]*:*")
_TITLE = re.compile(rf"(?:^|\s)(?:title|name)=({_QUOTED}|\S+)")
_OPTION = re.compile(r"[ >]*:([\w-]+):(.*)")
_YAML = re.compile(r"[ >]*([\w-]+):(.*)")
TAG = re.compile(r"<(/?)(details|div)\b(?=[^<>]*>)", re.IGNORECASE)
_SPAN = re.compile(r"(?<!`)(`++).*?(?<!`)\1(?!`)")
_OPTIONS = ("label", "name", "class", "open", "nonumber", "enumerated", "icon", "align", "width", "color", "margin")
"""Options of directives that are done as they say, or say how a web page looks; any other one stays as text."""
_SILENT = ("index", "toctree", "tableofcontents", "bibliography")
"""Directives for a book's pages: nothing is shown in their place; the list of references has its own."""
_CODE = ("code", "code-block", "code-cell", "sourcecode")


@dataclass
class _Fence:
    """A fence that is open: its marks, its prefix (of a quotation); of a Div the line that opens it, and its colons."""

    marks: str
    prefix: str
    line: int = -1
    colons: str = ""

    def is_closed_by(self, marks: str) -> bool:
        return marks[0] == self.marks[0] and (marks[0] == ":" or len(marks) >= len(self.marks))


def divs(text: str) -> str:
    r"""Return Markdown whose directives are Divs of pandoc.

    >>> print(divs(":::{tip} A *b*\n:label: x\nc\n:::"))
    <BLANKLINE>
    :::::: {.directive directive="tip" #x}
    <BLANKLINE>
    ::::: {.box-title}
    []{.start}A *b*
    :::::
    <BLANKLINE>
    c
    <BLANKLINE>
    ::::::
    <BLANKLINE>
    """
    if not re.search(r":::|[`~]{3}[ \t]*\{|<d(?:etails|iv)\b", text, re.IGNORECASE):
        return text
    return _Rewriter(text).text()


class _Rewriter:
    """Goes through the lines of one cell."""

    def __init__(self, text: str) -> None:
        self.rest = text.split("\n")[::-1]
        self.out: list[str] = []
        self.open: list[_Fence] = []
        self.tags: list[tuple[str, int, int]] = []
        fences = [marks for line in self.rest if (marks := _MARKS.match(line))]
        self.colons = max((len(marks[1]) for marks in fences if marks[1][0] == ":"), default=3) + len(fences) + 1

    def text(self) -> str:
        while self.rest:
            self._line(self.rest.pop())
        for fence in self.open[::-1]:
            self._close(fence)
            if fence.line >= 0:
                self.out[fence.line] = self.out[fence.line][:-1] + ' unclosed="true"}'
        for _, line, place in self.tags[:1]:
            self.out[line] = f'{self.out[line][:place]} unclosed="true"{self.out[line][place:]}'
        for name, _, _ in self.tags[::-1]:
            self.out += ["", f"</{name}>"]
        return "\n".join(self.out)

    def _line(self, line: str) -> None:
        while self.open and ">" in self.open[-1].prefix and not line.lstrip().startswith(">"):
            self._close(self.open.pop())
        top = self.open[-1] if self.open else None
        fence = FENCE.match(line)
        if top and fence and not fence["rest"].strip(": \t") and top.is_closed_by(fence["marks"]):
            self._close(self.open.pop())
        elif top and top.line < 0:  # inside code
            self.out.append(line)
        elif not fence or not self._opened(fence["prefix"], fence["marks"], fence["rest"].strip()):
            self._note_tags(line)
            self.out.append(line)

    def _opened(self, prefix: str, marks: str, rest: str) -> bool:
        """Open the Div, or the code, that a line begins; say whether it does."""
        directive, attributes, word = (one.fullmatch(rest) for one in (_DIRECTIVE, _ATTRIBUTES, _WORD))
        if directive and directive[1] in _SILENT and self._dropped(_Fence(marks, prefix)):
            return True
        if directive and (marks[0] == ":" or kind_of(directive[1])):
            self._directive(prefix, marks, *directive.groups())
        elif marks[0] != ":":
            if marks[0] == "`" and "`" in rest:
                return False
            language = (directive[2] if directive[1] in _CODE else directive[1]) if directive else _language(rest)
            self.open.append(_Fence(marks, prefix))
            self.out.append(f"{prefix}{marks}{language}")
        elif attributes:
            title = _TITLE.search(attributes[1])
            self._div(prefix, marks, _TITLE.sub("", attributes[1]), _unquoted(title[1]) if title else "")
        elif word:
            self._div(prefix, marks, f".{word[1]}", "")
        else:
            return False
        return True

    def _dropped(self, fence: _Fence) -> bool:
        """Drop the lines of a fence with the one that closes it; say whether there is one."""
        for count, line in enumerate(reversed(self.rest), 1):
            closing = FENCE.match(line)
            if closing and not closing["rest"].strip() and fence.is_closed_by(closing["marks"]):
                del self.rest[-count:]
                self.out.append(fence.prefix.rstrip())
                return True
        return False

    def _directive(self, prefix: str, marks: str, name: str, argument: str) -> None:
        options = self._options()
        classes = options.get("class", "").split()
        if name == "admonition":
            name = next((one for one in classes if kind_of(one)), name)
        pairs = [f'.directive directive="{name}"']
        if label := options.get("label") or options.get("name"):
            pairs.append("#" + re.sub(r"[^\w:.-]+", "-", label))
        if kind_of(name) == "sol" and re.fullmatch(r"[\w:.-]+", argument):
            pairs, argument = [*pairs, f'for="{argument}"'], ""
        if "dropdown" in classes or "open" in options:
            pairs.append(f'collapse="{str("open" not in options).lower()}"')
        pairs += ['numbered="false"'] if "nonumber" in options or options.get("enumerated") == "false" else []
        self._div(prefix, marks, " ".join(pairs), argument)

    def _options(self) -> dict[str, str]:
        """Take the options below the first line of a directive: ``:label: x``, or YAML between dashes."""
        found: dict[str, str] = {}
        form = _OPTION
        if self._takes_dashes():
            form = _YAML
        unknown: list[str] = []
        while self.rest and (option := form.fullmatch(self.rest[-1])):
            line = self.rest.pop()
            if option[1] in _OPTIONS:
                found[option[1]] = option[2].strip().strip("\"'")
            else:
                unknown += [line, line[: option.start(1)].rstrip(" :")]
        if form is _YAML:
            self._takes_dashes()
        self.rest += unknown[::-1]
        return found

    def _takes_dashes(self) -> bool:
        """Take a line of three dashes, if it comes next."""
        return bool(self.rest) and self.rest[-1].strip("> \t") == "---" and bool(self.rest.pop())

    def _div(self, prefix: str, marks: str, attributes: str, title: str) -> None:
        blank = prefix.rstrip()
        colons = ":" * (self.colons - sum(fence.line >= 0 for fence in self.open))
        self.open.append(_Fence(marks, prefix, len(self.out) + 1, colons))
        self.out += [blank, f"{prefix}{colons} {{{attributes.strip()}}}", blank]
        if title:
            inner = f"{prefix}{colons[1:]}"
            self.out += [f"{inner} {{.box-title}}", f"{prefix}[]{{.start}}{title}", inner, blank]

    def _close(self, fence: _Fence) -> None:
        if fence.line < 0:
            self.out.append(fence.prefix + fence.marks)
        else:
            self.out += [fence.prefix.rstrip(), f"{fence.prefix}{fence.colons}", fence.prefix.rstrip()]

    def _note_tags(self, line: str) -> None:
        """Remember the tags of HTML that are open: their name, their line, and where in it the name ends."""
        for tag in TAG.finditer(_SPAN.sub(lambda code: " " * len(code[0]), line)):
            name = tag[2].lower()
            if not tag[1]:
                self.tags.append((name, len(self.out), tag.end()))
            elif self.tags and self.tags[-1][0] == name:
                self.tags.pop()


def _language(info: str) -> str:
    """Return the language of a block of code; attributes of pandoc's form stay as they are.

    >>> _language("{r, echo=FALSE}"), _language('python title="a.py"'), _language("{.python #lst-a}")
    ('r', 'python', '{.python #lst-a}')
    """
    found = re.match(r"\{?\s*([^\s,{}]*)", info)
    return info if re.match(r"\{[.#=]", info) or not found else found[1]


def _unquoted(value: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", value[1:-1]) if value[0] in "\"'" else value
