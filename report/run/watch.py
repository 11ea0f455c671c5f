"""`make watch`: after every save a new process, which loads all code anew, checks, runs and typesets what changed."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from report.command import arguments
from report.errors import ConfigError, Interrupted
from report.run import interrupts
from report.run.fingerprint import ROOT
from report.run.tasks import chosen
from report.settings import Settings

FORMATS = ["pdf", "html"]
PATIENCE = 200
"""Milliseconds between two looks at whether the end has come."""


def watch(settings: Settings) -> None:
    """Make the report now and after every save, until a signal comes; what fails is told, and the next save awaited."""
    from watchfiles import watch as changes

    target = settings.topic or FORMATS[0]
    if target not in FORMATS:
        raise ConfigError(f"watch {target[:100]}: expected {' or '.join(FORMATS)}, or nothing, which is {FORMATS[0]}")
    chosen(settings)  # a wrong name is no matter of the next save
    command = [sys.executable, "-m", "report", target, *arguments(settings, settings.given - {"target", "topic"})]
    rooms, files = inputs(settings)
    places = {*rooms, *(file.parent for file in files)}
    interrupts.expected.set()
    is_made = False
    for found in changes(*places, watch_filter=lambda _, path: is_input(Path(path), rooms, files),
                         stop_event=interrupts.stopping, rust_timeout=PATIENCE, yield_on_timeout=True):  # fmt: skip
        if found or not is_made:
            _make(command, sorted({Path(path).name for _, path in found}))
            is_made = True
    raise Interrupted


def inputs(settings: Settings) -> tuple[list[Path], list[Path]]:
    """Return the folders all of whose files count, and the other files that do."""
    rooms = [settings.notebooks, ROOT / "mlp_core", ROOT / "report", *settings.font_folders]
    files = [settings.config, *settings.files.values()]
    return [room.resolve() for room in rooms], [file.resolve() for file in files]


def is_input(path: Path, rooms: Iterable[Path], files: Iterable[Path]) -> bool:
    """Return whether a report may depend on a file: not on hidden ones, which editors leave, nor on caches."""
    if path in files:
        return True
    inside = [path.relative_to(room).parts for room in rooms if path.is_relative_to(room)]
    return any(not any(part.startswith((".", "__pycache__")) for part in parts) for parts in inside)


def _make(command: list[str], saved: list[str]) -> None:
    """Make the report, away from the terminal's Ctrl-C, which is for this process to hear."""
    if saved:
        print(f"\n{', '.join(saved[:3])}{' and more' * (len(saved) > 3)} saved", flush=True)
    subprocess.run(command, stdin=subprocess.DEVNULL, start_new_session=True)
    if not interrupts.stopping.is_set():
        print("waiting for the next save; Ctrl-C ends this", flush=True)
