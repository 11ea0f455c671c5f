"""Real faults: killed, hanging and failing notebooks, signals, full and read-only disks, two runs at once."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from report_samples import Project, is_gone, wait_for

from report.book.typesetting import typeset
from report.errors import ReportError

NEVER_STARTS = """
import os, sys, time
if any("ipykernel_launcher" in argument for argument in getattr(sys, "orig_argv", [])):
    time.sleep(60)
"""


def say_pid(path: Path) -> str:
    """Return code that writes the kernel's process id to a file."""
    part, whole = f"{path}.part", str(path)
    return f"import os\nopen({part!r}, 'w').write(str(os.getpid()))\nos.rename({part!r}, {whole!r})"


@pytest.fixture(scope="module")
def failed(tmp_path_factory) -> tuple[Project, "subprocess.CompletedProcess[str]"]:
    """A run in which notebooks fail in every way, beside one that does not."""
    project = Project(tmp_path_factory.mktemp("failed") / "a report")
    project.add("01-good", "print(count)")
    project.add("02-raises", "print(1)", "1 / (count - 1)", "print(2)")
    project.add("04-killed", say_pid(project.folder / "killed") + "\nos.kill(os.getpid(), 9)", "print(2)")
    hang = "\nimport time\nwhile True: time.sleep(0.1)"
    project.add("05-hangs", say_pid(project.folder / "hangs") + hang, "print(2)")
    project.add("06-all", "print(1)", parameters='results_folder: str = "."  # where', after="all")
    project.old_report()
    return project, project.run("--jobs", "4", "--cell-timeout", "3")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("02-raises", "cell 4 (`1 / (count - 1)`): ZeroDivisionError: division by zero"),
        ("04-killed", "cell 3 (`import os`): the kernel died"),
        ("05-hangs", "cell 3 (`import os`): did not finish within 3 s"),
    ],
)
def test_a_failing_notebook_is_named_with_its_cell_and_kept_for_reading(failed, name, said):
    project, process = failed
    lines = [line for line in process.stdout.splitlines() if line.startswith(f"error: {name}")]
    assert len(lines) == 1
    assert f"error: {name}, {said}" in lines[0]
    kept = json.loads((project.build / "failed" / f"{name}.ipynb").read_text())
    assert len(kept["cells"]) >= 4


@pytest.mark.long
def test_an_exit_and_a_promised_exception_are_failures_too(project):
    path = project.add("01-tagged", "1 / (count - 1)", "print(2)")
    tagged = '"metadata": {"tags": ["raises-exception"]}, "source": "1 /'
    path.write_text(path.read_text().replace('"metadata": {}, "source": "1 /', tagged))
    project.add("02-exits", "import sys\nsys.exit(0)", "print(2)")
    said = project.run("--jobs", "2").stdout
    promised = "ZeroDivisionError: division by zero; the tag raises-exception does"
    assert f"error: 01-tagged, cell 3 (`1 / (count - 1)`): {promised}" in said
    assert "error: 02-exits, cell 3 (`import sys`): SystemExit" in said


def test_after_a_failure_the_old_report_stays_and_the_status_says_so(failed):
    project, process = failed
    assert process.returncode == 1
    assert (project.build / "report.pdf").read_bytes() == b"the last good report"
    assert [path.name for path in (project.build / "notebooks").iterdir()] == ["01-good.ipynb"]


def test_a_notebook_that_reads_the_others_does_not_run_without_them(failed):
    assert "06-all" not in failed[1].stdout


def test_a_failure_leaves_no_process(failed):
    project, _ = failed
    assert all(is_gone(int((project.folder / name).read_text())) for name in ("killed", "hangs"))
    assert processes_under(project.folder) == []


@pytest.mark.long
def test_the_next_run_repeats_only_what_is_missing(failed):
    project, _ = failed
    project.settings["chapters"] = ["01-good", "02-raises"]
    project.configure()
    process = project.run("-p", "02-raises.count=3")
    assert process.returncode == 0, process.stdout
    assert "01-good" not in process.stdout
    assert "02-raises" in process.stdout
    assert (project.build / "report.pdf").read_bytes().startswith(b"%PDF")
    assert not (project.build / "failed" / "02-raises.ipynb").exists()


def processes_under(folder: Path) -> list[str]:
    """Return the command lines of living processes that name a folder or work in it."""
    import psutil

    found = []
    for process in psutil.process_iter(["cmdline", "environ", "pid"]):
        environment = process.info["environ"] or {}
        if process.pid != os.getpid() and str(folder) in environment.get("JUPYTER_DATA_DIR", ""):
            found.append(" ".join(process.info["cmdline"] or []))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_a_signal_ends_the_run_and_all_its_processes(project, number):
    pid_file = project.folder / "pid"
    settle = "import time\ntime.sleep(1)  # the report that this cell has started overtakes the signal\n"
    project.add("01-sleeps", settle + say_pid(pid_file) + "\ntime.sleep(60)")
    old = project.old_report()
    process = project.start()
    kernel = int(wait_for(lambda: pid_file.exists() and pid_file.read_text()))
    process.send_signal(number)
    output, _ = process.communicate(timeout=15)
    assert process.returncode == 128 + number
    assert output.splitlines() == ["error: interrupted while running 01-sleeps, cell 3; what has finished is kept"]
    assert is_gone(kernel)
    assert processes_under(project.folder) == []
    assert old.read_bytes() == b"the last good report"
    assert list((project.build / "notebooks").glob("*")) == []


def test_a_killed_run_takes_its_kernels_with_it(project):
    pid_file = project.folder / "pid"
    project.add("01-sleeps", say_pid(pid_file) + "\nimport time\ntime.sleep(60)")
    process = project.start()
    wait_for(lambda: pid_file.exists())
    process.kill()
    process.communicate()
    wait_for(lambda: processes_under(project.folder) == [], seconds=10)


@pytest.mark.long
def test_a_kernel_that_never_starts_is_given_up(project, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NEVER_STARTS)
    project.add("01-a", "print(1)")
    process = project.run("--start-timeout", "3", env=os.environ | {"PYTHONPATH": str(site)})
    assert process.returncode == 1
    assert "error: 01-a, the kernel did not start within 3 s" in process.stdout
    assert processes_under(project.folder) == []


@pytest.mark.long
@pytest.mark.parametrize("fault", ["time.sleep(60)", "os._exit(3)"])
def test_a_kernel_that_does_not_start_once_is_tried_again(project, tmp_path, fault):
    site, mark = tmp_path / "site", tmp_path / "tried"
    site.mkdir()
    once = f"(open({str(mark)!r}, 'x'), {fault}) if not os.path.exists({str(mark)!r}) else None"
    (site / "sitecustomize.py").write_text(NEVER_STARTS.replace("time.sleep(60)", once))
    project.add("01-a", "print(1)")
    process = project.run("--start-timeout", "20", env=os.environ | {"PYTHONPATH": str(site)})
    assert (process.returncode, mark.exists()) == (0, True), process.stdout
    assert processes_under(project.folder) == []


@pytest.mark.long
def test_a_kernel_that_dies_as_it_starts_is_said_to_have_died(project, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NEVER_STARTS.replace("time.sleep(60)", "os._exit(3)"))
    project.add("01-a", "print(1)")
    process = project.run(env=os.environ | {"PYTHONPATH": str(site)})
    assert process.returncode == 1
    assert "error: 01-a, the kernel died as it started" in process.stdout
    assert "within 60 s" not in process.stdout


@pytest.mark.long
def test_of_two_runs_at_once_one_waits_and_says_so(project):
    pid_file, go = project.folder / "pid", project.folder / "go"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)"
    project.add("01-waits", say_pid(pid_file), waiting)
    first = project.start()
    wait_for(lambda: pid_file.exists())
    second = project.start()
    said = second.stdout.readline()
    go.touch()
    assert said == f"another run is at work in {project.build}; waiting for it to end\n"
    assert "01-waits" in first.communicate(timeout=30)[0]
    assert second.communicate(timeout=30)[0] == f"{project.build / 'report.pdf'} is up to date\n"
    assert first.returncode == second.returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MiB."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("room", [pytest.param(4, marks=pytest.mark.long), 100])
def test_a_full_disk_is_said_and_leaves_no_half_written_file(project, small_disk, room):
    project.add("01-a", "print('x' * 70_000)", "print('y' * 70_000)")
    build = small_disk / "build"
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (4096 - room) * 1024)
    process = project.run("--build", str(build))
    assert process.returncode == 1
    assert "No space left on device" in process.stdout
    assert "Traceback" not in process.stdout
    assert "None" not in process.stdout
    assert str(build) in process.stdout
    assert not list(build.glob("notebooks/*"))
    filler.unlink()


def test_a_read_only_build_folder_is_said_before_anything_runs(project, small_disk):
    project.add("01-a", f"open({str(project.folder / 'ran')!r}, 'w')")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    process = project.run("--build", str(small_disk / "build"))
    assert process.returncode == 1
    assert process.stdout == f"error: Read-only file system: {small_disk / 'build'}\n"
    assert not (project.folder / "ran").exists()


def test_an_unfinished_set_is_never_typeset(project):
    from report.run.tasks import Executed, make_tasks

    project.add("01-a", "print(1)")
    old = project.old_report()
    settings = project.resolved()
    facts = {"course_report": {"executed": 1, "seconds": 1, "threads": 1}}
    unfinished = [Executed(task, task.notebook | {"metadata": facts}) for task in make_tasks(settings)]
    with pytest.raises(ReportError, match="01-a, cell 2: was not run; an unfinished set is not typeset"):
        typeset(unfinished, settings, code={}, at="")
    assert old.read_bytes() == b"the last good report"


@pytest.mark.long
def test_a_killed_worker_is_told_from_a_failing_cell(project):
    kill_parent = "import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(60)"
    project.add("01-a", kill_parent)
    process = project.run()
    assert process.returncode == 1
    said = "error: 01-a, cell 3 (`import os`): its process ended with status -9 (killed, or out of memory)"
    assert said in process.stdout
    assert processes_under(project.folder) == []


