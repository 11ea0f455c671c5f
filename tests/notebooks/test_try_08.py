"""Chapter 8's "Try this" keeps its promise."""

import pytest
from tried import NOTEBOOKS, tried


@pytest.mark.long
def test_every_number_is_listed_with_uncompared_rows(tmp_path):
    found = tried("08-replication", tmp_path, uncompared=200, results_folder=str(NOTEBOOKS))
    assert found["rows"] == found["published_numbers"] > 100
