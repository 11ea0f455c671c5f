"""Trials for the tests of search, which worker processes and subprocesses import, too; and a search to be killed.

Every trial appends a line when it begins and when it ends to the file that the environment variable JOURNAL names.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from mlp_core import SGD, mlp, train
from mlp_core.splits import Dataset, Split
from mlp_core.tuning import grid, search

SPACE = grid(hidden=[(4,), (5,), (4, 3)], learning_rate=[0.3, 0.1, 0.03, 1e30], batch_size=[8, 16])


def tiny_data(seed=0, features=6, n=60):
    rng = np.random.default_rng(seed)
    images = rng.random((n, features), dtype=np.float32)
    labels = (images[:, :3].argmax(axis=1)).astype(np.int64)
    split = Split(images, labels)
    return Dataset(split[:40], split[40:50], split[50:])


def note(event, settings):
    line = json.dumps({"event": event, "settings": settings, "pid": os.getpid(), "time": time.time_ns()})
    # one short line, appended at once: whole, whoever else writes
    with open(os.environ["JOURNAL"], "a", encoding="utf-8") as file:
        file.write(line + "\n")


def journaled(data, hidden, learning_rate, batch_size, *, epochs, seed):
    settings = {"hidden": hidden, "learning_rate": learning_rate, "batch_size": batch_size}
    note("start", settings)
    time.sleep(float(os.environ.get("PAUSE", "0.04")))  # so that a kill finds the trial at work
    network = mlp([data.train.images.shape[1], *hidden, len(data.classes)], seed=seed)
    history = train(
        network,
        data.train,
        valid=data.valid,
        optimizer=SGD(learning_rate),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        on_divergence="record",
    )
    note("end", settings)
    return history


SCALE = 0.1


def scaled(data, point, *, epochs, seed):
    return {"valid_accuracy": [SCALE]}


def deadly(data, point, *, epochs, seed):
    note("start", {"point": point})
    if point == 1:
        os._exit(9)
    return {"valid_accuracy": [point / 10]}


def moody(data, point, *, epochs, seed):
    if point == 1:
        raise RuntimeError("no luck today")
    return {"valid_accuracy": [point / 10] * epochs}


def surroundings(data, point, *, epochs, seed):
    """Return, as if they were losses, a trial's BLAS threads, all and our own, and its memory-mapped arrays."""
    from threadpoolctl import threadpool_info

    from mlp_core.fast.threads import threads

    blas = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
    base = data.train.images
    while isinstance(base.base, np.ndarray):
        base = base.base
    mapped = [isinstance(base, np.memmap) or type(base.base).__name__ == "mmap"]
    return {"train_loss": blas, "test_loss": [threads()], "valid_loss": mapped}


def values(frame):
    """Return everything of a table that must not depend on how it came about, as text: floats with all their digits."""
    measured = [{**history.to_dict(), "seconds": None} for history in frame.history]
    return json.dumps([json.loads(frame.drop(columns=["seconds", "history"]).to_json(double_precision=15)), measured])


def journal():
    """Return what the journal says."""
    path = Path(os.environ["JOURNAL"])
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job would ignore
    cache, jobs, address = sys.argv[1:]
    search(SPACE, tiny_data(), epochs=2, n_jobs=int(jobs), cache=cache, scheduler=address or None, run=journaled)
