"""Run the benchmarks: ``python -m benchmarks``, a quarter of an hour; ``--quick`` for a first look."""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import measures, report
from benchmarks.cases import CASES
from benchmarks.race import THREADS, paired_ratio, pin_to_two_processors, race

MODULES = {"jax": "jax", "pytorch": "torch", "sklearn": "sklearn"}
CANNOT = {"sklearn": {"cnn-b", "cnn-c", "evaluation"}, "textbook": {"cnn-b", "cnn-c", "evaluation"}}


def main() -> None:
    options = arguments()
    pin_to_two_processors()
    peers = [peer for peer in report.PEERS if installed(peer)]
    results = {}
    for case in options.cases:
        print(f"{CASES[case].title} ...", flush=True)
        results[case] = compare(case, peers, options.rounds)
    document = {"machine": machine(), "results": results}
    print("\n" + report.table(results) + "\n")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    if not options.no_measures:
        document["measures"] = measured(options.output.parent, options.quick)
    options.output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"written: {options.output}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--rounds", type=int, help="rounds of turns (default 15, quick 5)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--no-measures", action="store_true", help="leave out memory, import time and growth")
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks.json"))
    options = parser.parse_args()
    options.rounds = options.rounds or (5 if options.quick else 15)
    return options


def installed(peer: str) -> bool:
    """Return whether a peer can run here; say how to get it if not."""
    if peer not in MODULES or find_spec(MODULES[peer]):
        return True
    print(f"{report.PEERS[peer]} is left out: pip install {MODULES[peer]}")
    return False


def compare(case: str, peers: list[str], rounds: int) -> dict[str, Any]:
    """Return all times of a case, their medians, and the ratios of the same rounds."""
    able = ["ours", *(peer for peer in peers if case not in CANNOT.get(peer, ()))]
    racers = race(case, able, rounds)
    times = {peer: racer.times for peer, racer in racers.items()}
    return {
        "seconds": times,
        "median_seconds": {peer: median(values) for peer, values in times.items()},
        "ratios": {peer: paired_ratio(times["ours"], times[peer]) for peer in able[1:]},
        "pools": {peer: racer.pools for peer, racer in racers.items()},
    }


def measured(folder: Path, quick: bool) -> dict[str, Any]:
    """Measure memory, import time and growth, print them, and draw the plots."""
    memory, ours, numpy = measures.peak_memory(), measures.import_time(), measures.import_time("numpy")
    print(f"peak memory of training on 50,000 images: {memory:.0f} MB (target {measures.MEMORY_LIMIT})")
    print(f"import mlp_core: {ours:.3f} s (target {measures.IMPORT_LIMIT}), of which NumPy {numpy:.3f} s")
    images = [2_000, 4_000, 8_000] if quick else [5_000, 10_000, 20_000, 30_000, 40_000, 50_000]
    widths = [128, 256, 512] if quick else [128, 256, 384, 512, 768, 1024, 1536]
    by_images = measures.seconds_by_images(images)
    by_parameters = measures.seconds_by_parameters(widths, images[0])
    report.plot_growth(by_images, "images", folder / "benchmarks-images.svg")
    report.plot_growth(by_parameters, "parameters", folder / "benchmarks-parameters.svg")
    growth = {"seconds_by_images": by_images, "seconds_by_parameters": by_parameters}
    return {"peak_memory_mb": memory, "import_seconds": ours, **growth}


def machine() -> dict[str, Any]:
    """Describe where this ran and with what; no names of people or hosts."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "threads": THREADS,
        "versions": {name: found for name in ("numpy", "jax", "torch", "scikit-learn") if (found := version_of(name))},
        "date": datetime.now(UTC).date().isoformat(),
    }


def version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
