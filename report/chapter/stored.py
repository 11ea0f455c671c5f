"""What executed notebooks hold besides text and pictures: outputs of a type of their own, read back from a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


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


def of_type(notebook: dict[str, Any], mime: str) -> dict[str, Any]:
    """Return what a notebook's outputs of a type hold, as one mapping; the last under each name."""
    found: dict[str, Any] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(mime, {})
    return found
