"""`pytest --nbval` with the project's conftest, on notebooks with planted faults: a real run, with real kernels."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.chapter.results import MIME

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURE = "from IPython.display import display\ndisplay({'image/svg+xml': '<svg/>', 'text/plain': 'figure'}, raw=True)"


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def cell(source, *outputs, count=1, tags=()):
    return {
        "cell_type": "code", "metadata": {"tags": list(tags)}, "source": source,
        "execution_count": count, "outputs": list(outputs),
    }  # fmt: skip


OTHER = {"image/svg+xml": "<svg>other</svg>", "text/plain": "figure"}
OLD_PICTURE = {"output_type": "display_data", "metadata": {}, "data": OTHER}
PUBLISHED = "from report.chapter import results\nresults.publish(slope=-1.99999)"
OLD_RESULT = {
    "output_type": "display_data", "metadata": {}, "data": {MIME: {"slope": -1.9999}, "text/plain": "published: slope"},
}  # fmt: skip
BAR = {
    "output_type": "display_data", "metadata": {},
    "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "  0%|          | 0/9"},
}  # fmt: skip
LIVE_PICTURE = {**OLD_PICTURE, "data": {**OTHER, "application/vnd.jupyter.widget-view+json": {"model_id": "a"}}}
CELLS = {
    "as stored": (cell("print(0.123)", stream("0.123\n")), True),
    "another last digit": (cell("print(0.124)", stream("0.123\n")), False),
    "never run": (cell("print(1)", count=None), False),
    "stored warning": (cell("import sys; print('w', file=sys.stderr)", stream("w\n", "stderr")), False),
    "hollow exception": (cell("x = 1", tags=["raises-exception"]), False),
    "another picture": (cell(PICTURE, OLD_PICTURE), True),
    "another published result": (cell(PUBLISHED, OLD_RESULT), True),
    "skipped by comment": (cell("# NBVAL_SKIP\nprint(1)", stream("2\n")), False),
    "ignored by comment": (cell("x = 1\n#NBVAL_IGNORE_OUTPUT\nprint(1)", stream("2\n")), False),
    "ignored by old comment": (cell("## PYTEST_VALIDATE_IGNORE_OUTPUT\nprint(1)", stream("2\n")), False),
    "skipped by tag": (cell("print(1)", stream("2\n"), tags=["nbval-skip"]), False),
    "ignored by tag": (cell("print(1)", stream("2\n"), tags=["nbval-ignore-output"]), False),
    "ignored with its reason": (
        cell("# NBVAL_IGNORE_OUTPUT\n# it is another address each time\nprint(1)", stream("2\n")), True
    ),
    "a saved progress bar": (cell("print(1)", BAR, stream("1\n")), True),
    "a saved picture with fields": (cell(PICTURE, LIVE_PICTURE), True),
    "a saved picture with fields and other data": (cell(PICTURE.replace("'figure'", "'other'"), LIVE_PICTURE), False),
    "no progress bar": (cell("from tqdm import tqdm\nfor _ in tqdm([1, 2]): pass"), True),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What pytest says about each cell of two notebooks, the second of which kills its kernel."""
    folder = tmp_path_factory.mktemp("guards")
    shutil.copy(ROOT / "conftest.py", folder)
    dead = [cell("import os; os.kill(os.getpid(), 9)"), cell("1")]
    for name, content in (("cells", [one for one, _ in CELLS.values()]), ("dead", dead)):
        for index, one in enumerate(content):
            one["id"] = f"cell-{index}"
        heading = {"cell_type": "markdown", "id": "heading", "metadata": {}, "source": "# Counted, too"}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [heading, *content]}
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    options = ["--nbval", "--nbval-current-env", "-rA", "-p", "no:cacheprovider", "--color=no", "--durations=0"]
    options += ["-p", "report.run.fast_imports"]
    place = ["-c", "/dev/null", "--rootdir", str(folder), "-o", f"pythonpath={ROOT / 'tests' / 'support'}"]
    command = [sys.executable, "-m", "pytest", *place, *options, "cells.ipynb", "dead.ipynb"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100).stdout


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_passes_just_when_it_was_run_and_gives_what_is_stored(report, name):
    number = list(CELLS).index(name) + 2
    verdict = re.search(rf"^(PASSED|FAILED|ERROR) cells.ipynb::Cell {number}\b", report, re.MULTILINE)
    assert verdict, report
    assert (verdict[1] == "PASSED") == CELLS[name][1]


def test_a_dead_kernel_is_noticed_within_five_seconds(report):
    assert "the kernel died" in report
    seconds = float(re.search(r"([\d.]+)s call +dead.ipynb::Cell 2", report)[1])
    assert seconds < 5


def test_a_difference_names_the_cell_by_its_position_among_all(report):
    number = list(CELLS).index("another last digit") + 2
    assert f"Cell {number}: Cell outputs differ" in report
