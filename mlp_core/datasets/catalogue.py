"""The data sets that `catalogue.toml` knows by name, and reading them from a folder, verified."""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.datasets.idx import read_idx, to_idx
from mlp_core.datasets.pickles import read_pickled_arrays
from mlp_core.storage.archives import HEADROOM, read_npz, take_arrays
from mlp_core.storage.files import DatasetError, check_digest


@dataclass(frozen=True)
class Part:
    """One IDX file: its name without ``.gz``, the shape of its array, and the SHA-256 of its decompressed content.

    Mirrors compress differently. `remote` is its name at the mirrors, where that differs.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    remote: str = ""

    @property
    def size(self) -> int:
        """The bytes of its array."""
        return math.prod(self.shape)

    @property
    def file_names(self) -> list[str]:
        """The names it may have in a folder; ``.idx3`` is what some tools make of ``-idx3``."""
        names = [self.name, self.remote.removesuffix(".gz")] if self.remote else [self.name]
        names += [name.replace("-idx", ".idx") for name in names]
        return [name + suffix for suffix in (".gz", "") for name in names]


@dataclass(frozen=True)
class Source:
    """A data set by name: `parts` in the order images, labels, test images, test labels; and where they may be."""

    name: str
    parts: tuple[Part, ...]
    mirrors: tuple[str, ...]
    classes: tuple[str, ...]
    folders: tuple[str, ...]
    archives: tuple[str, ...] = ()
    archive_url: str = ""
    notes: str = ""

    @property
    def size(self) -> int:
        """The bytes of all its arrays together."""
        return sum(part.size for part in self.parts)


def read_folder(source: Source, folder: Path) -> list[np.ndarray] | None:
    """Return the arrays of `source` from the IDX files or the archive in `folder`, in the order of its parts, verified.

    None where it holds nothing of it; `DatasetError` if what is there is damaged, incomplete or something else.
    """
    there = {part: [folder / name for name in part.file_names if (folder / name).exists()] for part in source.parts}
    if all(there.values()):
        return [read_part(part, paths[0]) for part, paths in there.items()]
    for name in source.archives:
        if (folder / name).exists():
            return read_archive(source, folder / name)
    if any(there.values()):
        missing = [part.name + ".gz" for part, paths in there.items() if not paths]
        raise DatasetError(f"{folder}: the files of {source.name} are incomplete: {', '.join(missing)} missing")
    return None


def read_part(part: Part, path: Path) -> np.ndarray:
    """Return the array of one IDX file, once its digest is known to be right; raise `DatasetError` otherwise."""
    return read_idx(path, shape=part.shape, sha256=part.sha256)


def read_archive(source: Source, path: Path) -> list[np.ndarray]:
    """Return the arrays of a `.npz` or a pickle, verified as if they had been in IDX files."""
    try:
        if ".npz" in path.suffixes:  # float64 takes eight times the bytes
            arrays = take_arrays(read_npz(path, 8 * source.size + HEADROOM), "x_train", "y_train", "x_test", "y_test")
        else:  # and text more than twice as many again
            pairs = read_pickled_arrays(path, 20 * source.size + HEADROOM)
            if len(pairs) < 2:
                raise ValueError(f"expected (train, valid, test), got {len(pairs)} pair of arrays")
            arrays = [*map(np.concatenate, zip(*pairs[:-1], strict=True)), *pairs[-1]]  # validation's are training's
        pixels = [to_pixels(array, part) for part, array in zip(source.parts, arrays, strict=True)]
    except ValueError as error:
        raise DatasetError(f"{path}: {error}") from error
    for part, array in zip(source.parts, pixels, strict=True):
        check_digest(to_idx(array), part.sha256, path)
    return pixels


def to_pixels(array: np.ndarray, part: Part) -> np.ndarray:
    """Return `array` as the bytes of `part` that it once was: whole, or divided by 255 or 256; ValueError otherwise."""
    if array.size != part.size:
        raise ValueError(f"expected {part.name} of shape {part.shape}, got {array.shape}")
    array = array.reshape(part.shape)
    if array.dtype == np.uint8:
        return array
    divided = len(part.shape) > 1 and array.dtype.kind == "f" and bool(array.max() <= 1)
    for scale in (255, 256) if divided else (1,):
        if (pixels := _whole(array, scale)) is not None:
            return pixels
    raise ValueError(f"expected the values of {part.name} to be whole numbers from 0 to 255, or pixels divided by 255")


def _whole(array: np.ndarray, scale: int) -> np.ndarray | None:
    """Return `array * scale` as uint8, or None where that is not close to whole numbers; in pieces, to save memory."""
    pixels = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), 1_000):
        with np.errstate(over="ignore", invalid="ignore"):
            values = array[start:start + 1_000].astype(np.float64) * scale
        if not (values.min() >= 0 and values.max() <= 255.01 and np.abs(values - np.rint(values)).max() < 0.01):
            return None
        pixels[start:start + 1_000] = np.rint(values)
    return pixels


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table of TOML with tuples in the place of its lists."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _read_catalogue() -> dict[str, Source]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for table in tables.values():
        table["parts"] = [Part(**_tuples(part)) for part in table["parts"]]
    return {name: Source(name, **_tuples(table)) for name, table in tables.items()}


SOURCES = _read_catalogue()
