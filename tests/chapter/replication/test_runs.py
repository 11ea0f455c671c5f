"""What a run's numbers depend on is what is hashed: they change with what computes, and with nothing else."""

import ast
import shutil
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import mlp_core
from report.chapter.replication import record, runs

PACKAGE = Path(mlp_core.__file__).parent


def computing():
    return {path for pattern in runs.COMPUTING for path in PACKAGE.glob(pattern)}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    shutil.copytree(PACKAGE, tmp_path / "mlp_core", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(runs, "mlp_core", SimpleNamespace(__file__=str(tmp_path / "mlp_core" / "__init__.py")))
    return tmp_path / "mlp_core"


@pytest.mark.parametrize("file", ["layers.py", "fast/dense.py", "gradient_check/sweep.py"])
def test_changed_arithmetic_is_other_code(copy, file):
    before = runs.values_code()
    (copy / file).write_text((copy / file).read_text(encoding="utf-8") + "\nVERY = 'new'\n", encoding="utf-8")
    assert runs.values_code() != before


@pytest.mark.parametrize("file", ["tuning/store.py", "datasets/cache.py", "storage/files.py", "estimator/mlp.py"])
def test_what_only_keeps_or_fetches_is_not(copy, file):
    before = runs.values_code()
    (copy / file).write_text("VERY = 'new'\n", encoding="utf-8")
    (copy / "layers.py").write_text(
        "# a comment\n" + (copy / "layers.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert runs.values_code() == before


def names_taken(path):
    """Yield the module in which each name is made that a file imports from `mlp_core`."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mlp_core":
            module = import_module(node.module)
            yield from (getattr(getattr(module, name.name), "__module__", module.__name__) for name in node.names)


def test_no_report_computes_with_what_is_not_hashed():
    files = [file for label in record.REPORTS for file in record.sources(label)]
    taken = {name for file in files for name in names_taken(file)}
    homes = {Path(import_module(name).__file__) for name in taken}
    assert len(files) > 20
    assert homes <= computing() | {PACKAGE / "storage" / "hashes.py"}
