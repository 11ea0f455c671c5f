"""Run a committed notebook as an exercise says, under other parameters."""

from pathlib import Path
from typing import Any

import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def tried(name: str, folder: Path, **parameters: Any) -> dict[str, Any]:
    """Execute a notebook into a folder, under its own name; return what it publishes."""
    return of_notebook(run(name, folder, **parameters))


def run(name: str, folder: Path, **parameters: Any) -> nb.Notebook:
    """Execute a notebook into a folder, under its own name; return it."""
    import papermill  # heavy, and only here

    source, executed = NOTEBOOKS / f"{name}.ipynb", folder / f"{name}.ipynb"
    papermill.execute_notebook(source, executed, parameters, progress_bar=False, cwd=NOTEBOOKS)
    return nb.read(executed)


def refused(name: str, folder: Path, **parameters: Any) -> str:
    """Execute a notebook that refuses its parameters; return the error's class and message, and let nothing but it be.

    A warning before the error fails, as does a notebook that runs through.
    """
    import papermill  # heavy, and only here

    with pytest.raises(papermill.PapermillExecutionError) as found:
        run(name, folder, **parameters)
    executed = nb.read(folder / f"{name}.ipynb")
    assert not any(output.get("name") == "stderr" for _, cell in nb.code_cells(executed) for output in cell["outputs"])
    return f"{found.value.ename}: {found.value.evalue}"


def stored(name: str) -> dict[str, Any]:
    """Return what a notebook publishes as it is committed."""
    return of_notebook(nb.read(NOTEBOOKS / f"{name}.ipynb"))
