"""What one call of `make report` or `python -m report` asks for."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.errors import ConfigError, shown

START_TIMEOUT = 60
"""Seconds a kernel may take to start."""

LAST_EPOCH = 253402300799
"""The last second of the year 9999."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Options:
    """The settings of one run; what is None is left to `report.yml`.

    Attributes
    ----------
    profile : str
    dataset, title, scheduler : str, optional
    authors : list of str, optional
    jobs : int
        Notebooks that run at once.
    overrides : dict
        Parameters given for this run, by notebook.
    notebooks, build, config : Path
        Folder of the notebooks, folder for everything made, and the settings file.
    cell_timeout, start_timeout : int, optional
        Seconds a cell may run and a kernel may take to start.
    """

    profile: str = "standard"
    dataset: str | None = None
    title: str | None = None
    scheduler: str | None = None
    authors: list[str] | None = None
    jobs: int = field(default_factory=cores)
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    notebooks: Path = Path("notebooks")
    build: Path = Path("build")
    config: Path = Path(__file__).with_name("report.yml")
    cell_timeout: int | None = None
    start_timeout: int = START_TIMEOUT


def whole_number(what: str, text: str, largest: int) -> int:
    """Read a whole number from 1, or raise ConfigError."""
    is_number = re.fullmatch(r"[0-9]+", text)
    if is_number and len(text) <= 12 and 1 <= int(text) <= largest:
        return int(text)
    wanted = f"from 1 to {largest:,}" if is_number and text.strip("0") else "of at least 1"
    raise ConfigError(f"{what}={text[:30]}: expected a whole number {wanted}")


def seconds(what: str, text: str) -> int:
    """Read a number of seconds: from 1 to ten million, which is a third of a year."""
    return whole_number(what, text, 10_000_000)


def check_epoch() -> None:
    """Raise ConfigError if `SOURCE_DATE_EPOCH` is set and no date in seconds."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if text and not (re.fullmatch(r"[0-9]{1,12}", text) and int(text) <= LAST_EPOCH):
        raise ConfigError(f"SOURCE_DATE_EPOCH={text[:30]}: expected seconds since 1970, such as 1700000000")


def parse_authors(text: str) -> list[str]:
    """Split `A, B` into names (at semicolons where there are any, for a name with a comma in it)."""
    names = [name.strip() for name in text.split(";" if ";" in text else ",")]
    if not all(names):
        raise ConfigError(f"AUTHOR={shown(text)}: expected names with commas between them")
    return names


def parse_override(text: str) -> tuple[str, str, str]:
    """Split `notebook.name=value` into its three parts."""
    target, equals, value = text.partition("=")
    notebook, dot, name = target.rpartition(".")
    if not (equals and dot and notebook and name):
        raise ConfigError(f"-p {text[:100]}: expected notebook.parameter=value, such as 02-initialization.epochs=3")
    return notebook.strip(), name.strip(), value.strip()
