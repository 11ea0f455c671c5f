import hashlib
import pickle
from dataclasses import replace

import numpy as np
import pytest

from mlp_core.splits import Dataset, Split

IMAGES = np.linspace(0, 1, 24).reshape(6, 4)
LABELS = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def split():
    return Split(IMAGES, LABELS)


def test_labels_become_int64_and_images_keep_their_float_type():
    for dtype in ("float32", "float64"):
        split = Split(IMAGES.astype(dtype), LABELS.astype(np.uint8))
        assert split.images.dtype == dtype
        assert split.labels.dtype == np.int64


@pytest.mark.parametrize(("given", "kept"), [
    ("float16", "float32"), (">f4", "float32"), (">f8", "float64"), ("longdouble", "float64"),
])
def test_other_floats_lose_no_digit_that_float64_has(given, kept):
    images = Split(IMAGES.astype(given), LABELS).images
    assert images.dtype == np.dtype(kept)
    np.testing.assert_array_equal(images, IMAGES.astype(given).astype(kept))


def test_images_become_contiguous_and_flat():
    assert Split(np.asfortranarray(IMAGES), LABELS).images.flags.c_contiguous
    assert Split(IMAGES.reshape(6, 2, 2), LABELS).images.shape == (6, 4)
    assert Split(IMAGES.reshape(6, 1, 2, 2), LABELS).images.shape == (6, 1, 2, 2)


def test_lists_are_accepted():
    assert len(Split([[0.5, 1.0], [0.0, 0.25]], [1, 0])) == 2


@pytest.mark.parametrize(("images", "labels", "message"), [
    (IMAGES, LABELS[:5], "one label for each image, got 6 images and 5 labels"),
    (IMAGES[:0], LABELS[:0], r"none of them 0, got \(0, 4\)"),
    (IMAGES[0], LABELS, r"shape \(n, features\), .*got \(4,\)"),
    (np.where(IMAGES == 0, np.nan, IMAGES), LABELS, "finite images, got nan in image 0"),
    (np.where(IMAGES == 1, -np.inf, IMAGES), LABELS, "finite images, got -inf in image 5"),
    (IMAGES, -LABELS, "labels from 0, got -2 at index 2"),
    (IMAGES, np.eye(6, dtype=int), r"labels of shape \(n,\).*one_hot.argmax"),
    (IMAGES, LABELS[:, None], r"labels\[:, 0\]"),
    (IMAGES, np.ones((6, 3), int), "several labels of one image"),
    (IMAGES, LABELS.astype(np.uint64) + np.uint64(2**63), r"labels below 65,536, got 922\d* at index 2"),
    (IMAGES, LABELS + 2**28, "below 65,536, got 268435458"),
    (IMAGES.reshape(6, 4).repeat(30, 1).reshape(6, 8, 5, 3), LABELS, r"channels come last: pass images.transpose"),
    (IMAGES.astype(np.longdouble) * np.longdouble("1e600"), LABELS, "finite images, got inf in image 0"),
    (IMAGES, [], r"labels of shape \(n,\), n > 0, got \(0,\)"),
])
def test_wrong_values_are_refused_with_what_was_expected(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Split(images, labels)


@pytest.mark.parametrize(("images", "labels", "message"), [
    ((IMAGES * 255).astype(np.uint8), LABELS, "got uint8: divide pixels by 255"),
    (IMAGES.astype(str), LABELS, "floating-point type, got <U"),
    (IMAGES.astype(object), LABELS, "floating-point type, got object"),
    (IMAGES.astype(complex), LABELS, "floating-point type, got complex128"),
    (IMAGES, LABELS.astype(float), "integer type, got float64"),
    (IMAGES, LABELS > 0, r"integer type, got bool: pass labels.astype\(int\)"),
    (IMAGES, list("abcdef"), "integer type, got <U1"),
])
def test_wrong_types_are_refused_with_what_was_expected(images, labels, message):
    with pytest.raises(TypeError, match=message):
        Split(images, labels)


def test_a_slice_shares_memory_and_indices_select_in_order(split):
    assert np.shares_memory(split[2:4].images, split.images)
    np.testing.assert_array_equal(split.take([5, 0]).images, IMAGES[[5, 0]])
    np.testing.assert_array_equal(split[LABELS == 1].labels, [1, 1])
    assert split[::2].images.flags.c_contiguous


def test_an_index_that_selects_nothing_or_one_image_is_refused(split):
    with pytest.raises(ValueError, match="selects some of 6 images"):
        split[6:]
    with pytest.raises(TypeError, match=r"write split\[2:3\]"):
        split[2]
    with pytest.raises(IndexError):
        split.take([6])


def test_a_split_cannot_be_changed_by_assignment_and_can_be_pickled(split):
    with pytest.raises(AttributeError):
        split.labels = LABELS
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(split)).images, IMAGES)


def test_astype_casts_the_images_only(split):
    assert split.astype("float32").images.dtype == np.float32
    assert split.astype("float64").images is split.images


def test_a_dataset_fills_in_classes_and_image_shape(split):
    data = Dataset(split, split[:3], split[3:])
    assert data.classes == ("0", "1", "2")
    assert data.image_shape == (2, 2)
    assert Dataset(split, split, split, image_shape=(1, 4)).image_shape == (1, 4)
    assert "6 training, 3 validation and 3 test images of 2 x 2, 3 classes" in repr(data)


def test_images_that_are_not_square_keep_their_shape():
    split = Split(IMAGES.reshape(6, 1, 4), LABELS)
    part = split[:2].astype("float32")
    assert split.image_shape == part.image_shape == (1, 4)
    assert Dataset(split, part, split).image_shape == (1, 4)
    assert Dataset(Split(IMAGES, LABELS), part, split).image_shape == (1, 4)
    with pytest.raises(ValueError, match="one shape in every split"):
        Dataset(split, Split(IMAGES.reshape(6, 4, 1), LABELS), split)
    with pytest.raises(ValueError, match=r"expected images of \(3, 3\), got \(4,\)"):
        Split(IMAGES, LABELS, image_shape=(3, 3))


def test_a_dataset_refuses_splits_that_do_not_belong_together(split):
    with pytest.raises(ValueError, match="one shape in every split"):
        Dataset(split, Split(IMAGES[:, :3], LABELS), split)
    with pytest.raises(ValueError, match="labels below 2, one for each class, got 2"):
        Dataset(split, split, split, classes=("a", "b"))
    with pytest.raises(ValueError, match=r"images of \(3, 3\), got \(4,\)"):
        Dataset(split, split, split, image_shape=(3, 3))
    with pytest.raises(TypeError, match="expected a Split for valid, got tuple"):
        Dataset(split, (IMAGES, LABELS), split)


def test_the_digest_is_that_of_the_content_of_all_splits(split):
    data = Dataset(split, split[:3], split[3:])
    assert data.sha256 == Dataset(Split(IMAGES.copy(), LABELS), split[:3], split[3:], "other").sha256
    assert len(data.sha256) == len(hashlib.sha256().hexdigest())
    digests = {data.sha256, replace(data, train=split[:5]).sha256, replace(data, test=split[2:5]).sha256,
               replace(data, train=split.astype("float32")).sha256,
               replace(data, train=Split(IMAGES, LABELS[::-1])).sha256}
    assert len(digests) == 5
