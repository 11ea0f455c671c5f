"""What chapter 4 promises under "Try this" happens; the planted clipping is tried in tests/chapter."""

from pathlib import Path

import papermill
import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "04-gradient-check.ipynb"


@pytest.mark.long
def test_a_step_below_the_last_digit_of_the_weight_gives_zero(tmp_path):
    out, parameters = tmp_path / "out.ipynb", {"exponents": [0, 4, 8, 12, 16, 20]}
    papermill.execute_notebook(NOTEBOOK, out, parameters, progress_bar=False, cwd=NOTEBOOK.parent)
    found = of_notebook(nb.read(out))
    assert found["quotients_zero_at_largest_N"] == found["weights_compared"]
