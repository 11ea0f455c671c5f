"""The exporter from a notebook to Typst source."""

import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, Dict, List, Unicode, default

from .assembly import cells
from .errors import ConversionError, place
from .formulas import output_typst
from .formulas.document import typeset
from .images import ImageError, ImageStore
from .metadata import bibliography, bibliography_title, document_metadata, only_heading
from .pandoc import read, write
from .references import reference_problems, unused_labels

TEMPLATES = Path(__file__).parent / "templates"
_IMAGE = re.compile("\ue002(image-\\d+)\ue002")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ue000-\ue003\ufeff\ufffe\uffff]")
"""Control characters, and the private characters that the filters use as marks."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class TypstExporter(Exporter):
    """Notebook to Typst source, with its template and its images beside it."""

    export_from_notebook = "Typst"
    output_mimetype = "text/x-typst"

    echo = Bool(True, help="Show code where no option or tag of the cell says otherwise.").tag(config=True)
    strict_alt = Bool(False, help="Refuse figures without an alternative text instead of warning.").tag(config=True)
    report = Dict(help="Settings that go before those in the notebook's metadata.report.").tag(config=True)
    template = Unicode(str(TEMPLATES / "report.typ"), help="The Typst file with the report's look.").tag(config=True)

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".typ"

    preprocessors = List(["report.typst.options.CellOptionsPreprocessor"], help="Preprocessors, in order.").tag(
        config=True
    )

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert a notebook.

        Returns
        -------
        tuple of str and dict
            The Typst source, and the resources, whose ``outputs`` are the files it needs.

        Raises
        ------
        ConversionError
            With one line for each formula, reference, image or option that cannot be converted.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        folder = Path(resources.get("metadata", {}).get("path") or ".")
        store = self._image_store(folder, resources)
        settings = {**(nb.metadata.get("report") or {}), **self.report}
        bibliography_file, citable = bibliography(settings, folder)
        document = self._document(nb, resources, store, settings)
        if bibliography_file:
            name = f"{store.prefix}/references{bibliography_file.suffix}"
            document["metadata"] |= {"citable": citable, "bibliography": name}
            store.files[name] = bibliography_file.read_bytes()
        text, notes = self._convert(document, store)
        notes.setdefault("warnings", []).extend(unused_labels(nb, notes.get("labels", [])))
        text = self._check(text, notes, store, citable)
        resources["pictures"] = store.pictures
        resources["outputs"] = {**resources.get("outputs", {}), **store.files}
        resources["output_extension"] = self.file_extension
        return text, resources

    def _image_store(self, folder: Path, resources: dict) -> ImageStore:
        return ImageStore(folder, resources.get("output_files_dir") or "files")

    def _convert(self, document: dict[str, Any], store: ImageStore) -> tuple[str, dict[str, list]]:
        """Return the text of a document, and what was noted on the way (see ``filters/notes.lua``)."""
        tree = read(document)
        formula_notes = typeset(tree, output_typst)
        text, notes = write(tree, to="typst", lua_filter="typst.lua")
        self._add_template(store)
        return text, {kind: notes.get(kind, []) + formula_notes.get(kind, []) for kind in {*notes, *formula_notes}}

    def _document(self, nb: NotebookNode, resources: dict, store: ImageStore, settings: dict) -> dict[str, Any]:
        name = resources.get("metadata", {}).get("name") or "Notebook"
        metadata = document_metadata(nb.metadata, self.report, name, only_heading(nb))
        metadata["name"] = name
        metadata["template"] = f"{store.prefix}/{Path(self.template).name}"
        metadata["csl"] = str(settings.get("csl") or "ieee")
        metadata["bibliography_title"] = bibliography_title(metadata["lang"])
        return _printable({"metadata": metadata, "cells": cells(nb, store, echo=self.echo)})

    def _add_template(self, store: ImageStore) -> None:
        """Put the template and the files beside it next to the images."""
        for path in {*TEMPLATES.glob("*.typ"), Path(self.template)}:
            store.files[f"{store.prefix}/{path.name}"] = path.read_bytes()

    def _check(self, text: str, notes: dict[str, list], store: ImageStore, citable: list[str]) -> str:
        """Bring the images, log the warnings, and raise all problems at once."""
        problems = _lines(notes, "problems") + reference_problems(notes, citable)
        arguments = {}
        for note in notes.get("images", []):
            try:
                arguments[note["target"]] = store.resolve(note["source"], note["notebook"], note["cell"])
            except ImageError as error:
                problems.append(f"{place(note['notebook'], note['cell'])}: {error}")
        missing = _lines(notes, "missing_alts")
        if self.strict_alt:
            problems += missing
        if problems:
            raise ConversionError(dict.fromkeys(problems))
        for warning in dict.fromkeys(missing + _lines(notes, "warnings")):
            self.log.warning(warning)
        return _IMAGE.sub(lambda match: arguments[match.group(1)], text)


def _lines(notes: dict[str, list], kind: str) -> list[str]:
    return [f"{place(note['notebook'], note['cell'])}: {note['text']}" for note in notes.get(kind, [])]


def _printable(value: Any) -> Any:
    """Take what cannot be printed out of the texts of a document, and drop what is None (Lua has no None)."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items() if item is not None}
    return [_printable(item) for item in value] if isinstance(value, list) else value
