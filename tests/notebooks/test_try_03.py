"""Chapter 3 keeps what its "Try this" promises."""

from pathlib import Path

import papermill
import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

NOTEBOOK = Path(__file__).resolve().parent.parent.parent / "notebooks" / "03-hyperparameter-search.ipynb"


@pytest.mark.long
def test_with_one_seed_the_group_is_all_that_survives(tmp_path):
    papermill.execute_notebook(NOTEBOOK, tmp_path / "tried.ipynb", parameters={"seeds": [500]}, progress_bar=False)
    stored, tried = of_notebook(nb.read(NOTEBOOK)), of_notebook(nb.read(tmp_path / "tried.ipynb"))
    assert tried["group_size"] == tried["survivors"] == stored["survivors"] > stored["group_size"]
