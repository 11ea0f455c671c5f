"""A report in a copy of the project, whose notebooks are run and typeset in name only."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_samples import Project, code, notebook, text

from report.chapter.results import MIME
from report.run import fingerprint
from report.run.execution import Outcome, Runner

RUN = Runner.run
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
DATA = 'dataset: str = "mnist"  # which\nextra: str = "extra.csv"  # a table'
FIGURE = (
    "#| label: fig-a\n#| fig-cap: A caption\n#| fig-alt: A picture\n"
    "from report.chapter import figures, results  # drawing"
)


def write(path: Path, *cells: dict[str, Any]) -> None:
    path.write_text(json.dumps(notebook(*cells)), encoding='utf-8')


def make(folder: Path, *left_out: str) -> Project:
    """Make a report that has one of everything, beside a copy of the project's code without what is left out."""
    ignored = shutil.ignore_patterns("__pycache__", *left_out)
    for name in ("mlp_core", "report"):
        shutil.copytree(fingerprint.ROOT / name, folder / "root" / name, ignore=ignored)
    shutil.copyfile(fingerprint.ROOT / fingerprint.LOCK, folder / "root" / fingerprint.LOCK)
    project = Project(folder / "root" / "a report")
    files = {
        "notebooks/helper.py": "one = 1", "notebooks/extra.csv": "1", "notebooks/unused.txt": "", "picture.svg": "",
        "refs.bib": "@book{knuth, title = {TAOCP}, author = {Knuth}, year = {1968}}", "data/mnist/images.gz": "1",
        "data/notmnist/images.gz": "1",
    }  # fmt: skip
    for name, body in files.items():
        (project.folder / name).parent.mkdir(exist_ok=True, parents=True)
        (project.folder / name).write_text(body)
    (project.folder / "picture.svg").write_bytes(PICTURE)
    (project.folder / ".git").mkdir()  # pictures may lie anywhere in a repository
    for name in ("01-a", "02-b"):
        project.add(name)
    project.add("03-all", after="all", parameters='results_folder: str = "."  # where')
    write(
        project.notebooks / "01-a.ipynb", text("# A {#sec-a}\n\nSee ![a picture](../picture.svg) and @knuth."),
        code(DATA, "parameters"), code(FIGURE, "remove-input"), {"cell_type": "raw", "metadata": {}, "source": ""},
        code("%time x = 1"), code('def f():\n    """Do it."""\n    return 1'), code("f()"),
    )  # fmt: skip
    write(
        project.notebooks / "02-b.ipynb", text("# B {#sec-b}"), code("count: int = 1  # how many", "parameters"),
        code("import helper\nfrom report.chapter import published\nfrom report.chapter.sentence import listed"),
    )  # fmt: skip
    profiles = {"quick": {}, "standard": {"02-b": {"count": 2}}}
    project.configure(bibliography="refs.bib", datasets=["mnist", "mnist-5k"], profiles=profiles)
    return project


def stand_still(patch: pytest.MonkeyPatch, project: Project) -> None:
    """Let the report rest on the copy of the code, its data and its revision alone, and run without kernels."""
    patch.delenv("SOURCE_DATE_EPOCH", raising=False)
    patch.setenv("MLP_CORE_DATA", str(project.folder / "data"))
    patch.setattr(fingerprint, "ROOT", project.folder.parent)
    patch.setattr("report.book.provenance.revision", lambda _: "abc, clean")
    described = {"sizes": [1, 1, 1], "sha256": ""}
    patch.setattr("report.book.provenance.dataset", lambda name, beside: {"name": name, "shape": [28, 28], **described})
    patch.setattr(Runner, "run", run_in_name)


def run_in_name(runner: Runner, tasks: list[Any], done: Any) -> None:
    """Do as a run would, but let every cell print its source, and publish how many there are."""
    for task in tasks:
        cells: list[dict[str, Any]] = []
        for cell in task.notebook["cells"]:
            printed = {"output_type": "stream", "name": "stdout", "text": cell["source"]}
            is_code = cell["cell_type"] == "code"
            cells.append(cell | {"execution_count": len(cells) + 1, "outputs": [printed]} if is_code else cell)
            if "parameters" in cell["metadata"].get("tags", []) and task.changed:
                cells.append(code("injected", "injected-parameters", count=len(cells) + 1))
        published = {"output_type": "display_data", "metadata": {}, "data": {MIME: {"cells": len(cells)}}}
        cells[-1]["outputs"].append(published)
        executed = runner.settings.build / "work" / f"{task.name}.ipynb"
        executed.parent.mkdir(parents=True, exist_ok=True)
        write(executed, *cells)
        done(Outcome(task, 1.0, 1, executed, None))


@contextlib.contextmanager
def edited(path: Path, body: bytes | str | None) -> Iterator[None]:
    """Change a file, make one, or remove it (None), and undo it."""
    before = path.read_bytes() if path.exists() else None
    _put(path, body)
    try:
        yield
    finally:
        _put(path, before)


def _put(path: Path, body: bytes | str | None) -> None:
    if body is None:
        path.unlink()
    else:
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
