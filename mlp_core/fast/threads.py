"""How many threads the BLAS uses: one number for the process, which calls must not change under each other.

The results of float32 products differ in their last bits with the number of threads, and a CNN's step asks for one
thread (its parts have threads of their own).  So every product of this package runs inside `products`, a gate: calls
that want the same number go in together, a call that wants another waits until those inside have left, and whoever
asked first goes first.  A call made inside another takes what is there, so nothing can wait for itself.  Products that
the user's own code makes in other threads, outside this package, do not pass the gate.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import TracebackType

from mlp_core.fast.blas import library

NAMES = ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads")
Controls = tuple[Callable[[], int], Callable[[int], object]]


class Gate:
    """Lets calls in that agree on the number of threads: `normal`, what the process has, or one."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.Lock())
        self.waiting: deque[object] = deque()
        self.depths: dict[int, int] = {}  # of the threads inside: how many calls within each other
        self.one = False  # whether those inside have one thread
        self.normal = 0  # the number to go back to, while `one`

    def enter(self, one: bool) -> None:
        """Go in, as soon as that is possible."""
        me, ticket, inside = threading.get_ident(), object(), False
        try:
            with self.changed:
                if me not in self.depths:
                    self._wait(ticket, one)
                depth = self.depths.get(me, 0) + 1
                self.depths[me] = depth
                inside = True
        except BaseException:  # an interrupt on the doorstep
            if inside:
                self.leave()
            raise

    def _wait(self, ticket: object, one: bool) -> None:
        """Wait for one's turn, and for calls that do not agree to leave; an interrupt leaves no ticket behind."""
        self.waiting.append(ticket)
        try:
            while self.waiting[0] is not ticket or (self.depths and self.one != one):
                self.changed.wait()
            if not self.depths:
                self._switch(one)
        finally:
            self.waiting.remove(ticket)
            self.changed.notify_all()

    def leave(self) -> None:
        """Go out; the last one out gives the threads back."""
        with self.changed:
            depth = self.depths.pop(threading.get_ident(), 1) - 1
            if depth:
                self.depths[threading.get_ident()] = depth
            elif not self.depths:
                self._switch(False)
                self.changed.notify_all()

    def forget(self) -> None:
        """Go out altogether: for calls that never stand inside another, should an interrupt have kept one in."""
        if threading.get_ident() in self.depths:
            with self.changed:
                self.depths[threading.get_ident()] = 1
            self.leave()

    def after_fork(self) -> None:
        """Start anew in a process that inherits none of the threads that were inside."""
        self._switch(False)
        self.changed, self.waiting, self.depths = threading.Condition(threading.Lock()), deque(), {}

    def _switch(self, one: bool) -> None:
        """Set the BLAS's number of threads, where it is not so already."""
        controls = thread_controls()
        if one == self.one:
            return
        if controls is not None:
            get, put = controls
            if one:
                self.normal = get()
            put(1 if one else self.normal)
        self.one = one

    def threads(self) -> int:
        """Return how many threads a product of this thread gets, though another call may have one at the moment."""
        controls = thread_controls()
        if controls is None or preference.one:
            return 1
        with self.changed:
            return self.normal if self.one else controls[0]()


class Preference(threading.local):
    """Whether this thread's products are to run with one BLAS thread."""

    one = False


preference = Preference()
gate = Gate()
threads = gate.threads
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=gate.after_fork)


class Products:
    """The block of a ``with`` statement that computes products."""

    def __init__(self, one: bool) -> None:
        self.one = one

    def __enter__(self) -> None:
        """Go through the gate."""
        gate.enter(self.one or preference.one)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave."""
        gate.leave()


NORMAL, ONE = Products(False), Products(True)


def products(*, one: bool = False) -> Products:
    """Return the block in which products run, with the process's number of threads, or with one."""
    return ONE if one else NORMAL


@contextmanager
def one_thread() -> Iterator[None]:
    """Let this thread's products of the package use one BLAS thread each; other threads' are not touched."""
    before, preference.one = preference.one, True
    try:
        yield
    finally:
        preference.one = before


@lru_cache(maxsize=1)
def thread_controls() -> Controls | None:
    """Return the functions that get and set the BLAS's number of threads; None where there are none."""
    import ctypes

    for name in NAMES:
        get, put = getattr(library(), name.format("get"), None), getattr(library(), name.format("set"), None)
        if get is not None and put is not None:
            get.restype, put.argtypes, put.restype = ctypes.c_int, [ctypes.c_int], None
            return get, put
    return _other_controls()


def _other_controls() -> Controls | None:
    """Return those of another BLAS than OpenBLAS, where threadpoolctl knows it."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return (found[0].get_num_threads, found[0].set_num_threads) if found else None
