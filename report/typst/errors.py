"""The one exception of the exporters, how it names a cell, and how the command line tells it."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from nbconvert.utils.exceptions import ConversionException

T = TypeVar("T")


class ConversionError(ConversionException):
    """A notebook cannot be converted; the message has one line for each problem.

    Parameters
    ----------
    problems : iterable of str
        One line each, such as ``02-init.ipynb, cell 7 (`# Methods`): unknown reference @fig-nope``.
    cells : iterable of (str, int)
        The cells without which the rest could be converted, if it is known.

    Attributes
    ----------
    problems : list of str
        The same lines.
    """

    def __init__(self, problems: Iterable[str], cells: Iterable[tuple[str, int]] = ()) -> None:
        self.problems = [one_line(problem) for problem in problems]
        self.cells = set(cells)
        super().__init__("\n".join(self.problems))


def one_line(text: str) -> str:
    """Return a text without line breaks of any kind, control characters and halves of characters.

    >>> one_line("a.ipynb\u2028#evil()")
    'a.ipynb #evil()'
    """
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).encode("utf-8", "replace").decode()


def place(notebook: str, cell: int | str, line: str = "") -> str:
    """Name a cell the way every message does, counted from 1 as in JupyterLab: ``02-init.ipynb, cell 7 (`# Methods`)``.

    Parameters
    ----------
    notebook : str
    cell : int or str
        The cell's index, from 0; -1 for what stands in no cell.
    line : str
        The cell's first line.
    """
    name = f"{notebook}, cell {int(cell) + 1}" if notebook and int(cell) >= 0 else notebook or "the document"
    return f"{name} (`{line}`)" if line else name


def first_line(source: str, limit: int = 50) -> str:
    """Return the first line of a cell that is not empty, cut to the length that a message has room for."""
    line = one_line(source.strip().partition("\n")[0]).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def guilty(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> T | None:
    """Return the item that alone makes a sequence fail, by halving it; None where no single one does."""
    while len(items) > 1:
        half = len(items) // 2
        failing = next((part for part in (items[:half], items[half:]) if fails(part)), None)
        if failing is None:
            return None
        items = failing
    return items[0] if items else None


@contextmanager
def told(log: Any) -> Iterator[None]:
    """Make any failure a `ConversionError`, of which nbconvert's application prints one line for each problem."""
    try:
        try:
            yield
        except ConversionError:
            raise
        except Exception as error:  # whatever a strange notebook does, it is told in one line
            raise ConversionError([f"the notebook cannot be converted: {type(error).__name__}: {error}"]) from error
    except ConversionError:
        if isinstance(log, logging.Logger):
            log.addFilter(_print_problems)
        raise


def _print_problems(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, ConversionError) or not record.getMessage().startswith("Error while converting"):
        return True
    print(*(f"error: {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
    return False
