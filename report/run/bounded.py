"""Run the cells of a notebook as papermill does, but keep no more of what they print than a notebook can hold."""

import asyncio
from collections import Counter
from typing import Any

from jupyter_core.utils import ensure_async
from papermill.clientwrap import PapermillNotebookClient

MAX_CHARACTERS = 50_000_000
"""The most that a notebook may print and show, pictures included: a browser opens no more."""


class BoundedClient(PapermillNotebookClient):
    """Interrupts a cell that prints without end, which would fill the memory long before its time is up."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kept: Counter[int] = Counter()
        self.overflowed: set[int] = set()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Keep an output, if there is room for it: errors always."""
        self.kept[cell_index] += length([msg["content"].get(part) for part in ("text", "data")])
        if self.kept.total() <= MAX_CHARACTERS or msg["msg_type"] == "error":
            return super().output(outs, msg, display_id, cell_index)
        if cell_index not in self.overflowed:
            self.overflowed.add(cell_index)
            self.interruption = asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))
        return None

    def clear_output(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        """Make room for what comes instead."""
        self.kept[cell_index] = 0
        super().clear_output(outs, msg, cell_index)


def length(value: Any) -> int:
    """Return how many characters the texts in a JSON value have.

    >>> length({"text": "abc", "data": {"text/plain": ["d", 5]}})
    4
    """
    if isinstance(value, dict):
        return sum(map(length, value.values()))
    return len(value) if isinstance(value, str) else sum(map(length, value)) if isinstance(value, list) else 0
