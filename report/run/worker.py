"""Run one notebook with papermill in a process of its own, which `execution` starts: ``python -m report.run.worker``.

The job comes as one line of JSON on standard input, which then stays open: when it closes, the process that asked has
died, and this one ends with its kernel. On standard output go lines of JSON: ``{"cell": 3}`` as each cell starts, at
the end ``{"error": null}`` or what the runner had to say. The executed notebook, complete or not, is written to the
job's `output`.
"""

import json
import os
import sys
import threading
from typing import IO, Any

from report.run.environment import JOB_VARIABLE, KERNEL_NAME
from report.run.fast_imports import skip_slow_imports
from report.run.processes import adopt_orphans, end_descendants, end_processes

ERROR_BANNER = "papermill-error-cell-tag"
ADDED = {"injected-parameters", ERROR_BANNER}
"""Tags of the cells that papermill adds."""

START_ATTEMPTS = 2
"""Two kernels that start at once may be given the same free port; one that then dies at once, or hangs, is tried again.

The first has half of the time, for one that hangs takes all of it.
"""

IOPUB_TIMEOUT = 60
"""Seconds to wait for a cell's last outputs once it has ended; nbclient's 4 are few on a busy machine."""


def main() -> None:
    """Read the job, run it, say how it went."""
    adopt_orphans()
    job = json.loads(sys.stdin.buffer.readline())
    replies = _take_standard_output()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        error = run(job, replies)
    except OSError as problem:
        error = f"{job['output']} could not be written: {problem.strerror}"
    end_descendants()
    _say(replies, error=error)


def _take_standard_output() -> IO[str]:
    """Return standard output for the replies, and send all else that is printed, by the kernel too, to stderr."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _say(replies: IO[str], **what: Any) -> None:
    """Send one line of JSON."""
    replies.write(json.dumps(what) + "\n")
    replies.flush()


def _end_with_parent() -> None:
    """Wait until standard input closes, then end the kernel and this process."""
    while os.read(0, 1):  # not sys.stdin, whose lock would hang this process's own end
        pass
    end_processes(os.environ[JOB_VARIABLE])
    end_descendants()
    os._exit(1)


def run(job: dict[str, Any], replies: IO[str]) -> str | None:
    """Run the notebook and write what came of it.

    Parameters
    ----------
    job : dict
        `notebook` (its JSON), `output` and `cwd` (paths), `parameters`, `cell_timeout` and `start_timeout` (seconds).
    replies : text file
        Where to send the progress.

    Returns
    -------
    str or None
        Why it stopped; None when it ran to its end, as far as papermill knows.
    """
    skip_slow_imports()
    import nbformat
    import papermill

    from mlp_core.storage.files import atomic_write  # spares NumPy
    from report.run.bounded import MAX_CHARACTERS  # spares papermill

    source = nbformat.reads(json.dumps(job["notebook"]), as_version=4)
    recording = Recording(source, replies)
    for attempt in range(START_ATTEMPTS):
        error = None
        try:
            papermill.execute_notebook(
                source, None, job["parameters"],
                engine_name=recording.register(), kernel_name=KERNEL_NAME, language="python", progress_bar=False,
                cwd=job["cwd"], start_timeout=-(-job["start_timeout"] * (attempt + 1) // START_ATTEMPTS),
                execution_timeout=job["cell_timeout"], iopub_timeout=IOPUB_TIMEOUT,
            )  # fmt: skip
        except Exception as problem:  # whatever it is, the main process reports it with the notebook and the cell
            error = _reason(problem, job, started=recording.started)
            if isinstance(problem, RuntimeError) and not recording.started and attempt + 1 < START_ATTEMPTS:
                continue
        break
    if recording.client and recording.client.overflowed:
        error = f"printed and showed more than {MAX_CHARACTERS:,} characters, all that a notebook may hold; print less"
    with atomic_write(job["output"]) as file:
        file.write(nbformat.writes(_cleaned(recording.notebook)).rstrip().encode(errors="replace") + b"\n")
    return error


class Recording:
    """Keeps hold of a notebook while papermill runs it, so that it is there also when its kernel dies.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as it is before it runs.
    replies : text file
        Where to report each cell as it starts.
    """

    def __init__(self, notebook: Any, replies: IO[str]) -> None:
        self.notebook = notebook
        self.replies = replies
        self.started = False
        self.client: Any = None

    def register(self) -> str:
        """Make papermill know an engine that records here; return its name."""
        from papermill.engines import Engine, papermill_engines

        from report.run.bounded import BoundedClient  # spares papermill

        recording = self

        class RecordingEngine(Engine):
            @classmethod
            def execute_managed_notebook(
                cls, nb_man: Any, kernel_name: str, start_timeout: int, execution_timeout: int, iopub_timeout: int,
                **_: Any,
            ) -> Any:  # fmt: skip
                recording.notebook = nb_man.nb
                recording.client = BoundedClient(
                    nb_man, kernel_name=kernel_name, startup_timeout=start_timeout, timeout=execution_timeout,
                    iopub_timeout=iopub_timeout, on_cell_start=recording.report,
                )  # fmt: skip
                return recording.client.execute()

        papermill_engines.register(KERNEL_NAME, RecordingEngine)
        return KERNEL_NAME

    def report(self, cell: Any, cell_index: int) -> None:
        """Say which cell starts: its position from 1 among the cells that the author wrote."""
        self.started = True
        added = sum(1 for other in self.notebook.cells[:cell_index] if ADDED & set(other.metadata.get("tags", [])))
        _say(self.replies, cell=cell_index + 1 - added)


def _reason(problem: Exception, job: dict[str, Any], *, started: bool) -> str:
    """Say in one line why papermill stopped."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    match problem:
        case PapermillExecutionError():
            return f"{problem.ename}: {problem.evalue}"
        case CellTimeoutError():
            return f"did not finish within {job['cell_timeout']} s"
        case DeadKernelError():
            return "the kernel died (killed, or out of memory)"
        case RuntimeError() if not started and "died" in str(problem):
            return "the kernel died as it started (killed, out of memory, or a broken installation)"
        case RuntimeError() if not started:
            return f"the kernel did not start within {job['start_timeout']} s ({problem})"
    return f"{type(problem).__name__}: {problem}".splitlines()[0]


def _cleaned(notebook: Any) -> Any:
    """Remove what papermill and nbclient note down: times, paths, banners; name the usual kernel, without version."""
    for metadata in (notebook.metadata, *(cell.metadata for cell in notebook.cells)):
        metadata.pop("papermill", None)
        metadata.pop("execution", None)
    notebook.cells = [cell for cell in notebook.cells if ERROR_BANNER not in cell.metadata.get("tags", [])]
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return notebook


if __name__ == "__main__":
    main()
