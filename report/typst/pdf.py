"""The exporter from a notebook to PDF, by the Typst compiler."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any, cast

import typst
from nbformat import NotebookNode
from traitlets import Bool, List, Unicode, default

from . import glyphs
from .errors import ConversionError, place
from .exporter import TypstExporter

_MARKER = re.compile(r"^// cell: (.*)#(-?\d+)$")
_LOCATION = re.compile(r"─ (?:.*[/\\])?main\.typ:(\d+):\d+")


class TypstPDFExporter(TypstExporter):
    """Notebook to a tagged, archivable PDF, without LaTeX or a browser."""

    export_from_notebook = "PDF via Typst"
    output_mimetype = "application/pdf"

    pdf_standards = List(Unicode(), ["ua-1", "a-2a"], help="Standards the compiler checks.").tag(config=True)
    system_fonts = Bool(True, help="Use this machine's fonts for characters the embedded ones lack.").tag(config=True)
    font_paths = List(Unicode(), help="Folders with more fonts.").tag(config=True)

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".pdf"

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert a notebook.

        Returns
        -------
        tuple of bytes and dict
            The PDF, and the resources.

        Raises
        ------
        ConversionError
            As `TypstExporter`, and for what the compiler refuses, with the cell it comes from.
        """
        resources = {**(resources or {}), "output_files_dir": "files"}
        source, resources = super().from_notebook_node(nb, resources, **kw)
        files = resources.pop("outputs")
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            return self._typeset(source, Path(folder), _timestamp(nb)), resources

    def _typeset(self, source: str, folder: Path, timestamp: int | None) -> bytes:
        """Compile; where characters are missing, once more with the machine's fonts, and then with their codes."""
        try:
            return self._compile(source, folder, timestamp)
        except typst.TypstError as error:
            missing = self._missing(error, source)
        if self.system_fonts:
            self.log.warning("the embedded fonts lack %s: fonts of this machine are used", glyphs.name(missing))
            try:
                return self._compile(source, folder, timestamp, system_fonts=True)
            except typst.TypstError as error:
                missing = self._missing(error, source)
        self.log.warning("no font has %s: their codes are shown", glyphs.name(missing))
        _replace_in_drawings(folder, missing)
        source = source.replace("#show: report.with(", glyphs.show_codes(missing) + "#show: report.with(", 1)
        try:
            return self._compile(source, folder, timestamp, system_fonts=self.system_fonts)
        except typst.TypstError as error:
            raise ConversionError(_messages(error, source)) from None

    def _missing(self, error: typst.TypstError, source: str) -> str:
        """Return the characters an error is about; raise it where it is about anything else."""
        if not glyphs.only_missing_characters(error.diagnostic):
            raise ConversionError(_messages(error, source)) from None
        return glyphs.missing_characters(error.diagnostic)

    def _compile(self, source: str, folder: Path, timestamp: int | None, *, system_fonts: bool = False) -> bytes:
        main = folder / "main.typ"
        main.write_text(source, encoding="utf-8")
        pdf, warnings = typst.compile_with_warnings(
            str(main),
            root=str(folder),
            ignore_system_fonts=not system_fonts,
            font_paths=list(self.font_paths),
            pdf_standards=cast(Any, list(self.pdf_standards)),
            timestamp=timestamp,
        )
        for message in dict.fromkeys(warning.message for warning in warnings):
            self.log.warning("typst: %s", message)
        return pdf


def _timestamp(nb: NotebookNode) -> int | None:
    """Return the date of the document in seconds: ``SOURCE_DATE_EPOCH``, or the notebook's own; None is now."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH") or (nb.metadata.get("report") or {}).get("timestamp")
    return int(stamp) if stamp else None


def _replace_in_drawings(folder: Path, characters: str) -> None:
    """Write the code of characters that no font has into the SVG files that set them as text."""
    codes = {ord(character): f"U+{ord(character):04X}" for character in characters}
    for path in folder.rglob("*.svg"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if text != (changed := text.translate(codes)):
            path.write_text(changed, encoding="utf-8")


def _messages(error: typst.TypstError, source: str) -> list[str]:
    """Return one line for each message of the compiler, with the cell whose Typst it is about."""
    lines = source.splitlines()
    messages = []
    for block in re.split(r"^(?=error: )", error.diagnostic, flags=re.MULTILINE):
        if not block.startswith("error: "):
            continue
        found = _LOCATION.findall(block)
        line = int(found[-1]) if found else 0
        hint = "".join(f" ({text})" for text in re.findall(r"= hint: (.*)", block)[:1])
        excerpt = f": {lines[line - 1].strip()[:120]}" if 0 < line <= len(lines) else ""
        message = block.splitlines()[0].removeprefix("error: ")
        messages.append(f"{_cell_at(lines, line)}: Typst: {message}{hint}{excerpt}")
    return messages or [error.message]


def _cell_at(lines: list[str], line: int) -> str:
    """Name the cell whose marker stands last before a line."""
    for text in reversed(lines[:line]):
        if match := _MARKER.match(text):
            return place(match[1], match[2])
    return "the document"
