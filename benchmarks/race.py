"""Let variants run in turn, each in its own process, and compare the times of the same round."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

THREADS = 2
ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Racer:
    """A worker process and the seconds a unit of work took it, one number a round."""

    process: subprocess.Popen[str]
    pools: list[dict[str, object]]
    times: list[float]

    def run(self, seconds: float) -> float:
        """Let it work for so many seconds and return the mean seconds of a unit."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the worker has no pipes")
        stdin.write(f"{seconds}\n")
        stdin.flush()
        return float(stdout.readline())


def environment() -> dict[str, str]:
    """Return the environment of every worker: two threads, and the BLAS kernels made for this processor."""
    forced = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(THREADS))
    return {**{key: value for key, value in os.environ.items() if key not in forced}, **threads}


def pin_to_two_processors() -> None:
    """Keep every variant to the same processors, also the libraries that look at how many there are."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def start(peer: str, case: str) -> Racer:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.worker", peer, case],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"the worker {peer} {case} died with status {process.wait()}; its message is above")
    return Racer(process, json.loads(line), [])


def race(case: str, peers: list[str], rounds: int, seconds_a_turn: float = 0.4) -> dict[str, Racer]:
    """Return the racers with one time a round; who begins a round changes from round to round."""
    with ExitStack() as stack:
        racers = {}
        for peer in peers:
            racers[peer] = start(peer, case)
            stack.callback(stop, racers[peer])
        for number in range(rounds):
            order = peers[number % len(peers) :] + peers[: number % len(peers)]
            for peer in order:
                racers[peer].times.append(racers[peer].run(seconds_a_turn))
    return racers


def stop(racer: Racer) -> None:
    if racer.process.stdin:
        racer.process.stdin.close()
    racer.process.wait(timeout=30)


def paired_ratio(ours: list[float], theirs: list[float]) -> dict[str, float]:
    """Return median and quartiles of our time over theirs, round by round."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    lower, median, upper = statistics.quantiles(ratios, n=4, method="inclusive")
    return {"median": median, "lower_quartile": lower, "upper_quartile": upper}
