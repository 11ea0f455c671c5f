"""The comparison of notebooks is worth something: a small change planted in a copy of `mlp_core` makes it fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOK = "04-gradient-check.ipynb"

SIGN = """
_right = softmax_cross_entropy

def softmax_cross_entropy(*arguments, **options):
    loss, gradient = _right(*arguments, **options)
    return loss, -gradient
"""
FACTOR = """
_right = GlorotUniform.__call__
GlorotUniform.__call__ = lambda *arguments: 1.01 * _right(*arguments)
"""
SEED = """
_right = make_rng

def make_rng(seed):
    return _right(seed + 1 if isinstance(seed, int) else seed)
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("module", "planted"),
    [
        pytest.param("losses", SIGN, id="sign"),
        pytest.param("initializers", FACTOR, id="factor 1.01"),
        pytest.param("initializers", SEED, id="another seed"),
    ],
)
def test_a_planted_change_fails_the_comparison(tmp_path, module, planted):
    shutil.copytree(ROOT / "mlp_core", tmp_path / "mlp_core", ignore=shutil.ignore_patterns("__pycache__"))
    for path in ("conftest.py", f"notebooks/{NOTEBOOK}"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    with (tmp_path / "mlp_core" / f"{module}.py").open("a") as file:
        file.write(planted)
    options = ["--nbval", "--nbval-current-env", "-x", "-q", "-p", "no:cacheprovider", "--color=no"]
    options += ["-o", f"pythonpath={ROOT / 'tests' / 'support'}"]
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(tmp_path), *options, "notebooks"]
    copy_first = os.environ | {"PYTHONPATH": str(tmp_path)}
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, env=copy_first)
    assert process.returncode == 1, process.stdout
    assert "Cell outputs differ" in process.stdout
