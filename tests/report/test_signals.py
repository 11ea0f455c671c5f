"""Signals at any moment end a run: once is enough, twice is quicker, nothing is lost, nobody is left."""

import os
import random
import signal
import subprocess
import time

import pytest
from report_samples import processes_of, wait_for

TRIES = 200
SLEEP = "import time; time.sleep(60)"
START = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[2], sys.argv[1]], env={})"


def hide(folder):
    """Return code that leaves an orphan in a session of its own, without an environment; its command names a folder."""
    command = f"[sys.executable, '-c', {START!r}, {str(folder)!r}, {SLEEP!r}]"
    return f"import subprocess, sys\nsubprocess.Popen({command}, env={{}}, start_new_session=True).wait()"


@pytest.fixture
def report(project):
    """A report of two notebooks, whose first one leaves an orphan in a session of its own, without an environment."""
    project.add("01-hides", hide(project.folder), "print(count)")
    project.add("02-prints", "print(count)")
    return project


@pytest.mark.long
def test_what_hides_from_its_notebook_ends_with_it(report):
    assert report.run().returncode == 0
    assert processes_of(report.folder) == []


@pytest.mark.long
def test_what_hides_from_its_notebook_ends_with_a_killed_worker(report):
    source = hide(report.folder) + "\nimport os\nos.kill(os.getppid(), 9)"
    report.add("01-hides", source)
    assert report.run().returncode == 1
    assert processes_of(report.folder) == []


def test_a_signal_ends_the_wait_for_another_run(report):
    from filelock import FileLock

    report.build.mkdir()
    with FileLock(report.build / ".lock"):
        process = report.start()
        assert "waiting" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=4)[0] == "error: interrupted; what has finished is kept\n"
    assert process.returncode == 130


@pytest.mark.long
def test_a_closed_pipe_ends_the_run_in_one_line(report):
    reader, writer = os.pipe()
    os.close(reader)
    process = report.start(stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert process.communicate(timeout=30)[1] == "error: standard output was closed before the end\n"
    assert process.returncode == 1
    assert processes_of(report.folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.long
def test_two_signals_end_a_run_that_is_deaf_to_one(report, number):
    report.add("01-hides", "import time\ntime.sleep(60)")
    process = report.start()
    wait_for(lambda: processes_of(report.build / "jupyter"))
    start = time.monotonic()
    process.send_signal(number)
    process.send_signal(number)
    process.communicate(timeout=5)
    assert process.returncode == 128 + number
    assert time.monotonic() - start < 2
    assert processes_of(report.folder) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_a_signal_at_any_moment_ends_the_run(report, part):
    random_moment = random.Random(part)
    old = report.old_report()
    start = time.monotonic()
    assert report.run().returncode == 0
    length = time.monotonic() - start
    made = old.read_bytes()
    for attempt in range(TRIES // 10):
        number = random_moment.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        process = report.start("-p", f"01-hides.count={attempt + 2}", start_new_session=True)
        send = random_moment.choice([os.kill, os.killpg])  # to it alone, or as a terminal does
        time.sleep(random_moment.uniform(0.1, length))
        send(process.pid, number)  # until it is waited for, its number is its own
        twice = random_moment.random() < 0.3
        if twice:
            time.sleep(random_moment.uniform(0, 0.3))
            send(process.pid, number)
        sent = time.monotonic()
        output, _ = process.communicate(timeout=10)
        assert time.monotonic() - sent < 5
        unheard = process.returncode == -number  # Python itself was still starting
        assert unheard or "Traceback" not in output
        assert unheard or process.returncode in (128 + number, 0), output
        assert unheard or twice or process.returncode == 0 or "error: interrupted" in output
        assert processes_of(report.folder) == []
        assert old.read_bytes()[:5] == made[:5]
    assert list(report.build.rglob("*.part")) == []
    assert report.run().returncode == 0
