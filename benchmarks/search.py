"""Speed of the search: ``python -m benchmarks.search``, with ``MLP_CORE_DATA`` naming a folder that holds MNIST.

Four questions: how much faster are two processes with one BLAS thread each than one process with two; how much longer
does the grid take than its matrix products alone, run by the same search; what does a trial cost besides its work; and
how does the number of trials a second grow with the workers, locally and on Dask.  ``--full`` runs the whole grid of 36
settings and 10 epochs instead of a part of it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

FORCED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
HIDDEN = [(784, 256), (512, 384), (666, 333), (666, 666)]
ACTIVATIONS, RATES = ["relu", "sigmoid", "tanh"], [0.05, 0.01, 0.005]
WORK, TRIALS = 0.01, 1000  # seconds of a trial's work, and how many trials


def work(data, point, *, epochs, seed):
    """Be a trial that keeps a processor busy for 10 ms."""
    end = time.process_time() + WORK
    while time.process_time() < end:
        pass
    return {"valid_accuracy": [point]}


def grid_settings(full: bool) -> list[dict[str, object]]:
    """Return the published grid, or its diagonal of six; the 10,000 validation images are measured every epoch."""
    from mlp_core.tuning import grid

    fixed = {"batch_size": [64], "seed": [500], "evaluate_train": [False]}
    space = grid(hidden=HIDDEN, activation=ACTIVATIONS, learning_rate=RATES, **fixed)
    return space if full else space[::7]


def products(data, *, hidden, batch_size, epochs, **others):
    """Be a trial that makes the products of its training and evaluations, and nothing else."""
    from benchmarks.cases import Case
    from benchmarks.peers.products import prepare

    sizes = (data.train.images.shape[1], *hidden, 10)
    step = prepare(Case("a step", batch_size, sizes))
    evaluation = prepare(Case("an evaluation", 1000, sizes, images=len(data.valid)))
    for _ in range(epochs):
        for _ in range(0, len(data.train), batch_size):
            step()
        evaluation()
    return {"valid_accuracy": [0.0]}


def time_processes(space: list[dict[str, object]], epochs: int, run: Callable[..., object] | None = None) -> float:
    """Return the seconds of the search with two processes, of what `run` does where it is given."""
    from mlp_core import load_dataset, search

    data, start = load_dataset("mnist"), time.perf_counter()
    frame = search(space, data, epochs=epochs, n_jobs=2, progress=False, run=run)
    seconds = time.perf_counter() - start
    if set(frame.status) != {"ok"}:
        raise RuntimeError(f"trials failed: {frame.reason.tolist()}")
    return seconds


def time_threads(space: list[dict[str, object]], epochs: int) -> float:
    """Return the seconds of the same training, one network after the other, with two BLAS threads."""
    from mlp_core import load_dataset
    from mlp_core.tuning.training import train_network

    data, start = load_dataset("mnist"), time.perf_counter()
    for settings in space:
        train_network(settings, data, epochs=epochs, seed=500)
    return time.perf_counter() - start


def time_trials(workers: int, address: str | None) -> float:
    """Return the seconds of many short trials, the start of the workers left out."""
    import numpy as np

    from mlp_core import grid, search
    from mlp_core.splits import Dataset, Split

    split = Split(np.zeros((2, 4), np.float32), np.array([0, 1]))
    data = Dataset(split, split, split)
    seconds = []
    for count in (workers, TRIALS + workers):
        start = time.perf_counter()
        space = grid(point=[number / TRIALS for number in range(count)])
        search(space, data, epochs=1, n_jobs=workers, scheduler=address, run=work, progress=False)
        seconds.append(time.perf_counter() - start)
    return seconds[1] - seconds[0]


def alone(call: str, threads: int = 1) -> float:
    """Return what a call gives in a process of its own, with the BLAS kernels made for this processor."""
    kept = {name: value for name, value in os.environ.items() if name not in FORCED}
    code = f"from benchmarks.search import *\nprint({call})"
    environment = {**kept, "OPENBLAS_NUM_THREADS": str(threads)}
    output = subprocess.check_output([sys.executable, "-c", code], env=environment, encoding="utf-8")
    return float(output.split()[-1])


def compare_grids(full: bool, rounds: int) -> None:
    """Print the time of the grid with two processes, of its products alone, and with two threads, taken in turn."""
    epochs, settings = (10, 36) if full else (2, 6)
    ratios = []
    for _ in range(1 if full else rounds):
        processes = alone(f"time_processes(grid_settings({full}), {epochs})")
        limit = alone(f"time_processes(grid_settings({full}), {epochs}, products)")
        threads = alone(f"time_threads(grid_settings({full}), {epochs})", 2)
        ratios.append(processes / limit)
        print(f"{settings} settings x {epochs} epochs of 50,000: two processes {processes:.1f} s, their products alone "
              f"{limit:.1f} s; one process with two threads {threads:.1f} s: {threads / processes:.2f} times slower",
              flush=True)  # fmt: skip
    print(f"the grid over its products: {statistics.median(ratios):.2f} (target 1.15)")


def compare_workers(counts: list[int]) -> None:
    """Print the trials a second of each number of workers, locally and on Dask."""
    from distributed import LocalCluster

    for workers in counts:
        report("local", workers, lambda workers=workers: alone(f"time_trials({workers}, None)"))
    for workers in counts:
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
            address = cluster.scheduler_address
            report("Dask", workers, lambda workers=workers, at=address: alone(f"time_trials({workers}, {at!r})"))


def report(where: str, workers: int, measure: Callable[[], float]) -> None:
    """Print one line of throughput."""
    seconds = measure()
    overhead = 1000 * (seconds * workers / TRIALS - WORK)
    print(f"{where}, {workers} workers: {TRIALS} trials of {1000 * WORK:.0f} ms in {seconds:.2f} s, "
          f"{TRIALS / seconds:.0f} a second, {overhead:.1f} ms of a worker's time a trial besides its work", flush=True)


def main() -> None:
    """Run the comparisons."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole grid: about twenty minutes")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the partial grid")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="numbers of workers; none to leave out")
    options = parser.parse_args()
    compare_workers(options.workers)
    compare_grids(options.full, options.rounds)


if __name__ == "__main__":
    main()
