"""The IDX format of MNIST: a big-endian header with the number of dimensions and their sizes, then bytes."""

import math
from pathlib import Path

import numpy as np

from mlp_core.storage.files import DatasetError, check_digest, read_bytes

UNSIGNED_BYTE = 0x08
LIMIT = 1 << 30
SLACK = 1 << 16  # for the header, and for telling what a file is that is too long


def read_idx(path: Path, *, shape: tuple[int, ...] | None = None, sha256: str | None = None) -> np.ndarray:
    """Return the array in an IDX file of unsigned bytes, gzip-compressed or not: uint8, read-only.

    `DatasetError` where the file is damaged or something else, or the array has another shape (without one any of one
    to four dimensions, up to 1 GiB), or the decompressed content another digest.
    """
    content = read_bytes(path, LIMIT if shape is None else SLACK + math.prod(shape))
    array = _parse(content, path)
    if shape is not None and array.shape != shape:
        raise DatasetError(f"{path}: expected an array of shape {shape}, got {array.shape}")
    if sha256 is not None:
        check_digest(content, sha256, path)
    return array


def _parse(content: bytes, path: Path) -> np.ndarray:
    """Return the array that the bytes of an IDX file describe; it shares their memory, so no header can claim more."""
    if len(content) < 4:
        raise DatasetError(f"{path}: not an IDX file: {len(content)} bytes are too few for its header")
    zeros, kind, ndim = content[:2], content[2], content[3]
    if zeros != b"\0\0" or kind != UNSIGNED_BYTE or not 1 <= ndim <= 4:
        raise DatasetError(f"{path}: not an IDX file of unsigned bytes: expected it to begin with 0x00000801 (labels) "
                           f"or 0x00000803 (images), got 0x{content[:4].hex()}")
    start = 4 + 4 * ndim  # the magic number, and a size for each dimension
    if len(content) < start:
        raise DatasetError(f"{path}: ends within its header, after {len(content)} bytes")
    shape = tuple(int.from_bytes(content[at:at + 4], "big") for at in range(4, start, 4))
    if len(content) - start != math.prod(shape):
        raise DatasetError(f"{path}: its header promises {math.prod(shape):,} bytes (shape {shape}), "
                           f"but {len(content) - start:,} follow")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def to_idx(array: np.ndarray) -> bytes:
    """Return the content of the IDX file that holds `array`, of type uint8.

    >>> to_idx(np.array([7, 2], dtype=np.uint8)).hex(" ", 4)
    '0000 08010000 00020702'
    """
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + sizes + np.ascontiguousarray(array, dtype=np.uint8).tobytes()
