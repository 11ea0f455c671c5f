"""`make notebooks`: run notebooks with their own parameters and store the outputs, for `pytest --nbval` to compare."""

import platform
from dataclasses import replace
from typing import Any

from report.contents import Chapter
from report.errors import NotebookFailed
from report.parameters import declared
from report.run import environment
from report.run import notebook as nb
from report.run.build import locked, say_progress
from report.run.execution import Outcome, Runner
from report.run.fingerprint import snapshot
from report.run.store import write
from report.run.tasks import Task, chosen, notebooks
from report.settings import Settings

MACHINE_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables with which some machines choose another BLAS kernel; stored outputs do without them."""

HIDING = {"remove-input", "remove-cell"}
"""Tags of cells whose code is not printed."""


def refresh(settings: Settings) -> None:
    """Run notebooks in place: the chosen ones.

    Raises
    ------
    NotebookFailed
        If one fails or writes to standard error; that one keeps its old outputs.
    """
    tasks = _tasks(settings)
    environment.prepare(settings.build)
    failures: list[str] = []

    def done(outcome: Outcome) -> None:
        outcome = replace(outcome, failure=outcome.failure or _warned(outcome) or _edited(outcome.task))
        if outcome.failure:
            failures.append(f"{outcome.task.name}, {outcome.failure}")
        else:
            write(outcome.task.source, as_saved(outcome.executed.read_bytes()))
        say_progress(outcome)

    with locked(settings.build):
        snapshot(settings.build)
        for last in (False, True):
            batch = [task for task in tasks if task.chapter.after_all is last]
            Runner(settings, unset=MACHINE_SETTINGS).run(batch, done)
            if failures:
                raise NotebookFailed("\n".join(failures))


def as_saved(executed: bytes) -> bytes:
    """Return a notebook as JupyterLab would save it, so that saving it there changes nothing; hidden code is folded.

    What a cell printed in several messages, which is a matter of chance, becomes one output, and 2.0 becomes 2.
    """
    import nbformat
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor  # spares nbconvert where nothing is stored

    notebook, _ = CoalesceStreamsPreprocessor(enabled=True)(nbformat.reads(executed, as_version=4), {})
    notebook["metadata"].setdefault("language_info", {})["version"] = platform.python_version()
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = _as_javascript(cell["outputs"])
        if HIDING & {*nb.tags(cell)}:
            cell["metadata"]["jupyter"] = {**cell["metadata"].get("jupyter", {}), "source_hidden": True}
    return (nbformat.writes(notebook).rstrip() + "\n").encode()


def _as_javascript(value: Any) -> Any:
    """Return data for JSON with whole numbers as JavaScript writes them.

    >>> _as_javascript({"a": [2.0, 0.5, "2.0"]})
    {'a': [2, 0.5, '2.0']}
    """
    if isinstance(value, dict):
        return type(value)({name: _as_javascript(item) for name, item in value.items()})
    if isinstance(value, list):
        return [_as_javascript(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value


def _tasks(settings: Settings) -> list[Task]:
    """Return the tasks for notebooks with their own parameters."""
    names = chosen(settings)
    return [_task(one, settings) for one in notebooks(settings) if one.name in names]


def _task(chapter: Chapter, settings: Settings) -> Task:
    """Return the task that runs a notebook as it is."""
    source = settings.notebooks / f"{chapter.name}.ipynb"
    notebook = nb.read(source)
    parameters = declared(notebook, chapter.name)
    values = {name: parameter.default for name, parameter in parameters.items()}
    return Task(chapter, source, source, notebook, parameters, values)


def _edited(task: Task) -> str | None:
    """Say so if a notebook was edited while it ran: its outputs belong to what it was before."""
    return None if nb.read(task.source) == task.notebook else "was edited while it ran; it stays as it is, start again"


def _warned(outcome: Outcome) -> str | None:
    """Say where a notebook wrote to standard error, which stored outputs must not hold."""
    executed = nb.read(outcome.executed)
    for position, cell in nb.code_cells(executed):
        for output in cell["outputs"]:
            if output.get("name") == "stderr":
                return f"{nb.name_cell(executed, position)}: wrote to standard error: {output['text'].splitlines()[0]}"
    return None
