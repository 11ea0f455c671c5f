"""`.npz` archives that may be anything: no pickles, no more memory than a limit, every array checked."""

import io
import math
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mlp_core.storage.files import DatasetError, atomic_write, most_bytes, read_bytes, read_stream

MOST_MEMBERS = 4096
MOST_DIMENSIONS = 8
NUMBERS = "biuf"  # booleans, integers, floats
DIRECTORY_ENTRY = b"PK\x01\x02"
HEADROOM = 1 << 16  # bytes for headers beside the arrays
# NumPy's own reader guesses, with warnings, at headers that it cannot parse
NPY_HEADER = re.compile(rb"\{'descr': '([^']{1,20})', 'fortran_order': (True|False), "
                        rb"'shape': \(((?:\d{1,19}, ?)*(?:\d{1,19})?)\), ?\}\s*")


def read_npz(path: Path, limit: int, *, compressed: bool = True) -> dict[str, np.ndarray]:
    """Return the arrays of a `.npz` archive by name: booleans, integers or floats, read-only.

    `DatasetError` where it is damaged, holds anything but plain arrays of numbers (unless `compressed`, these must not
    be compressed), or more than `limit` bytes, in the file or in all of its arrays together.
    """
    content = read_bytes(path, limit + HEADROOM, decompress=False)
    if content.count(DIRECTORY_ENTRY) > MOST_MEMBERS:  # whose directory alone could fill the memory
        raise DatasetError(f"{path}: expected at most {MOST_MEMBERS} arrays in the archive, got more")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, min(limit, most_bytes(len(content))), path, compressed)
            arrays = {}
            for member in members:
                with archive.open(member) as stream:  # which verifies the archive's own checksum
                    array = read_stream(stream, member.file_size, path)
                arrays[member.filename.removesuffix(".npy")] = _parse_npy(array, f"{path}: {member.filename}")
            return arrays
    except DatasetError:
        raise
    except Exception as error:  # what zipfile raises for a damaged archive has no common base
        raise DatasetError(f"{path}: damaged archive: {type(error).__name__}: {error}") from error


def take_arrays(arrays: dict[str, np.ndarray], *names: str) -> list[np.ndarray]:
    """Return the arrays of these names; ValueError where one is missing."""
    if not set(names) <= set(arrays):
        raise ValueError(f"expected the arrays {', '.join(names)}, got {', '.join(arrays)[:200] or 'none'}")
    return [arrays[name] for name in names]


def write_npz(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], limit: int) -> None:
    """Write an archive, where a link points, that `read_npz` reads with this limit; ValueError, no file, if not."""
    for name, array in arrays.items():
        if array.dtype.kind not in NUMBERS or not array.size or array.ndim > MOST_DIMENSIONS:
            raise ValueError(f"expected an array of numbers as {name}, got {array.dtype} of shape {array.shape}")
    size = sum(array.nbytes for array in arrays.values())
    if len(arrays) > MOST_MEMBERS or size > limit:
        raise ValueError(f"expected at most {MOST_MEMBERS} arrays of {limit:,} bytes, got {len(arrays)} of {size:,}")
    with atomic_write(os.path.realpath(path)) as file:
        np.savez(file, allow_pickle=False, **arrays)


def _check_members(members: list[zipfile.ZipInfo], limit: int, path: Path, compressed: bool) -> None:
    """Refuse members that could grow beyond what the directory says, sums beyond `limit`, and names given twice."""
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[:1 + compressed]
    if any(member.compress_type not in kinds for member in members):
        raise DatasetError(f"{path}: expected an archive written by numpy.savez, got "
                           f"{'another compression' if compressed else 'one whose arrays are compressed'}")
    size = sum(member.file_size for member in members)
    if size > limit + HEADROOM:
        raise DatasetError(f"{path}: too large: expected at most {limit:,} bytes of arrays, it declares {size:,}")
    if len({member.filename.removesuffix(".npy") for member in members}) < len(members):
        raise DatasetError(f"{path}: expected every array once, got two of one name")


def _parse_npy(content: bytes, what: str) -> np.ndarray:
    """Return the array of a `.npy` file as a view of its bytes, so that no header can claim more than there is."""
    start = {b"\x93NUMPY\1\0": 10, b"\x93NUMPY\2\0": 12}.get(content[:8], 0)
    end = start + int.from_bytes(content[8:start], "little")
    header = NPY_HEADER.fullmatch(content, start, end) if end <= len(content) else None
    dtype = np.dtype(header[1].decode()) if header else None
    if header is None or dtype is None or dtype.kind not in NUMBERS:
        got = f"dtype {dtype}" if dtype else f"{content[:8]!r} and another header"
        raise DatasetError(f"{what}: expected an array of numbers, got {got}; objects are never loaded")
    shape, follow = tuple(int(size) for size in header[3].replace(b",", b" ").split()), len(content) - end
    if len(shape) > MOST_DIMENSIONS or math.prod(shape) * dtype.itemsize != follow:
        raise DatasetError(f"{what}: its header promises shape {shape} of {dtype}, but {follow:,} bytes follow")
    if not follow:
        raise DatasetError(f"{what}: holds no elements")
    return np.frombuffer(content, dtype, offset=end).reshape(shape, order="F" if header[2] == b"True" else "C")
