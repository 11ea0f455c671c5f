"""Several threads at once: how many threads of its own the BLAS may use, and who trains a layer.

OpenBLAS has *one* number of threads for the whole process, and with another number a float32 product differs in its
last bits.  A CNN's step asks for one thread (its parts have threads of their own), and so does a search.  Whoever
changes the number must have everyone else's products out of the way, so every product of this package passes a `Gate`.
A call made inside another takes what is there.  Two things are left to the user: products of one's own outside a
network's passes do not go through it; a layer of one's own must not wait, in a pass, for another thread's network.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from mlp_core.fast.blas import library

P = ParamSpec("P")
R = TypeVar("R")
NAMES = ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads")


@lru_cache(maxsize=1)
def thread_controls() -> tuple[Callable[[], int], Callable[[int], object]]:
    """Return functions that get and set the BLAS's number of threads: OpenBLAS's own, or threadpoolctl's (slower)."""
    for name in NAMES:
        get, put = getattr(library(), name.format("get"), None), getattr(library(), name.format("set"), None)
        if get is not None and put is not None:
            get.restype, put.argtypes, put.restype = ctypes.c_int, [ctypes.c_int], None
            return get, put
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return (found[0].get_num_threads, found[0].set_num_threads) if found else (lambda: 1, lambda number: None)


class Gate:
    """A lock for groups: threads that want the same are inside together, those that want something else wait.

    Whoever comes while others wait waits too, so that nobody waits forever; when the last has left, the one that has
    waited longest goes in with all that want the same.  Every step may be interrupted (Ctrl-C) and done again: what
    is left to do is always seen from what the attributes say.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: set[int] = set()  # threads, which pass freely until they leave
        self.waiting: dict[int, tuple[bool, threading.Lock]] = {}  # in their order: the wish, and what they wait for
        self.alone = False  # whether those inside want one BLAS thread each
        self.kept: int | None = None  # the number of BLAS threads to go back to, where it is changed

    def enter(self, me: int, alone: bool) -> None:
        """Wait until this thread may go in."""
        with self.lock:
            if not self.waiting and (not self.inside or self.alone == alone):
                self._set_number(alone)
                self.inside.add(me)
                return
            ticket = threading.Lock()
            ticket.acquire()
            self.waiting[me] = alone, ticket
        ticket.acquire()

    def leave(self, me: int) -> None:
        """Go out, or give up waiting; the last to go lets the next in."""
        with self.lock:
            self.waiting.pop(me, None)
            self.inside.discard(me)
            if not self.inside:
                alone = next(iter(self.waiting.values()))[0] if self.waiting else False
                self._set_number(alone)
                self.inside.update([thread for thread, (wanted, _) in self.waiting.items() if wanted == alone])
            for thread in self.inside & self.waiting.keys():
                if self.waiting[thread][1].locked():
                    self.waiting[thread][1].release()
                del self.waiting[thread]

    def _set_number(self, alone: bool) -> None:
        """Change the number of BLAS threads, if those that go in now want that."""
        if alone and self.kept is None:
            self.kept = thread_controls()[0]()
            if self.kept != 1:
                thread_controls()[1](1)
        elif not alone and self.kept is not None:
            if self.kept != 1:
                thread_controls()[1](self.kept)
            self.kept = None
        self.alone = alone

    def number(self) -> int:
        """Return the number of BLAS threads where nobody has it changed."""
        with self.lock:
            return thread_controls()[0]() if self.kept is None else self.kept


class Wish(threading.local):
    """Whether this thread wants one BLAS thread for all its products."""

    alone = False


gate, _wish = Gate(), Wish()
_training: dict[int, frozenset[int]] = {}  # thread: the ids of the layers and optimizers that it trains
_training_lock = threading.Lock()


def through_gate(function: Callable[..., Any], *args: Any, alone: bool = False, **options: Any) -> Any:
    """Call a function that computes products; if ``alone`` with one BLAS thread, for it has threads of its own."""
    me = threading.get_ident()
    if me in gate.inside:
        return function(*args, **options)
    try:
        gate.enter(me, alone or _wish.alone)
        return function(*args, **options)
    finally:
        try:
            gate.leave(me)
        except BaseException:  # Ctrl-C between two lines of `leave`
            gate.leave(me)
            raise


def product(function: Callable[P, R]) -> Callable[P, R]:
    """Let every call of a function that computes products pass the gate."""

    @wraps(function)
    def guarded(*args: P.args, **options: P.kwargs) -> R:
        return through_gate(function, *args, **options)  # type: ignore[no-any-return, arg-type]

    return guarded


@product
def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the sum of the products of all numbers of two arrays of one shape."""
    return float(np.vdot(a, b))


def threads() -> int:
    """Return how many threads this thread's products may use, whatever the gate has set for a moment."""
    return 1 if _wish.alone else gate.number()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let every product that this thread computes in the block use one BLAS thread; other threads keep theirs."""
    before, _wish.alone = _wish.alone, True
    try:
        yield
    finally:
        _wish.alone = before


def as_only_trainer(trained: Iterable[object], function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call a function that changes these layers and their optimizer; RuntimeError if another thread is at it."""
    me, mine = threading.get_ident(), {id(one) for one in trained}
    before = _training.get(me, frozenset())
    if mine <= before:
        return function(*args, **options)
    try:
        with _training_lock:
            if any(thread != me and not held.isdisjoint(mine) for thread, held in list(_training.items())):
                raise RuntimeError("another thread is training this network, or one that shares a layer or the "
                                   "optimizer with it: train network.copy(), with an optimizer of its own")
            _training[me] = before | mine
        return function(*args, **options)
    finally:
        if before:
            _training[me] = before
        else:
            _training.pop(me, None)


def one_trainer(step: Callable[P, R]) -> Callable[P, R]:
    """Let no other thread train the network and the optimizer, a step's first two arguments, while the step is made."""

    @wraps(step)
    def guarded(network: Any, optimizer: Any, *args: Any, **options: Any) -> Any:
        return as_only_trainer((*network.layers, optimizer), step, network, optimizer, *args, **options)

    return cast("Callable[P, R]", guarded)


class Memory:
    """What a layer's forward keeps for its backward, and in which thread it ran."""

    _cache: Any = None
    _thread = 0

    def remember(self, cache: Any, training: bool) -> None:
        """In training, keep what backward will need; otherwise forget what this thread kept in its last pass."""
        if training:
            self._cache, self._thread = cache, threading.get_ident()
        elif self._thread == threading.get_ident():
            self._cache = None

    def remembered(self) -> Any:
        """Return what forward kept; RuntimeError if there is nothing, or another thread's."""
        if self._cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs forward(x, training=True) before it")
        if self._thread != threading.get_ident():
            raise RuntimeError(f"the last {type(self).__name__}.forward(x, training=True) ran in another thread: two "
                               "threads cannot train one layer at once; let each train a network.copy()")
        return self._cache


def _after_fork() -> None:
    """Forget, in a forked process, the threads that it does not have; and take locks that nobody holds."""
    global _training_lock
    me = threading.get_ident()
    gate.lock, _training_lock = threading.Lock(), threading.Lock()
    gate.inside.intersection_update({me})
    gate.waiting.clear()
    for thread in _training.keys() - {me}:
        del _training[thread]
    if not gate.inside:
        gate.leave(me)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
