"""What Windows and macOS do otherwise: text is UTF-8 by name; `make check` holds the calls to each system (mypy)."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [path for room in ("mlp_core", "report", "benchmarks") for path in sorted((ROOT / room).rglob("*.py"))]
OF_BYTES = {"os.open", "Image.open", "archive.open"}
"""Calls of the name `open` that open no text."""


def test_text_is_read_and_written_as_utf_8_whatever_the_system_takes():
    """Ruff's PLW1514 knows `open` and paths whose type it sees; this knows every call by its name."""
    silent = [f"{path.relative_to(ROOT).as_posix()}:{call.lineno}" for path in FILES
              for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
              if isinstance(call, ast.Call) and is_text(call) and not has(call, "encoding")]  # fmt: skip
    assert silent == []


def is_text(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name in OF_BYTES:
        return False
    short = name.rpartition(".")[2]
    modes = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    text = short in ("open", "fdopen") and not any("b" in mode for mode in modes)
    of_a_process = short in ("run", "Popen", "check_output") and has(call, "text")
    return text or of_a_process or short in ("read_text", "write_text")


def has(call: ast.Call, name: str) -> bool:
    return any(keyword.arg == name for keyword in call.keywords)
