"""Files as MedMNIST, EMNIST, Kaggle, torchvision and people in a hurry write them."""

import gzip

import numpy as np
import pytest

from mlp_core.datasets import load_dataset
from mlp_core.datasets.idx import to_idx
from mlp_core.datasets.local import load_path
from mlp_core.storage.files import DatasetError

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 6, 5)).astype(np.uint8)
LABELS = (np.arange(60) % 3).astype(np.uint8)
COLOR = np.random.default_rng(1).integers(0, 256, (60, 6, 5, 3)).astype(np.uint8)


@pytest.fixture
def load(tmp_path):
    def load(**arrays):
        np.savez(tmp_path / "mine.npz", **arrays)
        return load_dataset(tmp_path / "mine.npz")
    return load


@pytest.fixture
def folder(tmp_path):
    def write(*names, images=IMAGES, labels=LABELS):
        for name in names:
            content = to_idx(labels if "labels" in name else images)
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return tmp_path
    return write


def sizes(data):
    return [len(split) for split in data.splits.values()]


@pytest.mark.parametrize("images", [IMAGES, IMAGES.astype(np.int64), IMAGES.astype(np.float32), IMAGES.astype(float),
                                    IMAGES.astype(">u2"), IMAGES / 255])
def test_pixels_of_0_to_255_and_of_0_to_1_mean_the_same(load, images):
    data, expected = load(images=images, labels=LABELS), load(images=IMAGES, labels=LABELS)
    np.testing.assert_allclose(data.train.images, expected.train.images, rtol=1e-6)
    assert data.image_shape == (6, 5)


@pytest.mark.parametrize("images", [(IMAGES > 127), (IMAGES > 127).astype(np.int64), (IMAGES > 127).astype(float)])
def test_black_and_white_pixels_keep_their_contrast(load, images):
    assert set(np.unique(load(images=images, labels=LABELS).train.images)) == {0, 1}


def test_standardized_floats_stay_as_they_are(load):
    images = (IMAGES - 127.5) / 60
    assert load(images=images, labels=LABELS).train.images.min() == images.min()


@pytest.mark.parametrize("images", [IMAGES // 16, IMAGES / 16, IMAGES // 64, IMAGES.astype(int) * 2, IMAGES * 1.5,
                                    IMAGES.astype(int) - 128, IMAGES - 128.0, IMAGES.astype(np.int8)])
def test_another_scale_is_refused_with_what_to_do(load, images):
    with pytest.raises(DatasetError, match="expected pixels from 0 to 255 .*got .*: divide them by the largest value"):
        load(images=images, labels=LABELS)


@pytest.mark.parametrize("test", [IMAGES / 255, (IMAGES > 9).astype(np.uint8)])
def test_splits_of_different_scales_are_refused(load, test):
    with pytest.raises(DatasetError, match="in every split"):
        load(x_train=IMAGES, y_train=LABELS, x_test=test, y_test=LABELS)


def test_the_same_pixel_everywhere_is_refused(load):
    with pytest.raises(DatasetError, match="images that differ, got 7 in every pixel"):
        load(images=np.full_like(IMAGES, 7), labels=LABELS)


@pytest.mark.parametrize("images", [COLOR, COLOR.transpose(0, 3, 1, 2), np.concatenate([COLOR, COLOR[..., :1]], 3)])
def test_color_comes_with_its_channels_first(load, images):
    data = load(images=images, labels=LABELS)
    assert data.image_shape in ((3, 6, 5), (4, 6, 5))
    test = load(x_train=images, y_train=LABELS, x_test=images, y_test=LABELS).test.images
    np.testing.assert_allclose(test[:, 1] * 255, COLOR[..., 1], rtol=1e-6)


@pytest.mark.parametrize("shape", [(60, 6, 5, 2), (60, 6, 5, 5), (60, 3, 10, 3), (60, 2, 2, 2, 2)])
def test_what_may_be_channels_or_rows_is_refused(load, shape):
    with pytest.raises(DatasetError, match=r"expected images of shape .*\(n, C, H, W\)"):
        load(images=np.resize(IMAGES, shape), labels=LABELS)


def test_medmnist_is_read(load):
    column = LABELS[:, None]
    arrays = {"train_images": COLOR, "train_labels": column, "val_images": COLOR[:9], "val_labels": column[:9],
              "test_images": COLOR[:6], "test_labels": column[:6]}
    data = load(**arrays)
    assert (sizes(data), data.image_shape) == ([60, 9, 6], (3, 6, 5))
    np.testing.assert_array_equal(data.train.labels, LABELS)


@pytest.mark.parametrize("names", [("x_val", "y_val"), ("X_valid", "Y_valid"), ("val_images", "val_labels"),
                                   ("x_dev", "y_dev"), ("valid_x", "valid_y"),
                                   ("validation_images", "validation_labels")])
def test_validation_images_are_used_without_a_test_part(load, names):
    arrays = {names[0]: IMAGES[:9], names[1]: LABELS[:9]}
    data = load(X_train=IMAGES, y_train=LABELS, **arrays)
    assert sizes(data) == [54, 9, 6]
    np.testing.assert_array_equal(data.valid.labels, LABELS[:9])


@pytest.mark.parametrize("extra", [{"x_val": IMAGES}, {"weights": LABELS}, {"images": IMAGES, "labels": LABELS},
                                   {"x_holdout": IMAGES, "y_holdout": LABELS}, {"arr_0": IMAGES}])
def test_an_array_without_a_place_is_named_and_not_ignored(load, extra):
    with pytest.raises(DatasetError, match=f"nothing else, got .*{next(iter(extra))}"):
        load(x_train=IMAGES, y_train=LABELS, **extra)


@pytest.mark.parametrize(("labels", "advice"), [
    (LABELS + 1, "labels from 0, got 1 to 3: save labels - 1"),
    (LABELS * 2, r"got none of 1 3: save np.unique"),
    (np.where(LABELS == 2, 2**28, LABELS.astype(int)), "labels below 65,536, got 268435456"),
    (np.where(LABELS == 2, 1e300, LABELS), "integer type"),
    (LABELS.astype(np.uint64) + np.uint64(2**63), "labels below 65,536"),
    (LABELS > 0, r"labels.astype\(int\)"),
    (np.eye(3, dtype=int)[LABELS], "one_hot.argmax"),
    (np.ones((60, 14), int), "several labels"),
    (LABELS.astype(int) - 1, "labels from 0, got -1"),
])
def test_labels_that_do_not_count_from_0_are_refused_with_what_to_do(load, labels, advice):
    with pytest.raises(DatasetError, match=advice):
        load(images=IMAGES, labels=labels)


@pytest.mark.parametrize("names", [
    ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"), ("train-images.idx3-ubyte.gz", "train-labels-idx1-ubyte"),
    ("MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte"),
    ("raw/images-idx3-ubyte.gz", "raw/labels.idx1-ubyte.gz")])
def test_folders_of_kaggle_and_torchvision_are_read(folder, names):
    data = load_dataset(folder(*names, *(name.replace("train", "t10k") for name in names if "train" in name)))
    assert (sum(sizes(data)), data.image_shape) == (120 if "train" in names[0] else 60, (6, 5))


def test_emnist_is_set_upright_and_says_so(folder):
    names = [f"emnist-{kind}-{part}-{what}" for kind in ("letters", "digits") for part in ("train", "test")
             for what in ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")]
    path = folder(*names[:4], images=IMAGES.swapaxes(1, 2), labels=LABELS + 1)
    letters = load_dataset(path)
    np.testing.assert_allclose(letters.test.images * 255, IMAGES.reshape(60, 30), rtol=1e-6)
    assert (letters.name, letters.test.labels[:3].tolist()) == ("emnist-letters", [0, 1, 2])
    assert letters.classes[:3] == ("A", "B", "C")
    assert "upright" in letters.notes
    assert "from 0" in letters.notes
    folder(*names[4:])
    with pytest.raises(DatasetError, match="several data sets: name one of .*emnist-digits, .*emnist-letters"):
        load_dataset(path)
    assert load_dataset(path / "emnist-digits").classes == tuple("0123456789")


def test_only_idx_files_are_taken_for_emnist_by_their_name(tmp_path):
    np.savez(tmp_path / "emnist-letters.npz", images=IMAGES, labels=LABELS)
    data = load_dataset(tmp_path / "emnist-letters.npz")
    assert (data.notes, data.classes[0]) == ("", "0")


def test_images_without_labels_are_named(folder):
    with pytest.raises(DatasetError, match="t10k-images-idx3-ubyte: its labels are missing"):
        load_path(folder("images-idx3-ubyte", "labels-idx1-ubyte", "t10k-images-idx3-ubyte"))


@pytest.mark.parametrize(("name", "content", "what"), [
    ("a.csv", b"label,pixel0\n1,0\n", "a text, such as CSV"),
    ("a.gz", gzip.compress(b"1,2\n", mtime=0), "a text, such as CSV"),
    ("a.gz", b"<!DOCTYPE html>", "a web page"), ("a.npz", b"\n<html>", "a web page"), ("a.txt", b"hello", "a text"),
    ("a.npy", b"\x93NUMPY\1\0", "a single .npy array"), ("a.npz", b"\x93NUMPY\1\0", "a single .npy array"),
    ("train-images-idx3-ubyte", to_idx(IMAGES), "a single IDX file: give its folder"),
    ("a.zip", b"PK\3\4", "a zip archive"),
    ("a.npz", b"version https://git-lfs.github.com/spec/v1\n", "what Git LFS leaves .*: fetch the file with git lfs"),
    ("a.png", b"\x89PNG\r\n", "a picture"), ("a.h5", b"\x89HDF\r\n", "an HDF5 file"), ("a.pkl", b"", "an empty file"),
])
def test_another_file_is_called_by_its_name(tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=f"{name}: this is {what}") as caught:
        load_path(tmp_path / name)
    assert "pickle" not in str(caught.value)


def test_paths_are_resolved_once(tmp_path, monkeypatch, load):
    load(images=IMAGES, labels=LABELS)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load_dataset("~/mine.npz").sha256 == load_dataset("mine.npz").sha256 == load_dataset("./mine.npz").sha256
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "mnist.npz").write_bytes(b"")
    for named in ("~", "."):
        monkeypatch.setenv("MLP_CORE_DATA", named)
        with pytest.raises(DatasetError, match=str(tmp_path / "mnist" / "mnist.npz")):
            load_dataset("mnist")


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x.npz", "a\0b.npz", "x" * 5_000 + ".npz", "/dev/zero",
                                  "/dev/null", "/proc/kmsg"])
def test_what_is_no_regular_file_is_an_error_at_once(name):
    with pytest.raises(DatasetError, match="no such file|not a file|empty|damaged"):
        load_dataset(name)
