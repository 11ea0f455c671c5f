"""What the exercises of chapter 2 change does what their solutions say."""

import pytest
from tried import tried

NAME = "02-initialization"

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]


def test_with_a_small_rate_the_loss_from_n01_falls(tmp_path):
    found = tried(NAME, tmp_path, learning_rate=0.001)
    assert all(losses[-1] < losses[0] for losses in found["normal_losses"])
    assert found["ends"]["N(0, 1)"] == "5 of 5 better than a constant"


def test_with_tanh_the_zeros_stay_stuck_and_n01_does_not_explode(tmp_path):
    found = tried(NAME, tmp_path, activation="tanh")
    assert found["moved_from_zeros"] == ["4.bias"]
    assert all(losses[-1] < losses[0] < 100 for losses in found["normal_losses"])


def test_with_the_sigmoid_the_zeros_move_and_do_not_learn(tmp_path):
    found = tried(NAME, tmp_path, activation="sigmoid")
    assert len(found["moved_from_zeros"]) == 6
    assert found["zeros_losses"][-1] > found["zeros_losses"][0]
    assert found["ends"]["zeros"] == "1 of 1 no better than a constant"
