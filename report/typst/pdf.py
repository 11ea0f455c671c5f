"""The exporter from a notebook to PDF, by the Typst compiler."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import typst
from nbformat import NotebookNode
from traitlets import Bool, List, Unicode, default

from .errors import ConversionError
from .exporter import TypstExporter

_MARKER = re.compile(r"^// cell: (.*)#(-?\d+)$")


class TypstPDFExporter(TypstExporter):
    """Notebook to a tagged, archivable PDF, without LaTeX or a browser."""

    export_from_notebook = "PDF via Typst"
    output_mimetype = "application/pdf"

    pdf_standards = List(Unicode(), ["ua-1", "a-2a"], help="Standards the PDF must meet; the compiler checks them.").tag(config=True)
    system_fonts = Bool(False, help="Also use the fonts of this machine (the PDF then depends on it).").tag(config=True)
    font_paths = List(Unicode(), help="Folders with more fonts.").tag(config=True)

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".pdf"

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert a notebook; returns the PDF's bytes and the resources."""
        resources = {**(resources or {}), "output_files_dir": "files"}
        source, resources = super().from_notebook_node(nb, resources, **kw)
        files = resources.pop("outputs")
        return self._compile(source, files), resources

    def _compile(self, source: str, files: dict[str, bytes]) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, data in {**files, "main.typ": source.encode()}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            epoch = os.environ.get("SOURCE_DATE_EPOCH")
            try:
                pdf, warnings = typst.compile_with_warnings(
                    str(root / "main.typ"), root=str(root), ignore_system_fonts=not self.system_fonts,
                    font_paths=list(self.font_paths), pdf_standards=list(self.pdf_standards),
                    timestamp=int(epoch) if epoch else None)  # fmt: skip
            except typst.TypstError as error:
                raise ConversionError([error.diagnostic]) from None
        for warning in warnings:
            self.log.warning("typst: %s", warning.message)
        return pdf
