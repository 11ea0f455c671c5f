"""Which files a notebook may name, and what pictures are refused for."""

import os
import struct
import zlib
from contextlib import nullcontext
from pathlib import Path

import pytest
from nbformat import NotebookNode
from typst_documents import SVG, code, export, markdown, notebook, problems, shown

from report.typst import ConversionError, TypstExporter, TypstHTMLExporter
from report.typst.images import ImageError, prepare
from report.typst.local_files import FileError, find, read

SVG_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" '


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a notebook's folder in a repository, with pictures around it."""
    for name in ("repository/.git", "repository/notebooks", "repository/images"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("outside", "repository/images/a", "repository/notebooks/own"):
        (tmp_path / f"{name}.svg").write_text(SVG)
    (tmp_path / "repository/notebooks/link.svg").symlink_to(tmp_path / "outside.svg")
    (tmp_path / "repository/notebooks/images").symlink_to(tmp_path / "repository/images")
    return tmp_path / "repository/notebooks"


def output(mime: str, text: str) -> NotebookNode:
    return code("x", shown(mime, text))


@pytest.mark.posix
@pytest.mark.parametrize("exporter", [TypstExporter, TypstHTMLExporter])
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (markdown("![a](own.svg) ![b](../images/a.svg) ![c](images/a.svg) <img src='../images/a.svg' alt='d'>"), ""),
        (output("text/markdown", "![a](own.svg)"), ""),
        (markdown("![a](../../outside.svg)"), "does not lie inside the repository"),
        (markdown("![a](link.svg)"), "does not lie inside the repository"),
        (markdown("![a](%2e%2e/%2e%2e/outside.svg)"), "does not lie inside the repository"),
        (markdown("![a](/etc/passwd)"), "has an absolute path"),
        (markdown("![a](file:///etc/passwd)"), "has an absolute path"),
        (output("text/markdown", "![a](../images/a.svg)"), "does not lie inside the notebook's folder"),
        (output("text/html", "<img src='images/a.svg' alt='a'><b>x</b>"), "does not lie inside the notebook's folder"),
    ],
)
def test_pictures_come_from_where_they_may(
    exporter: type[TypstExporter], cell: NotebookNode, reason: str, folder: Path
) -> None:
    refused = pytest.raises(ConversionError, match=rf"^sample\.ipynb, cell 1 \(.*{reason}")
    with refused if reason else nullcontext():
        resources = {"metadata": {"name": "sample", "path": str(folder)}}
        exporter(strict=True).from_notebook_node(notebook(cell), resources)


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5000, "\ud800", "C:/x.png", "\\\\server\\x", "~/x", "//e.org/x", ""])
def test_odd_names_are_refused(name: str, folder: Path) -> None:
    with pytest.raises(FileError):
        read(find(name, folder, authored=True))


@pytest.mark.posix
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for path in (tmp_path / "pipe", tmp_path / "empty", tmp_path, Path("/dev/zero"), Path("/proc/self/maps")):
        with pytest.raises(FileError):
            read(path)


def test_a_bibliography_of_the_notebook_lies_in_its_repository(folder: Path) -> None:
    (folder.parents[1] / "outside.bib").write_text("@book{key, title={T}}")
    for name in ("../../outside.bib", str(folder.parents[1] / "outside.bib")):
        (problem,) = problems(notebook(report={"bibliography": name}), folder)
        assert problem.startswith(f"the settings: the bibliography {name} ")
    chosen = {"bibliography": str(folder.parents[1] / "outside.bib")}
    assert export(notebook(markdown("words")), folder, report=chosen).text


def huge_png(width: int, height: int) -> bytes:
    """Return a picture that is all header."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("data", "suffix", "reason"),
    [
        (huge_png(19_000, 19_000), ".png", "is too large"),
        (huge_png(100_000, 10_000), ".png", "is too large"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", ".png", "of no known format"),
        (f"{SVG_HEAD}>{'<g>' * 5000}{'</g>' * 5000}</svg>".encode(), ".svg", "is nested more than 200 deep"),
        (f'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>{SVG_HEAD}>&b;</svg>'.encode(), ".svg", "entities"),
        (f'<!DOCTYPE svg [<!ENTITY a SYSTEM "/etc/passwd">]>{SVG_HEAD}>&a;</svg>'.encode(), ".svg", "entities"),
        (f'{SVG_HEAD}width="{"9" * 50}" height="1"/>'.encode(), ".svg", "has no possible size"),
        (b"<html/>", ".svg", "is no SVG drawing"),
        (b"", ".png", "damaged"),
    ],
)
def test_pictures_that_would_take_too_much_are_refused(data: bytes, suffix: str, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        prepare(data, suffix)


def test_the_size_of_a_drawing_is_read_in_linear_time() -> None:
    assert prepare(f'{SVG_HEAD}width="5{" " * 60_000}!" height="5"/>'.encode(), ".svg")[2:] == (300, 150)
    assert prepare(f'{SVG_HEAD}width="{" " * 60_000}40" height="20"/>'.encode(), ".svg")[2:] == (30, 15)
