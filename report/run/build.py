"""`make report` from end to end: check, execute what changed, merge, typeset what changed."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.book.rehearsal import rehearse
from report.book.typesetting import is_current, revision, typeset
from report.errors import ConfigError, Interrupted, NotebookFailed
from report.run import environment, fingerprint, interrupts
from report.run import notebook as nb
from report.run.stale import State, look, touched
from report.run.store import keep_failure, remove_strangers, store, store_results
from report.run.tasks import Executed, Task, make_tasks
from report.settings import Settings

if TYPE_CHECKING:
    from report.run.execution import Outcome


def build(settings: Settings) -> Path:
    """Make the report.

    Returns
    -------
    Path
        The report; it is replaced in one step, and only once all notebooks have run to their ends.

    Raises
    ------
    ReportError
        With one line for each thing that is wrong; an earlier report stays as it is.
    """
    tasks = make_tasks(settings)
    with locked(settings.build):
        code, at = fingerprint.stamps(fingerprint.typesetting_files()), revision(settings)
        return typeset(execute(tasks, settings), settings, code=code, at=at)


def plan(settings: Settings) -> tuple[list[str], bool]:
    """Say what `build` would do now, and do nothing.

    Returns
    -------
    tuple of list of str and bool
        The notebooks that would run, as far as their inputs tell before the others have run; and whether the report
        would be typeset.
    """
    tasks = make_tasks(settings)
    stale: list[str] = []
    runs: dict[str, nb.Notebook] = {}
    for batch in batches(tasks):
        states = [look(task, runs, fingerprint.ROOT) for task in batch]
        stale += [state.task.name for state in states if not state.holds]
        runs |= {state.task.name: state.run for state in states if state.run}
    return stale, bool(stale) or not is_current([Executed(task, runs[task.name]) for task in tasks], settings)


def batches(tasks: list[Task]) -> list[list[Task]]:
    """Return the tasks that run side by side, those that read what the first leave behind, and those of solutions."""
    chapters, solving = ([task for task in tasks if bool(task.chapter.solves) is late] for late in (False, True))
    return [*([task for task in chapters if task.after_all is last] for last in (False, True)), solving]


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


def execute(tasks: list[Task], settings: Settings) -> list[Executed]:
    """Run the notebooks whose inputs have changed since their last run; return all executed notebooks, in order."""
    remove_strangers([chapter.name for chapter in settings.chapters], settings.build)
    code = fingerprint.ROOT
    runs: dict[str, nb.Notebook] = {}
    for batch in batches(tasks):
        states = [look(task, runs, code) for task in batch]
        if code == fingerprint.ROOT and not all(state.holds for state in states):
            rehearse(tasks, settings)
            code = fingerprint.snapshot(settings.build)
            states = [look(task, runs, code) for task in batch]
        runs |= {state.task.name: state.run for state in states if state.holds and state.run}
        runs |= _run([state for state in states if not state.holds], settings)
    store_results(runs, settings.build)
    return [Executed(task, runs[task.name]) for task in tasks]


def _run(states: list[State], settings: Settings) -> dict[str, nb.Notebook]:
    """Run notebooks and store what they become, each as what it was when it started; return them by name."""
    if not states:
        return {}
    from report.run.execution import Runner  # spares psutil

    environment.prepare(settings.build)
    for state in states:
        if state.why:
            print(f"{state.task.name} runs for {state.why}", flush=True)
    tasks, started = [state.task for state in states], {state.task.name: state for state in states}
    common, data = _common_facts(), _load_data(tasks)
    failures: list[str] = []
    ran: dict[str, nb.Notebook] = {}

    def done(outcome: "Outcome") -> None:
        task = outcome.task
        outcome = replace(outcome, failure=outcome.failure or touched(started[task.name]))
        if outcome.failure:
            failures.append(f"{task.name}, {outcome.failure}{keep_failure(task, outcome.executed, settings.build)}")
        else:
            own: dict[str, Any] = {"fingerprint": started[task.name].fingerprint}
            own |= {"seconds": round(outcome.seconds, 1), "threads": outcome.threads}
            own |= {"data": data.get(task.values.get("dataset", "")), "executed": int(time.time())}
            ran[task.name] = store(task, outcome.executed, common | own, settings.build)
        say_progress(outcome)

    Runner(settings).run(tasks, done)
    if failures:
        raise NotebookFailed("\n".join([*failures, *filter(None, map(_advice, data.values()))]))
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


def _advice(data: dict[str, Any]) -> str:
    """Say of a data set that chapters of the report may have failed for its images, whatever their errors say."""
    if data["shape"] == [28, 28]:
        return ""
    sides = " x ".join(str(side) for side in data["shape"])
    return (f"the images of {data['name']} are {sides}: the report's chapters take gray ones only, and those with a "
            "convolutional network 28 x 28; `dataset` under a notebook in report.yml gives it a data set of its own")


def _common_facts() -> dict[str, Any]:
    """Gather what all notebooks of this run share."""
    from report.book import provenance  # spares NumPy

    return {"machine": provenance.machine(), "versions": provenance.versions()}
