"""`environment.yml`, `pyproject.toml` and `requirements.lock` say the same; what is missing is named by its extra."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import mlp_core
from mlp_core import extras
from mlp_core.extras import EXTRAS as NEEDED

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def names(requirements):
    """Return the normalised names of requirements."""
    return {re.match(r"[\w.-]+", one)[0].lower().replace("_", "-") for one in requirements}


def whole(*extras):
    """Return the requirements of the networks and of these extras, with those that an extra brings along."""
    found = {*PROJECT["dependencies"]}
    for extra in extras:
        for one in EXTRAS[extra]:
            own = re.fullmatch(rf"{PROJECT['name']}\[(.+)\]", one)
            found |= whole(*own[1].split(",")) if own else {one}
    return found


def test_conda_users_get_the_same_dependencies():
    plain = [entry for entry in CONDA if isinstance(entry, str)]
    from_pip = next(entry["pip"] for entry in CONDA if isinstance(entry, dict))
    expected = {*whole("test"), f"python{PROJECT['requires-python']}", "pip", "-e ."}
    assert sorted([*plain, *from_pip]) == sorted(expected)


def test_the_lock_pins_every_dependency_with_its_hash():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    assert names(whole(*EXTRAS)) <= names(pinned)
    entries = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_a_citation_names_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == mlp_core.__version__


def test_the_readme_lists_every_extra():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {*EXTRAS} <= {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_what_is_missing_is_said_to_come_with_an_extra_that_has_it():
    for package, extra in NEEDED.items():
        if not package.startswith("mlp_core"):
            brings = names(whole(extra))
            assert package in brings or {"sklearn": "scikit-learn"}.get(package) in brings, package


@pytest.mark.parametrize(("module", "extra"), [("pandas", "data"), ("mlp_core.tuning", "search")])
def test_a_missing_package_names_its_extra(monkeypatch, module, extra):
    def missing(name):
        raise ModuleNotFoundError("no", name="filelock" if name == "mlp_core.tuning" else f"{name}.core")

    monkeypatch.setattr(extras, "import_module", missing)
    expected = rf"not installed: pip install '{PROJECT['name']}\[{extra}\]'"
    with pytest.raises(ModuleNotFoundError, match=expected) as error:
        extras.need(module)
    assert error.value.name in ("pandas", "filelock")


def test_what_no_extra_brings_is_missing_as_python_says_it():
    with pytest.raises(ModuleNotFoundError, match="No module named 'nobody_has_this'"):
        extras.need("nobody_has_this")


def test_every_pinned_version_satisfies_its_requirement():
    from packaging.requirements import Requirement

    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE):
        pinned.setdefault(name.lower().replace("_", "-"), []).append(version)
    for dependency in whole(*EXTRAS):
        requirement = Requirement(dependency)
        versions = pinned[requirement.name.lower().replace("_", "-")]
        assert all(requirement.specifier.contains(version) for version in versions), dependency
