"""What an exercise of chapter 3 changes does what its solution says."""

import pytest
from tried import stored, tried

NAME = "03-hyperparameter-search"


@pytest.mark.long
def test_with_more_images_the_group_grows_but_for_sigmoid_units(tmp_path):
    found = tried(NAME, tmp_path, train_images=1280)
    assert found["group_size"] > stored(NAME)["group_size"]
    assert any("relu" in setting for setting in found["group"])
    assert not any("sigmoid" in setting for setting in found["group"])
