"""One notebook in a worker process: start it, follow it, and judge by its cells what came of it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from report.errors import NotebookError
from report.run import notebook as nb
from report.run.tasks import Task


def start_worker(variables: dict[str, str], stderr: IO[bytes], code: Path) -> "subprocess.Popen[str]":
    """Start a worker in a session of its own, which a Ctrl-C at the terminal does not reach.

    Parameters
    ----------
    variables : dict of str to str
        Its environment, but for the module search path.
    stderr : binary file
        Where the worker and the kernel log.
    code : Path
        The folder from which they import the project's packages.
    """
    others = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    path = os.pathsep.join([str(code), *map(os.path.abspath, others)])
    return subprocess.Popen(
        [sys.executable, "-m", "report.run.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
        env=variables | {"PYTHONPATH": path}, cwd=code, start_new_session=True, text=True, encoding="utf-8",
    )  # fmt: skip


def follow(worker: "subprocess.Popen[str]", job: dict[str, Any], on_cell: Callable[[int], None]) -> str | None:
    """Hand a worker its job and wait for its end.

    Parameters
    ----------
    worker : Popen
    job : dict
        See `report.run.worker.run`.
    on_cell : callable
        Called with the position of each cell as it starts.

    Returns
    -------
    str or None
        What the worker complained of; None if it says that all went well.
    """
    last: dict[str, Any] = {}
    with worker:
        if worker.stdin is None or worker.stdout is None:
            raise ValueError("the worker needs pipes for standard input and output")
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.write(json.dumps(job) + "\n")
            worker.stdin.flush()
        for line in worker.stdout:
            last = json.loads(line)
            if "cell" in last:
                on_cell(last["cell"])
    if worker.returncode == 0 and "error" in last:
        return last["error"]
    return f"its process ended with status {worker.returncode} (killed, or out of memory)"


def judge(task: Task, executed: Path, cell: int, complaint: str | None) -> str | None:
    """Say why a notebook did not run to its end; None if it did, which every cell of it has to show.

    Parameters
    ----------
    task : Task
    executed : Path
        What the worker wrote, if it did.
    cell : int
        The last cell that the worker reported; 0 if none.
    complaint : str or None
        What the worker complained of.
    """
    try:
        problem = nb.first_problem(nb.read(executed))
    except NotebookError as error:
        said = str(error) if executed.exists() else "no executed notebook was written"
        problem, complaint = None, complaint or said
    interrupted = complaint and problem and problem.text.startswith("KeyboardInterrupt")  # by the timeout, say so
    if problem and not interrupted and (problem.is_error or not complaint):
        return f"{nb.name_cell(task.notebook, problem.position)}: {problem.text}"
    if complaint:
        return f"{nb.name_cell(task.notebook, cell)}: {complaint}" if cell else complaint
    return None
