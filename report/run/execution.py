"""Run notebooks, several at once, in processes that never outlive the run."""

import threading
import time
import uuid
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from report.errors import Interrupted
from report.run import environment, interrupts
from report.run.budget import Budget
from report.run.environment import cores
from report.run.fingerprint import code_folder
from report.run.live import Live, status_file
from report.run.supervise import follow, judge, start_worker
from report.run.tasks import Task, earlier, facts
from report.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """What came of one notebook.

    Attributes
    ----------
    task : Task
    seconds : float
        How long it took.
    threads : int
        How many threads it had.
    executed : Path
        The executed notebook, complete or not; it may be missing after a failure.
    failure : str or None
        Why it did not run to its end; None if it did.
    """

    task: Task
    seconds: float
    threads: int
    executed: Path
    failure: str | None


class Runner:
    """Runs notebooks side by side.

    Parameters
    ----------
    settings : Settings
        Folders, number of jobs, timeouts, scheduler.
    unset : collection of str
        Environment variables that the notebooks are not to see.
    """

    def __init__(self, settings: Settings, unset: Collection[str] = ()) -> None:
        self.settings = settings
        self.unset = unset
        self._mark = uuid.uuid4().hex
        self._workers: set[int] = set()
        self._stopping = False
        self._starting = threading.Lock()

    def run(self, tasks: list[Task], done: Callable[[Outcome], None]) -> None:
        """Run all tasks, the longest first where an earlier run tells, and hand each outcome to `done` as it comes.

        However this ends, none of its processes is left.
        """
        budget = Budget(cores(), self.settings.jobs, len(tasks))
        expected = {task.name: _expected_seconds(task) for task in tasks}
        live = Live(tasks, expected, budget.places, self._work)
        longest_first = sorted(tasks, key=lambda task: (task.chapter.starts_first, expected[task.name]), reverse=True)
        pool = ThreadPoolExecutor(budget.places)
        try:
            with live.shown():
                futures = [pool.submit(self._run_one, task, budget, live) for task in longest_first]
                for future in as_completed(futures):
                    outcome = future.result()
                    if not (outcome.failure and interrupts.stopping.is_set()):
                        done(outcome)
            if interrupts.stopping.is_set():
                raise Interrupted
        finally:
            self._stop()
            pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        """Start no more processes and end those that run."""
        from report.run.processes import end_processes  # spares psutil

        with self._starting:
            self._stopping = True
        end_processes(self._mark)

    @property
    def _work(self) -> Path:
        return self.settings.build / "work"

    def _run_one(self, task: Task, budget: Budget, live: Live) -> Outcome:
        """Run one notebook and judge what came of it."""
        start = time.monotonic()
        executed = self._work / f"{task.name}.ipynb"
        with budget.share() as threads, live.at_work(task.name):
            try:
                failure = self._supervise(task, executed, threads)
            except OSError as error:
                failure = f"{error.strerror or error}: {error.filename2 or error.filename or executed}"
        interrupts.running.pop(task.name, None)
        return Outcome(task, time.monotonic() - start, threads, executed, failure)

    def _supervise(self, task: Task, executed: Path, threads: int) -> str | None:
        """Start a notebook's worker, follow it to its end, end what it left behind; return why it failed."""
        from report.run.processes import end_orphans, end_processes  # spares psutil

        build, mark = self.settings.build, f"{self._mark}/{task.name}"
        log = build / "logs" / f"{task.name}.log"
        for path in (executed, log):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
        variables = environment.kernel_environment(
            build, thread_count=threads, job=mark, progress=status_file(self._work, task.name),
            scheduler=self.settings.scheduler, unset=self.unset,
        )  # fmt: skip
        interrupts.running[task.name] = 0
        with log.open("wb") as stderr:
            with self._starting:
                if self._stopping or interrupts.stopping.is_set():
                    return "not started, the run is being stopped"
                worker = start_worker(variables, stderr, code_folder(build))
                self._workers.add(worker.pid)
            enter = partial(interrupts.running.__setitem__, task.name)
            complaint = follow(worker, self._job(task, executed), enter)
        end_processes(mark)
        with self._starting:
            self._workers.discard(worker.pid)
            end_orphans(self._workers)
        return judge(task, executed, interrupts.running[task.name], complaint and f"{complaint} (log: {log})")

    def _job(self, task: Task, executed: Path) -> dict[str, object]:
        """Return what the worker has to know."""
        return {
            "notebook": task.notebook,
            "output": str(executed.resolve()),
            "cwd": str(task.source.parent.resolve()),
            "parameters": task.changed,
            "cell_timeout": self.settings.cell_timeout,
            "start_timeout": self.settings.start_timeout,
        }


def _expected_seconds(task: Task) -> float:
    """Return the seconds that a notebook took in its last run; infinite if there is none."""
    executed = earlier(task)
    return float("inf") if executed is None else facts(executed).get("seconds", float("inf"))
