"""`mlp_core.trials.hashes`: what changes the hash of code, and what does not."""

import pytest

from mlp_core.trials.hashes import code_hash

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
