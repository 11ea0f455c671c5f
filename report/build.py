"""`make report` from end to end: check, execute what changed, merge, typeset what changed."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report import environment, fingerprint, interrupts
from report import notebook as nb
from report.config import Config, load_config
from report.errors import ConfigError, Interrupted, NotebookFailed
from report.options import Options, cores
from report.store import keep_failure, remove_strangers, store
from report.tasks import Task, finished, make_tasks
from report.typeset import typeset

if TYPE_CHECKING:
    from report.execute import Outcome


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
    config = load_config(options.config)
    config.dataset(options.dataset, options.profile)
    tasks = make_tasks(config, options)
    with locked(options.build):
        executed = execute(tasks, config, options)
        return typeset(tasks, executed, config, options, kind)


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
    from report.results import of_notebook

    remove_strangers(tasks, options.build)
    first = [task for task in tasks if not task.chapter.after_all]
    last = [task for task in tasks if task.chapter.after_all]
    _run_stale(first, None, config, options)
    _run_stale(last, [of_notebook(nb.read(task.output)) for task in first], config, options)
    return [nb.read(task.output) for task in tasks]


def _run_stale(tasks: list[Task], inputs: Any, config: Config, options: Options) -> None:
    """Run those of the tasks whose stored run does not hold any more, and store theirs."""
    code = fingerprint.experiment_code()
    prints = {task.name: task.fingerprint(code, inputs) for task in tasks}
    stale = [task for task in tasks if finished(task, prints[task.name]) is None]
    if not stale:
        return
    from report.execute import Runner

    environment.prepare(options.build)
    common, data = _common_facts(len(stale), options), _load_data(stale)
    failures = []

    def done(outcome: "Outcome") -> None:
        task = outcome.task
        if outcome.failure:
            failures.append(f"{task.name}, {outcome.failure}{keep_failure(task, outcome.executed, options.build)}")
        else:
            own = {"fingerprint": prints[task.name], "seconds": round(outcome.seconds, 1)}
            own |= {"data": data.get(task.values.get("dataset", "")), "executed": int(time.time())}
            store(task, outcome.executed, common | own, options.build)
        say_progress(outcome)

    Runner(options, options.cell_timeout or config.cell_timeout).run(stale, done)
    if failures:
        raise NotebookFailed("\n".join(failures))


def say_progress(outcome: "Outcome") -> None:
    """Print the line of a notebook that has ended."""
    failed = "failed after " if outcome.failure else ""
    print(f"{outcome.task.name:<32} {failed}{outcome.seconds:.1f} s", flush=True)


def _load_data(tasks: list[Task]) -> dict[str, dict[str, Any]]:
    """Load each data set once and describe it: one that is missing stops the run before any notebook starts."""
    from mlp_core.datasets import DatasetError
    from report import provenance

    described = {}
    for name in sorted({task.values["dataset"] for task in tasks if "dataset" in task.values}):
        try:
            described[name] = provenance.dataset(name)
        except (DatasetError, OSError, ValueError) as error:
            raise ConfigError(f"data set {name}: {error}") from error
    return described


def _common_facts(notebooks: int, options: Options) -> dict[str, Any]:
    """Gather what all notebooks of this run share."""
    from report import provenance

    threads = max(1, cores() // max(1, min(options.jobs, notebooks)))
    return {"machine": provenance.machine(), "versions": provenance.versions(), "threads": threads}
