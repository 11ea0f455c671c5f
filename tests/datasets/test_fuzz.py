"""Thousands of damaged files: each loads the exact data or raises DatasetError, in little memory and time."""

import io
import tracemalloc

import numpy as np
import pytest
from mutations import COUNTS, FEW, MANY, bounded, mutate, mutate_inside

from mlp_core.datasets.catalogue import read_folder
from mlp_core.datasets.idx import to_idx
from mlp_core.datasets.local import load_path
from mlp_core.storage.files import DatasetError

FORMS = ("idx", "gz", "npz", "pickle0", "pickle2", "pickle4", "pickle5")
OWN = (*FORMS, "medmnist", "emnist")


def damage(files, rng):
    """Return one of the files, damaged outside or inside, or with the content of another."""
    names = list(files)
    name = names[rng.integers(len(names))]
    how = rng.integers(8)
    if how == 0 and len(names) > 1:
        return {name: files[names[rng.integers(len(names))]]}
    return {name: (mutate if how < 4 else mutate_inside)(files[name], rng)}


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.fixture
def make_own(make_files, arrays):
    """Return the files of a data set without known digests, in one of the forms or layouts."""
    def make(form):
        images, labels = arrays[0], np.arange(12, dtype=np.uint8) % 3
        if form == "medmnist":
            file = io.BytesIO()
            np.savez(file, **{f"{part}_{kind}": array for part in ("train", "val", "test") for kind, array in
                              (("images", np.stack([images] * 3, axis=3)), ("labels", labels[:, None]))})
            return {"mine.npz": file.getvalue()}
        return {f"emnist-letters-{part}-{kind}": to_idx(array) for part in ("train", "test") for kind, array in
                (("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels + 1))}
    return lambda form: make_files(form) if form in FORMS else make(form)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_loads_exactly_or_is_refused_by_name(form, count, arrays, make_source, make_files, write,
                                                            traced, tmp_path):
    rng = np.random.default_rng(FORMS.index(form))
    files, source = make_files(form), make_source()
    refused = 0
    write(tmp_path, files)
    for _ in range(count):
        damaged = damage(files, rng)
        write(tmp_path, damaged)
        try:
            with bounded():
                loaded = read_folder(source, tmp_path)
        except DatasetError as error:
            refused += 1
            assert str(tmp_path) in str(error)  # noqa: PT017
        else:
            assert all(np.array_equal(one, other) for one, other in zip(loaded, arrays, strict=True))
        if len(files) > 1:
            write(tmp_path, {name: files[name] for name in damaged})
    assert count // 2 < refused < count  # the damage is neither harmless nor always fatal


@pytest.mark.parametrize("count", [FEW // 8, pytest.param(MANY, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", OWN)
def test_a_damaged_file_of_ones_own_loads_or_is_refused(form, count, make_own, write, traced, tmp_path):
    rng = np.random.default_rng(OWN.index(form))
    files = make_own(form)
    write(tmp_path, files)
    for _ in range(count):
        damaged = damage(files, rng)
        write(tmp_path, damaged)
        path = tmp_path if len(files) > 1 else tmp_path / next(iter(damaged))
        try:
            with bounded():
                data = load_path(path)
        except DatasetError as error:
            assert str(path) in str(error)  # noqa: PT017
        else:
            assert np.isfinite(data.train.images).all()
        write(tmp_path, {name: files[name] for name in damaged})
