"""What an exercise of chapter 4 changes does what its solution says."""

import pytest
from tried import tried


@pytest.mark.long
def test_a_step_below_the_last_digit_of_the_weight_gives_zero(tmp_path):
    found = tried("04-gradient-check", tmp_path, exponents=[0, 4, 8, 12, 16, 20])
    assert found["quotients_zero_at_largest_N"] == found["weights_compared"]
