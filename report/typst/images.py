"""The images of a document: found, checked, measured and brought into a form that Typst takes."""

import base64
import hashlib
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit
from xml.parsers.expat import ExpatError, ParserCreate

from nbformat import NotebookNode
from PIL import Image

_SUFFIXES = {
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
_UNITS = {
    "": 0.75,
    "px": 0.75,
    "pt": 1.0,
    "in": 72.0,
    "cm": 72 / 2.54,
    "mm": 72 / 25.4,
    "pc": 12.0,
    "em": 10.0,
    "ex": 5.0,
}
MAX_PIXELS = 2600
"""Bitmaps are scaled down to this width and height: 400 dots an inch over the text's width."""
Image.MAX_IMAGE_PIXELS = 400_000_000


class ImageError(ValueError):
    """An image that cannot be shown; the message says why."""


class ImageStore:
    """Collects the images of a document under names that depend on their content only.

    Parameters
    ----------
    folder : Path
        Where relative image paths start.
    prefix : str
        Folder of the image files beside the Typst source.
    """

    def __init__(self, folder: Path, prefix: str = "files") -> None:
        self.folder = folder
        self.prefix = prefix
        self.files: dict[str, bytes] = {}
        self.pictures: dict[str, str] = {}
        """The SHA-256 of each file that was read, by its path."""
        self._held: dict[str, tuple[str, Any]] = {}

    def add_output(self, mime: str, data: Any) -> str:
        """Keep an output's image; return the source by which the document names it."""
        source = f"output:{len(self._held)}"
        self._held[source] = (mime, data)
        return source

    def add_attachments(self, cell: NotebookNode) -> None:
        """Keep the images attached to a cell, which its Markdown names ``attachment:name``."""
        for name, bundle in (cell.get("attachments") or {}).items():
            for mime, data in bundle.items():
                self._held[_attachment_key(f"attachment:{name}", **cell.metadata.source)] = (mime, data)

    def resolve(self, source: str, notebook: str, cell: int) -> str:
        """Store the image a cell names; return the Typst arguments path, width and height.

        Raises
        ------
        ImageError
            If there is no such image, or it cannot be read.
        """
        data, suffix = self._load(source, notebook, cell)
        data, suffix, width, height = prepare(data, suffix)
        name = f"{self.prefix}/{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
        self.files[name] = data
        return f'read("{name}", encoding: none), {width:.2f}pt, {height:.2f}pt'

    def _load(self, source: str, notebook: str, cell: int) -> tuple[bytes, str]:
        key = _attachment_key(source, notebook, cell) if source.startswith("attachment:") else source
        if key in self._held:
            mime, data = self._held[key]
            return _decode(data), _SUFFIXES.get(mime, "")
        if source.startswith("attachment:"):
            raise ImageError(f"image {source} is not attached to this cell")
        if source.startswith("data:"):
            return _data_uri(source)
        if urlsplit(source).scheme in ("http", "https", "ftp") or source.startswith("//"):
            raise ImageError(f"image {source} is remote; save it beside the notebook and name that file")
        path = self.folder / unquote(urlsplit(source).path if "?" in source else source)
        if not path.is_file():
            raise ImageError(f"image {source} does not exist (its path is taken from the notebook's folder)")
        data = path.read_bytes()
        self.pictures[str(path)] = hashlib.sha256(data).hexdigest()
        return data, path.suffix.lower()


def prepare(data: bytes, suffix: str) -> tuple[bytes, str, float, float]:
    """Check an image and bring it into a form for print.

    Returns
    -------
    tuple of bytes, str, float, float
        The data, their file suffix, and the natural width and height in points.

    Raises
    ------
    ImageError
        If the data are no image.
    """
    if suffix == ".svg" or data.lstrip()[:5] in (b"<?xml", b"<svg ", b"<!DOC"):
        return data, ".svg", *_svg_size(data)
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return _bitmap(image, data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        too_large = isinstance(error, Image.DecompressionBombError)
        reason = "it is too large" if too_large else "its data are damaged or of no known format"
        raise ImageError(f"image cannot be read: {reason}") from None


def _bitmap(image: Image.Image, data: bytes) -> tuple[bytes, str, float, float]:
    """Return a bitmap as it is, or its first frame as PNG where Typst or print wants it so."""
    dots = image.info.get("dpi", (96, 96))[0]
    dots = float(dots) if 30 <= float(dots) <= 2400 and dots != 72 else 96.0
    width, height = image.width / dots * 72, image.height / dots * 72
    suffix = {"PNG": ".png", "JPEG": ".jpg"}.get(image.format or "")
    if suffix and max(image.size) <= MAX_PIXELS and image.mode != "CMYK":
        return data, suffix, width, height
    keeps_mode = image.mode in ("L", "LA", "RGB", "RGBA")
    picture = image if keeps_mode else image.convert("RGBA" if _is_transparent(image) else "RGB")
    picture.thumbnail((MAX_PIXELS, MAX_PIXELS))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue(), ".png", width, height


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("PA", "RGBa", "La") or "transparency" in image.info


def _svg_size(data: bytes) -> tuple[float, float]:
    """Return the size of a drawing in points, from its width and height or else its view box."""
    try:
        ParserCreate().Parse(data, True)
    except ExpatError as error:
        raise ImageError(f"image is no well-formed SVG: {error}") from None
    root = re.search(rb"<svg\b[^>]*>", data, re.DOTALL)
    if not root:
        raise ImageError("image is no SVG drawing")
    tag = root.group(0).decode("utf-8", "replace")
    box = re.search(r"""viewBox\s*=\s*["']\s*[-\d.eE]+[\s,]+[-\d.eE]+[\s,]+([\d.eE]+)[\s,]+([\d.eE]+)""", tag)
    sizes = [re.search(rf"""\b{side}\s*=\s*["']\s*([\d.]+)\s*([a-z]*)\s*["']""", tag) for side in ("width", "height")]
    if all(sizes):
        width, height = (float(size[1]) * _UNITS.get(size[2], 0.75) for size in sizes if size)
    else:
        width, height = (float(box[1]) * 0.75, float(box[2]) * 0.75) if box else (300.0, 150.0)
    return max(width, 1.0), max(height, 1.0)


def _attachment_key(source: str, notebook: str, cell: int) -> str:
    return f"{unquote(source)} in {notebook}#{cell}"


def _decode(data: Any) -> bytes:
    """Return the bytes of notebook data: SVG is text, bitmaps are base64."""
    text = "".join(data) if isinstance(data, list) else data
    if isinstance(text, bytes):
        return text
    if text.lstrip().startswith("<"):
        return text.encode()
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise ImageError(f"image cannot be decoded: {error}") from None


def _data_uri(source: str) -> tuple[bytes, str]:
    head, _, body = source.partition(",")
    mime = head.removeprefix("data:").partition(";")[0]
    return (base64.b64decode(body) if "base64" in head else unquote_to_bytes(body)), _SUFFIXES.get(mime, "")
