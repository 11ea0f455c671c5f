"""Find and end every process that belongs to a notebook, also one whose parent has died."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Collection

import psutil

from report.run.environment import JOB_VARIABLE

_SET_CHILD_SUBREAPER, _GET_CHILD_SUBREAPER = 36, 37


def adopt_orphans() -> None:
    """Become the parent of all processes below this one whose own parents die (on Linux; elsewhere nothing can).

    So is found, too, what a notebook starts in a session of its own, with an empty environment.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _adopts_orphans() -> bool:
    answer = ctypes.c_int(0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


def end_processes(job: str) -> None:
    """Kill all processes, but this one, whose environment carries the mark `job` or one that begins with ``job/``.

    A kernel starts in a session of its own, and workers of a dead kernel are no one's children: neither process groups
    nor parents find them all, their inherited environment does.
    """
    _kill([process for process in psutil.process_iter() if process.pid != os.getpid() and _belongs(process, job)])


def end_descendants(spared: Collection[int] = ()) -> None:
    """Kill all processes below this one, but the children whose ids are `spared`, and what is below those.

    A process that is starting another one while it is looked at shows it at the next look.
    """
    for _ in range(20):
        children = [child for child in psutil.Process().children() if child.pid not in spared and _is_alive(child)]
        if not children:
            return
        _kill([process for child in children for process in [child, *_below(child)]])


def end_orphans(spared: Collection[int]) -> None:
    """Kill what this process has adopted: all of its children but the `spared` ones."""
    if _adopts_orphans():
        end_descendants(spared)


def _kill(doomed: list[psutil.Process]) -> None:
    for process in doomed:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(doomed, timeout=5)


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _belongs(process: psutil.Process, job: str) -> bool:
    """Return whether a process carries the mark; one that may not be looked into is another user's."""
    try:
        mark = process.environ().get(JOB_VARIABLE, "")
    except (psutil.Error, OSError):
        return False
    return mark == job or mark.startswith(f"{job}/")
