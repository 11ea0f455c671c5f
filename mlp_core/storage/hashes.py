"""Hashes of text, and of Python code as it runs: comments, docstrings and layout do not change the latter."""

import ast
import hashlib

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_hash(source: str | bytes) -> str:
    """Return the SHA-256 of a module's code, the same in every version of Python; of other text, that of its bytes.

    >>> code_hash("x = 1  # one") == code_hash("x  =  1") != code_hash("x = 2")
    True
    """
    try:
        parts: list[str] = []
        _write(ast.parse(source), parts)
        text = "\n".join(parts).encode()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = source.encode() if isinstance(source, str) else source
    return hashlib.sha256(text).hexdigest()


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of the parts, each with its length, as 64 hexadecimal digits."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(b"%d:" % len(content))
        total.update(content)
    return total.hexdigest()


def _write(node: object, parts: list[str]) -> None:
    """Append a tree's nodes, fields and constants; empty fields, which newer versions add, are left out."""
    if isinstance(node, ast.AST):
        parts.append(f"({type(node).__name__}")
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                value = value[1:] or [ast.Pass()]  # a function of a docstring alone runs like one that says pass
            if value is not None and value != [] and name not in ("kind", "type_comment"):
                parts.append(name)
                _write(value, parts)
        parts.append(")")
    elif isinstance(node, list):
        parts.append(f"[{len(node)}")
        for item in node:
            _write(item, parts)
    else:
        parts.append(f"{type(node).__name__} {node!r}")
