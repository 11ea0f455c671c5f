"""The form that nbformat prescribes: what no document needs is filled in, and a cell that lacks more is named."""

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from .errors import ConversionError, place

_OUTPUTS: dict[str, dict[str, Any]] = {
    "stream": {"name": "stdout", "text": ""},
    "display_data": {"data": {}, "metadata": {}},
    "execute_result": {"data": {}, "metadata": {}, "execution_count": None},
    "error": {"ename": "", "evalue": "", "traceback": []},
}
"""What the schema wants of each kind of output, and what stands for it where it is missing."""
_KERNEL = ("kernelspec", "language_info")


def converted(document: dict[str, Any]) -> NotebookNode:
    """Return a notebook, read from JSON, in format 4; what nbformat and its conversions raise is not caught."""
    major, minor = nbformat.reader.get_version(document)
    if major > 3:
        _fill_in(document)
    else:
        _fill(document, {"metadata": {}, "worksheets": []})
        for sheet in _mappings(document["worksheets"]):
            _fill(sheet, {"cells": [], "metadata": {}})
    made = nbformat.convert(nbformat.versions[major].to_notebook_json(document, minor=minor), 4)
    return nbformat.from_dict(made)  # of format 2 some parts are plain dictionaries


def _fill_in(document: dict[str, Any]) -> None:
    """Fill in what the schema wants and no document needs, such as metadata; take away the cells' ids."""
    _fill(document, {"metadata": {}, "nbformat_minor": 5})
    for name in _KERNEL:
        if not isinstance(document["metadata"].get(name, {}), dict):
            del document["metadata"][name]
    if isinstance(author := document["metadata"].get("authors"), str):
        document["metadata"]["authors"] = [{"name": author}]
    for cell in _mappings(document.get("cells")):
        _fill(cell, {"metadata": {}, "source": ""})
        cell.pop("id", None)
        if isinstance(tag := cell["metadata"].get("tags"), str):
            cell["metadata"]["tags"] = [tag]
        if cell.get("cell_type") == "heading":  # of format 3
            cell |= {"cell_type": "markdown", "source": f"{'#' * int(cell.get('level', 1))} {''.join(cell['source'])}"}
        if cell.get("cell_type") == "code":
            _fill(cell, {"outputs": [], "execution_count": None})
            for output in _mappings(cell["outputs"]):
                if output.get("output_type") not in _OUTPUTS:
                    output["output_type"] = "stream" if "text" in output else "display_data"
                _fill(output, _OUTPUTS[output["output_type"]])
        elif cell.get("cell_type") != "markdown":  # perhaps of a format to come
            cell["cell_type"] = "raw"


def _mappings(items: Any) -> Iterable[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _fill(mapping: dict[str, Any], defaults: Mapping[str, Any]) -> None:
    for key, value in defaults.items():
        if mapping.get(key) is None:
            mapping[key] = copy.copy(value)


def check_form(notebook: nbformat.NotebookNode, name: str, tell: Callable[[str], None] | None = None) -> None:
    """Check a notebook.

    Parameters
    ----------
    notebook : NotebookNode
    name : str
        By which messages name it.
    tell : callable, optional
        Takes a line for each of the metadata that is of another type than nbformat's; it is taken away.

    Raises
    ------
    ConversionError
        If a part of it is missing or of another type than nbformat's, and is no metadata or nobody is to be told.
    """
    try:
        _validate(notebook)
    except nbformat.ValidationError as error:
        if tell is not None:
            _take_metadata_away(notebook, name, tell)
            return check_form(notebook, name)
        path = [*map(str, error.relative_path)]
        cell = int(path[1]) if path[:1] == ["cells"] and len(path) > 1 else -1
        part = ".".join(path[2:] if cell >= 0 else path) or "the notebook"
        raise ConversionError([f"{place(name, cell)}: {part}: {error.message[:200]}"]) from None


def _take_metadata_away(notebook: nbformat.NotebookNode, name: str, tell: Callable[[str], None]) -> None:
    clean = nbformat.validator.normalize(notebook, relax_add_props=True, strip_invalid_metadata=True)[1]
    for cell, (part, made) in enumerate(zip([notebook, *notebook.cells], [clean, *clean.cells], strict=True), -1):
        for key in sorted({*part.metadata} - {*made.metadata}):
            tell(f"{place(name, cell)}: metadata.{key} has another form than nbformat's; it is left out")
        part.metadata = made.metadata


def _validate(notebook: nbformat.NotebookNode) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)  # nothing here needs the ids
        nbformat.validate(notebook, relax_add_props=True)
