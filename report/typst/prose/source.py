r"""Markdown for pandoc's reader of CommonMark, its extensions kept to what a notebook of ours means by them.

Attributes in braces belong to code, links, spans and headings only; elsewhere `{` is a brace. `--` and `...` stay as
they are typed. A table may begin below a line of text, as in GitHub's Markdown.
"""

import re
from typing import Any

from .formulas import take_out
from .marks import AT, BRACE, DOUBLE, NOTHING, SINGLE, Taken
from .parts import CODE, TAG, blocks

FLAVOUR = (
    "commonmark+attributes+fenced_divs+bracketed_spans+footnotes+pipe_tables+strikeout+task_lists"
    "+autolink_bare_uris+smart"
)
"""CommonMark and what GitHub adds, with the blocks and attributes of reports; raw Typst is no part of it."""
FIELDS = ("title", "subtitle", "abstract", "dataset_note", "date", "short_title")
"""The metadata that are Markdown."""

_KEPT = re.compile(
    rf"{CODE} | {TAG} | (?P<at>\\@) | \\. | (?P<rule>^[ \t>|:=+*_-]*$) | (?P<div>^[ >]*:{{3,}}.*$) | \b(?:https?://|www\.)[^\s\"'<>]+"
    rf"| (?P<run>--+|\.\.\.+) | (?P<attributes>(?<=[)\]`])\{{[^{{}}\n]*\}}) | (?P<brace>\{{) | (?P<quote>[\"'])",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_VALUE = re.compile(r"""=(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')""")
_ATTRIBUTES = re.compile(r"\{[^{}\n]*\}[ \t]*#*[ \t]*$")
_HEADING = re.compile(r"[ >]*#{1,6}[ \t]")
_HASHES = re.compile(r"^([ ]{0,3}#{2,6})(?=[^\s#{}<>()\[\]!,;:.=|-])(?=.*\w)", re.MULTILINE)
"""What was a heading in the first years of Jupyter: with two or more hashes, and no blank behind them."""
_UNDERLINE = re.compile(r"[ >]*(?:=+|-+)[ \t]*")
_DELIMITERS = re.compile(r"[ >]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_CAPTION = re.compile(r"(?:Table)?: +\S")
_WORDS = r"((?:Table)?: +\S[^\n]*)"
_CAPTIONS = re.compile(rf"(\|[^\n]*\n\n+){_WORDS}(?=\n|$)|(^|\n\n){_WORDS}(?=\n\n[^\n]*\|)")
_LABEL = re.compile(r"(\{[^{}\n]*\}[ \t]*)$")
_PREFIX = re.compile(r"[ >]*")


def without_meaning(document: dict[str, Any], taken: Taken) -> dict[str, Any]:
    """Return a document (see `assembly.cells`) with all its Markdown as `prepared` makes it."""
    cells = [{**cell, "parts": [_part(part, taken) for part in cell["parts"]]} for cell in document["cells"]]
    fields = {name: prepared(str(text), taken) for name, text in document["metadata"].items() if name in FIELDS}
    return {**document, "cells": cells, "metadata": document["metadata"] | fields}


def _part(part: dict[str, Any], taken: Taken) -> dict[str, Any]:
    part = {**part}
    if part["kind"] == "markdown" or part.get("format") == "markdown":
        part["text"] = prepared(part["text"], taken, quotes=part.get("quotes", True))
    if part.get("caption"):
        part["caption"] = prepared(str(part["caption"]), taken)
    if part.get("images"):
        part["images"] = [{**one, "caption": prepared(one["caption"], taken)} for one in part["images"]]
    return part


def prepared(text: str, taken: Taken, *, quotes: bool = True) -> str:
    r"""Return Markdown that pandoc's reader takes for what Jupyter shows.

    Parameters
    ----------
    text : str
    taken : Taken
        Takes the formulas.
    quotes : bool
        Whether straight quotes are those of prose, which the typesetter makes those of the language.

    >>> taken = Taken()
    >>> text = prepared("a -- b {.c}\n|x|\n|-|", taken)
    >>> text.splitlines()[1:]
    ['', '|x|', '|-|']
    >>> taken.put_back(text).splitlines()[0]
    'a -- b {.c}'
    """
    out = []
    for is_code, stretch in blocks(text):
        if not is_code:
            stretch = _marked(_with_tables(take_out(_HASHES.sub(r"\1 ", stretch), taken)), quotes=quotes)
        out.append(stretch)
    return "\n".join(out)


def _with_tables(text: str) -> str:
    """Put a blank line between a line of text and the table below it, and between a table and its caption."""
    lines = text.split("\n")
    if "|" not in text or len(lines) < 2:
        return text
    out = lines[:1]
    for above, head, rule in zip(lines[:-1], lines[1:], [*lines[2:], ""], strict=True):
        if "|" in rule and above.strip(" \t>|:-") and _DELIMITERS.fullmatch(rule) and _columns(head) == _columns(rule):
            out.append(_PREFIX.match(head)[0].rstrip())  # type: ignore[index]
        out += ["", head] if "|" in above and _CAPTION.match(head) else [head]
    return _CAPTIONS.sub(_with_span, "\n".join(out))


def _with_span(caption: re.Match[str]) -> str:
    """Let the attributes of a table's caption be those of an empty span, which `filters/captions.lua` knows."""
    before, words = (caption[1], caption[2]) if caption[2] else (caption[3], caption[4])
    return before + _LABEL.sub(r"[]\1", words)


def _columns(line: str) -> int:
    """Return how many cells a row of a table has."""
    line = re.sub(r"\\.", "", line).strip(" \t>")
    return line.removeprefix("|").removesuffix("|").count("|") + 1 if "|" in line else 0


def _marked(text: str, *, quotes: bool) -> str:
    """Put marks in the place of characters that mean nothing in Jupyter."""
    ends = _attributes_of_headings(text)

    def mark(match: re.Match[str]) -> str:
        if match["run"]:
            return NOTHING.join(match["run"])
        if match["at"]:
            return AT
        if match["attributes"]:
            return _VALUE.sub(_value, match[0])
        if match["brace"]:
            return "{" if match.start() in ends else BRACE
        if match["quote"]:
            return match[0] if quotes else {'"': DOUBLE, "'": SINGLE}[match[0]]
        return match[0]

    return _KEPT.sub(mark, text)


def _value(match: re.Match[str]) -> str:
    """Return the value of an attribute in the quotes that pandoc takes, with marks for those within."""
    text = re.sub(r"\\([\"'])", r"\1", match[1] or match[2] or "")
    return f'="{text.replace(chr(34), DOUBLE)}"'


def _attributes_of_headings(text: str) -> set[int]:
    """Return where the attributes begin that stand at the end of a heading."""
    lines, places, start = text.split("\n"), set(), 0
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        found = _ATTRIBUTES.search(line)
        if found and (_HEADING.match(line) or (line.strip() and below.strip() and _UNDERLINE.fullmatch(below))):
            places.add(start + found.start())
        start += len(line) + 1
    return places
