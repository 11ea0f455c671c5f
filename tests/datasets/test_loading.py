import gzip
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp_core.datasets import DatasetError, cache, load_dataset
from mlp_core.datasets import loading as datasets
from mlp_core.datasets.idx import to_idx


@pytest.fixture(scope="module")
def embedded():
    return load_dataset("mnist-5k")


@pytest.fixture
def letters(tmp_path, monkeypatch):
    """Return a folder named by MLP_CORE_DATA, for a notMNIST.npz."""
    (tmp_path / "notmnist").mkdir()
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path))
    return tmp_path / "notmnist"


def test_mnist_5k_is_split_stratified(embedded):
    for split, count in ((embedded.train, 300), (embedded.valid, 100), (embedded.test, 100)):
        assert np.bincount(split.labels).tolist() == [count] * 10
        assert len(np.unique(split.labels[:30])) > 5  # shuffled, not sorted by class


def test_mnist_5k_has_the_form_that_training_expects(embedded):
    images = embedded.train.images
    assert images.dtype == np.float32
    assert images.flags.c_contiguous
    assert images.shape == (3_000, 784)
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert embedded.classes == tuple("0123456789")


def test_mnist_5k_is_the_same_for_ever(embedded):
    assert embedded.sha256 == "c90e81f3c76d0ce67e741cdd36a75e7fa70ba3358f42812ff5f194c6a6ad539d"


def test_mnist_5k_has_no_image_twice(embedded):
    images = {image.tobytes() for split in embedded.splits.values() for image in split.images}
    assert len(images) == 5_000


def test_a_damaged_installation_is_reported(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(datasets, "files", lambda package: tmp_path)
    with pytest.raises(DatasetError, match="mnist_5k.csv.gz: no such file"):
        load_dataset("mnist-5k")
    for content in (b"not,numbers\n", b"1,2\n3,4\n", b""):
        (tmp_path / "data" / "mnist_5k.csv.gz").write_bytes(content)
        with pytest.raises(DatasetError, match="mnist_5k.csv.gz: "):
            load_dataset("mnist-5k")


@pytest.mark.parametrize(("name", "hint"), [("mnits", "mnist"), ("MNIST", "mnist"), ("fashion_mnist", "fashion-mnist")])
def test_an_unknown_name_is_answered_with_the_known_ones(name, hint):
    with pytest.raises(ValueError, match=f"did you mean '{hint}'.*mnist-5k, mnist, fashion-mnist, notmnist"):
        load_dataset(name)


def test_something_else_than_a_name_is_refused():
    with pytest.raises(TypeError, match="expected the name of a data set or a path, got int"):
        load_dataset(5)


def test_a_folder_variable_that_names_nothing_is_an_error_and_not_a_download(monkeypatch, tmp_path):
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path / "missing"))
    with pytest.raises(DatasetError, match="MLP_CORE_DATA=.*missing: no such folder"):
        load_dataset("mnist")


def test_a_wrong_local_file_is_an_error_and_not_replaced(monkeypatch, tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte").write_bytes(b"something else")
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path))
    monkeypatch.setattr(cache, "from_cache", lambda *_, **__: pytest.fail("asked the cache"))
    with pytest.raises(DatasetError, match="mnist: the files of mnist are incomplete: train-labels-idx1-ubyte.gz"):
        load_dataset("mnist")
    for name in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (tmp_path / "mnist" / name).write_bytes(b"something else")
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte: not an IDX file"):
        load_dataset("mnist")


def test_other_images_in_the_files_of_fashion_mnist_are_refused(monkeypatch, tmp_path):
    (tmp_path / "fashion-mnist").mkdir()
    for part in datasets.SOURCES["fashion-mnist"].parts:
        (tmp_path / "fashion-mnist" / part.name).write_bytes(to_idx(np.zeros(part.shape, np.uint8)))
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path))
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte: not the file it should be"):
        load_dataset("fashion-mnist")


def test_notmnist_npz_is_shuffled_as_the_published_report_did(letters):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (16_100, 28, 28)).astype(np.uint8), rng.integers(0, 10, 16_100)
    np.savez(letters / "notMNIST.npz", images=images, labels=labels)
    data = load_dataset("notmnist")
    order = np.arange(16_100)
    np.random.RandomState(521).shuffle(order)
    assert [len(split) for split in data.splits.values()] == [15_000, 1_000, 100]
    np.testing.assert_array_equal(data.train.labels, labels[order[:15_000]])
    np.testing.assert_array_equal(data.test.images, images[order[16_000:]].reshape(100, 784) / np.float32(255))
    assert data.classes == tuple("ABCDEFGHIJ")


@pytest.mark.parametrize("arrays", [
    {"images": np.zeros((100, 28, 28), np.uint8), "labels": np.zeros(100, np.uint8)},
    {"images": np.zeros((16_100, 2, 2), np.uint8), "labels": np.zeros(16_100, np.uint8)},
    {"images": np.zeros((16_100, 28, 28), np.uint8), "labels": np.zeros(50, np.uint8)},
    {"images": np.zeros((16_100, 28, 28), np.uint8), "labels": np.full(16_100, 10)},
    {"pictures": np.zeros(3)},
    {"images": np.array(1), "labels": np.array(1)},
])
def test_a_wrong_notmnist_npz_is_refused(arrays, letters):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    (letters / "notMNIST.npz").write_bytes(file.getvalue())
    with pytest.raises(DatasetError, match="notMNIST.npz: "):
        load_dataset("notmnist")


def test_a_path_is_loaded_as_a_data_set_of_ones_own(tmp_path):
    np.savez(tmp_path / "mine.npz", images=np.arange(80, dtype=np.uint8).reshape(20, 2, 2), labels=np.arange(20) % 2)
    for path in (tmp_path / "mine.npz", str(tmp_path / "mine.npz")):
        assert load_dataset(path).name == "mine"
    with pytest.raises(DatasetError, match="other.npz: no such file"):
        load_dataset(tmp_path / "other.npz")


def test_importing_the_module_loads_no_networking_library():
    program = "import sys, mlp_core.datasets; print({'platformdirs', 'requests', 'tqdm', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.mnist
def test_the_real_mnist_has_its_published_proportions(real_data):
    data = load_dataset("mnist")
    assert [len(split) for split in data.splits.values()] == [50_000, 10_000, 10_000]
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    known = np.concatenate([data.train.images.mean(axis=1), data.valid.images.mean(axis=1)])
    assert round(float(known.mean()), 4) == 0.1307
    assert data.train.images.flags.c_contiguous


@pytest.mark.mnist
def test_mnist_5k_is_a_part_of_the_real_training_images(real_data, embedded):
    data = load_dataset("mnist")
    known = {image.tobytes() for split in (data.train, data.valid) for image in split.images}
    assert all(image.tobytes() in known for split in embedded.splits.values() for image in split.images)
    assert not {image.tobytes() for image in embedded.train.images} & {image.tobytes() for image in data.test.images}


def assert_equal(data, other):
    for part, split in data.splits.items():
        np.testing.assert_array_equal(split.images, other.splits[part].images, strict=True)
        np.testing.assert_array_equal(split.labels, other.splits[part].labels, strict=True)


@pytest.mark.mnist
@pytest.mark.long
def test_the_real_mnist_is_the_same_from_every_format(real_data, tmp_path, monkeypatch):
    data = load_dataset("mnist")
    pixels = {part: np.rint(split.images * 255).astype(np.uint8) for part, split in data.splits.items()}
    (tmp_path / "mnist").mkdir()
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path))
    np.savez(tmp_path / "mnist" / "mnist.npz", x_test=pixels["test"], y_test=data.test.labels,
             x_train=np.concatenate([pixels["train"], pixels["valid"]]).reshape(-1, 28, 28),
             y_train=np.concatenate([data.train.labels, data.valid.labels]))
    assert_equal(load_dataset("mnist"), data)
    (tmp_path / "mnist" / "mnist.npz").unlink()
    test = (pixels["test"].astype(np.float32) / 256, data.test.labels)
    triple = ((pixels["train"], data.train.labels), (pixels["valid"], data.valid.labels), test)
    with gzip.open(tmp_path / "mnist" / "mnist.pkl.gz", "wb", compresslevel=1) as file:
        pickle.dump(triple, file, protocol=4)
    assert_equal(load_dataset("mnist"), data)


@pytest.mark.mnist
def test_the_real_notmnist_is_split_in_order(real_data):
    data = load_dataset("notmnist")
    assert [len(split) for split in data.splits.values()] == [8_000, 1_000, 1_000]
    assert data.train.labels[:5].tolist() == [3, 5, 9, 2, 7]


@pytest.fixture
def real_data():
    """Skip where the variable does not name a folder with the real files."""
    if not (Path(os.environ.get("MLP_CORE_DATA", "/nowhere")) / "mnist").is_dir():
        pytest.skip("MLP_CORE_DATA does not name a folder with the real MNIST")
