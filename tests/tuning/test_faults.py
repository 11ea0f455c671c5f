"""Nothing finished is lost or run twice: processes of a search are killed while it runs."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from search_processes import (
    WorkerKiller,
    assert_none_ran_twice,
    count,
    family,
    start_search,
    wait_for_end,
    wait_for_results,
)
from search_trials import SPACE, deadly, journal, journaled, tiny_data, values

from mlp_core.tuning import grid, search
from mlp_core.tuning.store import TrialStore


@pytest.fixture
def data():
    return tiny_data()


@pytest.fixture(autouse=True)
def journal_file(tmp_path, monkeypatch):
    monkeypatch.setenv("JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setattr("mlp_core.tuning.workers.MAX_KILLS", 50)  # innocents, killed again and again, must go on


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Return the table of the search when nobody disturbs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOURNAL", str(tmp_path_factory.mktemp("calm") / "journal"))
        return values(search(SPACE, tiny_data(), epochs=2, n_jobs=1, run=journaled))


@pytest.mark.long
def test_killed_workers_cost_only_the_trials_they_were_at(tmp_path, data, expected):
    with WorkerKiller(kills=2, seed=1) as killer:
        frame = search(SPACE, data, epochs=2, n_jobs=2, cache=tmp_path / "cache", run=journaled)
    assert killer.killed
    assert values(frame) == expected
    assert_none_ran_twice(tmp_path / "cache")


@pytest.mark.long
def test_killed_searches_are_resumed_and_leave_no_process_behind(tmp_path, data, expected):
    cache, rng = tmp_path / "cache", random.Random(3)
    for _ in range(2):
        process = start_search(cache)
        wait_for_results(cache, count(cache) + 1 + rng.randrange(5))
        time.sleep(rng.random() * 0.1)
        workers = family(process)
        process.kill()
        wait_for_end(workers)
        process.communicate()
    finished = {path: path.stat().st_mtime_ns for path in cache.glob("trials/*.json")}
    frame = search(SPACE, data, epochs=2, n_jobs=2, cache=cache, run=journaled)
    assert values(frame) == expected
    assert frame.attrs["reused"] == len(finished) < len(SPACE)
    assert all(path.stat().st_mtime_ns == time for path, time in finished.items())
    assert_none_ran_twice(cache)


@pytest.mark.long
def test_an_interrupt_ends_the_search_soon_and_keeps_what_is_finished(tmp_path):
    process = start_search(tmp_path / "cache")
    wait_for_results(tmp_path / "cache", 2)
    workers = family(process)
    process.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in process.communicate(timeout=20)[1]
    wait_for_end(workers)
    assert 2 <= count(tmp_path / "cache") < len(SPACE)


def interrupt(process, rng):
    """Send Ctrl-C to the search, or to all of its processes as a terminal does, now and then twice."""
    send = rng.choice([os.kill, os.killpg])
    for _ in range(rng.randrange(1, 3)):
        with suppress(ProcessLookupError):
            send(process.pid, signal.SIGINT)
        time.sleep(rng.random() * 0.1)


@pytest.mark.posix
@pytest.mark.long
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_at_any_moment_ends_the_search_and_loses_nothing(tmp_path, data, expected, jobs):
    cache, rng = tmp_path / "cache", random.Random(jobs)
    for _ in range(50):
        process = start_search(cache, jobs)
        time.sleep(rng.random() * 2.5)
        before, workers = count(cache), [] if process.poll() is not None else family(process)
        interrupt(process, rng)
        process.communicate(timeout=15)
        wait_for_end(workers)
        assert count(cache) >= before
        assert count(cache) == len(list(TrialStore(cache).records()))
        if count(cache) == len(SPACE):
            assert values(search(SPACE, data, epochs=2, n_jobs=1, cache=cache, run=journaled)) == expected
            assert_none_ran_twice(cache)
            TrialStore(cache).clear()
            Path(os.environ["JOURNAL"]).unlink()
    assert values(search(SPACE, data, epochs=2, n_jobs=jobs, cache=cache, run=journaled)) == expected
    assert not [*cache.rglob("*.part"), *(cache / "running").iterdir()]


@pytest.mark.long
def test_two_searches_at_once_share_the_work(tmp_path, data, expected):
    process = start_search(tmp_path / "cache")
    wait_for_results(tmp_path / "cache", 1)
    frame = search(SPACE, data, epochs=2, n_jobs=2, cache=tmp_path / "cache", run=journaled)
    assert process.wait(timeout=60) == 0, process.stderr.read()
    process.communicate()
    assert values(frame) == expected
    assert len([line for line in journal() if line["event"] == "start"]) == len(SPACE)


def test_a_trial_that_kills_its_process_fails_and_the_others_do_not(tmp_path, data, monkeypatch):
    monkeypatch.setattr("mlp_core.tuning.workers.MAX_KILLS", 2)
    frame = search(grid(point=[0, 1, 2, 3]), data, epochs=1, n_jobs=2, cache=tmp_path / "cache", run=deadly)
    assert frame.status.tolist() == ["ok", "failed", "ok", "ok"]
    assert "died 2 times" in frame.reason[1]
    assert [line["settings"]["point"] for line in journal()].count(1) == 2
