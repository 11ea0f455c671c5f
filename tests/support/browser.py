"""A real JupyterLab in a real browser: start it as `make lab` does, open a notebook, run it, look at it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from report.errors import NotebookError
from report.run import notebook as nb

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 300
"""Seconds until what is waited for counts as missing: a notebook opened or run, a server started or stopped."""

CELLS = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => {
    const texts = [...cell.querySelectorAll('.jp-RenderedHTMLCommon')].map(part => part.cloneNode(true));
    texts.forEach(text => text.querySelectorAll('mjx-container, code, pre').forEach(part => part.remove()));
    return {
        folded: cell.querySelector('.jp-InputPlaceholder') !== null,
        outputs_folded: cell.querySelector('.jp-OutputPlaceholder') !== null,
        kinds: [...cell.querySelectorAll('.jp-OutputArea-output')].map(output => output.dataset.mimeType),
        text: texts.map(text => text.textContent).join('\\n'),
        bad_formulas: cell.querySelectorAll('mjx-merror').length,
        bars: cell.querySelectorAll('.jupyter-widgets .progress').length,
        fields: [...cell.querySelectorAll('.jupyter-widgets input')].map(field => field.labels[0]?.textContent),
        pictures: cell.querySelectorAll('.jp-OutputArea-output img, .jp-OutputArea-output svg').length,
    };
})"""
"""What a reader sees of each cell; its text is without formulas, code and what was printed, its fields are names."""


def checkout(folder: Path) -> Path:
    """Copy this checkout, without what was made in it."""
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "build", "__pycache__")))


@contextmanager
def lab(folder: Path) -> Iterator[dict[str, Any]]:
    """Run `make lab` in a checkout, with this Python instead of its `.venv`; yield the server's `url` and `token`."""
    variables = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    variables |= {"PYTHONPATH": str(folder), "LAB": "--no-browser --allow-root"}
    command = ["make", "lab", f"RUN={sys.executable}", "STAMP=Makefile"]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log, start_new_session=True)
    try:
        yield json.loads(until(lambda: _runtime_file(folder, server)).read_text())
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(PATIENCE)


def _runtime_file(folder: Path, server: subprocess.Popen[bytes]) -> Path | None:
    """Return the file in which a server that listens says where; None if it does not listen yet."""
    if server.poll() is not None:
        raise RuntimeError(f"make lab ended: {(folder / 'lab.log').read_text()}")
    return next((folder / "build" / "jupyter" / "runtime").glob("jpserver-*.json"), None)


def until(look: Callable[[], Any]) -> Any:
    """Look until there is something; return it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {PATIENCE} seconds")
        time.sleep(0.2)
    return found


def _whole(path: Path) -> nb.Notebook | None:
    """Return a notebook; None while the server writes it."""
    try:
        return nb.read(path)
    except NotebookError:
        return None


def has_run(notebook: nb.Notebook) -> bool:
    """Whether all code has a count, or a cell an error; the line that tells it in JupyterLab blinks."""
    cells = [cell for _, cell in nb.code_cells(notebook)]
    errors = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    return bool(errors) or all(cell["execution_count"] for cell in cells)


class Opened:
    """A notebook that is open in JupyterLab, the only one on its page."""

    def __init__(self, page: Any, server: dict[str, Any], path: Path) -> None:
        self.page, self.server, self.path, self.complaints = page, server, path, []
        page.context.set_default_timeout(1000 * PATIENCE)
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.open()

    def open(self) -> None:
        """Open it as it is on disk, and wait until all is drawn and the kernel is there."""
        self.page.goto(f"{self.server['url']}lab/tree/{self.path.name}?token={self.server['token']}&reset")
        count = len(nb.read(self.path)["cells"])
        self.page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length === {count}")
        self.page.get_by_text("| Idle").wait_for()

    def menu(self, *entries: str) -> None:
        """Choose from the menu."""
        for entry in entries:
            label = self.page.locator(".lm-MenuBar-itemLabel, .lm-Menu-itemLabel")
            label.filter(has_text=re.compile(f"^{entry}$")).click()

    def run_all(self) -> None:
        """Run all cells, without their old outputs; wait until what is saved has run or one of them has failed."""
        self.menu("Edit", "Clear Outputs of All Cells")
        self.menu("Run", "Run All Cells")
        until(lambda: has_run(self.save()))

    def cells(self) -> list[dict[str, Any]]:
        """Return what there is to see of each cell."""
        return self.page.evaluate(CELLS)

    def save(self) -> nb.Notebook:
        """Save it by the keyboard, again where an output came meanwhile; return what is on disk then."""

        def saved() -> nb.Notebook | None:
            self.page.keyboard.press("Control+s")
            self.page.wait_for_timeout(500)
            return None if self.page.locator(".jp-mod-dirty").count() else _whole(self.path)

        return until(saved)

    def write(self, position: int, source: str) -> None:
        """Type another source into a code cell, counted from 1."""
        self.page.locator(".jp-Notebook .jp-Cell").nth(position - 1).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def press(self, field: str, key: str) -> str:
        """Press a key in a field by its name, as who has no mouse does; return what is said when it is drawn anew."""
        self.page.get_by_label(field, exact=True).focus()
        alert = self.page.locator(".jupyter-widgets [role=alert]")
        before = alert.all_inner_texts()
        self.page.keyboard.press(key)
        until(lambda: alert.all_inner_texts() not in ([], before))
        return alert.inner_text()

    def export(self, kind: str) -> bytes:
        """Export it by the menu; return what the address gives that the menu leads to."""
        with self.page.context.expect_event("request", lambda request: "/nbconvert/" in request.url) as asked:
            self.menu("File", "Save and Export Notebook As", kind)
        return self.page.request.get(asked.value.url, headers=asked.value.headers).body()

    def close(self) -> None:
        """Shut its kernel down and close the page."""
        with self.page.expect_response(lambda answer: answer.request.method == "DELETE"):
            self.menu("Kernel", "Shut Down Kernel")
        self.page.close()
