"""A reader's own images: an `.npz` archive, a pickle of arrays, or a folder of IDX files, as a `Dataset`.

Nothing is known of such files, so only their form is checked; what has no validation or test part gets one by a fixed,
stratified split.
"""

from pathlib import Path

import numpy as np

from mlp_core.sources.archives import read_npz
from mlp_core.sources.files import DatasetError
from mlp_core.sources.idx import read_idx
from mlp_core.sources.pickles import read_pickled_arrays
from mlp_core.splits import Dataset, Split, stratified_split

LIMIT = 4 << 30
Pair = tuple[np.ndarray, np.ndarray]
NPZ_KEYS = {"train": (("x_train", "y_train"), ("images", "labels"), ("train_images", "train_labels")),
            "valid": (("x_valid", "y_valid"), ("x_val", "y_val"), ("valid_images", "valid_labels")),
            "test": (("x_test", "y_test"), ("test_images", "test_labels"))}
IDX_NAMES = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
             "whole": ("images-idx3-ubyte", "labels-idx1-ubyte"),
             "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}


def load_path(path: Path) -> Dataset:
    """Return the data set in a file or folder of the reader's own.

    Parameters
    ----------
    path : Path
        A `.npz` with the arrays `images` and `labels`, or `x_train`, `y_train`, `x_test`, `y_test` and perhaps
        `x_valid`, `y_valid`; a pickle (`.pkl`, `.pkl.gz`) of the pairs (train, valid, test); or a folder with the IDX
        files of MNIST's names. Pixels of integer type are divided by 255; floats stay as they are.

    Returns
    -------
    Dataset
        Named after the file. Without a test part, a tenth each is taken for validation and test; with one, a sixth of
        the training images for validation where that is missing: stratified, and the same every time.

    Raises
    ------
    DatasetError
        If the file is damaged, or holds something else.
    """
    pairs = _read_pairs(path)
    try:
        splits = {part: _to_split(*pair) for part, pair in pairs.items()}
        train, valid, test = _complete(splits)
        return Dataset(train, valid, test, path.name.split(".")[0])
    except (ValueError, TypeError) as error:
        raise DatasetError(f"{path}: {error}") from error


def _read_pairs(path: Path) -> dict[str, Pair]:
    """Return images and labels by split, in whatever form `path` holds them."""
    if path.is_dir():
        return _read_idx_folder(path)
    if path.suffix == ".npz":
        return _pick_arrays(read_npz(path, LIMIT), path)
    pairs = read_pickled_arrays(path, LIMIT)
    return dict(zip(("train", "test") if len(pairs) == 2 else ("train", "valid", "test"), pairs, strict=False))


def _pick_arrays(arrays: dict[str, np.ndarray], path: Path) -> dict[str, Pair]:
    """Return the arrays whose names are among the usual ones."""
    pairs = {}
    for part, choices in NPZ_KEYS.items():
        keys = next((keys for keys in choices if set(keys) <= set(arrays)), None)
        if keys:
            pairs[part] = (arrays[keys[0]], arrays[keys[1]])
    if "train" not in pairs:
        raise DatasetError(f"{path}: expected the arrays images and labels, or x_train, y_train, x_test and y_test, "
                           f"got {', '.join(arrays)[:200] or 'none'}")
    return pairs


def _read_idx_folder(folder: Path) -> dict[str, Pair]:
    """Return the IDX files of a folder, compressed or not."""
    pairs = {}
    for part, names in IDX_NAMES.items():
        images, labels = (_first(folder / f"{name}.gz", folder / name) for name in names)
        if images and labels:
            pairs["train" if part == "whole" else part] = (read_idx(images), read_idx(labels))
    if "train" not in pairs:
        raise DatasetError(f"{folder}: expected {' and '.join(IDX_NAMES['train'])} in it, compressed (.gz) or not")
    return pairs


def _first(*paths: Path) -> Path | None:
    """Return the first of `paths` that exists."""
    return next((path for path in paths if path.exists()), None)


def _to_split(images: np.ndarray, labels: np.ndarray) -> Split:
    """Return the split of two arrays as a file holds them."""
    if labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)):
        labels = labels.astype(np.int64)
    return Split(from_pixels(images), labels)


def from_pixels(images: np.ndarray) -> np.ndarray:
    """Return images of integer pixels, 0 to 255, as float32 in [0, 1], flattened; floats stay as they are."""
    if images.dtype.kind not in "iu":
        return images
    if images.size and not 0 <= images.min() <= images.max() <= 255:
        raise ValueError(f"expected pixels from 0 to 255, got {images.min()} to {images.max()}")
    flat = images.reshape(len(images), -1) if images.ndim == 3 else images
    return np.divide(flat, np.float32(255), dtype=np.float32)


def _complete(splits: dict[str, Split]) -> list[Split]:
    """Return training, validation and test split, made from the training split where they are missing."""
    train, count = splits["train"], len(splits["train"])
    if "test" not in splits:
        held = max(1, count // 10)
        return [train.take(part) for part in stratified_split(train.labels, (count - 2 * held, held, held))]
    if "valid" not in splits:
        held = max(1, count // 6)
        train, valid = (train.take(part) for part in stratified_split(train.labels, (count - held, held)))
        return [train, valid, splits["test"]]
    return [train, splits["valid"], splits["test"]]
