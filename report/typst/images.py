"""The images of a document: found, checked, measured and brought into a form that Typst takes."""

import base64
import hashlib
import io
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from nbformat import NotebookNode
from PIL import Image

from . import local_files
from .drawings import named, svg_size
from .formulas.typst import string

Place = tuple[str, int]
"""The notebook and the index of a cell."""
_SUFFIXES = {
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
MAX_PIXELS = 2600
"""Bitmaps are scaled down to this width and height: 400 dots an inch over the text's width."""
MOST_BYTES = 500 * 2**20
"""Bytes of all images of a document together."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "DIB", "TIFF", "PPM", "ICO")
"""What is decoded: formats whose reader starts no other program."""


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
    authored : collection of (str, int)
        The cells that their author wrote: their paths may leave the folder, within the repository.
    """

    def __init__(self, folder: Path, prefix: str = "files", *, authored: Collection[Place] = ()) -> None:
        self.folder = folder
        self.folders: dict[str, Path] = {}
        """Where the relative paths of a notebook start, by its name, if not in `folder`."""
        self.authored = authored
        self.prefix = prefix
        self.files: dict[str, bytes] = {}
        self.pictures: dict[str, str] = {}
        """The SHA-256 of each file that was read, by its path."""
        self._held: dict[str, tuple[str, Any]] = {}
        self._bytes = 0

    def add_output(self, mime: str, data: Any) -> str:
        """Keep an output's image; return the source by which the document names it."""
        source = f"output:{len(self._held)}"
        self._held[source] = (mime, data)
        return source

    def add_file(self, path: Path) -> str:
        """Keep the image of a file, wherever it lies; return the source by which the document names it."""
        return self.add_output("", local_files.read(path))

    def note(self, paths: Iterable[str]) -> None:
        """Count files, by their full paths, among those that the document is made from."""
        self.pictures |= {path: hashlib.sha256(local_files.read(Path(path))).hexdigest() for path in paths}

    def add_attachments(self, cell: NotebookNode) -> None:
        """Keep the images attached to a cell, which its Markdown names ``attachment:name``."""
        for name, bundle in (cell.get("attachments") or {}).items():
            for mime, data in bundle.items():
                source = cell.metadata.source
                self._held[_attachment_key(f"attachment:{name}", source["notebook"], source["cell"])] = (mime, data)

    def resolve(self, source: str, notebook: str, cell: int) -> str:
        """Store the image a cell names; return the Typst arguments path, width and height.

        Raises
        ------
        ImageError
            If there is no such image, or it cannot be read.
        """
        data, suffix, width, height = self.prepared(source, notebook, cell)
        name = f"{self.prefix}/{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
        self.files[name] = data
        return f"read({string(name)}, encoding: none), {width:.2f}pt, {height:.2f}pt"

    def instead(self, source: str, words: str) -> str:
        """Return the same arguments for an image that cannot be shown: its address or words, to stand there."""
        return f"{string(self.named(source, words))}, 0pt, 0pt"

    def named(self, source: str, words: str) -> str:
        """Return what stands in the place of an image beside its alternative text: words where it has no address."""
        return words if source in self._held else _shown(source)

    def prepared(self, source: str, notebook: str, cell: int) -> tuple[bytes, str, float, float]:
        """Return the image a cell names, as `prepare` does; the error of one that cannot be shown names it."""
        data, suffix = self._load(source, notebook, cell)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise ImageError(f"the document's images have more than {MOST_BYTES // 2**20} MiB together")
        return prepare(data, suffix)

    def _load(self, source: str, notebook: str, cell: int) -> tuple[bytes, str]:
        key = _attachment_key(source, notebook, cell) if source.startswith("attachment:") else source
        if key in self._held:
            mime, data = self._held[key]
            return _decode(data), _SUFFIXES.get(mime, "")
        if source.startswith("attachment:"):
            raise ImageError(f"image {_shown(source)} is not attached to this cell")
        if source.startswith("data:"):
            return _data_uri(source)
        address = _split(source)
        if address.scheme in ("http", "https", "ftp") or source.startswith("//"):
            raise ImageError(f"image {_shown(source)} is remote; save it beside the notebook and name that file")
        name = unquote(address.path if "?" in source else source)
        try:
            folder = self.folders.get(notebook, self.folder)
            path = local_files.find(name, folder, authored=(notebook, cell) in self.authored)
            data = local_files.read(path)
        except local_files.FileError as error:
            raise ImageError(f"image {_shown(source)} {error}") from None
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
        try:
            return named(data), ".svg", *svg_size(data)
        except ValueError as error:
            raise ImageError(f"image {error}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)  # from the header, before it is decoded
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                image.load()
                return _bitmap(image, data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(f"image is too large: it has more than {Image.MAX_IMAGE_PIXELS:,} pixels") from None
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, MemoryError):
        raise ImageError("image cannot be read: its data are damaged or of no known format") from None


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


def _attachment_key(source: str, notebook: str, cell: int) -> str:
    return f"{unquote(source)} in {notebook}#{cell}"


def _decode(data: Any) -> bytes:
    """Return the bytes of notebook data: SVG is text, bitmaps are base64."""
    text = "".join(data) if isinstance(data, list) else data
    if isinstance(text, bytes):
        return text
    if text.lstrip().startswith("<"):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise ImageError(f"image cannot be decoded: {error}") from None


def _data_uri(source: str) -> tuple[bytes, str]:
    head, _, body = source.partition(",")
    mime = head.removeprefix("data:").partition(";")[0]
    return (_decode(unquote(body)) if "base64" in head else unquote_to_bytes(body)), _SUFFIXES.get(mime, "")


def _shown(source: str) -> str:
    return source if len(source) <= 100 else f"{source[:99]}…"


def _split(source: str) -> Any:
    try:
        return urlsplit(source)
    except ValueError:
        raise ImageError(f"image {_shown(source)} has no valid address") from None
