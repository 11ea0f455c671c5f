"""Keep a needless two-second import out of every process that reads notebooks, and out of pytest (`pyproject.toml`)."""

import sys

NEEDLESS = ("rfc3987_syntax", "isoduration")
"""Compile a grammar for two seconds, and load the time zones, to check formats that no schema of notebooks uses."""


def skip_slow_imports() -> None:
    """Let `jsonschema`, which `nbformat` imports, go without `NEEDLESS`.

    These packages are optional, and it ignores their absence. Call this before the first import of `nbformat`.
    """
    for name in NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None means: importing it fails


def pytest_addoption() -> None:
    """Do so in pytest, where `-p` names this module: it then comes before the plugin nbval, which reads notebooks."""
    skip_slow_imports()
