"""Your own images, of which nothing is known: scale, shape and labels are accepted only where they are clear."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mlp_core.datasets.idx import Pair, is_named, read_idx_folder
from mlp_core.datasets.pickles import read_pickled_arrays
from mlp_core.splits import MOST_CLASSES, SPLIT_NAMES, Dataset, Split, check_labels, check_lengths
from mlp_core.storage.archives import read_npz
from mlp_core.storage.files import DatasetError, read_bytes

LIMIT = 3 << 28  # bytes of a file's arrays: 4 times as many once its pixels are float32
ROLES = {"images": ("x", "images", "image", "imgs"), "labels": ("y", "labels", "label", "targets"),
         "train": ("train", "training"), "valid": ("valid", "val", "validation", "dev"), "test": ("test", "testing")}
WORDS = {word: role for role, words in ROLES.items() for word in words}
ADVICE = "load it and save np.savez('my.npz', images=..., labels=...)"
FOREIGN = ((b"\x93NUMPY", f"a single .npy array: {ADVICE}"), (b"\0\0\x08", "a single IDX file: give its folder"),
           (b"PK", "a zip archive: give the .npz that is in it, or that it is, named .npz"),
           (b"\x89PNG", f"a picture: {ADVICE}"), (b"\xff\xd8\xff", f"a picture: {ADVICE}"),
           (b"version https://git-lfs", "what Git LFS leaves in a file's place: fetch the file with git lfs pull"),
           (b"\x89HDF", f"an HDF5 file: {ADVICE}"), (b"MATLAB", f"a MATLAB file: {ADVICE}"))
CHANNELS = (1, 3, 4)
DARKEST = 64  # images of 0 to 255 whose brightest pixel is darker are not told from those of another scale


def load_path(path: Path) -> Dataset:
    """Return the data set in a file or folder of your own; `DatasetError` where it is damaged or something else.

    `path` is a `.npz` with the arrays `images` and `labels`, or `x_train`, `y_train` and perhaps `x_valid`, `y_valid`,
    `x_test`, `y_test` (or `train_images`, `val_labels` …, as in MedMNIST); a pickle (`.pkl`, `.pkl.gz`) of the pairs
    (train, valid, test); or a folder with the IDX files of MNIST's or EMNIST's names. Pixels of 0 to 255 are divided by
    255, those of 0 to 1 stay; another scale is refused, as are labels that do not count from 0. Color may come as
    (n, H, W, C) or (n, C, H, W). At most 768 MiB of arrays, which are 3 GiB as float32. A missing test part takes a
    tenth of the training images; a missing validation part as many, or a sixth where only this one is missing:
    stratified, and the same every time.
    """
    try:
        if os.path.isdir(path) or (not os.path.exists(path) and is_named(path)):
            name, pairs, classes, notes = read_idx_folder(path)
        else:
            name, pairs, classes, notes = path.name.split(".")[0], _read_file(path), (), ""
        train, valid, test = _to_splits(pairs, known=bool(classes))
        return Dataset(train, valid, test, name, classes, notes=notes)
    except (ValueError, TypeError, OSError) as error:
        raise DatasetError(f"{path}: {error}") from error


def _read_file(path: Path) -> dict[str, Pair]:
    try:
        if path.suffix.lower() == ".npz":
            return _pick_arrays(read_npz(path, LIMIT))
        parts = read_pickled_arrays(path, LIMIT)
        return dict(zip(("train", "test") if len(parts) == 2 else SPLIT_NAMES, parts, strict=False))
    except DatasetError as error:
        what = _foreign(read_bytes(path, LIMIT), path.suffix.lower())
        raise DatasetError(f"{path}: this is {what}") if what else error from None


def _foreign(content: bytes, suffix: str) -> str:
    """Return what a file is that is neither an `.npz` nor a pickle, and what to do; empty where it cannot be told."""
    for magic, what in FOREIGN:
        if content.startswith(magic) and (magic, suffix) != (b"PK", ".npz"):
            return what
    start = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start:
        return f"an empty file: {ADVICE}" if not content else ""
    if start.startswith(b"<"):
        return "a web page (HTML or XML) and not the file that it tells of: download that again"
    plain = not start.translate(None, bytes(range(32, 256)) + b"\t\r\n")
    if plain and (suffix in (".csv", ".tsv", ".txt", ".json") or re.match(rb"[^\r\n]*[,;\t]", start)):
        return f"a text, such as CSV: read it with numpy.loadtxt, then {ADVICE}"
    return ""


def _pick_arrays(arrays: dict[str, np.ndarray]) -> dict[str, Pair]:
    """Return the arrays by split, images before labels; ValueError for an array that has no place, or no other half."""
    found: dict[tuple[str, str], np.ndarray] = {}
    for name, array in arrays.items():
        roles = [WORDS.get(word, "") for word in re.split(r"[_\W]+", name.lower())]
        part = next((role for role in roles if role in SPLIT_NAMES), "train")
        kinds = [role for role in roles if role not in SPLIT_NAMES]
        if len(roles) > 2 or len(kinds) != 1 or not kinds[0] or (part, kinds[0]) in found:
            break
        found[part, kinds[0]] = array
    parts = [part for part in SPLIT_NAMES if (part, "images") in found and (part, "labels") in found]
    if len(found) < len(arrays) or 2 * len(parts) < len(found) or "train" not in parts:
        raise ValueError("expected the arrays images and labels, or x_train, y_train, x_test and y_test (and x_valid, "
                         f"y_valid), each once and nothing else, got {', '.join(arrays)[:200] or 'none'}")
    return {part: (found[part, "images"], found[part, "labels"]) for part in parts}


def _to_splits(pairs: dict[str, Pair], *, known: bool) -> list[Split]:
    """Return the three splits of arrays as a file holds them; where the classes are `known`, some may have no image."""
    labels = {part: to_labels(pair[1]) for part, pair in pairs.items()}
    images = {part: channels_first(pair[0]) for part, pair in pairs.items()}
    for part in pairs:
        check_lengths(images[part], labels[part])
    if not known:
        check_classes(np.concatenate(list(labels.values())))
    divisor = find_divisor(list(images.values()))
    missing = [part for part in SPLIT_NAMES if part not in pairs]
    count = len(labels["train"])
    held = max(1, count // (6 if missing == ["valid"] else 10))
    left = count - held * len(missing)
    if left < 1:
        raise ValueError(f"expected at least {len(missing) + 1} training images for splits of their own, got {count}")
    cuts = stratified_split(labels["train"], [left] + [held] * len(missing))
    for part, cut in [*zip(missing, cuts[1:], strict=True), *([("train", cuts[0])] if missing else [])]:
        images[part], labels[part] = images["train"][cut], labels["train"][cut]
    return [Split(from_pixels(images[part], divisor), labels[part]) for part in SPLIT_NAMES]


def from_pixels(images: np.ndarray, divisor: int = 255) -> np.ndarray:
    """Return images divided by 255, as float32; with divisor 1 only whole numbers become float32."""
    if divisor == 1:
        return images if images.dtype.kind == "f" else images.astype(np.float32)
    return np.divide(images, np.float32(divisor), dtype=np.float32)


def find_divisor(arrays: Sequence[np.ndarray]) -> int:
    """Return the divisor, 255 or 1, that brings all these pixels into [0, 1]; ValueError where it is not clear.

    Small floats, some of them negative, get 1: they have been standardized already.
    """
    ends = np.array([[array.min(), array.max()] for array in arrays if array.size], dtype=float)
    if len(ends) < len(arrays) or not np.isfinite(ends).all():
        return 1  # `Split` says what is wrong with it
    low, high, kinds = ends.min(), ends.max(), {array.dtype.kind == "f" for array in arrays}
    if low == high:
        raise ValueError(f"expected images that differ, got {low:g} in every pixel")
    if len(kinds) == 1:
        if (low >= 0 and high <= 1) or (True in kinds and -DARKEST < low < 0 and high < DARKEST):
            return 1
        if low >= 0 and DARKEST <= high <= 255 and (ends[:, 1] > 1).all():
            return 255
    raise ValueError(f"expected pixels from 0 to 255 in every split, or floats from 0 to 1, got {low:g} to {high:g}: "
                     "divide them by the largest value that they can have (images / 16), and save them as floats")


def channels_first(images: np.ndarray) -> np.ndarray:
    """Return images of shape (n, H, W, C) as (n, C, H, W), others as they are; ValueError where it cannot be told."""
    if images.ndim < 2:
        raise ValueError(f"expected images of shape (n, H, W), (n, C, H, W) or (n, features), got {images.shape}")
    if images.ndim != 4:
        return images
    first, last = images.shape[1] in CHANNELS, images.shape[3] in CHANNELS
    if first == last:
        raise ValueError(f"expected images of shape (n, C, H, W) or (n, H, W, C), with 1, 3 or 4 channels, got "
                         f"{images.shape}: load them with numpy and pass Split(images, labels), images (n, C, H, W)")
    return images if first else images.transpose(0, 3, 1, 2)


def to_labels(labels: np.ndarray) -> np.ndarray:
    """Return labels as int64 of shape (n,), also from a column, (n, 1), or floats that are whole numbers."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind == "f" and (np.abs(labels) < MOST_CLASSES).all() and np.array_equal(labels, np.rint(labels)):
        labels = labels.astype(np.int64)
    return check_labels(labels)


def check_classes(labels: np.ndarray) -> None:
    """Raise ValueError where a class from 0 to the largest label has no image at all."""
    counts = np.bincount(labels)
    lowest, missing = int(labels.min()), np.flatnonzero(counts == 0)
    if lowest:
        raise ValueError(f"expected labels from 0, got {lowest} to {len(counts) - 1}: save labels - {lowest}")
    if missing.size:
        raise ValueError(f"expected every label from 0 to {len(counts) - 1}, got none of {str(missing[:9])[1:-1]}: "
                         "save np.unique(labels, return_inverse=True)[1]")


def stratified_split(labels: np.ndarray, sizes: Sequence[int], *, seed: int = 0) -> list[np.ndarray]:
    """Return shuffled indices for consecutive splits that hold every class in the same proportion.

    Labels are integers of shape (n,); each of the `sizes`, whose sum is n, gets an int64 array of shape (size,). The
    seed fixes the choice.

    >>> first, second = stratified_split(np.array([0, 0, 0, 1, 1, 1]), [4, 2])
    >>> sorted(second // 3)
    [np.int64(0), np.int64(1)]
    """
    if sum(sizes) != len(labels):
        raise ValueError(f"expected sizes that sum to {len(labels)}, got {list(sizes)}, which sum to {sum(sizes)}")
    # NumPy promises the same numbers forever from this generator only, and the split must not move with a release
    random = np.random.RandomState(seed)  # noqa: NPY002
    shuffled = random.permutation(len(labels))
    # each image's place within its own class, from 0 to 1: sorted by it, every prefix is stratified
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = shuffled[labels[shuffled] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    order = shuffled[np.argsort(place[shuffled], kind="stable")]
    return [random.permutation(part) for part in np.split(order, np.cumsum(sizes)[:-1])]
