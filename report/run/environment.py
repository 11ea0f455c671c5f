"""The surroundings of a kernel: its own specification, folders and thread counts, nothing of the user's set-up."""

import json
import os
import sys
from collections.abc import Collection
from pathlib import Path

KERNEL_NAME = "course-report"
"""The kernel specification that runs every notebook; a user's kernel `python3` may belong to another environment."""

JOB_VARIABLE = "COURSE_REPORT_JOB"
"""Marks every process of a notebook, so that all of them can be found and ended."""

PROGRESS_VARIABLE = "MLP_CORE_PROGRESS"
"""Names the file in which a notebook's trainings and searches tell how far they are; `mlp_core.progress` reads it."""

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def jupyter_folders(build: Path) -> dict[str, str]:
    """Return the variables that keep Jupyter, IPython and matplotlib out of the home folder."""
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
        "MPLCONFIGDIR": "matplotlib",
    }
    return {name: str((build / folder).resolve()) for name, folder in folders.items()}


def data_folder() -> Path | None:
    """Return the absolute path of the folder that `MLP_CORE_DATA` names, if it names one: kernels run elsewhere."""
    named = os.environ.get("MLP_CORE_DATA")
    return Path(os.path.abspath(os.path.expanduser(named))) if named else None


def threads(count: int) -> dict[str, str]:
    """Return the variables that give a process `count` threads for BLAS and as many workers for a search."""
    return dict.fromkeys(THREAD_VARIABLES, str(count))


def prepare(build: Path) -> None:
    """Make the folders and the kernel specification that `kernel_environment` names."""
    for folder in jupyter_folders(build).values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    kernel = build / "jupyter" / "kernels" / KERNEL_NAME
    kernel.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    specification = {"argv": argv, "display_name": "Course report", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")


def kernel_environment(
    build: Path, *, thread_count: int, job: str, progress: Path, scheduler: str | None, unset: Collection[str] = ()
) -> dict[str, str]:
    """Return the environment of a notebook's processes.

    Parameters
    ----------
    build : Path
        The folder for everything made.
    thread_count : int
        BLAS threads, and workers of a search.
    job : str
        The mark of the notebook's processes.
    progress : Path
        The file in which they tell how far their longer work is.
    scheduler : str, optional
        Address of a Dask scheduler for the searches.
    unset : collection of str
        Variables of this process that a notebook is not to see.
    """
    unwanted = {"MPLBACKEND", "MLP_CORE_SCHEDULER", *unset}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= jupyter_folders(build) | threads(thread_count)
    environment |= {"TQDM_DISABLE": "1", "PYTHONHASHSEED": "0", JOB_VARIABLE: job}
    environment[PROGRESS_VARIABLE] = str(progress.resolve())
    if folder := data_folder():
        environment["MLP_CORE_DATA"] = str(folder)
    return environment | ({"MLP_CORE_SCHEDULER": scheduler} if scheduler else {})
