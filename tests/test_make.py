"""`make` and `.ci/environment`, with stand-ins for Python where a real environment would take minutes."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = """#!/bin/sh
# Stands in for python3: knows `-c` (is it good enough?) and `-m venv FOLDER`, and notes what it is asked.
echo "$@" >> calls
case "$1 $2" in
    "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m pip") sleep ${SLOW:-0} ;;
esac
exit ${STATUS:-0}
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder, with a space in its name, of what `make` reads, and a PATH of little more than the stand-in."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml", ".ci"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    tools = tmp_path / "bin"
    tools.mkdir()
    needed = ["bash", "sh", "make", "cat", "cksum", "cut", "mkdir", "dirname", "rm", "cp", "touch", "sleep", "flock"]
    for name in needed:
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    (tools / "python3").write_text(PYTHON)
    (tools / "python3").chmod(0o755)

    def start(*arguments, **variables):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(["make", *arguments], cwd=folder, env={"PATH": str(tools), **variables}, **pipes)

    def make(*arguments, **variables):
        return finish(start(*arguments, **variables))

    make.folder, make.start = folder, start
    return make


def finish(process):
    output, _ = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def calls(checkout):
    path = checkout.folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return [line for line in lines if not line.startswith("-c")]


def test_the_environment_is_made_once(checkout):
    assert checkout(".venv").returncode == 0
    made = calls(checkout)
    assert made[0] == "-m venv .venv"
    assert sum("--require-hashes -r requirements.lock" in line for line in made) == 1
    assert len(made) == 3
    later = time.time() + 1e6
    for path in ("requirements.lock", "pyproject.toml", "Makefile"):
        os.utime(checkout.folder / path, (later, later))
    checkout(".venv")
    assert calls(checkout) == []


def test_it_is_renewed_in_place_when_the_lock_changes(checkout):
    checkout(".venv")
    calls(checkout)
    with (checkout.folder / "requirements.lock").open("a") as file:
        file.write("# changed\n")
    checkout(".venv")
    renewed = calls(checkout)
    assert len(renewed) == 2
    assert all(line.startswith("-m pip") for line in renewed)


def test_a_half_made_environment_is_made_anew(checkout):
    (checkout.folder / ".venv" / "bin").mkdir(parents=True)
    rubbish = checkout.folder / ".venv" / "rubbish"
    rubbish.touch()
    shutil.copy("/bin/true", checkout.folder / ".venv" / "bin" / "python")
    assert checkout(".venv").returncode == 0
    assert not rubbish.exists()
    assert calls(checkout)[0] == "-m venv .venv"


def test_one_whose_installation_fails_gets_no_stamp(checkout):
    assert checkout(".venv", STATUS="1").returncode != 0
    assert not list((checkout.folder / ".venv").glob(".installed-*"))


def test_without_a_good_python_one_line_says_what_is_needed(checkout):
    said = checkout("report", PYTHON="/bin/false").stdout
    assert "error: no Python of at least 3.11 with venv and ensurepip was found" in said
    assert not (checkout.folder / ".venv").exists()


@pytest.mark.skipif(not shutil.which("flock"), reason="without flock, two calls at once are not kept apart")
def test_of_two_at_once_the_second_waits(checkout):
    first = checkout.start(".venv", SLOW="0.5")
    time.sleep(0.3)
    second = checkout(".venv")
    assert finish(first).returncode == second.returncode == 0
    assert "waiting for it to end" in second.stdout
    assert len(calls(checkout)) == 3


def test_the_options_of_a_report_arrive_as_they_were_typed(checkout):
    (checkout.folder / ".venv" / "bin").mkdir(parents=True)
    checkout(".venv")
    python = checkout.folder / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@: $REPORT_TITLE, $REPORT_PROFILE, ${REPORT_DATASET-none}."\n')
    python.chmod(0o755)
    title = "It's \"100%\" #1 (really) $5"
    said = checkout("report", f"TITLE={title}", "PROFILE=quick").stdout
    assert said == f"-m report pdf: {title}, quick, none.\n"
    assert checkout("html", "DATASET=", PROFILE="published").stdout == "-m report html: , published, .\n"


def test_an_option_that_there_is_not_is_told(checkout):
    told = "PROFIL: no option here, which are PROFILE DATASET"
    assert told in checkout("help", "PROFIL=quick", "TITLE=a PROFIL=b").stdout
    assert "no option" not in checkout("help", "PROFILE=quick", "TITLE=a PROFIL=b", "LAB=--port 1", "NEWEST=1").stdout


def test_the_lab_takes_options_and_leaves_the_home_folder_alone(checkout):
    checkout(".venv")
    python = checkout.folder / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@: $JUPYTER_CONFIG_DIR"\n')
    said = checkout("lab", "LAB=--no-browser --port 9000").stdout
    command, _, folder = said.partition(": ")
    assert re.fullmatch(r"-m jupyter lab --\S+drop_widgets --no-browser --port 9000 notebooks", command)
    assert folder == f"{checkout.folder}/build/jupyter/config\n"


def test_make_alone_lists_the_targets():
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("report", "html", "watch", "notebooks", "lab", "test", "check", "bench", "clean"):
        assert f"\n  {target} " in said
