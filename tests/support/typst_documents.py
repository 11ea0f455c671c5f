"""Build notebooks, export them, and look into the PDF: what the tests of the exporter share."""

import base64
import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import numpy as np
import typst
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from pypdf import PdfReader

from report.typst import ConversionError, TypstExporter, TypstPDFExporter, children, compilation, compiler, pandoc
from report.typst.children import Limits

POINTS_PER_CM = 72 / 2.54
Done = subprocess.CompletedProcess[bytes]


def markdown(text: str, **metadata: Any) -> nbformat.NotebookNode:
    return new_markdown_cell(text, metadata=metadata)


def code(text: str, *outputs: nbformat.NotebookNode, **metadata: Any) -> nbformat.NotebookNode:
    return new_code_cell(text, outputs=list(outputs), metadata=metadata)


def shown(mime: str, data: Any, **others: Any) -> nbformat.NotebookNode:
    """Make the output of `display` with one or more forms."""
    return new_output(
        "display_data", data={mime: data, **{key.replace("_", "/"): value for key, value in others.items()}}
    )


def printed(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return new_output("stream", text=text, name=name)


def png(width: int = 40, height: int = 20, kind: str = "PNG", **options: Any) -> str:
    """Return a picture as base64 text."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "firebrick").save(buffer, kind, **options)
    return base64.b64encode(buffer.getvalue()).decode()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="90" height="40" fill="#369"/></svg>'


def notebook(*cells: nbformat.NotebookNode, **metadata: Any) -> nbformat.NotebookNode:
    made = new_notebook(cells=list(cells))
    made.metadata.update(metadata)
    return made


@dataclass
class Pdf:
    """An exported PDF and what was logged on the way."""

    data: bytes
    log: list[str] = field(default_factory=list)

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.data))

    @cached_property
    def pages(self) -> list[str]:
        return [page.extract_text() for page in self.reader.pages]

    @cached_property
    def text(self) -> str:
        """All words, with one blank between them."""
        return " ".join(" ".join(self.pages).split())

    @cached_property
    def outline(self) -> list[tuple[int, str, int]]:
        """Bookmarks: depth, title, page counted from 0."""

        def entries(items: list, depth: int) -> list[tuple[int, str, int]]:
            found = []
            for item in items:
                if isinstance(item, list):
                    found += entries(item, depth + 1)
                else:
                    found.append((depth, item.title, self.reader.get_destination_page_number(item)))
            return found

        return entries(self.reader.outline, 0)

    @cached_property
    def fonts(self) -> dict[str, bool]:
        """Names of the fonts, and whether each is embedded."""
        found = {}
        for page in self.reader.pages:
            for font in page["/Resources"].get("/Font", {}).values():
                base = font.get_object()
                descriptor = base["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
                found[base["/BaseFont"]] = bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor))
        return found

    @cached_property
    def structure(self) -> list[tuple[str, str]]:
        """The tags of the document in order, each with its alternative text."""
        found = []

        def walk(node: Any) -> None:
            node = node.get_object() if hasattr(node, "get_object") else node
            if isinstance(node, list):
                for item in node:
                    walk(item)
            elif isinstance(node, dict) and "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
                walk(node.get("/K", []))

        walk(self.reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
        return found

    def tags(self, name: str) -> list[str]:
        """Alternative texts of all elements with a tag."""
        return [alt for tag, alt in self.structure if tag == name]


class _Lines(logging.Handler):
    """Keeps the messages of a logger."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


_run_alone = children.run


def _are_set(limits: Limits) -> bool:
    return limits.memory != Limits().memory or limits.seconds < Limits().of_a_search().seconds


def _compile_here(command: list[str], source: str, limits: Limits, **options: Any) -> Done:
    """Do as `children.run` does with the compiler's program, but in this process, unless limits were set for it."""
    if _are_set(limits):
        return _run_alone(command, source, limits, **options)
    answer = io.StringIO()
    environment = {name: value for name, value in options.items() if isinstance(value, str)}
    with (
        mock.patch.dict(os.environ, environment), mock.patch.object(sys, "path", [*sys.path]),
        mock.patch.object(sys, "stdin", io.StringIO(source)), contextlib.redirect_stdout(answer),
    ):  # fmt: skip
        compiler.main()
    return subprocess.CompletedProcess(command, 0, answer.getvalue().encode(), b"")


def _run_pandoc(command: list[str], source: str, limits: Limits, **variables: str) -> Done:
    """Do as `children.run` does, but without its bounds where none were set: a copy of a large process takes long."""
    if _are_set(limits):
        return _run_alone(command, source, limits, **variables)
    text, environment = source.encode("utf-8", "replace"), {**os.environ, **variables}
    return subprocess.run(
        command, input=text, capture_output=True, check=False, timeout=limits.seconds, env=environment
    )


@contextlib.contextmanager
def children_at_hand() -> Iterator[None]:
    """Let Typst compile in this process, which takes a seventh of the time, and start pandoc in the fastest way."""
    with mock.patch.object(compilation, "run", _compile_here), mock.patch.object(pandoc, "run", _run_pandoc):
        yield


def export(made: nbformat.NotebookNode, folder: Path | None = None, **settings: Any) -> Pdf:
    """Export a notebook as PDF."""
    log, lines = logging.Logger("export"), _Lines()
    log.addHandler(lines)
    resources = {"metadata": {"name": "sample", "path": str(folder or "")}}
    with children_at_hand():
        data, _ = TypstPDFExporter(log=log, **settings).from_notebook_node(made, resources)
    return Pdf(data, lines.lines)


def problems(made: nbformat.NotebookNode, folder: Path | None = None, **settings: Any) -> list[str]:
    """Return the problems for which a strict exporter refuses a notebook; none where it does not."""
    try:
        export(made, folder, strict=True, **settings)
    except ConversionError as error:
        return error.problems
    return []


def pictures(made: nbformat.NotebookNode, dots: int = 36) -> list[np.ndarray]:
    """Draw the pages of a notebook; arrays of shape (height, width), uint8 grey, `dots` an inch."""
    source, resources = TypstExporter().from_notebook_node(made, {"metadata": {"name": "sample"}})
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {**resources["outputs"], "main.typ": source.encode()}.items():
            Path(folder, name).parent.mkdir(exist_ok=True)
            Path(folder, name).write_bytes(data)
        drawn = typst.compile(f"{folder}/main.typ", root=folder, format="png", ppi=dots, ignore_system_fonts=True)
    pages = drawn if isinstance(drawn, list) else [drawn]
    return [np.asarray(Image.open(io.BytesIO(page)).convert("L")) for page in pages]


def ink_margins(page: np.ndarray, dots: int = 36) -> tuple[float, float]:
    """Return how many cm of a page are free of ink at its left and at its right."""
    columns = np.flatnonzero((page < 200).any(axis=0))
    return columns[0] / dots * 2.54, (page.shape[1] - 1 - columns[-1]) / dots * 2.54
