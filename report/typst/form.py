"""Whether a notebook has the form that nbformat prescribes; what no document needs of it may be missing."""

import json
import warnings
from typing import Any

import nbformat

from .errors import ConversionError, place


def check_form(notebook: nbformat.NotebookNode, name: str) -> None:
    """Check a notebook.

    Raises
    ------
    ConversionError
        If a part of it is missing or of another type than nbformat's.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)  # nothing here needs the ids
            nbformat.validate(notebook, relax_add_props=True)
    except nbformat.ValidationError as error:
        path = [*map(str, error.relative_path)]
        cell = int(path[1]) if path[:1] == ["cells"] and len(path) > 1 else -1
        part = ".".join(path[2:] if cell >= 0 else path) or "the notebook"
        raise ConversionError([f"{place(name, cell)}: {part}: {error.message[:200]}"]) from None


_NEEDLESS: dict[str, dict[str, Any]] = {
    "code": {"outputs": list, "execution_count": lambda: None},
    "stream": {"name": lambda: "stdout"},
    "execute_result": {"metadata": nbformat.NotebookNode, "execution_count": lambda: None},
    "display_data": {"metadata": nbformat.NotebookNode},
}
"""What is filled in where it is missing, by the type of a cell or an output."""


def parsed(text: str) -> nbformat.NotebookNode:
    """Return the notebook of a file's text, in format 4; what nbformat raises where it is none is of many kinds."""
    try:
        notebook = nbformat.reader.reads(text)
    except nbformat.ValidationError:
        notebook = nbformat.reader.reads(json.dumps(completed(json.loads(text))))
    return nbformat.from_dict(nbformat.convert(completed(notebook), 4))


def completed(notebook: Any) -> Any:
    """Return a notebook of format 4 with what nbformat asks for and no document needs: metadata, counts.

    Anything else is returned as it is.
    """
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return notebook
    notebook.setdefault("metadata", nbformat.NotebookNode())
    notebook.setdefault("nbformat_minor", 5)
    for cell in _mappings(notebook.get("cells")):
        cell.setdefault("metadata", nbformat.NotebookNode())
        _fill(cell, "cell_type")
        for output in _mappings(cell.get("outputs")):
            _fill(output, "output_type")
    return notebook


def _mappings(items: Any) -> list[Any]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _fill(item: Any, kind: str) -> None:
    for name, make in _NEEDLESS.get(str(item.get(kind)), {}).items():
        item.setdefault(name, make())
