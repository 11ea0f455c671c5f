"""What chapter 7 promises to whom tries its change happens."""

from pathlib import Path

import pytest

from report.chapter.results import load

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"
NAME = "07-regularization"


@pytest.mark.long
def test_a_wrong_sign_hides_where_the_penalty_is_weak(tmp_path):
    import papermill  # heavy, and only here

    papermill.execute_notebook(
        NOTEBOOKS / f"{NAME}.ipynb", tmp_path / f"{NAME}.ipynb", {"wrong_lambda": 0.001}, cwd=NOTEBOOKS,
        progress_bar=False,
    )  # fmt: skip
    assert abs(load(tmp_path)[NAME]["wrong_over_right_length"] - 1) < 0.03
