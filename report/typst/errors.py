"""The one exception of the exporters."""

from collections.abc import Iterable

from nbconvert.utils.exceptions import ConversionException


class ConversionError(ConversionException):
    """A notebook cannot be converted; the message has one line for each problem.

    Parameters
    ----------
    problems : iterable of str
        One line each, such as ``02-init.ipynb, cell 7: unknown reference @fig-nope``.

    Attributes
    ----------
    problems : list of str
        The same lines.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def place(notebook: str, cell: int | str) -> str:
    """Name a cell the way every message does: ``02-init.ipynb, cell 7``."""
    return f"{notebook}, cell {cell}" if notebook and int(cell) >= 0 else notebook or "the document"
