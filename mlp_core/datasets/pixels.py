"""Pixels and labels as other people store them, as pixels in [0, 1] and labels from 0; what is not plain is refused."""

from collections.abc import Sequence

import numpy as np

from mlp_core.splits import MOST_CLASSES, check_labels

CHANNELS = (1, 3, 4)
DARKEST = 64  # images of 0 to 255 whose brightest pixel is darker are not told from those of another scale


def from_pixels(images: np.ndarray, divisor: int = 255) -> np.ndarray:
    """Return images divided by 255, as float32; with divisor 1 only whole numbers become float32."""
    if divisor == 1:
        return images if images.dtype.kind == "f" else images.astype(np.float32)
    return np.divide(images, np.float32(divisor), dtype=np.float32)


def find_divisor(arrays: Sequence[np.ndarray]) -> int:
    """Return what brings the pixels of all these arrays into [0, 1], 255 or 1; ValueError where it is not plain.

    Floats some of which are negative, and none large, are left alone: someone has standardized them.
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
    """Return labels as int64 of shape (n,): a column is taken as a list, whole floats as integers."""
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
