"""Several notebooks as one: every cell knows where it came from, and no two have one id."""

from collections.abc import Iterable
from typing import Any


def merge(notebooks: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Join notebooks in their order.

    Parameters
    ----------
    notebooks : iterable of (str, dict)
        The name that messages give each notebook, such as ``02-init.ipynb``, and its content.

    Returns
    -------
    dict
        A notebook for the exporters. Its cells carry ``metadata["source"]``, their notebook and index there; its
        ``kernelspec`` and ``language_info`` are those of the first notebook.
    """
    cells: list[dict[str, Any]] = []
    metadata: dict[str, Any] | None = None
    for name, notebook in notebooks:
        if metadata is None:
            metadata = {key: notebook["metadata"][key] for key in ("kernelspec", "language_info")
                        if key in notebook["metadata"]}  # fmt: skip
        for index, cell in enumerate(notebook["cells"]):
            source = {"source": {"notebook": name, "cell": index}}
            cells.append(cell | {"metadata": cell["metadata"] | source, "id": f"cell-{len(cells)}"})
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": cells}
