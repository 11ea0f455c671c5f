"""What is measured without a peer: memory, import time, and how the cost grows.  Each runs in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.race import ROOT, environment

MEMORY_LIMIT = 400  # MB
IMPORT_LIMIT = 0.15  # seconds

TRAINING = """
import numpy as np, resource
from mlp_core import SGD, Split, mlp, train
rng = np.random.default_rng(0)
split = Split(rng.random(({images}, 784), dtype=np.float32), rng.integers(0, 10, {images}))
network = mlp({sizes})
history = train(network, split, optimizer=SGD(0.01), epochs=1, batch_size=128)
"""
PEAK = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"  # ru_maxrss is in KiB on Linux
SECONDS = """
import time
times = []
for _ in range(3):
    start = time.perf_counter()
    train(network, split, optimizer=SGD(0.01), epochs=1, batch_size=128, evaluate_train=False)
    times.append(time.perf_counter() - start)
print(min(times))
"""


def python(program: str) -> float:
    """Run a program with the workers' environment and return the number it prints."""
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, cwd=ROOT, env=environment())
    return float(result.stdout)


def peak_memory() -> float:
    """Return the peak memory, in MB, of an epoch of an MLP on 50,000 images, the images' own 157 MB included."""
    return python(TRAINING.format(images=50_000, sizes=[784, 512, 768, 10]) + PEAK)


def import_time(module: str = "mlp_core", runs: int = 5) -> float:
    """Return the seconds that importing takes in a fresh process, the best of some."""
    program = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    return min(python(program) for _ in range(runs))


def seconds_by_images(counts: list[int]) -> dict[int, float]:
    """Return the seconds of an epoch of 784-512-768-10 over so many images."""
    return {n: python(TRAINING.format(images=n, sizes=[784, 512, 768, 10]) + SECONDS) for n in counts}


def seconds_by_parameters(widths: list[int], images: int) -> dict[int, float]:
    """Return the seconds of an epoch of 784-width-width-10, by number of parameters."""
    return {
        785 * width + (width + 1) * width + (width + 1) * 10: python(
            TRAINING.format(images=images, sizes=[784, width, width, 10]) + SECONDS
        )
        for width in widths
    }
