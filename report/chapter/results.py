"""The headline numbers of a notebook: published in its last cell, read back from the executed notebook.

They travel in the notebook itself, as an output of the type `MIME`, so that a number in the abstract or in another
chapter is always one that the executed notebook shows.
"""

import math
import numbers
from pathlib import Path
from typing import Any

from report.chapter.kept import keep as keep
from report.chapter.stored import in_folder, of_type

MIME = "application/vnd.course-report.results+json"
DIGITS = 6
"""Significant digits that a published number keeps."""


def publish(**results: Any) -> None:
    """Publish a notebook's headline results; call it once, in the last code cell.

    Parameters
    ----------
    **results : number, str, bool, None, list, dict or DataFrame
        By name. Floats keep six significant digits (what is not finite becomes None), arrays become lists, a DataFrame
        becomes a list of its rows as dictionaries.

    Raises
    ------
    TypeError
        If a value is of another type.
    """
    from IPython.display import display

    plain = {name: _plain(value, name) for name, value in results.items()}
    display({MIME: plain, "text/plain": f"published: {', '.join(plain)}"}, raw=True)


def _plain(value: Any, name: str) -> Any:
    """Turn a value into JSON's types."""
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        value = value.to_dict("records")
    elif hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return _rounded(float(value))
    if isinstance(value, dict):
        return {str(key): _plain(item, f"{name}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{name}[{index}]") for index, item in enumerate(value)]
    raise TypeError(f"{name}: expected numbers, text, lists, dicts or a DataFrame, got {type(value).__name__}")


def _rounded(number: float) -> float | None:
    """Round to `DIGITS` significant digits.

    >>> _rounded(0.123456789), _rounded(1234567.0), _rounded(float("nan"))
    (0.123457, 1234570.0, None)
    """
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def of_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return what an executed notebook published; an empty dict if it published nothing."""
    return of_type(notebook, MIME)


def load(folder: str | Path = ".") -> dict[str, dict[str, Any]]:
    """Read the results of all executed notebooks in a folder.

    Parameters
    ----------
    folder : path-like
        The notebooks' folder; ``"."`` in a notebook means its own siblings.

    Returns
    -------
    dict of str to dict
        The published results by the notebook's file name without `.ipynb`, sorted; notebooks that published nothing are
        left out.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no notebook.
    """
    found = {name: of_notebook(notebook) for name, notebook in in_folder(folder).items()}
    return {name: published for name, published in found.items() if published}
