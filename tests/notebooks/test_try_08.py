"""Chapter 8's "Try this" keeps its promise."""

from pathlib import Path

import papermill
import pytest

from report.chapter import results

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"


@pytest.mark.long
def test_every_number_is_listed_with_uncompared_rows(tmp_path):
    parameters = {"uncompared": 200, "results_folder": str(NOTEBOOKS)}
    executed = papermill.execute_notebook(
        NOTEBOOKS / "08-replication.ipynb", tmp_path / "out.ipynb", parameters, cwd=NOTEBOOKS, progress_bar=False
    )
    found = results.of_notebook(executed)
    assert found["rows"] == found["published_numbers"] > 100
