"""`make report` from end to end: check, execute what changed, merge, typeset what changed."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.book.rehearsal import rehearse
from report.book.typesetting import is_current, typeset
from report.config import Config, load_config
from report.errors import ConfigError, Interrupted, NotebookFailed
from report.options import Options, cores
from report.run import environment, fingerprint, interrupts
from report.run import notebook as nb
from report.run.stale import State, look, touched
from report.run.store import keep_failure, remove_strangers, store, store_results
from report.run.tasks import Task, make_tasks

if TYPE_CHECKING:
    from report.run.execution import Outcome


def build(options: Options, kind: str = "pdf") -> Path:
    """Make the report.

    Parameters
    ----------
    options : Options
    kind : str
        ``"pdf"`` or ``"html"``.

    Returns
    -------
    Path
        The report; it is replaced in one step, and only once all notebooks have run to their ends.

    Raises
    ------
    ReportError
        With one line for each thing that is wrong; an earlier report stays as it is.
    """
    config, tasks = _checked(options)
    with locked(options.build):
        code = fingerprint.stamps(fingerprint.typesetting_files())
        executed = execute(tasks, config, options)
        return typeset(tasks, executed, config, options, kind, code=code)


def plan(options: Options, kind: str = "pdf") -> tuple[list[str], bool]:
    """Say what `build` would do now, and do nothing.

    Returns
    -------
    tuple of list of str and bool
        The notebooks that would run, as far as their inputs tell before the others have run; and whether the report
        would be typeset.
    """
    config, tasks = _checked(options)
    stale: list[str] = []
    runs: dict[str, nb.Notebook] = {}
    for batch in batches(tasks):
        states = [look(task, runs, fingerprint.ROOT) for task in batch]
        stale += [state.task.name for state in states if not state.holds]
        runs |= {state.task.name: state.run for state in states if state.run}
    return stale, bool(stale) or not is_current(tasks, [runs[task.name] for task in tasks], config, options, kind)


def _checked(options: Options) -> tuple[Config, list[Task]]:
    """Read the settings and the notebooks; everything in them is right, or this raises what is wrong."""
    config = load_config(options.config)
    config.dataset(options.dataset, options.profile)
    return config, make_tasks(config, options)


def batches(tasks: list[Task]) -> list[list[Task]]:
    """Return the tasks that run side by side, and those that read what the first leave behind."""
    return [[task for task in tasks if task.after_all is last] for last in (False, True)]


@contextlib.contextmanager
def locked(build: Path) -> Iterator[None]:
    """Hold the build folder for one run; a second run says that it waits."""
    from filelock import FileLock, Timeout

    build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(build / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"another run is at work in {build}; waiting for it to end", flush=True)
        while not lock.is_locked:
            if interrupts.stopping.is_set():
                raise Interrupted from None
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0.5)
    try:
        yield
    finally:
        lock.release()


def execute(tasks: list[Task], config: Config, options: Options) -> list[nb.Notebook]:
    """Run the notebooks whose inputs have changed since their last run; return all executed notebooks, in order."""
    remove_strangers(tasks, options.build)
    code = fingerprint.ROOT
    runs: dict[str, nb.Notebook] = {}
    for batch in batches(tasks):
        states = [look(task, runs, code) for task in batch]
        if code == fingerprint.ROOT and not all(state.holds for state in states):
            rehearse(tasks, config, options)
            code = fingerprint.snapshot(options.build)
            states = [look(task, runs, code) for task in batch]
        runs |= {state.task.name: state.run for state in states if state.holds and state.run}
        runs |= _run([state for state in states if not state.holds], config, options)
    store_results(runs, options.build)
    return [runs[task.name] for task in tasks]


def _run(states: list[State], config: Config, options: Options) -> dict[str, nb.Notebook]:
    """Run notebooks and store what they become, each as what it was when it started; return them by name."""
    if not states:
        return {}
    from report.run.execution import Runner  # spares psutil

    environment.prepare(options.build)
    tasks, started = [state.task for state in states], {state.task.name: state for state in states}
    common, data = _common_facts(len(tasks), options), _load_data(tasks)
    failures: list[str] = []
    ran: dict[str, nb.Notebook] = {}

    def done(outcome: "Outcome") -> None:
        task = outcome.task
        outcome = replace(outcome, failure=outcome.failure or touched(started[task.name]))
        if outcome.failure:
            failures.append(f"{task.name}, {outcome.failure}{keep_failure(task, outcome.executed, options.build)}")
        else:
            own = {"fingerprint": started[task.name].fingerprint, "seconds": round(outcome.seconds, 1)}
            own |= {"data": data.get(task.values.get("dataset", "")), "executed": int(time.time())}
            ran[task.name] = store(task, outcome.executed, common | own, options.build)
        say_progress(outcome)

    Runner(options, options.cell_timeout or config.cell_timeout).run(tasks, done)
    if failures:
        raise NotebookFailed("\n".join(failures))
    return ran


def say_progress(outcome: "Outcome") -> None:
    """Print the line of a notebook that has ended."""
    failed = "failed after " if outcome.failure else ""
    print(f"{outcome.task.name:<32} {failed}{outcome.seconds:.1f} s", flush=True)


def _load_data(tasks: list[Task]) -> dict[str, dict[str, Any]]:
    """Load each data set once and describe it: one that is missing stops the run before any notebook starts."""
    from mlp_core.datasets import DatasetError  # spares NumPy
    from report.book import provenance  # spares NumPy

    described = {}
    for name in sorted({task.values["dataset"] for task in tasks if "dataset" in task.values}):
        try:
            described[name] = provenance.dataset(name, tasks[0].source.parent)
        except (DatasetError, OSError, ValueError) as error:
            raise ConfigError(f"data set {name}: {error}") from error
    return described


def _common_facts(notebooks: int, options: Options) -> dict[str, Any]:
    """Gather what all notebooks of this run share."""
    from report.book import provenance  # spares NumPy

    threads = max(1, cores() // max(1, min(options.jobs, notebooks)))
    return {"machine": provenance.machine(), "versions": provenance.versions(), "threads": threads}
