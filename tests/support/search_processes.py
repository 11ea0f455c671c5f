"""Searches in processes of their own, and who disturbs them."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import search_trials
from search_trials import SPACE, journal

from mlp_core.tuning.store import TrialStore


def wait_for(condition, seconds=60):
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def assert_none_ran_twice(cache):
    """Check with the journal and the files' times that no trial began after its result was on disk."""
    store = TrialStore(cache)
    written = {name_of(record): store.path(record["key"]).stat().st_mtime_ns for record in store.records()}
    assert len(written) == len(SPACE)
    starts = [line for line in journal() if line["event"] == "start"]
    assert {name_of(line) for line in starts} == set(written)
    assert not [line for line in starts if line["time"] > written[name_of(line)]]


def name_of(line):
    return json.dumps(line["settings"], sort_keys=True)


class WorkerKiller(threading.Thread):
    """Kills processes that have begun a trial, each a random moment after it began."""

    def __init__(self, kills, seed):
        super().__init__()
        self.kills, self.rng, self.killed, self.over = kills, random.Random(seed), [], threading.Event()

    def run(self):
        seen = 0
        while not self.over.is_set() and len(self.killed) < self.kills:
            begun = [line["pid"] for line in journal() if line["event"] == "start"]
            if len(begun) > seen + self.rng.randrange(6):
                time.sleep(self.rng.random() * 0.05)
                seen = len(begun)
                self.kill(begun[-1])
            time.sleep(0.005)

    def kill(self, pid):
        if pid not in (os.getpid(), *self.killed) and psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join()


def start_search(cache, jobs=2, scheduler=""):
    """Start a search in a process of its own, in a session of its own so that a Ctrl-C reaches it alone."""
    return subprocess.Popen(
        [sys.executable, search_trials.__file__, cache, str(jobs), scheduler],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )


def count(cache):
    """Return how many results are on disk."""
    return len(list(Path(cache).glob("trials/*.json")))


def family(process):
    """Return the processes that a search has started."""
    return psutil.Process(process.pid).children(recursive=True)


def wait_for_results(cache, n):
    """Wait until n results are on disk."""
    wait_for(lambda: count(cache) >= n)


def wait_for_end(processes):
    """Wait until the processes have ended."""
    assert not psutil.wait_procs(processes, timeout=10)[1]
