"""A run's settings as the words of a command line: for whoever repeats it."""

import shlex
from collections.abc import Collection
from typing import Any

from report.settings import OPTIONS, Settings

MAKES = {"pdf": "report"}
"""What `make` calls a target, where that is another word."""

SAID_ALWAYS = {"profile", "dataset"}
"""Said even where they were not given, since what is the default may change."""

UNTOLD = {"target", "jobs", "build", "output", "replace", "cell_timeout", "start_timeout", "strict"}
"""What leaves the report as it is."""


def command(settings: Settings) -> str:
    """Return the command that repeats a run: `make`, where that can say all that was given."""
    said = [name for name in OPTIONS if name in (settings.given | SAID_ALWAYS) - UNTOLD and _texts(settings, name)]
    if all(OPTIONS[name].variable for name in said):
        given = [f"{OPTIONS[name].label}={' '.join(_texts(settings, name))}" for name in said]
        return shlex.join(["make", MAKES.get(settings.target, settings.target), *given])
    before = [f"{OPTIONS[name].variable}={getattr(settings, name)}" for name in said if not OPTIONS[name].flags]
    return shlex.join([*before, "python", "-m", "report", settings.target, *arguments(settings, said)])


def arguments(settings: Settings, names: Collection[str]) -> list[str]:
    """Return the options of the command line that set these fields as they are set here."""
    told = [(OPTIONS[name].flags[-1], name) for name in OPTIONS if name in names and OPTIONS[name].flags]
    said = [(flag, text) for flag, name in told for text in _texts(settings, name)]
    return [word for flag, text in said for word in ([f"{flag}={text}"] if text.startswith("-") else [flag, text])]


def _texts(settings: Settings, name: str) -> list[str]:
    """Return what the command line says of a field, each time that it names it."""
    value: Any = getattr(settings, name)
    if name == "overrides":
        return [f"{notebook}.{key}={text}" for notebook, given in value.items() for key, text in given.items()]
    if name == "authors":
        return [("; " if any("," in author for author in value) else ", ").join(value)]
    return value if isinstance(value, list) else [str(value)]
