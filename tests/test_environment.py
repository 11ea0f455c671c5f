"""`environment.yml`, `pyproject.toml` and `requirements.lock` say the same."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def names(requirements):
    """Return the normalised names of requirements."""
    return {re.match(r"[\w.-]+", one)[0].lower().replace("_", "-") for one in requirements}


def test_conda_users_get_the_same_dependencies():
    plain = [entry for entry in CONDA if isinstance(entry, str)]
    from_pip = next(entry["pip"] for entry in CONDA if isinstance(entry, dict))
    assert sorted([*plain, *from_pip]) == sorted([
        *PROJECT["dependencies"], f"python{PROJECT['requires-python']}", "pip", "-e .",
    ])  # fmt: skip


def test_the_lock_pins_every_dependency_with_its_hash():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    extras = PROJECT["optional-dependencies"]
    assert names([*PROJECT["dependencies"], *extras["check"], *extras["build"]]) <= names(pinned)
    entries = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_every_pinned_version_satisfies_its_requirement():
    from packaging.requirements import Requirement

    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE):
        pinned.setdefault(name.lower().replace("_", "-"), []).append(version)
    for dependency in PROJECT["dependencies"]:
        requirement = Requirement(dependency)
        versions = pinned[requirement.name.lower().replace("_", "-")]
        assert all(requirement.specifier.contains(version) for version in versions), dependency
