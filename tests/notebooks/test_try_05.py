"""What the exercises of the chapter on convolution change does what their solutions say."""

from functools import partial

import pytest
from tried import ROOT, tried
from tried import stored as stored_results

NAME = "05-cnn-vs-mlp"

pytestmark = pytest.mark.long


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return a function that runs the notebook with other parameters and returns what it publishes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return partial(tried, NAME, tmp_path)


@pytest.fixture(scope="module")
def stored():
    return stored_results(NAME)


def test_permuted_pixels_leave_the_perceptron_where_it_was_and_ruin_the_convolution(published, stored):
    found = published(permuted=True)
    assert found["mlp_valid_error"] == stored["mlp_valid_error"]
    assert found["permuted_mlp_verdict"] == "cannot be told apart"
    assert found["permuted_cnn_valid_error"] > 2 * stored["cnn_valid_error"]
    assert found["permuted_verb"] == "is worse than"


def test_without_momentum_the_convolution_falls_behind(published, stored):
    found = published(momenta=[0.0])
    assert found["mlp_valid_error"] > stored["mlp_valid_error"]
    assert found["verb"] == "is worse than"
    assert found["cnn_valid_error"] - found["mlp_valid_error"] > 0.1


def test_more_epochs_bring_the_convolution_in_front_again(published):
    assert published(momenta=[0.0], epochs=[30])["verb"] == "is better than"
