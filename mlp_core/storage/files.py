"""Reading files that may hold anything, up to a limit, with errors that name the file; and writing them whole."""

import gzip
import hashlib
import io
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1 << 20
ROOM, RATIO = 64 << 20, 100  # what compressed bytes may become: so many bytes, and so many times more


class DatasetError(Exception):
    """A data set cannot be had, or a file is not what it should be; the message says which one and what to do."""


def read_bytes(path: Path, limit: int, *, decompress: bool = True) -> bytes:
    """Return the content of a file, whatever its name; with `decompress`, that of a gzip file decompressed.

    `DatasetError` where it cannot be read, is damaged, holds more than `limit` bytes (no more are read), or is no
    regular file: a pipe, a device or a folder is never opened.
    """
    if not os.path.isfile(path):
        raise DatasetError(f"{path}: {'not a file' if os.path.exists(path) else 'no such file'}")
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(size, limit, path)
            content = file.read(size)  # no further: the files of /proc claim to be empty, and may wait forever
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


def check_digest(content: bytes, expected: str, path: Path) -> None:
    """Raise `DatasetError` unless `content` has the SHA-256 `expected`, in hexadecimal digits."""
    if (actual := hashlib.sha256(content).hexdigest()) != expected:
        raise DatasetError(f"{path}: not the file it should be: expected SHA-256 {expected}, got {actual}")


@contextmanager
def atomic_write(path: str | os.PathLike[str], *, sync: bool = True) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that takes its place once the block ends without an error.

    Whoever reads `path` finds the old file or the new one, never half of one: not after a crash, a kill or a full disk;
    with `sync`, some 10 ms, nor after a power cut. The new file has the permissions of the old one; a link is replaced.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            with suppress(OSError):  # there is no old file, or no permissions
                part.chmod(path.stat().st_mode & 0o7777)
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):  # it was never made
            part.unlink()
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(part)):
            raise OSError(error.errno, error.strerror, str(path)) from error  # which a full disk does not say
        raise
