"""Whether the last run of a notebook still holds: what it rests on, and what was touched while it ran."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.chapter.results import of_notebook
from report.run import fingerprint, said
from report.run import notebook as nb
from report.run.tasks import Task, earlier, facts


@dataclass(frozen=True)
class State:
    """How things stand with a notebook.

    Attributes
    ----------
    task : Task
    fingerprint : str
        The hash of all that its run depends on, as it is now.
    stamps : dict
        See `fingerprint.stamps`, of the files that its run reads in their own place.
    run : dict or None
        The executed notebook of the last run, if it is there and whole.
    why : str or None
        Why it runs for changed sentences, if for nothing else.
    """

    task: Task
    fingerprint: str
    stamps: Mapping[str, tuple[int, ...]]
    run: nb.Notebook | None
    why: str | None

    @property
    def holds(self) -> bool:
        """Whether the last run depends on the same as one now would, and ran to its end."""
        return rests_on(self.run, self.fingerprint) and not self.why


def look(task: Task, runs: Mapping[str, nb.Notebook], code: Path) -> State:
    """Find out how things stand with a notebook.

    Parameters
    ----------
    task : Task
    runs : dict of str to dict
        The executed notebooks that it may read.
    code : Path
        The folder from which it would import the project's packages.

    Raises
    ------
    NotebookFailed
        If a run would fail at a changed sentence.
    """
    cells = nb.code(task.notebook)
    imported = fingerprint.experiment_files([source for source, *_ in cells], code, task.source.parent)
    data = _data(task)
    in_place = [*data, *(path for path in imported if not path.is_relative_to(code))]
    stamps = fingerprint.stamps(in_place)  # before the contents: what changes in between is noticed after the run
    hashes = [[fingerprint.code_hash(f"pass\n{said.without_templates(source)}"), *more] for source, *more in cells]
    read = {name: of_notebook(run) for name, run in runs.items() if task.after_all}
    files = [fingerprint.digest_files(imported), fingerprint.digest_files(data)]
    now, run = fingerprint.digest([hashes, task.values, *files, read, fingerprint.machine()]), earlier(task)
    why = said.why_run(task, run) if run and rests_on(run, now) else None
    return State(task, now, stamps, run, why)


def rests_on(run: nb.Notebook | None, inputs: str) -> bool:
    """Return whether a notebook ran to its end, and with inputs of this fingerprint."""
    return run is not None and not nb.first_problem(run) and facts(run).get("fingerprint") == inputs


def touched(state: State) -> str | None:
    """Say what a run read in its own place and was touched since `state` was looked at; None if nothing was."""
    now = fingerprint.stamps(map(Path, state.stamps))
    names = [name for name, stamp in state.stamps.items() if now.get(name) != stamp]
    return f"{names[0]} was changed while it ran, so this run counts for nothing; start again" if names else None


def _data(task: Task) -> dict[Path, str]:
    """Return the local files of a notebook's data set, and those that its other parameters name."""
    folder = task.source.parent
    files = fingerprint.data_files(task.values.get("dataset", ""), folder)
    return files | {path: name for name in _texts(task.values) if os.path.isfile(path := folder / name)}


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a parameter's value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
