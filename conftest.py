"""What makes `pytest --nbval` strict and robust: the surroundings of kernels, guards on cells, a watch on kernels.

It stands in the root, so that it holds for tests and for notebooks, whichever are named on the command line.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from report.environment import THREAD_VARIABLES, data_folder, jupyter_folders
from report.guards import cell_problem
from report.notebook import first_line
from report.options import cores
from report.results import MIME

POLL = 1.0
"""Seconds between two looks at whether a kernel is alive."""

NOT_COMPARED = ("image/svg+xml", MIME)
"""Outputs that nbval is to skip: pictures, whose data stand beside them in words, and published results, which repeat
printed numbers with more digits than every BLAS kernel gives alike. What is printed is compared digit by digit.
"""


def pytest_configure(config: pytest.Config) -> None:
    """Give kernels, which inherit this environment, no progress bars, their share of cores, their own folders."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT") or config.getoption("numprocesses", default=None) or 1)
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, str(max(1, cores() // workers)))
    os.environ["TQDM_DISABLE"] = "1"
    if folder := data_folder():
        os.environ["MLP_CORE_DATA"] = str(folder)  # absolute: a kernel works in the notebook's folder
    os.environ.pop("MPLBACKEND", None)
    for name, folder in jupyter_folders(Path(__file__).parent / "build").items():
        os.environ.setdefault(name, folder)
    if config.getoption("nbval", default=False):
        _watch_kernels()
        _count_all_cells()


def _count_all_cells() -> None:
    """Let nbval name a cell by its position from 1 among all cells, as messages do: it counts code alone, from 0."""
    from nbval.plugin import IPyNbCell, IPyNbFile

    collect = IPyNbFile.collect

    def recount(self: Any) -> Iterator[pytest.Item]:
        for item in collect(self):
            position = 1 + next(index for index, cell in enumerate(self.nb.cells) if cell is item.cell)
            named = {"name": f"Cell {position}", "cell_num": position}
            yield IPyNbCell.from_parent(self, cell=item.cell, options=item.options, **named)

    IPyNbFile.collect = recount


def _watch_kernels() -> None:
    """Let nbval notice a dead kernel at once; by itself it waits for the timeout of the cell."""
    from nbval.kernel import RunningKernel

    RunningKernel.await_reply = _await_reply


def _await_reply(self: Any, msg_id: str, timeout: float | None = None) -> None:
    """Wait for the reply to a message, as nbval does, but look every second whether the kernel still lives."""
    deadline = float("inf") if timeout is None else time.monotonic() + timeout
    while True:
        try:
            message = self.get_message(stream="shell", timeout=max(0.0, min(POLL, deadline - time.monotonic())))
        except Empty:
            if not self.is_alive():
                raise RuntimeError("the kernel died (killed, or out of memory)") from None
            if time.monotonic() >= deadline:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("the kernel aborted the execution")
            return


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave SVG pictures out of nbval's comparison, as it leaves PNG pictures out."""
    for item in items:
        if type(item).__name__ == "IPyNbCell":
            item.parent.skip_compare = tuple({*item.parent.skip_compare, *NOT_COMPARED})


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a notebook's cell that nbval would pass without having compared anything."""
    if type(item).__name__ == "IPyNbCell" and (problem := cell_problem(item.cell)):
        pytest.fail(f"{item.nodeid} (`{first_line(item.cell)}`): {problem}", pytrace=False)
