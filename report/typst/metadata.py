"""What stands on the title page and in the document's properties, with defaults for a notebook that has none."""

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from . import local_files
from .boxes.arrange import PLACES
from .errors import ConversionError
from .fences import outside_fences

_FIELDS = (
    "subtitle", "short_title", "course", "institution", "date", "abstract", "lang", "region", "paper", "dataset_note",
)  # fmt: skip
_SWITCHES = ("titled", "titlepage", "contents", "lof", "lot", "numbered", "floats", "run_on", "from_zero")
_BIBLIOGRAPHY_TITLES = {
    "de": "Literatur", "fr": "Références", "es": "Referencias", "it": "Riferimenti", "nl": "Referenties",
    "pt": "Referências",
}  # fmt: skip
_YAML_KEY = re.compile(r"^([^\s#:]+):", re.MULTILINE)
_BIBTEX_KEY = re.compile(r"^[ \t]*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)


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
    report = {**settings_of(notebook), **settings}
    metadata: dict[str, Any] = {key: _text(key, report[key]) for key in _FIELDS if report.get(key)}
    metadata["title"] = _text("title", report.get("title") or notebook.get("title") or heading or name)
    metadata["authors"] = _authors(report.get("authors") or notebook.get("authors") or [])
    metadata["keywords"] = _words(report.get("keywords") or [])
    metadata |= _language(_text("lang", report.get("lang") or "en"), metadata.get("region", ""))
    metadata["solutions"] = str(report.get("solutions") or PLACES[0])
    if metadata["solutions"] not in PLACES:
        raise _wrong("solutions", " or ".join(PLACES), report["solutions"])
    metadata["csl"] = _text("csl", report.get("csl") or "ieee")
    is_report = any(report.get(key) for key in ("abstract", "course", "institution"))
    defaults = {
        "titlepage": is_report,
        "contents": is_report,
        "lof": False,
        "lot": False,
        "numbered": True,
        "titled": True,
        "floats": False,
        "run_on": False,
        "from_zero": False,
    }
    report = {**report, "titled": metadata["title"] != heading}
    metadata["switches"] = {key: "true" if report.get(key, defaults[key]) else "false" for key in _SWITCHES}
    return metadata


def only_heading(notebook: NotebookNode) -> str:
    """Return the heading of level 1 with which a notebook starts, if it has no other."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lines = [line for line in outside_fences("\n".join(texts)) if line.startswith("# ")]
    starts = "".join(texts).lstrip().startswith("# ")
    heading = lines[0][2:].strip() if len(lines) == 1 and starts else ""
    heading = heading.rstrip("#").rstrip()
    return heading.rpartition("{")[0].rstrip() or heading if heading.endswith("}") else heading


def settings_of(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the document in a notebook's metadata."""
    report = notebook.get("report") or {}
    if not isinstance(report, Mapping):
        raise _wrong("report", "a mapping", report)
    return dict(report)


def bibliography(
    notebook: Mapping[str, Any], settings: Mapping[str, Any], folder: Path
) -> tuple[str, bytes, list[str]] | None:
    """Return the bibliography: its suffix, its bytes and its keys; None where there is none.

    Settings of the exporter may name any file, a notebook only one of its repository.

    Raises
    ------
    ConversionError
        If the file cannot be read.
    """
    chosen = settings.get("bibliography")
    name = chosen or settings_of(notebook).get("bibliography")
    if not name:
        return None
    name = _text("bibliography", name)
    try:
        path = folder / name if chosen else local_files.find(name, folder, authored=True)
        data = local_files.read(path)
        text = data.decode("utf-8")
    except (local_files.FileError, UnicodeDecodeError) as error:
        raise ConversionError([f"the settings: the bibliography {name} {error}"]) from None
    key = _YAML_KEY if path.suffix in (".yml", ".yaml") else _BIBTEX_KEY
    return path.suffix, data, key.findall(text)


def timestamp(notebook: Mapping[str, Any]) -> int | None:
    """Return the date of a document in seconds: ``SOURCE_DATE_EPOCH``, or the notebook's own; None is now."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH") or settings_of(notebook).get("timestamp")
    if not stamp:
        return None
    try:
        seconds = int(stamp)
        datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _wrong("SOURCE_DATE_EPOCH or report.timestamp", "seconds since 1970", stamp) from None
    return seconds


def bibliography_title(lang: str) -> str:
    """Return the heading of the list of references in a language."""
    return _BIBLIOGRAPHY_TITLES.get(lang, "References")


def _authors(authors: Any) -> list[str]:
    authors = authors if isinstance(authors, list | tuple) else [authors]
    names = [author.get("name") or "" if isinstance(author, Mapping) else author for author in authors]
    return [_text("authors", name) for name in names if name]


def _words(words: Any) -> list[str]:
    if isinstance(words, str):
        return [word.strip() for word in words.split(",")]
    if not isinstance(words, list | tuple):
        raise _wrong("keywords", "a list of texts", words)
    return [_text("keywords", word) for word in words]


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        raise _wrong(name, "a text", value)
    return str(value)


def _language(lang: str, region: str) -> dict[str, str]:
    """Read a language such as ``en`` or ``pt-BR`` into what the compiler takes."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_.]([A-Za-z]{2})\b.*)?", lang)
    region = region or (match[2] or "" if match else "")
    if not match or not re.fullmatch("([A-Za-z]{2})?", region):
        raise _wrong("lang (and region)", "a language such as en or pt-BR", f"{lang} {region}".strip())
    return {"lang": match[1].lower(), **({"region": region.upper()} if region else {})}


def _wrong(name: str, expected: str, value: Any) -> ConversionError:
    got = repr(value) if isinstance(value, str | int) and len(str(value)) < 50 else f"a {type(value).__name__}"
    return ConversionError([f"the settings: {name} must be {expected}, got {got}"])
