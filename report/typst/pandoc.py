"""Run pandoc with the filters of this package on the document that `assembly` makes."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pypandoc

from .errors import ConversionError
from .formulas.dollars import tighten

FILTERS = Path(__file__).parent / "filters"
FLAVOUR = (
    "markdown-yaml_metadata_block-blank_before_header-blank_before_blockquote-markdown_in_html_blocks-simple_tables"
    "-multiline_tables-implicit_figures-auto_identifiers-example_lists-latex_macros-line_blocks-pandoc_title_block"
    "+lists_without_preceding_blankline+tex_math_double_backslash+autolink_bare_uris"
)
"""Pandoc's Markdown, brought close to what Jupyter shows."""


def read(document: dict[str, Any]) -> dict[str, Any]:
    """Parse the Markdown, HTML and LaTeX of a document.

    Parameters
    ----------
    document : dict
        ``cells`` (see `assembly.cells`) and ``metadata`` (see `metadata.document_metadata`).

    Returns
    -------
    dict
        Pandoc's syntax tree: one Div of class ``cell`` for each cell, with ``notebook``, ``cell`` and ``role``.
    """
    cells = [{**cell, "parts": [_tightened(part) for part in cell["parts"]]} for cell in document["cells"]]
    source = json.dumps({**document, "cells": cells, "flavour": FLAVOUR})
    return json.loads(_run(source, "--from", str(FILTERS / "reader.lua"), "--to", "json"))


def _tightened(part: dict[str, Any]) -> dict[str, Any]:
    """Let pandoc see the formulas that only Jupyter would."""
    return {**part, "text": tighten(part["text"])} if part["kind"] == "markdown" else part


def write(
    tree: dict[str, Any], *, to: str, lua_filter: str, options: tuple[str, ...] = ()
) -> tuple[str, dict[str, list]]:
    """Write a syntax tree, after a filter of this package.

    Parameters
    ----------
    tree : dict
        From `read`.
    to : str
        Pandoc's output format, ``typst`` or ``html5``.
    lua_filter : str
        File name of the filter, in the folder ``filters``.
    options : tuple of str
        More command line options for pandoc.

    Returns
    -------
    tuple of str and dict
        The text, and the notes of the filter (see ``filters/notes.lua``): lists of entries that each carry
        ``notebook`` and ``cell``.
    """
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.json")
        tree["meta"]["notes_file"] = {"t": "MetaString", "c": str(notes)}
        text = _run(json.dumps(tree), "--from", "json", "--to", to, "--lua-filter", str(FILTERS / lua_filter), *options)
        return text, json.loads(notes.read_text(encoding="utf-8") or "{}")


def write_html(tree: dict[str, Any], *options: str) -> str:
    """Write a syntax tree that needs no filter as HTML."""
    return _run(json.dumps(tree), "--from", "json", "--to", "html5", *options)


def _run(source: str, *options: str) -> str:
    command = [pypandoc.get_pandoc_path(), "--wrap=preserve", *options]
    result = subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8", check=False)
    if result.returncode:
        raise ConversionError([f"pandoc failed: {result.stderr.strip()}"])
    return result.stdout
