"""The wheel, installed in an empty environment: networks, and the exporters beside somebody else's `report/`."""

import inspect
import os
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent

TRAIN = """
import numpy as np
from mlp_core import SGD, __version__, mlp, train
from mlp_core.splits import Split
rng = np.random.default_rng(0)
images = rng.normal(size=(60, 4))
part = Split(images, (images[:, 0] > 0).astype(int))
history = train(mlp([4, 8, 2], seed=0), part, optimizer=SGD(0.5), epochs=20, seed=0)
print(__version__, history.train_accuracy[-1] > 0.9)
for use in (lambda: history.to_frame(), lambda: __import__("mlp_core").search):
    try:
        use()
    except ModuleNotFoundError as error:
        print(error)
"""


def run(*command, **options):
    """Run a command without the surroundings that point into the checkout; return what it prints."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, env=kept, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["typst", "typstpdf", "typsthtml"])
def test_nbconvert_finds_the_exporters_of_the_checkout_under_the_name_of_the_wheel(name):
    exporter = get_exporter(name)
    assert exporter.__module__.startswith("nbtypst.")
    assert Path(inspect.getfile(exporter)).parent == ROOT / "report" / "typst"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An environment with the wheel alone, and the folder that holds the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(*pip, "--python", python, "install", "--quiet", next(folder.glob("*.whl")))
    return python, pip, folder


@pytest.mark.long
def test_the_networks_come_with_few_packages_and_say_what_is_missing(installed, tmp_path):
    python, pip, _ = installed
    assert len(run(*pip, "--python", python, "list", "--format=freeze").splitlines()) <= 15
    first, *missing = run(python, "-c", TRAIN, cwd=tmp_path).splitlines()
    assert first == "0.1.0 True"
    assert [line.partition("pip install ")[2] for line in missing] == [
        "'mlp-course-report[data]'", "'mlp-course-report[search]'"
    ]  # fmt: skip


@pytest.mark.long
def test_the_exporters_work_where_a_folder_is_called_report(installed, tmp_path):
    python, pip, folder = installed
    wheel = next(folder.glob("*.whl"))
    run(*pip, "--python", python, "install", "--quiet", f"{wheel}[typst]", timeout=550)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "__init__.py").write_text("raise RuntimeError('this is somebody else')")
    cells = [new_markdown_cell("# A title\n\n$x^2$"), new_code_cell("1", outputs=[new_output("stream", text="one")])]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    run(python, "-m", "nbconvert", "--to", "typstpdf", "a.ipynb", cwd=tmp_path)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    run(python, "-m", "nbtypst", "a.ipynb", "-o", "b.pdf", cwd=tmp_path)
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
