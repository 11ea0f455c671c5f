"""What makes `pytest --nbval` strict and robust: the surroundings of kernels, guards on cells, a watch on kernels.

It stands in the root, so that it holds for tests and for notebooks, whichever are named on the command line.
"""

import os
from pathlib import Path

import nbval_patch
import pytest
from guards import cell_problem

from report.chapter.results import MIME
from report.run.environment import THREAD_VARIABLES, cores, data_folder, jupyter_folders
from report.run.notebook import first_line
from report.run.tasks import SOLUTIONS

ROOT = Path(__file__).parent
collect_ignore = ["mlp_core/search.py"]  # whose import says where the search went

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
    for name, folder in jupyter_folders(ROOT / "build").items():
        os.environ.setdefault(name, folder)
    if config.getoption("nbval", default=False):
        nbval_patch.watch_kernels()
        if (ROOT / "notebooks").is_dir() and hasattr(os, "fork"):
            config.add_cleanup(nbval_patch.fork_kernels().close)
        nbval_patch.adapt_cells()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes test: one more than cores, since some wait for kernels and faults."""
    return min(cores() + 1, 9)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave SVG pictures out of nbval's comparison, as it leaves PNG pictures out; solutions take long together."""
    for item in items:
        if type(item).__name__ == "IPyNbCell":
            if item.path.parent.name == SOLUTIONS:
                item.add_marker("long")
            item.parent.skip_compare = tuple({*item.parent.skip_compare, *NOT_COMPARED})


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a notebook's cell that nbval would pass without having compared anything."""
    if type(item).__name__ == "IPyNbCell" and (problem := cell_problem(item.cell)):
        pytest.fail(f"{item.nodeid} (`{first_line(item.cell)}`): {problem}", pytrace=False)
