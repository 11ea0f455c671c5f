"""The house: no import circles, no shadowed names, imports inside functions that say why, a core one can read."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for room in ("mlp_core", "report") for path in (ROOT / room).rglob("*.py"))
HEAVY = {
    "IPython", "concurrent", "distributed", "filelock", "fontTools", "joblib", "matplotlib_inline", "nbclient",
    "nbformat", "numpy", "pandas", "papermill", "psutil", "threadpoolctl", "tqdm", "typst", "uharfbuzz", "watchfiles",
}  # fmt: skip
"""What an import inside a function may spare without saying so."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, node: ast.AST) -> Iterator[str]:
    """Yield the full names that an import statement may load."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
        base = ".".join(filter(None, [*above, node.module]))
        yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def test_there_is_no_import_circle():
    names = {name_of(path) for path in FILES}
    graph = {}
    for path in FILES:
        name = name_of(path)
        found = {one for node in ast.walk(ast.parse(path.read_text())) for one in imports(path, node)} & names
        graph[name] = {one for one in found if one != name and not name.startswith(f"{one}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_module_has_the_name_of_one_of_python():
    names = {*sys.stdlib_module_names} - {"__main__"}
    assert [name for name in map(name_of, FILES) if name.rpartition(".")[2] in names] == []


def test_an_import_inside_a_function_spares_something_heavy_or_says_what():
    silent = []
    for path in FILES:
        lines = path.read_text().splitlines()
        for function in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    names = list(imports(path, node))
                    if names and names[0].partition(".")[0] not in HEAVY and "#" not in lines[node.lineno - 1]:
                        silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


def lines(*paths: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in paths)


def test_the_core_stays_small():
    path = [ROOT / "mlp_core" / f"{name}.py" for name in ("layers", "losses", "network", "optimizers", "training")]
    assert lines(*path) <= MOST["learner's path"]
    assert lines(*(ROOT / "mlp_core").glob("*.py")) <= MOST["flat files"]
    assert lines(*(ROOT / "mlp_core").rglob("*.py")) <= MOST["all"]


MOST = {"learner's path": 727, "flat files": 2749, "all": 7998}
"""Lines; whoever needs more makes something else shorter."""
