"""Packages that only some functions need: where one is missing, the error names the extra that brings it."""

from importlib import import_module
from typing import Any

EXTRAS = {
    "pandas": "data", "mlxtend": "data", "requests": "data", "platformdirs": "data", "filelock": "data",
    "sklearn": "sklearn", "scipy": "sklearn", "joblib": "search", "psutil": "search", "distributed": "search",
    "mlp_core.tuning": "search",
}  # fmt: skip


def need(module: str) -> Any:
    """Import a module and return it; ModuleNotFoundError names the extra that brings the missing package."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        command = f"pip install 'mlp-course-report[{EXTRAS.get(module, EXTRAS[package])}]'"
        raise ModuleNotFoundError(f"this needs {package}, which is not installed: {command}", name=package) from error
