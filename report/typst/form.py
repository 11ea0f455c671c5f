"""Whether a notebook has the form that the exporter relies on; a cell that has not is named."""

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import ConversionError, place

_TEXT = (str, list)
_NAMES = {Mapping: "a mapping", list: "a list", str: "a text", _TEXT: "a text or a list of texts"}
_CELL_TYPES = ("code", "markdown", "raw")
_READ = ("text/", "image/")
_OUTPUT_TYPES = ("stream", "display_data", "execute_result", "error")


def check_form(notebook: Any, name: str) -> None:
    """Check a notebook.

    Raises
    ------
    ConversionError
        With one line for each cell that is of another form than nbformat 4's.
    """
    problems = list(_problems(notebook, name if name.endswith(".ipynb") else f"{name}.ipynb"))
    if problems:
        raise ConversionError(problems)


def _problems(notebook: Any, name: str) -> Iterator[str]:
    outer = _wrong(notebook, "cells", list) or _wrong(notebook, "metadata", Mapping)
    if outer:
        yield f"{name}: {outer}"
        return
    for index, cell in enumerate(notebook["cells"]):
        if problem := _cell_problem(cell):
            yield f"{place(name, index)}: {problem}"


def _cell_problem(cell: Any) -> str:
    problem = _wrong(cell, "cell_type", str) or _wrong(cell, "source", str) or _wrong(cell, "metadata", Mapping)
    if problem or cell["cell_type"] not in _CELL_TYPES:
        return problem or f"cell_type must be {', '.join(_CELL_TYPES)}, got {cell['cell_type']!r}"
    if cell["cell_type"] == "code":
        outputs = [*map(_output_problem, cell["outputs"])] if not (wrong := _wrong(cell, "outputs", list)) else [wrong]
        return next(filter(None, outputs), "")
    bundles = cell.get("attachments") or {}
    sound = isinstance(bundles, Mapping) and all(isinstance(bundle, Mapping) for bundle in bundles.values())
    return "" if sound else "attachments must be a mapping of mappings"


def _output_problem(output: Any) -> str:
    if problem := _wrong(output, "output_type", str):
        return problem
    kind = output["output_type"]
    if kind not in _OUTPUT_TYPES:
        return f"output_type must be {', '.join(_OUTPUT_TYPES)}, got {kind!r}"
    if kind == "stream":
        return _wrong(output, "text", _TEXT) or _texts(output["text"], "text")
    if kind == "error":
        return _texts(output.get("traceback") or [], "traceback")
    if problem := _wrong(output, "data", Mapping):
        return problem
    return next(filter(None, (_texts(data, mime) for mime, data in output["data"].items() if mime.startswith(_READ))), "")


def _texts(value: Any, name: str) -> str:
    lines = value if isinstance(value, list) else [value]
    return "" if all(isinstance(line, str) for line in lines) else f"{name} must be {_NAMES[_TEXT]}"


def _wrong(owner: Any, key: str, kind: Any) -> str:
    """Say what is wrong with a part of a notebook; nothing where it is as it must be."""
    if not isinstance(owner, Mapping):
        return f"expected a mapping with {key}, got {type(owner).__name__}"
    if key not in owner:
        return f"{key} is missing"
    value = owner[key]
    return "" if isinstance(value, kind) else f"{key} must be {_NAMES[kind]}, got {type(value).__name__}"
