import gzip
import pickle

import numpy as np
import pytest

from mlp_core.datasets.idx import to_idx
from mlp_core.datasets.local import load_path, stratified_split
from mlp_core.storage.files import DatasetError

IMAGES = np.arange(120, dtype=np.uint8).reshape(30, 2, 2)
LABELS = np.arange(30) % 3


def sizes(data):
    return [len(split) for split in data.splits.values()]


def test_one_array_of_images_is_split_stratified(tmp_path):
    np.savez(tmp_path / "mine.v1.npz", images=IMAGES, labels=LABELS)
    data = load_path(tmp_path / "mine.v1.npz")
    assert (data.name, sizes(data), data.image_shape) == ("mine", [24, 3, 3], (2, 2))
    assert data.test.labels.tolist() != [0, 0, 0]
    assert sorted(data.test.labels.tolist()) == [0, 1, 2]
    assert data.sha256 == load_path(tmp_path / "mine.v1.npz").sha256


def test_integer_pixels_are_scaled_and_floats_kept(tmp_path):
    np.savez(tmp_path / "whole.npz", images=IMAGES, labels=LABELS)
    np.savez(tmp_path / "floats.npz", images=IMAGES / 256, labels=LABELS.astype(float))
    whole, floats = load_path(tmp_path / "whole.npz"), load_path(tmp_path / "floats.npz")
    assert whole.train.images.dtype == np.float32
    assert floats.train.images.dtype == np.float64
    np.testing.assert_allclose(whole.train.images * 255, floats.train.images * 256, rtol=1e-6)


def test_given_splits_are_kept(tmp_path):
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:5], "y_test": LABELS[:5]}
    np.savez(tmp_path / "two.npz", **arrays)
    np.savez(tmp_path / "three.npz", x_val=IMAGES[:4], y_val=LABELS[:4], **arrays)
    assert sizes(load_path(tmp_path / "two.npz")) == [25, 5, 5]
    assert sizes(load_path(tmp_path / "three.npz")) == [30, 4, 5]


def test_a_pickle_and_a_folder_of_idx_files_are_read(tmp_path):
    flat = IMAGES.reshape(-1, 4) / np.float32(256)
    pairs = tuple((flat[:count], LABELS[:count]) for count in (30, 3, 6))
    (tmp_path / "mine.pkl.gz").write_bytes(gzip.compress(pickle.dumps(pairs)))
    assert sizes(load_path(tmp_path / "mine.pkl.gz")) == [30, 3, 6]
    (tmp_path / "images-idx3-ubyte.gz").write_bytes(gzip.compress(to_idx(IMAGES)))
    (tmp_path / "labels-idx1-ubyte").write_bytes(to_idx(LABELS))
    assert sizes(load_path(tmp_path)) == [24, 3, 3]


@pytest.mark.parametrize(("arrays", "fault"), [
    ({"pictures": IMAGES}, "expected the arrays images and labels, or x_train.*got pictures"),
    ({"images": IMAGES, "labels": LABELS[:9]}, "30 images and 9 labels"),
    ({"images": IMAGES.astype(int) * 9, "labels": LABELS}, "pixels from 0 to 255.*got 0 to 1071"),
    ({"images": IMAGES / 0.5 + np.nan, "labels": LABELS}, "finite images"),
    ({"images": IMAGES, "labels": LABELS - 1}, "labels from 0, got -1"),
    ({"images": IMAGES, "labels": LABELS + 0.5}, "labels of an integer type"),
    ({"images": IMAGES[29:], "labels": LABELS[:1]}, "at least 3 training images .*got 1"),
    ({"images": np.float64(3), "labels": LABELS}, r"got \(\)"),
])
def test_what_is_no_data_set_is_named_with_its_fault(arrays, fault, tmp_path):
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(DatasetError, match=f"mine.npz: .*({fault})"):
        load_path(tmp_path / "mine.npz")


def test_an_empty_folder_says_what_belongs_into_it(tmp_path):
    with pytest.raises(DatasetError, match="expected train-images-idx3-ubyte and train-labels-idx1-ubyte in it"):
        load_path(tmp_path)


def test_a_stratified_split_is_a_partition_in_the_same_proportions():
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    parts = stratified_split(labels, (80, 10, 10), seed=3)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(100))
    assert [np.bincount(labels[part]).tolist() for part in parts] == [[48, 24, 8], [6, 3, 1], [6, 3, 1]]


def test_a_stratified_split_depends_on_its_seed_alone():
    labels = np.arange(50) % 5
    same, again, other = (np.concatenate(stratified_split(labels, (40, 10), seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(same, again)
    assert (same != other).any()


def test_sizes_that_do_not_sum_to_the_labels_are_refused():
    with pytest.raises(ValueError, match=r"sum to 6, got \[4, 1\], which sum to 5"):
        stratified_split(np.arange(6) % 3, [4, 1])
