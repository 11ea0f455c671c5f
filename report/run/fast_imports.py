"""Keep one needless two-second import out of every process that reads notebooks."""

import sys


def skip_slow_imports() -> None:
    """Let `jsonschema`, which `nbformat` imports, go without `rfc3987_syntax`.

    That optional package compiles a grammar for two seconds when imported, to check the JSON schema format `iri`, which
    no notebook schema uses. `jsonschema` ignores its absence. Call this before the first import of `nbformat`.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None means: importing it fails
