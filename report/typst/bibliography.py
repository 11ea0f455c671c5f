r"""The bibliography of a document: a file of BibTeX (or of Typst's own YAML), and the formulas in its titles."""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import local_files
from .errors import ConversionError
from .formulas.errors import MathError
from .formulas.macros import Macros
from .formulas.parser import parse
from .formulas.typst import write_line

_YAML_KEY = re.compile(r"^([^\s#:]+):", re.MULTILINE)
_BIBTEX_KEY = re.compile(r"(?mi)^[ \t]*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s]+)\s*,")
_FORMULA = re.compile(r"(?<!\\)\$((?:[^$\\\n]|\\.)+)\$")
_NOT_IN_A_FIELD = re.compile(r"[{}#]|\btex\w+\(")
"""What BibTeX would take for its own, or is a function of our template, which a bibliography does not see."""
_QUOTED = re.compile(r'=\s*"[^=]*\Z')


def read(settings: Mapping[str, Any]) -> tuple[str, bytes, list[str]] | None:
    """Return the bibliography: its suffix, its bytes and its keys; None where there is none.

    Raises
    ------
    ConversionError
        If the file cannot be read.
    """
    if "bibliography" not in settings:
        return None
    path = Path(settings["bibliography"])
    try:
        data = local_files.read(path).removeprefix(codecs.BOM_UTF8)  # with which Windows marks a text
        text = data.decode("utf-8")
    except (local_files.FileError, UnicodeDecodeError) as error:
        raise ConversionError([f"the settings: the bibliography {path.name} {error}"]) from None
    key = _YAML_KEY if path.suffix in (".yml", ".yaml") else _BIBTEX_KEY
    return path.suffix, data, key.findall(text)


def with_formulas(text: str) -> str:
    r"""Return a file of BibTeX with its formulas as Typst's, which takes what stands between dollars for its own.

    >>> with_formulas(r"title={On $\ell_1$ and {$x^{n+1}$}}")
    'title={On $ℓ_1$ and {$x^(n + 1)$}}'
    """
    return _FORMULA.sub(_typeset, text)


def _typeset(found: re.Match[str]) -> str:
    """Return a formula as Typst writes it; as it is, where it cannot be put so into a field."""
    try:
        table = parse(found[1], display=False, macros=Macros()).body
        code = write_line(table.rows[0], table).replace('""', "zws") if len(table.rows) == 1 else ""
    except (MathError, RecursionError):
        return found[0]
    ends_field = '"' in code and _QUOTED.search(found.string, 0, found.start())
    return f"${code}$" if code and not _NOT_IN_A_FIELD.search(code) and not ends_field else found[0]
