"""Chapter 9's "Try this" keeps its promise."""

import shutil
from pathlib import Path

import papermill
import pytest

from report.chapter import kept, results

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"


@pytest.mark.long
def test_networks_of_a_single_seed_cannot_be_told_from_the_best(tmp_path):
    for path in NOTEBOOKS.glob("0*.ipynb"):
        shutil.copy(path, tmp_path)
    options = {"cwd": NOTEBOOKS, "progress_bar": False}
    cnns = "05-cnn-vs-mlp.ipynb"
    papermill.execute_notebook(NOTEBOOKS / cnns, tmp_path / cnns, {"seeds": [0]}, **options)
    output = tmp_path / "conclusion.ipynb"
    given = {"results_folder": str(tmp_path)}
    found = results.of_notebook(papermill.execute_notebook(NOTEBOOKS / "09-conclusion.ipynb", output, given, **options))
    stored = results.load(NOTEBOOKS)["09-conclusion"]
    assert found["networks"] == stored["networks"]
    assert found["runs"] == stored["runs"] - 8
    single = {one.name for one in kept.load(tmp_path) if one.chapter.startswith("05")}
    assert len(single) == 2
    assert single <= {*found["best_group"]}
