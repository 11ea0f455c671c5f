"""Which notebook runs with which parameters, and what its last run left."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from report.contents import Chapter
from report.conversion import Parameter
from report.errors import ConfigError, NotebookError
from report.parameters import declared, resolve
from report.run import notebook as nb
from report.run.fingerprint import digest
from report.settings import Settings
from report.strict_yaml import parse_yaml
from report.values import known_dataset, one_of, suggest

RESULTS_PARAMETER = "results_folder"
"""The parameter of a chapter that runs after all others; it says where their executed notebooks are."""

SOLUTIONS = "solutions"
"""The folder, in that of the notebooks, of those that hold solutions of exercises."""


@dataclass(frozen=True)
class Task:
    """A notebook to run.

    Attributes
    ----------
    chapter : Chapter
    source, output : Path
        The notebook as written, and where its executed form goes.
    notebook : dict
        The notebook as written.
    declared : dict of str to Parameter
        What its parameters cell declares.
    values : dict
        The value of every parameter in this run.
    """

    chapter: Chapter
    source: Path
    output: Path
    notebook: nb.Notebook
    declared: dict[str, Parameter]
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """The notebook's file name without `.ipynb`."""
        return self.chapter.name

    @property
    def changed(self) -> dict[str, Any]:
        """The parameters whose value is not the notebook's own."""
        return {name: value for name, value in self.values.items() if value != self.declared[name].default}

    @property
    def after_all(self) -> bool:
        """Whether it runs after all others."""
        return self.chapter.after_all


@dataclass(frozen=True)
class Executed:
    """A notebook that has run: its task, and its executed form."""

    task: Task
    notebook: nb.Notebook

    @property
    def name(self) -> str:
        """The notebook's file name without `.ipynb`."""
        return self.task.name

    @property
    def facts(self) -> dict[str, Any]:
        """What the pipeline noted down of the run."""
        return facts(self.notebook)


def solutions(settings: Settings) -> list[Chapter]:
    """Return the notebooks with solutions of exercises: `solutions/03-x` is one of the chapter that begins with `03-`.

    Raises
    ------
    ConfigError
        If one begins as no chapter does.
    """
    chapters = {_number(one.name): one.name for one in settings.chapters[::-1]}
    files = [path for path in (settings.notebooks / SOLUTIONS).glob("*.ipynb") if not path.name.startswith(".")]
    for path in files:
        if _number(path.stem) not in chapters:
            raise ConfigError(f"{path}: expected a name that begins as its chapter's, such as {min(chapters)}-")
    return [Chapter(f"{SOLUTIONS}/{path.stem}", solves=chapters[_number(path.stem)]) for path in sorted(files)]


def _number(name: str) -> str:
    return name.partition("-")[0]


def notebooks(settings: Settings) -> list[Chapter]:
    """Return the chapters, each with its solutions behind it, unless those are to be hidden."""
    is_hiding = settings.solutions == "hide" and settings.target != "notebooks"
    found = [] if is_hiding else solutions(settings)
    return [one for chapter in settings.chapters
            for one in (chapter, *(solution for solution in found if solution.solves == chapter.name))]  # fmt: skip


def chosen(settings: Settings) -> list[str]:
    """Return the names of the notebooks that `ONLY` asks for, a chapter with its solutions, or of all, in their order.

    Raises
    ------
    ConfigError
        If it asks for one that there is not.
    """
    found = notebooks(settings)
    names = [one.name for one in found]
    if not settings.only:
        return names
    asked: set[str] = set()
    for text in settings.only:
        words = [text] if text in names else re.split(r"[\s,]+", text.strip(" ,"))
        asked |= {one_of("ONLY", word.removesuffix(".ipynb"), names) for word in words}
    return [one.name for one in found if {one.name, one.solves} & asked]


def make_tasks(settings: Settings) -> list[Task]:
    """Check every notebook that has to run, its parameters and their values; none runs before all are right.

    Those are the chosen ones, and all chapters that one of them reads, if it runs after all.

    Raises
    ------
    ConfigError, NotebookError
        At the first thing that is wrong.
    """
    found = notebooks(settings)
    names = [one.name for one in found]
    for name in settings.overrides:
        if name not in names:
            raise ConfigError(f"-p {name}: there is no such notebook; {suggest(name, names)}")
    asked = chosen(settings)
    complete = any(one.after_all for one in found if one.name in asked)
    read = {one.name for one in found if complete and not (one.after_all or one.solves)}
    return [_make_task(one, settings) for one in found if one.name in {*asked, *read}]


def _make_task(chapter: Chapter, settings: Settings) -> Task:
    """Read one notebook and settle its parameters."""
    source = settings.notebooks / f"{chapter.name}.ipynb"
    notebook = nb.read(source)
    parameters = declared(notebook, chapter.name)
    given = dict(settings.parameters(chapter.name))
    if "dataset" in parameters:
        given.setdefault("dataset", settings.dataset)
    output = settings.build / "notebooks" / f"{chapter.name}.ipynb"
    if chapter.after_all:
        given.setdefault(RESULTS_PARAMETER, Path(os.path.relpath(output.parent, settings.notebooks)).as_posix())
    for name, text in settings.overrides.get(chapter.name, {}).items():
        given[name] = _parse(text) if name in parameters and parameters[name].annotation != "str" else text
    values = resolve(parameters, given, chapter.name)
    if "dataset" in values:
        known_dataset(f"{chapter.name}: dataset", values["dataset"], settings.datasets)
    return Task(chapter, source, output, notebook, parameters, values)


def _parse(text: str) -> Any:
    """Read the value of a parameter from the command line as `report.yml` has it; what is no such YAML stays text."""
    try:
        return parse_yaml(text)
    except yaml.YAMLError:
        return text


def earlier(task: Task) -> nb.Notebook | None:
    """Return the notebook of an earlier run, whatever it rests on; None if it is not there as it was written."""
    try:
        executed = nb.read(task.output)
        return executed if facts(executed).get("content") == content(executed) else None
    except (NotebookError, OSError, AttributeError, KeyError, TypeError, RecursionError):
        return None


def facts(executed: nb.Notebook) -> dict[str, Any]:
    """Return what the pipeline noted down in an executed notebook."""
    return executed["metadata"].get(nb.METADATA_KEY, {})


def content(executed: nb.Notebook) -> str:
    """Return the hash of an executed notebook's cells and facts, by which a later change of them is noticed."""
    return digest([executed["cells"], {name: fact for name, fact in facts(executed).items() if name != "content"}])
