"""A data set as files that the processes of a search map into memory: written once, read by all, pickled by none."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from mlp_core.atomic import atomic_write
from mlp_core.splits import SPLIT_NAMES, Dataset, Split


def publish_dataset(data: Dataset, folder: Path, *, sync: bool) -> Path:
    """Write a data set as `.npy` files that workers map into memory, unless they are there; return their folder."""
    target, arrays = folder / "data" / data.sha256[:32], dataset_arrays(data)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            path = target / f"{name}.npy"
            if not path.exists() or path.stat().st_size < array.nbytes:
                with atomic_write(path, sync=sync) as file:
                    np.save(file, array)
    except OSError as error:
        size = sum(array.nbytes for array in arrays.values()) / 1e6
        advice = "make room, choose another cache, or search in this process (n_jobs=1)"
        raise OSError(f"{target} cannot hold the {size:,.0f} MB of the data set: {advice} ({error})") from error
    return target


def dataset_arrays(data: Dataset) -> dict[str, np.ndarray]:
    """Return every array of a data set, and how its labels and images are meant, by name."""
    arrays = {f"{name}_images": data.splits[name].images for name in SPLIT_NAMES}
    labels = {f"{name}_labels": data.splits[name].labels for name in SPLIT_NAMES}
    return {**arrays, **labels, "classes": np.array(data.classes), "image_shape": np.array(data.image_shape)}


@functools.lru_cache(maxsize=1)
def open_dataset(folder: str) -> Dataset:
    """Return the data set that `publish_dataset` wrote, its pages shared between all processes of a machine."""
    load = functools.partial(np.load, mmap_mode="r", allow_pickle=False)
    train, valid, test = (
        Split(*(np.asarray(load(f"{folder}/{name}_{part}.npy")) for part in ("images", "labels")))
        for name in SPLIT_NAMES
    )
    classes = tuple(str(name) for name in np.load(f"{folder}/classes.npy"))
    shape = tuple(int(side) for side in np.load(f"{folder}/image_shape.npy"))
    return Dataset(train, valid, test, "search", classes, shape)
