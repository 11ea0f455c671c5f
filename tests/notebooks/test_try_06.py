"""What chapter 6 promises to whom tries its change happens."""

import pytest
from tried import stored, tried

NAME = "06-capacity-and-early-stopping"


@pytest.mark.long
def test_a_quarter_of_the_rate_comes_twice_as_late(tmp_path):
    later = tried(NAME, tmp_path, learning_rate=0.00005)["stopped_at"] / stored(NAME)["stopped_at"]
    assert 1.5 < later < 2.7
