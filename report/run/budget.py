"""The threads of a whole run: as many as there are cores, whoever uses them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """Shares the cores among the notebooks of a run, so that their threads are never more than these.

    Parameters
    ----------
    cores : int
        Threads to share.
    jobs : int
        Notebooks that may run at once; fewer do where there are fewer cores.
    notebooks : int
        How many are to run in all.

    Attributes
    ----------
    places : int
        Notebooks that run at once.
    """

    def __init__(self, cores: int, jobs: int, notebooks: int) -> None:
        self.places = max(1, min(jobs, cores, notebooks))
        self._free, self._open, self._waiting = cores, self.places, notebooks
        self._lock = threading.Lock()

    @contextmanager
    def share(self) -> Iterator[int]:
        """Hold a notebook's threads while it runs: an equal part of what is free, all of it for the last one."""
        with self._lock:
            count = max(1, self._free // max(1, min(self._open, self._waiting)))
            self._free, self._open, self._waiting = self._free - count, self._open - 1, self._waiting - 1
        try:
            yield count
        finally:
            with self._lock:
                self._free, self._open = self._free + count, self._open + 1
