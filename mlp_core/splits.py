"""Images with their labels: a `Split` is one set of them, a `Dataset` the three that an experiment needs."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from mlp_core.checks import check_finite

SPLIT_NAMES = ("train", "valid", "test")
MOST_CLASSES = 1 << 16


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images and their labels, checked once, so that no later code has to.

    >>> split = Split(np.linspace(0, 1, 12).reshape(3, 4), [0, 1, 1])
    >>> split
    Split(3 images of shape (4,), float64, 2 classes)
    >>> len(split[:2]), split.take([2]).labels
    (2, array([1]))

    Parameters
    ----------
    images : array_like, shape (n, features), (n, H, W) or (n, C, H, W), float
        Usually in [0, 1]. float16 becomes float32, longer floats float64; (n, H, W) becomes (n, H * W). TypeError if
        they are not floats; ValueError for another shape, no images, or NaN and infinities among them.
    labels : array_like, shape (n,), int
        Class indices, 0 to 65,535; kept as int64. TypeError if they are not integers, ValueError if one is out of
        range, or if they are not as many as the images.
    image_shape : tuple of int
        (H, W) or (C, H, W) of one image; by default the shape that each of the `images` was given with.
    """

    images: np.ndarray
    labels: np.ndarray
    image_shape: tuple[int, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        """Check both arrays and bring them into the one form that the rest of the package expects."""
        given = np.asarray(self.images)
        images, labels = _checked_images(given), check_labels(np.asarray(self.labels))
        check_lengths(images, labels)
        shape = tuple(self.image_shape) or given.shape[1:]
        if math.prod(shape) != math.prod(images.shape[1:]):
            raise ValueError(f"expected images of {shape}, got {images.shape[1:]}")
        for name, value in (("images", images), ("labels", labels), ("image_shape", shape)):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def __getitem__(self, index: Any) -> "Split":
        """Return the part that a slice, a mask or indices select; a slice shares memory if its step is 1."""
        if isinstance(index, (int, np.integer)):
            raise TypeError(f"a split is indexed by a slice, a mask or indices: write split[{index}:{index + 1}], "
                            f"or split.images[{index}] for one image")
        labels = self.labels[index]
        if labels.ndim != 1 or not len(labels):
            raise ValueError(f"expected an index that selects some of {len(self):,} images, got labels of shape "
                             f"{labels.shape} from it")
        part, images = object.__new__(Split), self.images[index]  # of checked arrays: nothing needs to be asked again
        for name, array in (("images", images), ("labels", labels)):
            object.__setattr__(part, name, np.ascontiguousarray(array))
        object.__setattr__(part, "image_shape", self.image_shape)
        return part

    def __repr__(self) -> str:
        """Say how many images of which shape there are."""
        return (f"Split({len(self):,} images of shape {self.images.shape[1:]}, {self.images.dtype}, "
                f"{len(np.unique(self.labels))} classes)")

    def take(self, indices: Sequence[int] | np.ndarray) -> "Split":
        """Return the images at `indices`, an integer array of shape (m,), in that order."""
        return self[np.asarray(indices)]

    def astype(self, dtype: Any) -> "Split":
        """Return the split with images of another float type, ``"float32"`` or ``"float64"``."""
        return Split(self.images.astype(dtype, copy=False), self.labels, image_shape=self.image_shape)


def _checked_images(images: np.ndarray) -> np.ndarray:
    """Return `images` as contiguous float32 or float64 of shape (n, features) or (n, C, H, W)."""
    if images.dtype.kind != "f":
        remedy = ": divide pixels by 255, to [0, 1] (images / 255)" if images.dtype.kind in "biu" else ""
        raise TypeError(f"expected images of a floating-point type, got {images.dtype}{remedy}")
    if images.ndim not in (2, 3, 4) or not images.size:
        raise ValueError(f"expected images of shape (n, features), (n, H, W) or (n, C, H, W), none of them 0, "
                         f"got {images.shape}")
    if images.ndim == 4 and images.shape[1] > 4 >= images.shape[3]:
        raise ValueError(f"expected images of shape (n, C, H, W), got {images.shape}, whose channels come last: "
                         "pass images.transpose(0, 3, 1, 2)")
    kept = np.float32 if images.dtype.itemsize <= 4 else np.float64
    with np.errstate(over="ignore"):  # of wider types, which the next lines report
        images = check_finite(np.ascontiguousarray(images, dtype=kept))
    return images.reshape(len(images), -1) if images.ndim == 3 else images


def check_lengths(images: np.ndarray, labels: np.ndarray) -> None:
    """Raise ValueError unless there is one label for each image."""
    if len(images) != len(labels):
        raise ValueError(f"expected one label for each image, got {len(images)} images and {len(labels)} labels")


def check_labels(labels: np.ndarray) -> np.ndarray:
    """Return `labels` as contiguous int64 of shape (n,), or raise ValueError or TypeError."""
    if labels.ndim != 1 or not labels.size:
        raise ValueError(f"expected labels of shape (n,), n > 0, got {labels.shape}{_hint(labels)}")
    if labels.dtype.kind not in "iu":
        remedy = "labels.astype(int)" if labels.dtype.kind == "b" else "class indices from 0"
        raise TypeError(f"expected labels of an integer type, got {labels.dtype}: pass {remedy}")
    lowest, highest = labels.argmin(), labels.argmax()
    if labels[lowest] < 0:
        raise ValueError(f"expected labels from 0, got {labels[lowest]} at index {lowest}")
    if labels[highest] >= MOST_CLASSES:
        raise ValueError(f"expected labels below {MOST_CLASSES:,}, got {labels[highest]} at index {highest}")
    return np.ascontiguousarray(labels, dtype=np.int64)


def _hint(labels: np.ndarray) -> str:
    """Return what to do about labels that are no list of class indices."""
    if labels.ndim != 2 or not labels.size:
        return ""
    if labels.shape[1] == 1:
        return ": pass the column, labels[:, 0]"
    if labels.dtype.kind in "biuf" and ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all():
        return ": pass class indices, one_hot.argmax(axis=1)"
    return ": several labels of one image are more than this package knows"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """The training, validation and test splits of one data set.

    >>> part = Split(np.zeros((6, 4)), [0, 1, 2, 0, 1, 2])
    >>> Dataset(part[:4], part[4:5], part[5:], name="tiny")
    Dataset('tiny': 4 training, 1 validation and 1 test images of 2 x 2, 3 classes)

    Parameters
    ----------
    train, valid, test : Split
        All with images of the same shape; ValueError otherwise.
    name : str
        For tables and messages.
    classes : tuple of str
        What each label means, by default its number; ValueError if a label has none.
    image_shape : tuple of int
        (H, W) or (C, H, W) of one image; by default that of the splits, or a square if the features can fill one.
    notes : str
        What one has to know about these data, such as what was changed when they were read.
    """

    train: Split
    valid: Split
    test: Split
    name: str = "custom"
    classes: tuple[str, ...] = ()
    image_shape: tuple[int, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        """Check that the three splits belong together, and fill in what was left out."""
        for part in SPLIT_NAMES:
            if not isinstance(getattr(self, part), Split):
                raise TypeError(f"expected a Split for {part}, got {type(getattr(self, part)).__name__}: "
                                "make one with Split(images, labels)")
        shapes = {part: split.images.shape[1:] for part, split in self.splits.items()}
        drawn = [split.image_shape for split in self.splits.values() if len(split.image_shape) > 1]
        if len(set(shapes.values())) > 1 or len(set(drawn)) > 1:
            shapes = {part: split.image_shape for part, split in self.splits.items()}
            raise ValueError(f"expected images of one shape in every split, got {shapes}")
        highest = max(int(split.labels.max()) for split in self.splits.values())
        object.__setattr__(self, "classes", tuple(self.classes) or tuple(str(i) for i in range(highest + 1)))
        likely = drawn[0] if drawn else shapes["train"]
        if len(likely) == 1 and math.isqrt(likely[0]) ** 2 == likely[0]:
            likely = (math.isqrt(likely[0]),) * 2
        object.__setattr__(self, "image_shape", tuple(self.image_shape) or likely)
        if highest >= len(self.classes):
            raise ValueError(f"expected labels below {len(self.classes)}, one for each class, got {highest}")
        if math.prod(self.image_shape) != math.prod(shapes["train"]):
            raise ValueError(f"expected images of {self.image_shape}, got {shapes['train']}")

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name."""
        return {part: getattr(self, part) for part in SPLIT_NAMES}

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of all images and labels, with shapes and types, as hexadecimal digits; computed once, then kept."""
        digest = hashlib.sha256()
        for part, split in self.splits.items():
            for array in (split.images, split.labels):
                digest.update(f"{part} {array.dtype.str} {array.shape}\n".encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __repr__(self) -> str:
        """Say what the data set holds."""
        size = " x ".join(str(side) for side in self.image_shape)
        return (f"Dataset({self.name!r}: {len(self.train):,} training, {len(self.valid):,} validation and "
                f"{len(self.test):,} test images of {size}, {len(self.classes)} classes)")
