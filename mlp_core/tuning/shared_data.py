"""A data set as files that the processes of a search map into memory: written once, read by all, pickled by none."""

import functools
import json
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from mlp_core.splits import SPLIT_NAMES, Dataset, Split
from mlp_core.storage.files import atomic_write
from mlp_core.storage.hashes import digest
from mlp_core.tuning.store import CacheWarning, make_folder, set_aside

PARTS = ("images", "labels")


class DatasetLost(OSError):
    """The files of a data set are gone, or no longer hold what they held."""


def dataset_hash(data: Dataset) -> str:
    """Return a hash of all that a trial sees of a data set, from its arrays as they are now."""
    return digest(replace(data).sha256, _description(data))[:32]


def publish_dataset(data: Dataset, folder: Path, *, sync: bool) -> Path:
    """Write a data set as `.npy` files, unless they are there; return their folder. OSError where there is no room."""
    target = folder / "data" / dataset_hash(data)
    arrays = {f"{name}_{part}": getattr(data.splits[name], part) for name in SPLIT_NAMES for part in PARTS}
    arrays["description"] = np.frombuffer(_description(data).encode(), np.uint8)
    try:
        for place in (target.parent, target):
            make_folder(place)
        for name, array in arrays.items():
            path = target / f"{name}.npy"
            if not _holds(path, array):
                with atomic_write(path, sync=sync) as file:
                    np.save(file, array)
    except OSError as error:
        size = sum(array.nbytes for array in arrays.values()) / 1e6
        advice = "make room, choose another cache, or search in this process (n_jobs=1)"
        raise OSError(f"{target} cannot hold the {size:,.0f} MB of the data set: {advice} ({error})") from error
    return target


def load(path: str | Path) -> np.ndarray:
    """Return the array of a file, mapped into memory."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _description(data: Dataset) -> str:
    """Return what a data set says besides its arrays, as JSON."""
    return json.dumps([data.name, [str(name) for name in data.classes], [int(side) for side in data.image_shape]])


def _holds(path: Path, array: np.ndarray) -> bool:
    """Return whether a file holds this array; warn of other content, and move away what is no file."""
    if path.exists() and not path.is_file():
        set_aside(path)
    if not path.exists():
        return False
    with suppress(Exception):  # what NumPy raises for a damaged file has no common base
        stored = load(path)
        if stored.dtype == array.dtype and np.array_equal(stored, array):
            return True
    warnings.warn(f"{path} is damaged: it is written anew", CacheWarning, stacklevel=2)
    return False


@functools.lru_cache(maxsize=1)
def open_dataset(folder: str) -> Dataset:
    """Return the data set that `publish_dataset` wrote, in pages that all processes share; or raise `DatasetLost`."""
    try:
        train, valid, test = (Split(*(load(f"{folder}/{name}_{part}.npy") for part in PARTS)) for name in SPLIT_NAMES)
        name, classes, shape = json.loads(load(f"{folder}/description.npy").tobytes())
        data = Dataset(train, valid, test, name, tuple(classes), tuple(shape))
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise DatasetLost(f"{folder} holds no data set any more ({error})") from None
    if dataset_hash(data) != Path(folder).name:
        raise DatasetLost(f"{folder} holds another data set than it did")
    return data
