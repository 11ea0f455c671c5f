"""What the exercises of chapter 1 change does what their solutions say."""

import pytest
from tried import tried

NAME = "01-data-and-backpropagation"

pytestmark = pytest.mark.long


def test_a_large_step_spoils_the_quotients_behind_the_relu(tmp_path):
    assert tried(NAME, tmp_path, eps=0.1)["largest_check_error"] > 0.01


def test_a_large_rate_makes_the_loss_rise_and_the_network_worse_than_the_nearest_mean(tmp_path):
    found = tried(NAME, tmp_path, learning_rate=5.0)
    assert found["steps_with_rise"] > 1
    assert found["by_hand_against_mean"] == "worse"
