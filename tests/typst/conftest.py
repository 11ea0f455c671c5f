"""Fixtures for the tests of the exporter."""

from collections.abc import Iterator

import pytest
from typst_documents import children_at_hand


@pytest.fixture(autouse=True)
def _children_at_hand() -> Iterator[None]:
    """Let all that typesets within a test do it at hand; what needs a process of its own, with bounds, sets a limit."""
    with children_at_hand():
        yield
