"""What chapter 7 promises to whom tries its change happens."""

import pytest
from tried import tried


@pytest.mark.long
def test_a_wrong_sign_hides_where_the_penalty_is_weak(tmp_path):
    found = tried("07-regularization", tmp_path, wrong_lambda=0.001)
    assert abs(found["wrong_over_right_length"] - 1) < 0.03
