"""Ctrl-C and its like: a thread of its own hears them, so that none is lost, whatever the main thread is doing.

A signal handler that raises would not do: its exception vanishes in a destructor, waits for the end of a call into C,
or strikes while a result is being stored.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from typing import NoReturn

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

GRACE = 2.0
"""Seconds that the main thread has to finish what it is storing, once its helpers are dead."""

stopping = threading.Event()
"""Set as soon as the run is to end."""

expected = threading.Event()
"""Set where a signal is the usual end, of which nothing needs to be said."""

running: dict[str, int] = {}
"""The notebooks that run at the moment, and the cell that each is in (0 before the first)."""

_unwound = threading.Event()


def listen() -> None:
    """Let signals end this process from now on, with status 128 + n; a second one does so without ceremony."""
    reader, writer = os.pipe()
    if sys.platform != "win32":  # where a pipe need not be set so, and only newer Pythons can
        os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGINT:  # `nohup` stays in force
            signal.signal(number, lambda *_: None)
    threading.Thread(target=_hear, args=(reader,), daemon=True).start()


def settle(patience: float) -> None:
    """Wait for the end, if a signal has come or comes within some seconds: to be called when all is cleaned up.

    A Ctrl-C reaches every process of the terminal, and a helper's failure may be known before the signal is.
    """
    if stopping.wait(patience):
        _unwound.set()
        threading.Event().wait()


def ignore() -> None:
    """Let signals do nothing from now on: all that is left is to leave."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _hear(reader: int) -> None:
    """Wait for signals: the first starts the orderly end, the second overtakes it."""
    number = os.read(reader, 1)[0]
    threading.Thread(target=_end, args=(number,), daemon=True).start()
    os.read(reader, 1)
    _leave(number)


def _end(number: int) -> None:
    """Say what is interrupted, kill all helpers, let the main thread put away what it has, and leave."""
    stopping.set()
    places = [f"{name}, cell {cell}" if cell else name for name, cell in sorted(running.items())]
    where = f" while running {' and '.join(places)}" if places else ""
    try:
        if not expected.is_set():
            print(f"error: interrupted{where}; what has finished is kept", file=sys.stderr, flush=True)
        from report.run.processes import end_descendants  # spares psutil

        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and not _unwound.wait(0.1):
            end_descendants()
    finally:
        _leave(number)


def _leave(number: int) -> NoReturn:
    """End all that was started, and this process with it."""
    from report.run.processes import end_descendants  # spares psutil

    end_descendants()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(128 + number)
