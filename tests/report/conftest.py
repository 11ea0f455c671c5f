"""Fixtures for the tests of the report."""

from pathlib import Path

import pytest
from report_samples import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty report, in a folder with a space in its name."""
    return Project(tmp_path / "a report")
