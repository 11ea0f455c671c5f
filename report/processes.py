"""Find and end every process that belongs to a notebook, also one whose parent has died."""

import contextlib
import os

import psutil

from report.environment import JOB_VARIABLE


def end_processes(job: str) -> None:
    """Kill all processes, but this one, whose environment carries the mark `job` or one that begins with ``job/``.

    A kernel starts in a session of its own, and workers of a dead kernel are no one's children: neither process groups
    nor parents find them all, their inherited environment does.
    """
    doomed = [process for process in psutil.process_iter() if process.pid != os.getpid() and _belongs(process, job)]
    for process in doomed:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(doomed, timeout=5)


def _belongs(process: psutil.Process, job: str) -> bool:
    """Return whether a process carries the mark; one that may not be looked into is another user's."""
    try:
        mark = process.environ().get(JOB_VARIABLE, "")
    except (psutil.Error, OSError):
        return False
    return mark == job or mark.startswith(f"{job}/")
