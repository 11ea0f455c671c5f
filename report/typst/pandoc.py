"""Run pandoc with the filters of this package on the document that `assembly` makes."""

import json
import logging
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypandoc

from .chapters import begin_chapters
from .children import Limits, Stopped, run
from .errors import one_line
from .headings import name_headings, refer_by_words
from .prose.marks import Taken
from .prose.source import FIELDS, FLAVOUR, without_meaning

logging.getLogger("pypandoc").setLevel(logging.CRITICAL)  # what it logs, it raises as well
FILTERS = Path(__file__).parent / "filters"
_UNPRINTABLE = re.compile(r"\\(?:\\|u00(?:0[0-8bcef]|1.|7f))|[\x7f\x85\u2028\u2029\ue000-\ue01f\ufeff\ufffe\uffff]")
"""In JSON: control characters, foreign line breaks, and the private characters that the filters use as marks."""

_WORD = re.compile(r'\{"t":"Str","c":("(?=[^"\\]*\\[nrt]|[^"]{1000})(?:[^"\\]|\\.)*")\}')
"""In JSON: a word with a line break or tab, from an entity, or a long one: written in the square of its length."""
_PIECE = re.compile(r"[\n\r\t]+|[^\n\r\t]{1000}?[^\n\r\t]*?\w(?=\w)|[^\n\r\t]+")

_HEAP_EXHAUSTED = 251
_OTHER_LANGUAGE = "nn"
"""Any but English: pandoc changes no letter of its titles."""


def read(document: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Parse the Markdown, HTML and LaTeX of a document.

    Parameters
    ----------
    document : dict
        ``cells`` (see `assembly.cells`) and ``metadata`` (see `metadata.document_metadata`); ``chapters`` says whether
        each notebook is one (see `begin_chapters`).
    limits : Limits
        What pandoc may take.

    Returns
    -------
    dict
        Pandoc's syntax tree: one Div of class ``cell`` for each cell, with ``notebook``, ``cell`` and ``role``.
    """
    taken = Taken()
    source = json.dumps({**without_meaning(document, taken), "flavour": FLAVOUR, "fields": FIELDS})
    held = {"t": "CodeBlock", "c": [["", [], []], source]}
    document_of_it = json.dumps({"pandoc-api-version": _api_version(), "meta": {}, "blocks": [held]})
    lua_filter = str(FILTERS / "reader.lua")
    text = _run(document_of_it, limits, "--from", "json", "--to", "json", "--lua-filter", lua_filter)
    text = taken.put_back(text)
    tree = json.loads(_WORD.sub(_divided, _UNPRINTABLE.sub(_cleaned, text)))
    if "typst:" in text:
        tree["meta"] = _without_typst(tree["meta"])
        for block, cell in zip(tree["blocks"], document["cells"], strict=True):
            block["c"] = block["c"] if cell.get("typst") else _without_typst(block["c"])
    if document.get("chapters"):
        begin_chapters(tree["blocks"])
    name_headings(tree["blocks"])
    refer_by_words(tree["blocks"], numbered=document["metadata"]["switches"]["numbered"] == "true")
    return tree


@lru_cache
def _api_version() -> list[int]:
    """Return what pandoc wants to stand in a syntax tree."""
    return json.loads(_run("", Limits(), "--from", "commonmark", "--to", "json"))["pandoc-api-version"]


def _cleaned(match: re.Match[str]) -> str:
    """Leave something in the place: a text that begins with a blank could begin a heading of Typst."""
    return match[0] if match[0] == r"\\" else "\u200b"


def _divided(match: re.Match[str]) -> str:
    """Return a word as several: blanks between them, never alone at the start, and no piece long."""
    elements: list[dict[str, str]] = []
    for piece in _PIECE.findall(json.loads(match[1])):
        blank = [{"t": "Str", "c": "\u200b"}, {"t": "Space"}]
        elements += blank if piece.isspace() else [{"t": "Str", "c": piece}]
    return json.dumps(elements)[1:-1]


def _without_typst(node: Any) -> Any:
    """Take the attributes and classes that pandoc would write as Typst code out of a tree."""
    if isinstance(node, dict):
        return {key: _without_typst(value) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    if len(node) == 3 and isinstance(node[0], str) and isinstance(node[1], list):  # an Attr
        identifier, classes, pairs = node
        return [identifier, [*filter(_is_plain, classes)], [pair for pair in pairs if _is_plain(pair[0])]]
    return [_without_typst(item) for item in node]


def _is_plain(name: str) -> bool:
    return not name.startswith("typst:")


def write(tree: dict[str, Any], limits: Limits, *, to: str, lua_filter: str) -> tuple[str, dict[str, list]]:
    """Write a syntax tree, after a filter of this package.

    Parameters
    ----------
    tree : dict
        From `read`.
    limits : Limits
        What pandoc may take.
    to : str
        Pandoc's output format, ``typst`` or ``html5``.
    lua_filter : str
        File name of the filter, in the folder ``filters``.

    Returns
    -------
    tuple of str and dict
        The text, and the notes of the filter (see ``filters/notes.lua``): lists of entries that each carry
        ``notebook`` and ``cell``.
    """
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.json")
        tree["meta"]["notes_file"] = {"t": "MetaString", "c": str(notes)}
        lua_filter = str(FILTERS / lua_filter)
        text = _run(json.dumps(tree), limits, "--from", "json", "--to", to, "--lua-filter", lua_filter)
        return text, json.loads(notes.read_text(encoding="utf-8") or "{}")


def write_html(tree: dict[str, Any], limits: Limits, *options: str) -> str:
    """Write a syntax tree that needs no filter as HTML."""
    return _run(json.dumps(tree), limits, "--from", "json", "--to", "html5", *options)


def read_references(text: str, limits: Limits, lang: str) -> list[Any]:
    """Return the entries of a BibTeX file as metadata for pandoc's citations, their titles as they are written.

    Pandoc takes English titles to be capitalized for show and writes them small; it leaves those of other languages.
    So the titles are those of another language, and the words that pandoc adds ("PhD thesis") those of `lang`.
    """
    entries, written = (_references(text, limits, language) for language in (lang, _OTHER_LANGUAGE))
    for entry, other in zip(entries, written, strict=True):
        entry["c"] |= {name: value for name, value in other["c"].items() if "title" in name}
    return entries


def _references(text: str, limits: Limits, lang: str) -> list[Any]:
    tree = json.loads(_run(text, limits, "--from", "biblatex", "--to", "json", lang=lang))
    return tree["meta"].get("references", {"c": []})["c"]


def _run(source: str, limits: Limits, *options: str, lang: str = "en") -> str:
    limits = Limits(min(limits.seconds, 60 + 60 * len(source) / 2**20), limits.memory)  # half a second is usual
    nursery = max(8, limits.memory // 64)  # MiB between two collections of garbage: few, where there is much memory
    memory = ["+RTS", f"-M{limits.memory}m", f"-A{nursery}m", "-RTS"]
    result = run([pypandoc.get_pandoc_path(), *memory, "--wrap=preserve", *options], source, limits, LANG=lang)
    if result.returncode == _HEAP_EXHAUSTED:
        raise Stopped(f"more than {limits.memory} MiB of memory needed")
    if result.returncode:
        lines = result.stderr.decode("utf-8", "replace").partition("stack traceback:")[0].split("\n")
        raise Stopped(one_line(" ".join(line.strip() for line in lines if line.strip()))[-300:])
    return result.stdout.decode("utf-8")
