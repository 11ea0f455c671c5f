"""The exporter from a notebook to Typst source."""

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, Dict, Float, Int, List, default
from traitlets.config import Config

from . import bibliography, front_matter, own_files
from .assembly import cells
from .boxes.arrange import arrange
from .children import Limits, Stopped
from .closing import close_code
from .direction import turn_paragraphs
from .elsewhere import name_elsewhere
from .errors import ConversionError, guilty, one_line, place, told
from .flags import settings_as_traits, with_exclusions
from .form import check_form, converted
from .formulas import output_typst
from .formulas.document import typeset
from .headings import callable_names
from .images import ImageError, ImageStore, Place
from .leniency import links_together, together, without_faults
from .looks import LOOKS, words_in
from .metadata import document_metadata, gathered, numbered_by_hand, only_heading
from .options import CellOptionsPreprocessor, hide
from .pandoc import read, write
from .printable import printable
from .references import reference_problems, unused_labels
from .sheet import look_file
from .words import Words


class TypstExporter(Exporter):
    """Notebook to Typst source, with its template and its images beside it.

    Each setting of `looks.LOOKS` is a trait.
    """

    export_from_notebook = "Typst"
    output_mimetype = "text/x-typst"

    locals().update(settings_as_traits())
    exclude_input = Bool(False, help="Show no code, whatever a cell says.").tag(config=True)
    exclude_output = Bool(False, help="Show no outputs.").tag(config=True)
    exclude_markdown = Bool(False, help="Leave out Markdown cells.").tag(config=True)
    exclude_code_cell = Bool(False, help="Leave out code cells.").tag(config=True)
    exclude_raw = Bool(False, help="Leave out raw cells.").tag(config=True)
    chapters = Bool(False, help="Make each of several merged notebooks one chapter.").tag(config=True)
    strict = Bool(False, help="Refuse what is missing or unknown instead of warning of it.").tag(config=True)
    strict_alt = Bool(False, help="Refuse figures without an alternative text instead of warning.").tag(config=True)
    report = Dict(help="Settings, as in the notebook's metadata.report, which they go before.").tag(config=True)
    elsewhere = Dict(help="What is referred to, but not here: label, or notebook -> name.").tag(config=True)
    _is_page = False
    _image_place = re.compile("\ue002(image-\\d+)\ue002")  # what `ImageStore.resolve` fills

    typst_in_markdown = Bool(False, help="Take raw Typst in Markdown cells, too.").tag(config=True)
    time_limit = Float(300.0, help="Seconds that pandoc, and that the compiler, may take at most.").tag(config=True)
    memory_limit = Int(4096, help="MiB of memory that pandoc, and that the compiler, may take.").tag(config=True)
    preprocessors = List([CellOptionsPreprocessor], help="Preprocessors, in order.").tag(config=True)
    optimistic_validation = Bool(True, help="Validate once, behind all preprocessors.").tag(config=True)

    def __init__(self, config: Config | None = None, **kw: Any) -> None:
        super().__init__(config=with_exclusions(config), **kw)
        self._told: set[str] = set()
        self.settings: dict[str, Any] = {}
        """The settings of the document at hand (see `metadata.gathered`)."""

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".typ"

    def from_file(self, file_stream: Any, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert an open notebook file; one that is no notebook raises `ConversionError`, too."""
        with told(self.log):
            try:
                notebook = converted(json.load(file_stream))
            except Exception as error:  # nbformat raises many kinds
                reason = f"{type(error).__name__}: {str(error)[:200]}"
                raise ConversionError([f"{_file_name(resources)} is not a notebook: {reason}"]) from error
        return self.from_notebook_node(notebook, resources, **kw)

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert a notebook.

        Parameters
        ----------
        nb : NotebookNode
        resources : dict, optional
            Its ``folders``, if any, are the folders of the notebooks that `merge` joined, by their names.

        Returns
        -------
        tuple of str and dict
            The Typst source, and the resources, whose ``outputs`` are the files it needs.

        Raises
        ------
        ConversionError
            With one line for each formula, reference, image, option or output that cannot be converted. Where the
            exporter is not `strict`, that is shown as it is typed, and told in a warning.
        """
        self._told = set()
        with told(self.log):
            check_form(nb, _file_name(resources), None if self.strict else self._warn)
            nb, resources = super().from_notebook_node(nb, resources, **kw)
            front_matter.take(nb)
            self._exclude(nb)
            folder = Path(resources.get("metadata", {}).get("path") or ".")
            self.settings = gathered(nb.metadata, self._given(), folder, None if self.strict else self._warn)
            return without_faults(
                lambda plain: self._made(nb, dict(resources), folder, plain), self._warn, strict=self.strict
            )

    def _made(
        self, nb: NotebookNode, resources: dict[str, Any], folder: Path, plain: Collection[Place]
    ) -> tuple[Any, dict]:
        """Convert a prepared notebook, and show the cells `plain` as they are typed."""
        authored = {place_of(cell) for cell in nb.cells if cell.cell_type != "code"}
        store = self._image_store(folder, resources, authored)
        store.folders.update(resources.get("folders") or {})
        document = self._document(nb, resources, store, plain)
        citable: list[str] = []
        store.note(own_files.used(self.settings))
        if found := bibliography.read(self.settings):
            suffix, data, citable = found
            name = f"{store.prefix}/references{suffix}"
            document["metadata"] |= {"citable": citable, "bibliography": name}
            store.files[name] = self._of_bibliography(name, data)
        text, notes = self._converted(document, store)
        notes.setdefault("warnings", []).extend(unused_labels(nb, notes.get("labels", [])))
        text = self._check(text, _with_lines(notes, nb), store, citable)
        resources["outputs"] = {**resources.get("outputs", {}), **store.files}
        resources["pictures"] = store.pictures
        resources["output_extension"] = self.file_extension
        return self._finish(text, resources, nb)

    def _of_bibliography(self, name: str, data: bytes) -> bytes:
        """Return the file as its reader wants it."""
        return bibliography.with_formulas(data.decode()).encode() if name.endswith(".bib") else data

    def _given(self) -> dict[str, Any]:
        """Return the settings that the exporter itself was given."""
        traits = {name: getattr(self, name) for name in LOOKS}
        return self.report | {name: value for name, value in traits.items() if value is not None}

    @property
    def _words(self) -> Words:
        return words_in(self.settings.get("lang", "en"))

    def _warn(self, text: str) -> None:
        """Log a warning, once a notebook."""
        if text not in self._told:
            self._told.add(text)
            self.log.warning("%s", text)

    def _exclude(self, nb: NotebookNode) -> None:
        """Take out of a notebook what is to be left out."""
        kinds = {"markdown": self.exclude_markdown, "code": self.exclude_code_cell, "raw": self.exclude_raw}
        nb.cells = [cell for cell in nb.cells if not kinds.get(cell.cell_type)]
        hide(nb, source=self.exclude_input, outputs=self.exclude_output)

    def _finish(self, text: str, resources: dict, nb: NotebookNode) -> tuple[Any, dict]:
        return text, resources

    def _limits(self) -> Limits:
        return Limits(self.time_limit, self.memory_limit)

    def _image_store(self, folder: Path, resources: dict, authored: set[Place]) -> ImageStore:
        return ImageStore(folder, resources.get("output_files_dir") or "files", authored=authored)

    def _converted(self, document: dict[str, Any], store: ImageStore) -> tuple[str, dict[str, list]]:
        """Convert a document; where that fails as a whole, find the cell at fault."""
        try:
            return self._convert(document, store, self._limits())
        except Exception as error:  # whatever it is, it is told with the cell that causes it
            name, cells = self._culprit(document, store)
            raise ConversionError([f"{name}: {_reason(error)}"], cells) from error

    def _culprit(self, document: dict[str, Any], store: ImageStore) -> tuple[str, list[Place]]:
        """Name what makes the conversion fail; and return the cell, where it is one."""

        def fails(cells: Sequence[dict[str, Any]]) -> bool:
            try:
                self._convert({**document, "cells": list(cells)}, store, self._limits().of_a_search())
            except Exception:  # as above
                return True
            return False

        if fails([]):
            return "the settings", []
        cell = guilty(document["cells"], fails)
        if not cell:
            return "the document", []
        return place(cell["notebook"], cell["cell"], cell["line"]), [(cell["notebook"], int(cell["cell"]))]

    def _convert(self, document: dict[str, Any], store: ImageStore, limits: Limits) -> tuple[str, dict[str, list]]:
        """Return the text of a document, and what was noted on the way (see ``filters/notes.lua``)."""
        tree = read(document, limits)
        name_elsewhere(tree, self.elsewhere)
        box_notes = arrange(tree)
        headings = callable_names(tree["blocks"])  # with the TeX of their formulas
        formula_notes = typeset(tree, output_typst) | {"headings": headings}
        close_code(tree)
        if self._words["direction"] == "ltr":
            turn_paragraphs(tree["blocks"])
        text, notes = write(tree, limits, to="typst", lua_filter="typst.lua")
        self._add_template(store)
        return text, joined(notes, box_notes, formula_notes)

    def _document(
        self, nb: NotebookNode, resources: dict, store: ImageStore, plain: Collection[Place]
    ) -> dict[str, Any]:
        name = one_line(resources.get("metadata", {}).get("name") or "Notebook")
        heading = "" if self.chapters else only_heading(nb)
        metadata = document_metadata(self.settings, name, heading, numbered=not numbered_by_hand(nb))
        metadata["name"] = name
        metadata["csl"] = own_files.style_of_citations(self.settings, store)
        if logo := self.settings.get("logo"):
            metadata["logo"] = store.add_file(Path(logo))
        metadata["template"] = f"{store.prefix}/{own_files.template(self.settings).name}"
        return printable({"metadata": metadata, "cells": self._cells(nb, store, plain), "chapters": self.chapters})

    def _cells(self, nb: NotebookNode, store: ImageStore, plain: Collection[Place]) -> list[dict[str, Any]]:
        echo, fold = self.settings.get("echo", True), self.settings.get("fold_code", False)
        return cells(
            nb, store, echo=echo, fold=fold, page=self._is_page, typst=self.typst_in_markdown, plain=plain,
            words=self._words,
        )  # fmt: skip

    def _add_template(self, store: ImageStore) -> None:
        """Put the template, what it imports and what it reads next to the images."""
        for path in {*own_files.TEMPLATES.glob("*.typ"), own_files.template(self.settings)}:
            store.files[f"{store.prefix}/{path.name}"] = path.read_bytes()
        store.files[f"{store.prefix}/look.json"] = look_file(self.settings)

    def _check(self, text: str, notes: dict[str, list], store: ImageStore, citable: list[str]) -> str:
        """Bring the images, log the warnings, and raise all problems at once."""
        problems = _lines(notes, "problems") + reference_problems(notes, citable)
        arguments = {}
        for note in notes.get("images", []):
            try:
                arguments[note["target"]] = store.resolve(note["source"], note["notebook"], note["cell"])
            except ImageError as error:
                problems.append(f"{place(note['notebook'], note['cell'], note['line'])}: {error}")
                arguments[note["target"]] = store.instead(note["source"], self._words["unreadable_picture"])
        missing = _lines(notes, "missing_alts")
        if refused := [*(problems if self.strict else []), *(missing if self.strict_alt else [])]:
            raise ConversionError(dict.fromkeys(refused))
        told = links_together(_lines(notes, "warnings"))
        for warning in [*problems, *(missing if self.strict else together(missing)), *told]:
            self._warn(warning)
        return self._filled(text, arguments)

    def _filled(self, text: str, arguments: dict[str, str]) -> str:
        """Put the images in their places."""
        return self._image_place.sub(lambda match: arguments[match.group(1)], text)


def joined(*notes: dict[str, list]) -> dict[str, list]:
    """Return the notes of several rooms as one."""
    kinds = {kind for one in notes for kind in one}
    return {kind: [note for one in notes for note in one.get(kind, [])] for kind in kinds}


def _file_name(resources: dict | None) -> str:
    return f"{(resources or {}).get('metadata', {}).get('name') or 'notebook'}.ipynb"


def _lines(notes: dict[str, list], kind: str) -> list[str]:
    return [f"{place(note['notebook'], note['cell'], note['line'])}: {note['text']}" for note in notes.get(kind, [])]


def place_of(cell: NotebookNode) -> Place:
    """Return the notebook and the index of a cell."""
    return cell.metadata.source["notebook"], cell.metadata.source["cell"]


def first_lines(nb: NotebookNode) -> dict[Place, str]:
    """Return the first line of each cell."""
    return {place_of(cell): cell.metadata.source["line"] for cell in nb.cells}


def _with_lines(notes: dict[str, list[dict[str, Any]]], nb: NotebookNode) -> dict[str, list[dict[str, Any]]]:
    """Let every note know the first line of its cell."""
    known = first_lines(nb)
    for note in (note for kind in notes.values() for note in kind):
        note["line"] = known.get((note["notebook"], int(note["cell"])), "")
    return notes


def _reason(error: Exception) -> str:
    """Say in one line why a conversion failed."""
    if isinstance(error, RecursionError):
        return "cannot be converted: nested too deeply"
    detail = str(error) if isinstance(error, Stopped) else f"{type(error).__name__}: {error}"
    return f"cannot be converted: {detail[:300]}"
