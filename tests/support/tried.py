"""Run a committed notebook as its "Try this" says, under other parameters."""

from pathlib import Path
from typing import Any

from report.chapter.results import of_notebook
from report.run import notebook as nb

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def tried(name: str, folder: Path, **parameters: Any) -> dict[str, Any]:
    """Execute a notebook into a folder, under its own name; return what it publishes."""
    import papermill  # heavy, and only here

    source, executed = NOTEBOOKS / f"{name}.ipynb", folder / f"{name}.ipynb"
    papermill.execute_notebook(source, executed, parameters, progress_bar=False, cwd=NOTEBOOKS)
    return of_notebook(nb.read(executed))


def stored(name: str) -> dict[str, Any]:
    """Return what a notebook publishes as it is committed."""
    return of_notebook(nb.read(NOTEBOOKS / f"{name}.ipynb"))
