"""A data set of sixteen tiny images, in every format that the readers know."""

import gzip
import hashlib
import io
import pickle

import numpy as np
import pytest

from mlp_core.datasets.catalogue import Part, Source
from mlp_core.datasets.idx import to_idx

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    shapes = ((12, 5, 4), (12,), (4, 5, 4), (4,))
    return [rng.integers(0, 256 if len(shape) > 1 else 10, shape).astype(np.uint8) for shape in shapes]


@pytest.fixture
def npz_bytes(arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
    return file.getvalue()


@pytest.fixture
def make_source(arrays):
    def make(mirrors=("http://127.0.0.1:9/",), archive_url=""):
        parts = tuple(Part(name, array.shape, sha256=hashlib.sha256(to_idx(array)).hexdigest())
                      for name, array in zip(NAMES, arrays, strict=True))
        return Source("tiny", parts, mirrors, tuple("0123456789"), ("tiny",), ("tiny.npz", "tiny.pkl.gz"),
                      archive_url)
    return make


@pytest.fixture
def make_files(arrays, npz_bytes):
    """Return the files of the tiny data set, name to bytes, in one format."""
    def make(form):
        images, labels, test_images, test_labels = arrays
        if form == "idx":
            return {name: to_idx(array) for name, array in zip(NAMES, arrays, strict=True)}
        if form == "gz":
            return {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in make("idx").items()}
        if form == "npz":
            return {"tiny.npz": npz_bytes}
        flat = [(part.reshape(len(part), -1) / 256).astype(np.float32) for part in (images, test_images)]
        triple = ((flat[0][:8], labels[:8].astype(int)), (flat[0][8:], labels[8:].astype(int)),
                  (flat[1], test_labels.astype(int)))
        return {"tiny.pkl.gz": gzip.compress(pickle.dumps(triple, int(form.removeprefix("pickle"))), mtime=0)}
    return make


@pytest.fixture
def write():
    def write(folder, files):
        if not folder.exists():
            folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder
    return write
