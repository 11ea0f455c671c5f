"""Chapter 3 keeps what its "Try this" promises."""

from pathlib import Path

import papermill
import pytest

from report.chapter.results import of_notebook
from report.run import notebook as nb

NOTEBOOK = Path(__file__).resolve().parent.parent.parent / "notebooks" / "03-hyperparameter-search.ipynb"


@pytest.mark.long
def test_with_more_images_the_group_grows_but_for_sigmoid_units(tmp_path):
    ours = tmp_path / "tried.ipynb"
    papermill.execute_notebook(NOTEBOOK, ours, parameters={"train_images": 1280}, progress_bar=False)
    stored, tried = of_notebook(nb.read(NOTEBOOK)), of_notebook(nb.read(ours))
    assert tried["group_size"] > stored["group_size"]
    assert any("relu" in setting for setting in tried["group"])
    assert not any("sigmoid" in setting for setting in tried["group"])
