"""What a run leaves in the build folder, each file written whole or not at all."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.run import notebook as nb
from report.run.tasks import Task, content


def write(path: Path, body: bytes) -> None:
    """Write a file, that which a link names, whole or not at all; make its folder where it is missing."""
    from mlp_core.storage.files import atomic_write  # spares NumPy

    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(os.path.realpath(path)) as file:
        file.write(body)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    write(path, as_json(value))


def as_json(value: Any) -> bytes:
    """Return a value as the text of a JSON file."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode(errors="backslashreplace")


def store(task: Task, executed: Path, facts: dict[str, Any], build: Path) -> nb.Notebook:
    """Put a completely executed notebook, with the facts about its run, in its place.

    Parameters
    ----------
    task : Task
    executed : Path
        The notebook as the worker wrote it; it is removed.
    facts : dict
        What `report.run.tasks.facts` is to return later.
    build : Path
        The build folder.

    Returns
    -------
    dict
        The notebook as it is stored.
    """
    notebook = nb.read(executed)
    notebook["metadata"][nb.METADATA_KEY] = facts
    facts["content"] = content(notebook)
    write_json(task.output, notebook)
    executed.unlink()
    (build / "failed" / f"{task.name}.ipynb").unlink(missing_ok=True)
    return notebook


def store_results(runs: Mapping[str, nb.Notebook], build: Path) -> None:
    """Let the files with results say what the executed notebooks say, whatever became of them."""
    from report.chapter.results import of_notebook  # spares IPython

    for name, run in runs.items():
        path, body = build / "results" / f"{name}.json", as_json(of_notebook(run))
        if not path.is_file() or path.read_bytes() != body:
            write(path, body)


def keep_failure(task: Task, executed: Path, build: Path) -> str:
    """Keep what there is of a failed notebook for reading; return the words that say where."""
    if not executed.exists():
        return ""
    kept = build / "failed" / f"{task.name}.ipynb"
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(executed, kept)
    return f"; the notebook as far as it ran: {kept}"


def remove_strangers(chapters: list[str], build: Path) -> None:
    """Remove the executed notebooks and results of notebooks that are no chapters any more."""
    for folder, suffix in (("notebooks", ".ipynb"), ("results", ".json")):
        names = {f"{name}{suffix}" for name in chapters}
        for path in (build / folder).glob(f"*{suffix}"):
            if path.name not in names:
                path.unlink()
