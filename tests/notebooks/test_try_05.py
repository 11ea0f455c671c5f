"""What "Try this" of the chapter on convolution promises, by running the notebook as it says."""

from pathlib import Path

import papermill
import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOK = ROOT / "notebooks" / "05-cnn-vs-mlp.ipynb"

pytestmark = pytest.mark.long


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return a function that runs the notebook with other parameters and returns what it publishes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(**parameters):
        executed = tmp_path / NOTEBOOK.name
        papermill.execute_notebook(NOTEBOOK, executed, parameters, progress_bar=False, cwd=ROOT / "notebooks")
        return of_notebook(nb.read(executed))

    return run


@pytest.fixture(scope="module")
def stored():
    return of_notebook(nb.read(NOTEBOOK))


def test_permuted_pixels_leave_the_perceptron_where_it_was_and_ruin_the_convolution(published, stored):
    found = published(permuted=True)
    assert found["mlp_valid_error"] == stored["mlp_valid_error"]
    assert found["permuted_mlp_verdict"] == "cannot be told apart"
    assert found["permuted_cnn_valid_error"] > 2 * stored["cnn_valid_error"]
    assert found["permuted_verb"] == "is worse than"


def test_without_momentum_the_convolution_falls_behind(published, stored):
    found = published(momenta=[0.0])
    assert found["mlp_valid_error"] > stored["mlp_valid_error"]
    assert found["verb"] == "is worse than"
    assert found["cnn_valid_error"] - found["mlp_valid_error"] > 0.1


def test_more_epochs_bring_the_convolution_in_front_again(published):
    assert published(momenta=[0.0], epochs=[30])["verb"] == "is better than"
