"""Parameters of a notebook that runs a report again: what is refused before anything runs."""

from __future__ import annotations


def check(dataset: str, full: bool, of_report: str) -> None:
    """Refuse a run in full on other images than the report's.

    Raises
    ------
    ValueError
        In the parameters' words.

    Examples
    --------
    >>> check("mnist", True, of_report="mnist")
    >>> check("mnist-5k", False, of_report="mnist")
    """
    if full and dataset != of_report:
        raise ValueError(
            f"full: expected dataset {of_report!r}, whose images the report used, got {dataset!r}; "
            f"set dataset to {of_report!r}, or full to False for a rehearsal on a few images"
        )
