"""Reading `.npz` archives that may be anything: no pickles, no more memory than a limit, every array checked."""

import io
import math
import warnings
import zipfile
from pathlib import Path

import numpy as np

from mlp_core.sources.files import DatasetError, read_bytes, read_stream

MOST_MEMBERS = 64
MOST_DIMENSIONS = 8
DIRECTORY_ENTRY = b"PK\x01\x02"
HEADROOM = 1 << 16  # bytes for headers beside the arrays


def read_npz(path: Path, limit: int) -> dict[str, np.ndarray]:
    """Return the arrays of a `.npz` archive by name.

    Parameters
    ----------
    path : Path
        The archive, as written by `numpy.savez` or `numpy.savez_compressed`.
    limit : int
        The most bytes to accept, of the file and of all its arrays together.

    Returns
    -------
    dict of str to ndarray, of booleans, integers or floats, read-only

    Raises
    ------
    DatasetError
        If the file is damaged, too large, or holds anything but plain arrays of numbers.
    """
    content = _read_archive(path, limit)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, limit, path)
            return {member.filename.removesuffix(".npy"): _read_member(archive, member, path) for member in members}
    except DatasetError:
        raise
    except Exception as error:  # what zipfile raises for a damaged archive has no common base
        raise DatasetError(f"{path}: damaged archive: {type(error).__name__}: {error}") from error


def _read_archive(path: Path, limit: int) -> bytes:
    """Return the bytes of the archive, refusing one whose directory alone would fill the memory."""
    content = read_bytes(path, limit + HEADROOM, decompress=False)
    if content.count(DIRECTORY_ENTRY) > MOST_MEMBERS:
        raise DatasetError(f"{path}: expected at most {MOST_MEMBERS} arrays in the archive, got more")
    return content


def _check_members(members: list[zipfile.ZipInfo], limit: int, path: Path) -> None:
    """Refuse members that could grow beyond what the directory says, and sums beyond `limit`."""
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise DatasetError(f"{path}: expected an archive written by numpy.savez, got another compression")
    size = sum(member.file_size for member in members)
    if size > limit + HEADROOM:
        raise DatasetError(f"{path}: too large: expected at most {limit:,} bytes of arrays, it declares {size:,}")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> np.ndarray:
    """Return one array; the archive's own checksum is verified on the way."""
    with archive.open(member) as stream:
        content = read_stream(stream, member.file_size, path)
    return _parse_npy(content, f"{path}: {member.filename}")


def _parse_npy(content: bytes, what: str) -> np.ndarray:
    """Return the array of a `.npy` file as a view of its bytes, so that no header can claim more than there is."""
    file = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy guesses, with a warning, at headers that it cannot parse
        version = np.lib.format.read_magic(file)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = read_header[version](file)
    if dtype.kind not in "biuf":
        raise DatasetError(f"{what}: expected an array of numbers, got dtype {dtype}; objects are never loaded")
    follow = len(content) - file.tell()
    if min(shape, default=0) < 0 or len(shape) > MOST_DIMENSIONS or math.prod(shape) * dtype.itemsize != follow:
        raise DatasetError(f"{what}: its header promises shape {shape} of {dtype}, but {follow:,} bytes follow")
    if not follow:
        raise DatasetError(f"{what}: holds no elements")
    return np.frombuffer(content, dtype, offset=file.tell()).reshape(shape, order="F" if fortran else "C")
