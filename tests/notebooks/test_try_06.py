"""What chapter 6 promises to whom tries its change happens."""

from pathlib import Path

import pytest

from report.chapter.results import load

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"
NAME = "06-capacity-and-early-stopping"


@pytest.mark.long
def test_a_quarter_of_the_rate_comes_twice_as_late(tmp_path):
    import papermill  # heavy, and only here

    papermill.execute_notebook(
        NOTEBOOKS / f"{NAME}.ipynb", tmp_path / f"{NAME}.ipynb", {"learning_rate": 0.00005}, cwd=NOTEBOOKS,
        progress_bar=False,
    )  # fmt: skip
    later = load(tmp_path)[NAME]["stopped_at"] / load(NOTEBOOKS)[NAME]["stopped_at"]
    assert 1.5 < later < 2.7
