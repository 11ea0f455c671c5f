"""The IDX format of MNIST, and folders of such files under the names of MNIST, torchvision, Kaggle and EMNIST.

An IDX file is a big-endian header with the number of dimensions and their sizes, then bytes.
"""

import math
import re
import string
from pathlib import Path

import numpy as np

from mlp_core.storage.archives import HEADROOM
from mlp_core.storage.files import DatasetError, check_digest, read_bytes

UNSIGNED_BYTE = 0x08
LIMIT = 1 << 30
Pair = tuple[np.ndarray, np.ndarray]
PARTS = {None: "train", "train": "train", "val": "valid", "valid": "valid", "t10k": "test", "test": "test"}
IDX_FILE = re.compile(r"(?:(?P<set>(?!(?:train|val|valid|t10k|test)-).+?)-)?(?:(?P<part>train|val|valid|t10k|test)-)?"
                      r"(?P<kind>images|labels)[-.]idx[13]-ubyte(?:\.gz)?")
_MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"
EMNIST = {"emnist-letters": string.ascii_uppercase, "emnist-digits": string.digits, "emnist-mnist": string.digits,
          "emnist-balanced": _MERGED, "emnist-bymerge": _MERGED,
          "emnist-byclass": string.digits + string.ascii_uppercase + string.ascii_lowercase}
UPRIGHT = "EMNIST's images lie transposed in its files: they were set upright."
FROM_ZERO = " Its letters count from 1 there: they were renumbered from 0."


def read_idx(path: Path, *, shape: tuple[int, ...] | None = None, sha256: str | None = None) -> np.ndarray:
    """Return the array in an IDX file of unsigned bytes, gzip-compressed or not: uint8, read-only.

    `DatasetError` where the file is damaged or something else, where the array has another shape (if none is given: not
    1 to 4 dimensions, or over 1 GiB), or the decompressed content another digest.
    """
    content = read_bytes(path, LIMIT if shape is None else HEADROOM + math.prod(shape))
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


def read_idx_folder(path: Path) -> tuple[str, dict[str, Pair], tuple[str, ...], str]:
    """Return a set of IDX files: its name, its images and labels by split, its classes if known, what was changed.

    `DatasetError` unless there is exactly one. `path` is the folder of the files, or one that holds it as ``raw`` or
    ``NAME/raw``; or the start of their names, such as ``raw/emnist-letters``, where a folder holds several sets.
    """
    places = [path, path / "raw", *sorted(path.glob("*/raw"))] if path.is_dir() else [path.parent]
    sets = {key: files for place in places for key, files in _find_sets(place).items() if path in (key, *key.parents)}
    if not sets:
        raise DatasetError(f"{path}: expected train-images-idx3-ubyte and train-labels-idx1-ubyte in it, "
                           "compressed (.gz) or not")
    if len(sets) > 1:
        raise DatasetError(f"{path}: holds several data sets: name one of {', '.join(sorted(map(str, sets)))}")
    (key, files), = sets.items()
    pairs = {part: _read_pair(key, part, files) for part in dict.fromkeys(part for part, _ in files)}
    notes = UPRIGHT if key.name.startswith("emnist-") else ""
    return key.name, pairs, tuple(EMNIST.get(key.name, "")), notes + (FROM_ZERO if key.name == "emnist-letters" else "")


def is_named(path: Path) -> bool:
    """Return whether `path` is the start of the names of IDX files."""
    return path in _find_sets(path.parent)


def _find_sets(folder: Path) -> dict[Path, dict[tuple[str, str], Path]]:
    """Return the IDX files of a folder: by the start of their names, then by split and kind; compressed ones first."""
    sets: dict[Path, dict[tuple[str, str], Path]] = {}
    for path in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []:
        if match := IDX_FILE.fullmatch(path.name):
            key = folder / (match["set"] or "")
            sets.setdefault(key, {}).setdefault((PARTS[match["part"]], match["kind"]), path)
    return sets


def _read_pair(key: Path, part: str, files: dict[tuple[str, str], Path]) -> Pair:
    """Return the images and labels of one split, of EMNIST as its readers expect them."""
    paths = [files.get((part, kind)) for kind in ("images", "labels")]
    if None in paths:
        lone = next(path for path in paths if path)
        raise DatasetError(f"{lone}: its {'images' if paths[1] else 'labels'} are missing beside it")
    images, labels = (read_idx(path) for path in paths if path)
    if key.name.startswith("emnist-") and images.ndim == 3:
        images = images.swapaxes(1, 2)
    if key.name == "emnist-letters":
        labels = labels.astype(np.int64) - 1
    return images, labels
