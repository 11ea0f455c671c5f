"""What executed notebooks hold besides text and pictures: outputs of a type of their own, read back from a folder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

PARAMETERS = {"parameters", "injected-parameters"}
_DATASET = re.compile(r"""^dataset\b[^=\n]*= *(["'])(?P<value>.*?)\1""", re.MULTILINE)


def in_folder(folder: str | Path) -> dict[str, dict[str, Any]]:
    """Return the executed notebooks of a folder by their names without `.ipynb`, sorted.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no notebook.
    """
    paths = sorted(Path(folder).glob("*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"results_folder: expected a folder with executed notebooks, found none in {folder}")
    return {path.stem: json.loads(path.read_bytes()) for path in paths}


def dataset_of(notebook: dict[str, Any]) -> str:
    """Return what the last of a notebook's parameter cells says of `dataset`; empty if none does."""
    cells = [cell for cell in notebook["cells"] if PARAMETERS & {*cell["metadata"].get("tags", ())}]
    said = [match["value"] for cell in cells for match in _DATASET.finditer("".join(cell["source"]))]
    return said[-1] if said else ""


def of_type(notebook: dict[str, Any], mime: str) -> dict[str, Any]:
    """Return what a notebook's outputs of a type hold, as one mapping; the last under each name."""
    found: dict[str, Any] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(mime, {})
    return found
