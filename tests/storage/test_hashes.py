"""`mlp_core.storage.hashes`: what changes the hash of code, and what does not."""

import functools
import shutil
from pathlib import Path

import pytest

import mlp_core
from mlp_core.storage.hashes import code_hash
from mlp_core.tuning import fingerprint

CODE = '''"""A module."""
import math

class Layer:
    """A layer."""

    def forward(self, x):
        """Return it."""
        return math.sin(x) + 1  # shifted
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # shifted", ""),
        ('"""Return it."""', '"""Return something else."""'),
        ('        """Return it."""\n', ""),
        ('"""A module."""', "# no docstring"),
        ("math.sin(x) + 1", "( math.sin(x)+1 )"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(old: str, new: str) -> None:
    assert old in CODE
    assert code_hash(CODE.replace(old, new)) == code_hash(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("sin", "cos"), ("+ 1", "+ 2"), ("+ 1", "+ 1.0"), ("+ 1", "+ True"), ("Layer", "Other"), ("math", "cmath")],
)
def test_names_and_constants_count(old: str, new: str) -> None:
    assert code_hash(CODE.replace(old, new)) != code_hash(CODE)


def test_text_that_is_no_python_is_hashed_as_it_stands() -> None:
    assert code_hash("%matplotlib inline") != code_hash("%matplotlib  inline")
    assert code_hash(b"def broken(:") == code_hash("def broken(:")


def test_a_change_of_any_module_of_the_package_counts_and_one_of_a_comment_does_not(tmp_path, monkeypatch):
    shutil.copytree(Path(mlp_core.__file__).parent, tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "__file__", str(tmp_path / "package" / "tuning" / "fingerprint.py"))
    monkeypatch.setattr(fingerprint, "code_hash", functools.cache(code_hash))
    version = fingerprint.code_version.__wrapped__
    before, sources = version(), sorted((tmp_path / "package").rglob("*.py"))
    assert len(sources) > 40
    for path in sources:
        text = path.read_text()
        path.write_text(f"# a comment\n{text}")
        assert version() == before, path
        path.write_text(f"{text}\n\nMORE = 1\n")
        assert version() != before, path
        path.write_text(text)
    assert version() == before
