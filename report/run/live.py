"""Where a run is, while it runs: one live line a notebook in a terminal, plain lines every minute elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from report.run import interrupts
from report.run import notebook as nb
from report.run.tasks import Task

if TYPE_CHECKING:
    from rich.table import Table

EVERY = 50.0
"""Seconds between two looks where no terminal shows them as they change."""


@dataclass
class Live:
    """The notebooks of a run: which have ended, which are at work, and since when.

    Parameters
    ----------
    tasks : list of Task
    expected : dict of str to float
        Seconds that each took the last time; infinite where that is not known.
    places : int
        How many run at once.
    status : Path
        The folder in which each tells how far its longer work is: see `status_file`.
    """

    tasks: list[Task]
    expected: dict[str, float]
    places: int
    status: Path
    started: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    _since: float = field(default_factory=time.monotonic)

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Count a notebook as running."""
        self.started[name] = time.monotonic()
        try:
            yield
        finally:
            self.ended.add(name)
            status_file(self.status, name).unlink(missing_ok=True)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show all this until the block ends."""
        from rich.console import Console  # spares rich where nothing runs

        console = Console()
        with self._in_terminal() if console.is_terminal else self._in_lines():
            yield

    @contextmanager
    def _in_terminal(self) -> Iterator[None]:
        from rich import live  # spares the same

        with live.Live(get_renderable=self._table, refresh_per_second=2, transient=True) as shown:
            shown.console.show_cursor(True)  # whatever ends this process, the terminal is left as it was
            yield

    @contextmanager
    def _in_lines(self) -> Iterator[None]:
        over = threading.Event()

        def say() -> None:
            while not over.wait(EVERY):
                print("\n".join(f"  {'  '.join(filter(None, row))}" for row in self.rows()), flush=True)

        thread = threading.Thread(target=say, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _table(self) -> "Table":
        from rich.table import Table  # spares the same

        table = Table.grid(padding=(0, 2))
        for row in self.rows():
            table.add_row(*row)
        return table

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return a row for each notebook at work, and one for the whole: name, cell, what it is at, and time."""
        now = time.monotonic()
        rows = []
        for task in self.tasks:
            if task.name in self.started and task.name not in self.ended:
                cell, elapsed = interrupts.running.get(task.name, 0), now - self.started[task.name]
                place = f"cell {cell} of {len(task.notebook['cells'])}" if cell else "starting"
                doing = [section(task.notebook, cell), *told(self.status, task.name)]
                rows.append((task.name, place, "; ".join(filter(None, doing)), _of(elapsed, self.expected[task.name])))
        left = self.left(now)
        time_left = f"about {clock(left)} left" if left < float("inf") else ""
        whole = (f"{len(self.ended)} of {len(self.tasks)} notebooks", "", time_left, clock(now - self._since))
        return [*rows, whole]

    def left(self, now: float) -> float:
        """Return the seconds until all have ended, as far as their last runs tell; infinite if one of them does not."""
        left = [
            max(0.0, self.expected[task.name] - (now - self.started.get(task.name, now)))
            for task in self.tasks
            if task.name not in self.ended
        ]
        return max([sum(left) / self.places, *left])


def status_file(folder: Path, name: str) -> Path:
    """Return the file in which a notebook's trainings and searches tell how far they are (`mlp_core.progress`)."""
    return folder / f"{name}.progress"


def told(folder: Path, name: str) -> list[str]:
    """Return what a notebook's trainings and searches tell at the moment; what two of them tell alike, once."""
    try:
        lines = status_file(folder, name).read_text(encoding="utf-8", errors="replace").splitlines()
        return list(dict.fromkeys(lines))
    except OSError:
        return []


def section(notebook: nb.Notebook, position: int) -> str:
    """Return the heading under which a cell stands, by its position from 1; empty where there is none."""
    for cell in reversed(notebook["cells"][:position]):
        if cell["cell_type"] == "markdown":
            headings = [line.lstrip("# ") for line in cell["source"].splitlines() if line.startswith("#")]
            if headings:
                return headings[-1].split(" {#")[0].strip()
    return ""


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    >>> clock(75), clock(3675)
    ('1:15', '61:15')
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _of(elapsed: float, expected: float) -> str:
    return clock(elapsed) if expected == float("inf") else f"{clock(elapsed)} of about {clock(expected)}"
