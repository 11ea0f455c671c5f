"""What a notebook's cells refer to and what can be referred to, found in their sources: as far as those tell."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from report.run import notebook as nb
from report.run.fast_imports import skip_slow_imports

BOXES = "nte|tip|imp|wrn|cau|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|axm|asm|prf"
"""The kinds of `report.typst.boxes.kinds`, whose import would load nbconvert."""
KINDS = rf"(?:fig|tbl|eq|sec|lst|{BOXES})[-:]"
REFERENCE = re.compile(rf"(?<![\w\\`])-?@{KINDS}\w[\w:-]*+(?!\{{)|\[-?@[^\]{{}}\n]+\]")
LABEL = re.compile(rf"\{{#({KINDS}[\w:-]+)|\\label\{{({KINDS}[\w:-]+)|<div\b[^<>]*?\bid=[\"']?({KINDS}[\w:-]+)")
COMPUTED = re.compile(rf"(?:\{{#|\\label\{{+)({KINDS}[\w:-]*)\{{")
"""The beginning of a label whose end is computed."""


def strings(source: str) -> Iterator[str]:
    """Yield the strings in a cell's code, `{}` standing for what is computed; none, if it is no plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
            case ast.Constant(value=str(text)) if id(node) not in parts:
                yield text


def labels_of(cell: nb.Cell) -> set[str]:
    """Return the labels that a cell has whatever its code does."""
    if cell["cell_type"] == "code":
        return {str(options_of(cell).get("label") or "")}
    return labels_in(cell["source"])


def labels_in(text: str) -> set[str]:
    """Return the labels that stand in a text.

    >>> sorted(labels_in('# A {#sec-a} <div id="exr-b">'))
    ['exr-b', 'sec-a']
    """
    return {"".join(label) for label in LABEL.findall(text)}


def options_of(cell: nb.Cell) -> dict[str, Any]:
    """Return the options of a cell; none where they cannot be read, which the exporter will say better."""
    skip_slow_imports()
    import nbformat

    from report.typst.errors import ConversionError  # spares nbconvert
    from report.typst.options import cell_options  # spares nbconvert

    try:
        return cell_options(nbformat.from_dict(cell))
    except ConversionError:
        return {}
