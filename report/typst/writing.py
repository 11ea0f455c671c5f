"""Files written whole or not at all, and archives that are the same on any day."""

import io
import os
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path

from .errors import ConversionError, one_line


def write(path: Path, data: bytes) -> None:
    """Write a file by a temporary neighbor that takes its place; its folder is made where it is missing.

    Raises
    ------
    ConversionError
        If it cannot be written; what stood there stays.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ConversionError([f"{path} cannot be written: {error.strerror}"]) from None
        raise


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files, by their paths in it; no date in it depends on when it was made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(one_line(name))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
