"""Child processes that cannot run on: bounded in time and memory, and ended with this process."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Stopped(Exception):
    """A child process did not come to its end; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one child process may take: `seconds` of wall time and `memory` in MiB."""

    seconds: float = 300.0
    memory: int = 4096

    def of_a_search(self) -> "Limits":
        """Return what each try may take in a search for the cell at fault."""
        return Limits(min(self.seconds, max(self.seconds / 8, 5.0)), self.memory)


def run(
    command: list[str], source: str, limits: Limits, *, address_space: bool = False, **variables: str
) -> subprocess.CompletedProcess:
    """Run a command on a text.

    Parameters
    ----------
    command : list of str
    source : str
        Its standard input.
    limits : Limits
    address_space : bool
        Whether the system bounds its memory; a program whose run-time system bounds it itself does not want that.
    **variables : str
        More environment variables.

    Raises
    ------
    Stopped
        If it takes longer than it may, or is ended by a signal.
    """
    memory = limits.memory * 2**20 if address_space else 0
    try:
        result = subprocess.run(
            command,
            input=source.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            timeout=limits.seconds,
            env={**os.environ, **variables},
            preexec_fn=(lambda: _bound(memory)) if sys.platform != "win32" else None,
        )
    except subprocess.TimeoutExpired:
        raise Stopped(f"stopped after {limits.seconds:g} s") from None
    if result.returncode < 0:
        raise Stopped(_ended(-result.returncode, limits))
    return result


def _bound(memory: int) -> None:
    """In the child, before its program starts: end with the parent, and take no more memory than allowed."""
    if sys.platform != "win32":  # which has neither; there, a child is bounded in time only
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _ended(number: int, limits: Limits) -> str:
    names = {signal.SIGSEGV: "nested too deeply", signal.SIGABRT: f"more than {limits.memory} MiB of memory needed"}
    return names.get(signal.Signals(number), f"ended by signal {number}")
