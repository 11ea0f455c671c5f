"""What chapter 1 promises under "Try this" happens."""

from pathlib import Path

import papermill
import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "01-data-and-backpropagation.ipynb"

pytestmark = pytest.mark.long


def results_with(tmp_path, **parameters):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(NOTEBOOK, out, parameters, progress_bar=False, cwd=NOTEBOOK.parent)
    return of_notebook(nb.read(out))


def test_a_large_step_spoils_the_quotients_behind_the_relu(tmp_path):
    assert results_with(tmp_path, eps=0.1)["largest_check_error"] > 0.01


def test_a_large_rate_makes_the_loss_rise_and_the_network_worse_than_the_nearest_mean(tmp_path):
    found = results_with(tmp_path, learning_rate=5.0)
    assert found["steps_with_rise"] > 1
    assert found["by_hand_against_mean"] == "worse"
