"""What is installed (the standard library, packages, and this package), and so known by its name and version."""

import functools
import importlib.metadata
import importlib.util
import operator
import platform
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

LIBRARY = Path(sysconfig.get_path("stdlib"))
OWN = __name__.partition(".")[0]  # `code_version` knows this package by its content


def public_name(value: Any) -> str | None:
    """Return name and version of something installed that can be imported under its name; None for all else."""
    if isinstance(value, ModuleType):
        return f"{value.__name__} {version(value.__name__)}" if is_installed(value.__name__) else None
    if not callable(value):
        return None
    name, place = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if isinstance(value, np.ufunc):
        name, place = "numpy", value.__name__
    if not isinstance(name, str) or not isinstance(place, str) or not is_installed(name):
        return None
    try:
        found = operator.attrgetter(place)(sys.modules.get(name))
    except AttributeError:
        return None
    return f"{name}.{place} {version(name)}" if found is value else None


def is_installed(module: str) -> bool:
    """Return whether a module belongs to the standard library, to an installed package or to this package."""
    top = module.partition(".")[0]
    if top in ("__main__", OWN):
        return top == OWN
    places: list[str | None] = []
    with suppress(ImportError, ValueError):
        if (found := importlib.util.find_spec(top)) is not None:
            places = [found.origin if found.has_location else None, *(found.submodule_search_locations or ())]
    origin = next((Path(place) for place in places if place), None)
    if origin is None:
        return top in sys.stdlib_module_names
    return bool({"site-packages", "dist-packages"} & set(origin.parts)) or origin.is_relative_to(LIBRARY)


@functools.cache
def version(module: str) -> str:
    """Return the version of the package that an installed module belongs to, or of Python."""
    top = module.partition(".")[0]
    if top == OWN:
        return ""
    if top in sys.stdlib_module_names:
        return platform.python_version()
    try:
        return importlib.metadata.version(top)
    except importlib.metadata.PackageNotFoundError:
        names = importlib.metadata.packages_distributions().get(top, [])
        return " ".join(importlib.metadata.version(name) for name in sorted(set(names)))
