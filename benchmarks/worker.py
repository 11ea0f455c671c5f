"""One variant in a process of its own: ``python -m benchmarks.worker PEER CASE``.

It writes a line of JSON about itself, then answers every line "N" on its input with the mean seconds of N units.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module

from benchmarks.cases import CASES


def main(peer: str, case_name: str) -> None:
    module = import_module(f"benchmarks.peers.{peer}")
    work, units = module.prepare(CASES[case_name]), getattr(module, "UNITS", 1)
    work()  # compiles, allocates, wakes the threads
    print(json.dumps(describe()), flush=True)
    for line in sys.stdin:
        print(seconds_per_unit(work, units, int(line)), flush=True)


def seconds_per_unit(work: Callable[[], object], units: int, count: int) -> float:
    """Return the mean time of a unit over at least ``count`` of them; one call of ``work`` does ``units`` of them."""
    calls = -(-count // units)
    work()  # the caches belonged to another process a moment ago
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / (calls * units)


def describe() -> list[dict[str, object]]:
    """Return the thread pools of this process: which BLAS, which kernel, how many threads."""
    from threadpoolctl import threadpool_info

    keys = ("internal_api", "version", "architecture", "num_threads")
    return [{key: pool.get(key) for key in keys} for pool in threadpool_info()]


if __name__ == "__main__":
    main(*sys.argv[1:])
