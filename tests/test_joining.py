"""What newcomers are told is there: targets of workflows and hooks, files, and one address."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TARGETS = set(re.findall(r"^([a-z.-]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OTHERS = [ROOT / ".pre-commit-config.yaml", ROOT / ".devcontainer" / "devcontainer.json"]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "notebooks/README.md")]


def calls(value):
    """Yield every command in a configuration."""
    if isinstance(value, dict):
        yield from (value[key] for key in ("run", "entry", "postCreateCommand") if isinstance(value.get(key), str))
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from calls(one)


@pytest.mark.parametrize("path", [*WORKFLOWS, *OTHERS], ids=lambda path: path.name)
def test_only_targets_of_make_are_called(path):
    """But for what gives Windows a make."""
    found = [one for one in calls(yaml.safe_load(path.read_text(encoding="utf-8"))) if not one.startswith("choco ")]
    assert found
    assert all(one.split()[0] == "make" and one.split()[1] in TARGETS for one in found), found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files(path):
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_repository_has_one_address_everywhere():
    named = r"(?:github\.com|mybinder\.org/v2/gh|colab\.research\.google\.com/github)/([^/\s]+/mlp-course-report)"
    files = [ROOT / name for name in ("README.md", ".github/colab.ipynb", "CONTRIBUTING.md")]
    found = [set(re.findall(named, path.read_text(encoding="utf-8"))) for path in files]
    assert len(set.union(*found)) == 1
    assert all(found[:2])


def test_the_notebook_for_colab_fetches_and_installs_the_project_first():
    cells = [cell for cell in json.loads((ROOT / ".github/colab.ipynb").read_text(encoding="utf-8"))["cells"]
             if cell["cell_type"] == "code"]  # fmt: skip
    first = "".join(cells[0]["source"])
    assert "git clone" in first
    assert "--editable" in first


@pytest.mark.long
def test_git_stores_line_ends_as_it_is_told():
    listed = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert [line for line in listed.stdout.splitlines() if line.startswith(("i/crlf", "i/mixed"))] == []
