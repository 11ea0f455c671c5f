"""The data sets that are known by name: their files, digests and mirrors, and reading them from a folder, verified."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlp_core.datasets.idx import read_idx, to_idx
from mlp_core.datasets.pickles import read_pickled_arrays
from mlp_core.storage.archives import HEADROOM, read_npz, take_arrays
from mlp_core.storage.files import GZIP_MAGIC, DatasetError, check_digest, read_bytes


@dataclass(frozen=True)
class Part:
    """One IDX file: its name without ``.gz``, the shape of its array, and a digest to know it by.

    `sha256` is of the decompressed content, since mirrors compress differently; `gzip_md5`, of the compressed file, is
    for data that publish nothing better. `remote` is its name at the mirrors, where that differs.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str = ""
    gzip_md5: str = ""
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
    if part.gzip_md5:
        content = read_bytes(path, part.size + HEADROOM, decompress=False)
        if not content.startswith(GZIP_MAGIC):
            raise DatasetError(f"{path}: expected the original .gz file, the only form in which it can be verified")
        check_digest(content, part.gzip_md5, path, algorithm="md5")
    return read_idx(path, shape=part.shape, sha256=part.sha256 or None)


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
        pixels = _whole(array, scale)
        if pixels is not None:
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


_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_SHAPES = ((60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,))

MNIST = Source(
    name="mnist",
    parts=tuple(Part(name, shape, sha256=sha256) for name, shape, sha256 in zip(_FILES, _SHAPES, (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"), strict=True)),
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    classes=tuple("0123456789"),
    folders=("mnist", "MNIST", "MNIST/raw"),
    archives=("mnist.npz", "mnist.pkl.gz", "mnist.pkl"),
    archive_url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
)
FASHION_MNIST = Source(
    name="fashion-mnist",
    parts=tuple(Part(name, shape, gzip_md5=md5) for name, shape, md5 in zip(_FILES, _SHAPES, (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"), strict=True)),
    mirrors=("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",),
    classes=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    folders=("fashion-mnist", "FashionMNIST", "FashionMNIST/raw"),
)
NOTMNIST = Source(
    name="notmnist",
    parts=(Part("images-idx3-ubyte", (10_000, 28, 28), remote="t10k-images-idx3-ubyte.gz",
                sha256="8e7f38ae95cc8f48e0986175ffc9137e5007ebcf3d8fdf6656c904eb9dab198b"),
           Part("labels-idx1-ubyte", (10_000,), remote="t10k-labels-idx1-ubyte.gz",
                sha256="5f8e6012f2ce730700d8d05fca098bc47f71d25b890e4bec7ac5ebfd614a4001")),
    mirrors=("https://github.com/davidflanagan/notMNIST-to-MNIST/raw/master/",),
    classes=tuple("ABCDEFGHIJ"),
    folders=("notmnist", "notMNIST", "notmnist-10k"),
    notes="11 different images stand in more than one of its splits, as in the files that are published.",
)
SOURCES = {source.name: source for source in (MNIST, FASHION_MNIST, NOTMNIST)}
