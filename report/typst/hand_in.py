"""Some notebooks as one document to hand in, and what it was made from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from . import front_matter, local_files
from .errors import ConversionError, one_line
from .exporter import TypstExporter
from .form import check_form, converted
from .merging import merge
from .metadata import Tell, gathered

_OWN = ("title", "subtitle", "short_title", "authors", "date", "abstract", "keywords", "dataset_note", "timestamp")
"""Settings of one notebook that do not hold for several: its title is none for all of them."""


@dataclass(frozen=True)
class Source:
    """One notebook: `path` as the user wrote it, by which messages name it, and the bytes that stood there.

    `tell` takes a line for all that cannot be meant in its metadata, which is left out; without it, that is an error.
    """

    path: Path
    data: bytes
    tell: Tell | None = None

    @property
    def name(self) -> str:
        """The name that messages give the notebook."""
        return one_line(str(self.path))

    @property
    def folder(self) -> Path:
        """The folder where its relative paths start."""
        return self.path.parent.resolve()

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """Its content.

        Raises
        ------
        ConversionError
            If it is no notebook, or none of format 2, 3 or 4 with cells; one of an older format is converted.
        """
        try:
            text = self.data.decode("utf-8-sig")
            document = json.loads(text)
            version = document["nbformat"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise ConversionError([f"{self.name} is not a notebook: expected JSON with its nbformat"]) from None
        if version not in (2, 3, 4):
            raise ConversionError([f"{self.name} has notebook format {str(version)[:20]}, expected 2, 3 or 4"])
        try:
            notebook = converted(document)
        except Exception as error:  # nbformat raises many kinds
            reason = f"{type(error).__name__}: {str(error)[:200]}"
            raise ConversionError([f"{self.name} is not a notebook: {reason}"]) from None
        check_form(notebook, self.name, self.tell)
        front_matter.take(notebook)
        if not notebook.cells:
            raise ConversionError([f"{self.name} has no cells"])
        return notebook

    def settings(self) -> dict[str, Any]:
        """Return the settings in its metadata (see `metadata.gathered`)."""
        tell = self.tell
        told = tell and (lambda line: tell(f"{self.name}: {line}"))
        try:
            return gathered(self.notebook.metadata, {}, self.folder, told)
        except ConversionError as error:
            raise ConversionError(f"{self.name}: {problem}" for problem in error.problems) from None


def read(path: Path, tell: Tell | None = None) -> Source:
    """Read a notebook (see `Source`).

    Raises
    ------
    ConversionError
        If it cannot be read.
    """
    return Source(path, _bytes(path), tell)


def _bytes(path: Path) -> bytes:
    try:
        return local_files.read(path)
    except local_files.FileError as error:
        raise ConversionError([f"{path} {error}"]) from None


def settings(sources: Sequence[Source], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the document: those of the only notebook, or of the first of several that has one.

    Parameters
    ----------
    sources : sequence of Source
    given : mapping
        Settings that go before those of the notebooks.

    Raises
    ------
    ConversionError
        If two notebooks have different bibliographies, or a setting cannot be meant and nobody is to be told.
    """
    said = [source.settings() for source in sources]
    _check_bibliography(sources, said)
    joined = dict(said[0])
    if len(said) > 1:
        shared = {name: value for one in reversed(said) for name, value in one.items() if name not in _OWN}
        joined = {"titlepage": True, "contents": True, **shared}
    joined["authors"] = [*{author["name"]: author for one in said for author in one.get("authors", [])}.values()]
    return joined | dict(given)


def _check_bibliography(sources: Sequence[Source], said: Sequence[Mapping[str, Any]]) -> None:
    both = zip(sources, said, strict=True)
    named = {one["bibliography"]: source.name for source, one in both if "bibliography" in one}
    if len(named) > 1:
        (one, first), (other, second) = [*named.items()][:2]
        expected = "expected one for all notebooks"
        raise ConversionError([f"{second} has the bibliography {other}, {first} has {one}; {expected}"])


def typeset(sources: Sequence[Source], exporter: TypstExporter, name: str) -> tuple[bytes, dict[str, Any]]:
    """Convert notebooks to one document.

    Parameters
    ----------
    sources : sequence of Source
    exporter : TypstExporter
        With the `settings` of the document.
    name : str
        The document's name: the title of several notebooks without one.

    Returns
    -------
    tuple of bytes and dict
        The document, and the exporter's resources.
    """
    merged = merge((source.name, source.notebook) for source in sources)
    first, alone = sources[0], len(sources) == 1
    if alone:
        told = ("report", "title", "authors", front_matter.FRONT_MATTER)  # by the settings
        merged["metadata"] = {name: value for name, value in first.notebook.metadata.items() if name not in told}
    resources = {
        "metadata": {"name": first.path.stem if alone else name, "path": str(first.folder)},
        "folders": {source.name: source.folder for source in sources},
        "output_files_dir": f"{name}_files",
    }
    body, resources = exporter.from_notebook_node(nbformat.from_dict(merged), resources)
    return body if isinstance(body, bytes) else body.encode(), resources


def files(sources: Sequence[Source], used: Iterable[str], top: str) -> dict[str, bytes]:
    """Return the notebooks and the local files they use, by their paths below the folder `top`.

    Parameters
    ----------
    sources : sequence of Source
    used : iterable of str
        The full paths of the other files.
    top : str
    """
    found = {str(source.folder / source.path.name): source.data for source in sources}
    found |= {path: _bytes(Path(path)) for path in used if path not in found}
    root = os.path.commonpath([os.path.dirname(path) for path in found])
    return {Path(top, os.path.relpath(path, root)).as_posix(): data for path, data in sorted(found.items())}
