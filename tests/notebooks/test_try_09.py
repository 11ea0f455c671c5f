"""What an exercise of chapter 9 changes does what its solution says."""

import shutil

import pytest
from tried import NOTEBOOKS, stored, tried

from report.chapter import kept

NAME = "09-conclusion"


@pytest.mark.long
def test_networks_of_a_single_seed_cannot_be_told_from_the_best(tmp_path):
    for path in NOTEBOOKS.glob("0*.ipynb"):
        shutil.copy(path, tmp_path)
    tried("05-cnn-vs-mlp", tmp_path, seeds=[0])
    found = tried(NAME, tmp_path, results_folder=str(tmp_path))
    assert found["networks"] == stored(NAME)["networks"]
    assert found["runs"] == stored(NAME)["runs"] - 8
    single = {one.name for one in kept.load(tmp_path) if one.chapter.startswith("05")}
    assert len(single) == 2
    assert single <= {*found["best_group"]}
