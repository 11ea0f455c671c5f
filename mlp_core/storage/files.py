"""Reading files that may be anything: never more than a limit, and every failure names the file and the fault."""

import gzip
import hashlib
import io
import os
import zlib
from pathlib import Path
from typing import IO

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1 << 20
ROOM, RATIO = 64 << 20, 100  # what compressed bytes may become: so many bytes, and so many times more


class DatasetError(Exception):
    """A data set cannot be had, or a file is not what it should be; the message says which one and what to do."""


def read_bytes(path: Path, limit: int, *, decompress: bool = True) -> bytes:
    """Return the content of a file, unless not to `decompress`, without gzip, whatever its name says.

    `DatasetError` where it cannot be read, is damaged, holds more than `limit` bytes (no more are read), or is no
    regular file: a pipe, a device or a folder is never opened.
    """
    if not os.path.isfile(path):
        raise DatasetError(f"{path}: {'not a file' if os.path.exists(path) else 'no such file'}")
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(size, limit, path)
            content = file.read(size)  # no further: the files of /proc claim to be empty, and may wait for ever
        if decompress and content.startswith(GZIP_MAGIC):
            return read_stream(gzip.GzipFile(fileobj=io.BytesIO(content)), min(limit, most_bytes(size)), path)
        return content
    except (OSError, EOFError, zlib.error, MemoryError) as error:
        raise DatasetError(f"{path}: damaged or unreadable: {error}") from error


def read_stream(stream: IO[bytes] | gzip.GzipFile, limit: int, path: Path) -> bytes:
    """Return what `stream` holds to its end, read a chunk at a time; raise `DatasetError` beyond `limit` bytes."""
    content = io.BytesIO()
    while chunk := stream.read(CHUNK):
        content.write(chunk)
        _check_size(content.tell(), limit, path)
    return content.getvalue()


def _check_size(size: int, limit: int, path: Path) -> None:
    if size > limit:
        raise DatasetError(f"{path}: too large: expected at most {limit:,} bytes of content, got more")


def most_bytes(size: int) -> int:
    """Return the most bytes that `size` compressed bytes may become; images shrink less, a bomb a thousandfold."""
    return ROOM + RATIO * size


def check_digest(content: bytes, expected: str, path: Path, *, algorithm: str = "sha256") -> None:
    """Raise `DatasetError` unless `content` has the digest `expected`, in hexadecimal digits."""
    actual = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if actual != expected:
        raise DatasetError(f"{path}: not the file it should be: expected {algorithm.upper()} {expected}, got {actual}")
