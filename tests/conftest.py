"""What all tests share."""

import os
import signal
from pathlib import Path

import pytest

DATA = os.environ.get("MLP_CORE_DATA", "")


def pytest_configure() -> None:
    """Let the surroundings decide nothing: with `CI`, a figure without words is an error, and a shell's background jobs
    ignore Ctrl-C, which tests press."""
    os.environ.pop("CI", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of the real MNIST files where there are none, and tests of the internet unless asked for by name."""
    for item in items:
        if item.get_closest_marker("mnist") and not Path(DATA, "mnist").is_dir():
            item.add_marker(pytest.mark.skip(reason="MLP_CORE_DATA names no folder with mnist/ in it"))
        if item.get_closest_marker("network") and "network" not in item.config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="needs the internet: run with -m network"))
