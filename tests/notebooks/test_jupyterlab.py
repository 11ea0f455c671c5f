"""Every notebook as a student meets it: opened in JupyterLab, run by the menu, saved, changed and run again."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browser import CHROMIUM, Opened, checkout, lab
from guards import IGNORING, markers

from report.chapter.results import MIME
from report.run import notebook as nb
from report.run.refresh import HIDING, as_saved

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.long, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")]

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_COMPARED = ("image/png", "image/svg+xml", MIME)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

CHANGES = {"seeds": "[5, 6]", "results_folder": '"../notebooks"', "cache": '"../build/runs"', "dataset": '"mnist"'}
"""Other values, cheap to run: of these parameters, every notebook has one; the last one needs the real images."""

FIELDS = {
    "05-cnn-vs-mlp": {"image", "pixels to the right", "pixels down", "degrees to the left"},
    "06-capacity-and-early-stopping": {"learning rate, in units of 2/L''", "momentum"},
}
"""What a reader may move below a picture, as a screen reader names it."""

RAW = re.compile(r"\{[#.]|\}\}|:::|#\||\$|\\[a-z]+|^> |<(div|span|details)|\*\*")
"""Markup that JupyterLab is to have drawn. References, `@fig-loss` and `[@key]`, stay as they are typed."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = checkout(tmp_path_factory.mktemp("lab") / "a checkout")
    with lab(folder) as running:
        yield running | {"folder": folder}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def opened(request, server, browser):
    """A notebook, open in a browser, all run and saved; at the end it is as it was saved."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    path = server["folder"] / "notebooks" / request.param.name
    path.write_bytes(as_saved(path.read_bytes()))
    it, it.stored = Opened(page, server, path), nb.read(path)
    it.run_all()
    it.saved = it.save()
    it.seen = it.cells()
    content = it.path.read_bytes()
    yield it
    it.close()
    it.path.write_bytes(content)


def test_no_cell_fails_or_warns(opened):
    assert nb.first_problem(opened.saved) is None
    assert complaints(opened.seen) == []


def test_the_console_says_nothing(opened):
    assert opened.complaints == []


def test_no_markup_shows(opened):
    assert [found[0] for cell in opened.seen for found in RAW.finditer(cell["text"])] == []
    assert sum(cell["bad_formulas"] for cell in opened.seen) == 0


def test_hidden_code_is_folded_and_what_it_says_is_not(opened):
    hidden = [bool(HIDING & {*nb.tags(cell)}) for cell in opened.saved["cells"]]
    assert [cell["folded"] for cell in opened.seen] == hidden
    assert not any(cell["outputs_folded"] for cell in opened.seen)


def test_bars_are_gone(opened):
    assert sum(cell["bars"] for cell in opened.seen) == 0
    assert "jupyter.widget" not in opened.path.read_text()


def test_saving_it_changes_nothing_but_what_nbval_ignores(opened):
    assert compared(opened.saved) == compared(opened.stored)


def test_fields_have_names_and_keys_move_them(opened):
    fields = FIELDS.get(opened.path.stem, set())
    assert {name for cell in opened.seen for name in cell["fields"]} == fields
    for name in fields:
        assert opened.press(name, "ArrowUp") != opened.press(name, "ArrowDown")
    assert opened.complaints == []


def test_opened_again_a_picture_stands_for_the_fields(opened):
    if opened.path.stem in FIELDS:
        opened.save()
        opened.open()
        again = opened.cells()
        assert not any(cell["fields"] for cell in again)
        assert all(cell["pictures"] for cell, was in zip(again, opened.seen, strict=True) if was["fields"])
        assert opened.complaints == []


def test_what_was_saved_passes_nbval(opened):
    folder = opened.path.parent.parent
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", opened.path]
    variables = os.environ | {"PYTHONPATH": str(folder)}
    run = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_the_menu_exports_a_pdf(opened):
    assert opened.export("Typstpdf").startswith(b"%PDF")


def test_another_parameter_runs(opened):
    position, cell = next(it for it in nb.code_cells(opened.saved) if "parameters" in nb.tags(it[1]))
    name, value = next(it for it in CHANGES.items() if f"\n{it[0]}: " in f"\n{cell['source']}")
    if name == "dataset" and not os.environ.get("MLP_CORE_DATA"):
        pytest.skip("MLP_CORE_DATA names no folder with the real images")
    changed = re.sub(rf"(?m)^({name}: .*? = ).*?(?=  #)", rf"\g<1>{value}", cell["source"])
    assert changed != cell["source"]
    opened.write(position, changed)
    opened.run_all()
    assert complaints(opened.cells()) == []
    assert opened.complaints == []


def complaints(cells):
    """Return the errors and warnings among what cells show."""
    bad = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
    return [kind for cell in cells for kind in cell["kinds"] if kind in bad]


def compared(notebook):
    """Return the cells of a notebook, of their outputs only what nbval compares."""
    cells = []
    for cell in notebook["cells"]:
        outputs = [] if markers(cell) & IGNORING else cell.get("outputs", [])
        cells.append(cell | {"outputs": [_told(one) for one in outputs if one.get("data") != {}]})
    return cells


def _told(output):
    """Return an output without pictures, published results and the values of a sentence."""
    data = {kind: value for kind, value in output.get("data", {}).items() if kind not in NOT_COMPARED}
    return output | {"data": data, "metadata": {}}
