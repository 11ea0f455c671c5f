"""Whether a notebook has the form that nbformat prescribes; a cell that has not is named."""

import warnings

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
