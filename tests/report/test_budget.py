"""One budget of threads for a whole run: however many notebooks and cores there are, never more threads than cores."""

import itertools
import json
import os
import random

import pytest

from report.run.budget import Budget


@pytest.mark.parametrize(
    ("cores", "jobs", "notebooks"), [*itertools.product([1, 2, 3, 8, 13], [1, 2, 5, 16], [1, 2, 9])]
)
def test_threads_are_never_more_than_cores_and_none_idles_while_notebooks_wait(cores, jobs, notebooks):
    choose = random.Random(0)
    budget, running, waiting = Budget(cores, jobs, notebooks), [], notebooks
    assert 1 <= budget.places <= min(max(1, jobs), cores, notebooks)
    while waiting or running:
        if waiting and len(running) < budget.places:
            share = budget.share()
            running.append((share, share.__enter__()))
            waiting -= 1
        else:
            share, _ = running.pop(choose.randrange(len(running)))
            share.__exit__(None, None, None)
        counts = [count for _, count in running]
        assert all(count >= 1 for count in counts)
        assert sum(counts) <= cores
        if len(counts) == budget.places:
            assert sum(counts) == cores


def test_the_last_notebook_has_all_that_is_free():
    budget = Budget(cores=8, jobs=3, notebooks=4)
    first, second, third = (budget.share() for _ in range(3))
    assert [share.__enter__() for share in (first, second, third)] == [2, 3, 3]
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    with budget.share() as count:
        assert count == 5


NOTE = """import json, time
from pathlib import Path
from threadpoolctl import threadpool_info
import numpy
start = time.monotonic()
threads = max(pool["num_threads"] for pool in threadpool_info())
time.sleep(1.0)
print(json.dumps([start, time.monotonic(), threads]))"""


@pytest.mark.long
@pytest.mark.posix
@pytest.mark.parametrize(("cores", "jobs"), [(1, 3), (2, 3), (2, 1)])
def test_the_kernels_of_a_run_have_no_more_threads_than_cores(project, cores, jobs):
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < cores:
        pytest.skip(f"needs {cores} cores whose number can be chosen")
    for name in ("01-a", "02-b", "03-c"):
        project.add(name, NOTE)
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    done = project.run("--jobs", str(jobs), preexec_fn=lambda: os.sched_setaffinity(0, chosen))
    assert done.returncode == 0, done.stdout
    spans = []
    for path in (project.build / "notebooks").glob("*.ipynb"):
        outputs = [out["text"] for cell in json.loads(path.read_text())["cells"] for out in cell.get("outputs", [])]
        spans.append(json.loads("".join(outputs)))
    assert len(spans) == 3
    for start, _, _ in spans:
        assert sum(threads for begin, end, threads in spans if begin <= start < end) <= cores
    if jobs == 1:
        assert {threads for _, _, threads in spans} == {cores}
