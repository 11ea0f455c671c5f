"""Notebook files: read within bounds, and refused unless they have the form that all else relies on."""

import json
import re
from pathlib import Path
from typing import Any

from report.errors import NotebookError, shown

Notebook = dict[str, Any]
Cell = dict[str, Any]

MAX_BYTES = 200_000_000
"""The largest notebook that is read."""

_CONFLICT = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)  # JSON has no such line

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read(path: Path) -> Notebook:
    """Read a notebook of format 4.

    Parameters
    ----------
    path : Path
        The `.ipynb` file.

    Returns
    -------
    dict
        The notebook's JSON, every `source` and stream `text` joined to one string.

    Raises
    ------
    NotebookError
        If the file is missing, too large, no JSON, or no notebook of format 4.
    """
    body = _body(path)
    try:
        notebook = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"{path}: not a notebook, {_why_broken(body, error)}") from None
    match notebook:
        case {"nbformat": 4, "cells": list(cells), "metadata": dict()}:
            pass
        case _:
            raise NotebookError(f"{path}: expected a notebook of format 4; open and save it in a current Jupyter")
    escaped = _HALF.search(body) is not None
    for position, cell in enumerate(cells, 1):
        if not _is_cell(cell):
            raise NotebookError(f"{path}: not a notebook, cell {position} {_wrong(cell)}")
        if escaped and not _is_unicode(cell):
            raise NotebookError(f"{path}: cell {position} holds half a character (a lone surrogate); take it out")
        _join_lines(cell)
    if escaped and not _is_unicode(notebook["metadata"]):
        raise NotebookError(f"{path}: its metadata hold half a character (a lone surrogate); take it out")
    return notebook


def _body(path: Path) -> bytes:
    """Read a file whole; NotebookError if there is none, or it is no regular file, or larger than notebooks are."""
    if path.exists() and not path.is_file():
        raise NotebookError(f"{path}: not a notebook, it is no file")
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise NotebookError(f"{path}: there is no such notebook") from None
    if len(body) > MAX_BYTES:
        raise NotebookError(f"{path}: not a notebook, it has more than {MAX_BYTES:,} bytes")
    return body


def _why_broken(body: bytes, error: Exception) -> str:
    """Return what is wrong with a file that is no JSON, and what to do where that is known."""
    if not body.strip():
        return "it is empty; take it from a copy, such as git's (git checkout)"
    if _CONFLICT.search(body):
        return "git could not merge it (a line begins with <<<<<<<); take one version (git checkout --ours or --theirs)"
    if isinstance(error, UnicodeDecodeError):
        return f"its text is not in UTF-8 ({error}); save it in UTF-8"
    return f"its JSON is broken ({error})"


def _is_cell(cell: Any) -> bool:
    """Return whether a JSON value has the form of a cell, as far as anything here relies on it."""
    match cell:
        case {"cell_type": "code", "source": source, "metadata": dict(metadata), "outputs": list(outputs)}:
            whole = all(map(_is_output, outputs))
        case {"cell_type": "markdown" | "raw", "source": source, "metadata": dict(metadata)}:
            whole = isinstance(cell.get("attachments", {}), dict)
        case _:
            return False
    return whole and _is_text(source) and _are_words(metadata.get("tags", []))


def _is_output(output: Any) -> bool:
    """Return whether a JSON value has the form of an output."""
    match output:
        case {"output_type": "stream", "name": str(), "text": text}:
            return _is_text(text)
        case {"output_type": "display_data" | "execute_result", "data": dict(data), "metadata": dict()}:
            return all(kind.endswith("json") or isinstance(one, dict) or _is_text(one) for kind, one in data.items())
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": lines}:
            return _are_words(lines)
    return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or _are_words(value)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_unicode(value: Any) -> bool:
    r"""Return whether all text can be written; JSON may hold half a character, such as ``\ud800``."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(cell: Any) -> str:
    """Say what is most likely wrong with what is no cell."""
    if not isinstance(cell, dict):
        return f"must be a mapping, got {shown(cell)}"
    if cell.get("cell_type") not in ("code", "markdown", "raw"):
        return f"must be of type code, markdown or raw, got {shown(cell.get('cell_type'))}"
    metadata = cell.get("metadata")
    if isinstance(metadata, dict) and not _are_words(metadata.get("tags", [])):
        return f"must have a list of words as tags, got {shown(metadata['tags'])}"
    return "lacks its source, metadata or outputs, or has them in another form"


def _join_lines(cell: Cell) -> None:
    """Join the lines of a cell's source and printed outputs."""
    cell["source"] = "".join(cell["source"])
    for output in cell.get("outputs", []):
        if "text" in output:
            output["text"] = "".join(output["text"])
