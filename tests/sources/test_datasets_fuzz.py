"""Thousands of damaged files: each loads the exact data or raises DatasetError, in little memory and time."""

import gzip
import io
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from mlp_core.sources.catalogue import read_folder
from mlp_core.sources.files import DatasetError
from mlp_core.sources.local import load_path

FORMS = ("idx", "gz", "npz", "pickle0", "pickle2", "pickle4", "pickle5")
MUTATIONS = 300
MOST_MEMORY = 4 << 20
MOST_SECONDS = 2.0
HUGE = [(10**12).to_bytes(8, "big"), (10**12).to_bytes(8, "little"), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0" * 4,
        b"9" * 12, b"(1000000000000,)"]


def mutate(content, rng):
    """Damage some bytes: cut, flip, overwrite, swap, repeat, remove, or plant a huge number."""
    at, end = sorted(int(place) for place in rng.integers(0, len(content) + 1, 2))
    near = int(rng.integers(0, min(64, len(content))))
    huge = HUGE[rng.integers(len(HUGE))]
    flipped = bytes([content[near] ^ (1 << int(rng.integers(8)))])
    return [
        lambda: content[:at],
        lambda: content[:near] + flipped + content[near + 1:],
        lambda: content[:at] + rng.bytes(3) + content[at + 3:],
        lambda: content[at:end] + content[:at] + content[end:],
        lambda: content[:end] + content[at:],
        lambda: content[:at] + content[end:],
        lambda: content[:near] + huge + content[near + len(huge):],
        lambda: content[:at] + huge + content[at:],
        lambda: rng.bytes(len(content)),
    ][rng.integers(9)]()


def mutate_inside(content, rng):
    """Damage what is compressed, and compress it again, so that no checksum saves the parsers behind it."""
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(mutate(gzip.decompress(content), rng), compresslevel=1)
    if content[:2] != b"PK":
        return mutate(content, rng)
    out, victim = io.BytesIO(), int(rng.integers(4))
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for index, name in enumerate(old.namelist()):
            new.writestr(name, mutate(old.read(name), rng) if index == victim else old.read(name))
    return out.getvalue()


def damage(files, rng):
    """Return one of the files, damaged outside or inside, or with the content of another."""
    names = list(files)
    name = names[rng.integers(len(names))]
    how = rng.integers(8)
    if how == 0 and len(names) > 1:
        return {name: files[names[rng.integers(len(names))]]}
    return {name: (mutate if how < 4 else mutate_inside)(files[name], rng)}


@pytest.fixture
def measured():
    """Return a function that runs another, and fails where that takes too much memory or time."""
    def run(function, *args):
        tracemalloc.reset_peak()
        before, start = tracemalloc.get_traced_memory()[0], time.perf_counter()
        try:
            return function(*args)
        finally:
            assert tracemalloc.get_traced_memory()[1] - before < MOST_MEMORY
            assert time.perf_counter() - start < MOST_SECONDS
    tracemalloc.start()
    yield run
    tracemalloc.stop()


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_loads_exactly_or_is_refused_by_name(form, arrays, make_source, make_files, write, measured,
                                                            tmp_path):
    rng = np.random.default_rng(FORMS.index(form))
    files, source = make_files(form), make_source()
    refused = 0
    write(tmp_path, files)
    for _ in range(MUTATIONS):
        damaged = damage(files, rng)
        write(tmp_path, damaged)
        try:
            loaded = measured(read_folder, source, tmp_path)
        except DatasetError as error:
            refused += 1
            assert str(tmp_path) in str(error)  # noqa: PT017
        else:
            assert all(np.array_equal(one, other) for one, other in zip(loaded, arrays, strict=True))
        if len(files) > 1:
            write(tmp_path, {name: files[name] for name in damaged})
    assert MUTATIONS // 2 < refused < MUTATIONS  # the damage is neither harmless nor always fatal


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_of_ones_own_loads_or_is_refused(form, make_files, write, measured, tmp_path):
    rng = np.random.default_rng(FORMS.index(form))
    files = make_files(form)
    write(tmp_path, files)
    for _ in range(MUTATIONS // 8):
        damaged = damage(files, rng)
        write(tmp_path, damaged)
        path = tmp_path if len(files) > 1 else tmp_path / next(iter(damaged))
        try:
            data = measured(load_path, path)
        except DatasetError as error:
            assert str(path) in str(error)  # noqa: PT017
        else:
            assert np.isfinite(data.train.images).all()
        write(tmp_path, {name: files[name] for name in damaged})
