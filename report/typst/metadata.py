"""What stands on the title page and in the document's properties, with defaults for a notebook that has none."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .errors import ConversionError

_FIELDS = (
    "subtitle", "short_title", "course", "institution", "date", "abstract", "lang", "region", "paper", "dataset_note",
)  # fmt: skip
_SWITCHES = ("titled", "titlepage", "contents", "lof", "lot", "numbered")
_BIBLIOGRAPHY_TITLES = {
    "de": "Literatur", "fr": "Références", "es": "Referencias", "it": "Riferimenti", "nl": "Referenties",
    "pt": "Referências",
}  # fmt: skip
_HEADING = re.compile(r"^# +(.+?)(?: *\{[^}]*\})? *#* *$", re.MULTILINE)
_FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
_BIBTEX_KEY = re.compile(r"^\s*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)


def document_metadata(
    notebook: Mapping[str, Any], settings: Mapping[str, Any], name: str, heading: str = ""
) -> dict[str, Any]:
    """Return the metadata of the document.

    Parameters
    ----------
    notebook : mapping
        The notebook's metadata: ``title``, ``authors`` (a list of ``{"name": ...}``), ``report`` (a mapping).
    settings : mapping
        Settings of the exporter; they go before the notebook's own.
    name : str
        The title of a notebook that names none, where there is no `heading` either.
    heading : str
        The notebook's only heading of level 1, if any; it is printed in its place, and no title above it.
    """
    report = {**(notebook.get("report") or {}), **settings}
    metadata: dict[str, Any] = {key: str(report[key]) for key in _FIELDS if report.get(key)}
    metadata["title"] = str(report.get("title") or notebook.get("title") or heading or name)
    metadata["authors"] = _authors(report.get("authors") or notebook.get("authors") or [])
    metadata["keywords"] = _words(report.get("keywords") or [])
    metadata["lang"] = str(report.get("lang") or "en")
    is_report = any(report.get(key) for key in ("abstract", "course", "institution"))
    defaults = {
        "titlepage": is_report,
        "contents": is_report,
        "lof": False,
        "lot": False,
        "numbered": True,
        "titled": True,
    }
    report = {**report, "titled": metadata["title"] != heading}
    metadata["switches"] = {key: "true" if report.get(key, defaults[key]) else "false" for key in _SWITCHES}
    return metadata


def only_heading(notebook: NotebookNode) -> str:
    """Return the heading of level 1 with which a notebook starts, if it has no other."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = _HEADING.findall(_FENCE.sub("", text))
    return headings[0].strip() if len(headings) == 1 and text.lstrip().startswith("# ") else ""


def bibliography(report: Mapping[str, Any], folder: Path) -> tuple[Path | None, list[str]]:
    """Return the bibliography file and its keys; without one, nothing and no keys.

    Raises
    ------
    ConversionError
        If the file does not exist.
    """
    if not report.get("bibliography"):
        return None, []
    path = folder / str(report["bibliography"])
    if not path.is_file():
        where = "its path is taken from the notebook's folder"
        raise ConversionError([f"the bibliography {report['bibliography']} does not exist ({where})"])
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".yml", ".yaml"):
        return path, re.findall(r"^([^\s#:]+):", text, re.MULTILINE)
    return path, _BIBTEX_KEY.findall(text)


def bibliography_title(lang: str) -> str:
    """Return the heading of the list of references in a language."""
    return _BIBLIOGRAPHY_TITLES.get(lang, "References")


def _authors(authors: Any) -> list[str]:
    authors = [authors] if isinstance(authors, str | Mapping) else authors
    names = [str(author.get("name") or "") if isinstance(author, Mapping) else str(author) for author in authors]
    return [name for name in names if name]


def _words(words: Any) -> list[str]:
    return [word.strip() for word in words.split(",")] if isinstance(words, str) else [str(word) for word in words]
