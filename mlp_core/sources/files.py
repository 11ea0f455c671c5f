"""Reading files that may be anything: never more than a limit, and every failure names the file and the fault."""

import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import IO

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1 << 20


class DatasetError(Exception):
    """A data set cannot be had, or a file is not what it should be; the message says which one and what to do."""


def read_bytes(path: Path, limit: int, *, decompress: bool = True) -> bytes:
    """Return the content of a file, decompressed where it is gzip, whatever its name says.

    Parameters
    ----------
    path : Path
        A regular file.
    limit : int
        The most bytes of content to accept: a file that holds more is refused, having read no more than that.
    decompress : bool
        False for the bytes as they are, gzip or not.

    Raises
    ------
    DatasetError
        If the file cannot be read, is damaged, or holds more than `limit` bytes.
    """
    if not path.is_file():
        raise DatasetError(f"{path}: {'not a file' if path.exists() else 'no such file'}")
    try:
        with path.open("rb") as file:
            compressed = decompress and file.read(2) == GZIP_MAGIC
            file.seek(0)
            stream: IO[bytes] = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
            return read_stream(stream, limit, path)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: damaged or unreadable: {error}") from error


def read_stream(stream: IO[bytes], limit: int, path: Path) -> bytes:
    """Return what `stream` holds to its end, read a chunk at a time; raise `DatasetError` beyond `limit` bytes."""
    content = io.BytesIO()
    while chunk := stream.read(CHUNK):
        content.write(chunk)
        if content.tell() > limit:
            raise DatasetError(f"{path}: too large: expected at most {limit:,} bytes of content, got more")
    return content.getvalue()


def check_digest(content: bytes, expected: str, path: Path, *, algorithm: str = "sha256") -> None:
    """Raise `DatasetError` unless `content` has the digest `expected`, in hexadecimal digits."""
    actual = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if actual != expected:
        raise DatasetError(f"{path}: not the file it should be: expected {algorithm.upper()} {expected}, got {actual}")
