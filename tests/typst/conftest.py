"""Fixtures for the tests of the exporter."""

from collections.abc import Iterator

import pytest
from typst_documents import compiler_at_hand


@pytest.fixture(autouse=True)
def _compiler_at_hand() -> Iterator[None]:
    """Let all that typesets within a test do it in its process; what must be in one of its own sets a limit."""
    with compiler_at_hand():
        yield
