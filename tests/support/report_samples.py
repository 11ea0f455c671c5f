"""Notebooks and small reports for the tests of the report."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import yaml

from report.run.tasks import Executed, Task
from report.settings import Settings, resolve

PARAMETERS = "count: int = 1  # how many"


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *tags: str, count: int | None = None, outputs: tuple[Any, ...] = ()) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code", "metadata": metadata, "source": source, "execution_count": count, "outputs": list(outputs),
    }  # fmt: skip


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    named = [cell | {"id": f"cell-{index}"} for index, cell in enumerate(cells)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": named}


def ran(task: Task) -> Executed:
    """Return a task as if its notebook had run."""
    numbered = enumerate(task.notebook["cells"])
    cells = [cell | {"execution_count": k} if "outputs" in cell else cell for k, cell in numbered]
    facts = {"executed": 0, "seconds": 0.0, "threads": 1}
    return Executed(task, task.notebook | {"cells": cells, "metadata": {"course_report": facts}})


class Project:
    """Notebooks, settings and a build folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks, self.build, self.config = folder / "notebooks", folder / "build", folder / "report.yml"
        self.notebooks.mkdir(parents=True)
        self.settings: dict[str, Any] = {
            "title": "A Small Report", "authors": ["Ada"], "datasets": ["mnist-5k", "mnist"], "chapters": [],
            "profiles": {"quick": {}, "standard": {}},
        }  # fmt: skip

    def add(self, name: str, *sources: str, parameters: str = PARAMETERS, **when: str) -> Path:
        """Write a notebook of these code cells, which makes it a chapter; return its path."""
        cells = [text(f"# Chapter {name} {{#sec-{name}}}"), code(parameters, "parameters"), *map(code, sources)]
        path = self.notebooks / f"{name}.ipynb"
        path.write_text(json.dumps(notebook(*cells)))
        chapter = {"notebook": name, **when} if when else name
        if chapter not in self.settings["chapters"]:
            self.settings["chapters"].append(chapter)
        self.configure()
        return path

    def configure(self, **settings: Any) -> None:
        """Write the settings file."""
        self.settings |= settings
        self.config.write_text(yaml.safe_dump(self.settings))

    def resolved(self, **given: Any) -> Settings:
        """Return the settings of a run of this report."""
        return resolve(notebooks=self.notebooks, build=self.build, config=self.config, **given)

    def arguments(self, *more: str) -> list[str]:
        """Return a command line for this report."""
        folders = ["--notebooks", self.notebooks, "--build", self.build, "--config", self.config]
        return [*map(str, folders), *more]

    def start(self, *more: str, **options: Any) -> "subprocess.Popen[str]":
        """Start `python -m report` for this report."""
        command = [sys.executable, "-m", "report", *self.arguments(*more)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, **(pipes | options))

    def run(self, *more: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run `python -m report` for this report to its end."""
        process = self.start(*more, **options)
        output, _ = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def old_report(self) -> Path:
        """Put a good report in the place where the next one would go."""
        self.build.mkdir(exist_ok=True)
        path = self.build / "report.pdf"
        path.write_bytes(b"the last good report")
        return path


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return what a condition gives once it is true; fail after some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{condition} did not come true within {seconds} s")


def is_gone(pid: int) -> bool:
    """Return whether a process is dead (a zombie is)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return the living processes that name a folder in their command line or environment."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
        if process.pid != os.getpid() and not is_gone(process.pid) and any(str(folder) in word for word in words):
            found.append(process)
    return found
