"""One variant in a process of its own: ``python -m benchmarks.worker PEER CASE``.

It writes a line of JSON about itself, then answers every line "S" on its input with the mean seconds of a unit, taken
over at least S seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module

from benchmarks.cases import CASES

WARM_UP = 0.3  # seconds: the threads of the process before spin for up to 0.2 s, and the caches are still its own


def main(peer: str, case_name: str) -> None:
    module = import_module(f"benchmarks.peers.{peer}")
    work, units = module.prepare(CASES[case_name]), getattr(module, "UNITS", 1)
    work()  # compiles, allocates, wakes the threads
    print(json.dumps(describe()), flush=True)
    for line in sys.stdin:
        repeat(work, WARM_UP)
        seconds, calls = repeat(work, float(line))
        print(seconds / (calls * units), flush=True)


def repeat(work: Callable[[], object], at_least: float) -> tuple[float, int]:
    """Call ``work`` until the time is over; return the seconds it took and the number of calls."""
    start, calls, seconds = time.perf_counter(), 0, 0.0
    while seconds < at_least:
        work()
        calls, seconds = calls + 1, time.perf_counter() - start
    return seconds, calls


def describe() -> list[dict[str, object]]:
    """Return the thread pools of this process: which BLAS, which kernel, how many threads."""
    from threadpoolctl import threadpool_info

    keys = ("internal_api", "version", "architecture", "num_threads")
    return [{key: pool.get(key) for key in keys} for pool in threadpool_info()]


if __name__ == "__main__":
    main(*sys.argv[1:])
