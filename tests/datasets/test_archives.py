import gzip
import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from mlp_core.storage import files
from mlp_core.storage.archives import read_npz, write_npz
from mlp_core.storage.files import DatasetError

LIMIT = 100_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.npz"


def npy(array_or_header):
    """Return a `.npy` file, of an array or of a header alone."""
    file = io.BytesIO()
    if isinstance(array_or_header, np.ndarray):
        np.save(file, array_or_header)
        return file.getvalue()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(array_or_header)) + array_or_header


def zipped(content, name="images.npy", **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("dtype", ["u1", "<f4", ">f8", "i8", "?"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_numpy_wrote_them(save, dtype, path):
    images, labels = np.asfortranarray(np.arange(6).reshape(2, 3).astype(dtype)), np.array([1, 0])
    save(path, images=images, labels=labels)
    arrays = read_npz(path, LIMIT)
    np.testing.assert_array_equal(arrays["images"], images, strict=True)
    np.testing.assert_array_equal(arrays["labels"], labels, strict=True)


@pytest.mark.parametrize(("content", "fault"), [
    (b"", "damaged archive"),
    (b"PK\3\4 no archive", "damaged archive"),
    (zipped(b"no array"), "images.npy: expected an array of numbers, got b'no array'"),
    (zipped(npy(np.arange(9))[:-1]), "promises shape"),
    (zipped(npy(np.zeros((0, 3)))), "holds no elements"),
    (zipped(npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n")), "promises shape"),
    (zipped(npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n") + bytes(8)), "an array of numbers"),
    (zipped(npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }\n") + bytes(8)), "an array of numbers"),
    (zipped(npy(np.array(["text"]))), "expected an array of numbers, got dtype <U4"),
    (zipped(npy(np.zeros(2, "f4,i4"))), "expected an array of numbers"),
    (zipped(npy(np.zeros(50_000))), "too large: expected at most .* bytes"),
    (zipped(npy(np.arange(3)), compression=zipfile.ZIP_BZIP2), "another compression"),
])
def test_a_damaged_archive_is_named_with_its_fault(content, fault, path):
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"data.npz: .*{fault}"):
        read_npz(path, LIMIT)


def test_an_object_array_is_refused_without_being_unpickled(path, tmp_path):
    class Touch:
        def __reduce__(self):
            return (open, (str(tmp_path / "run"), "w"))

    np.savez(path, images=np.array([Touch()], dtype=object))
    with pytest.raises(DatasetError, match="objects are never loaded"):
        read_npz(path, LIMIT)
    assert not (tmp_path / "run").exists()


def test_a_member_that_lies_about_its_size_is_stopped_there(path):
    content = zipped(npy(np.zeros(4_000_000)), compression=zipfile.ZIP_DEFLATED)
    size = struct.pack("<L", len(npy(np.zeros(4_000_000))))
    path.write_bytes(content.replace(size, struct.pack("<L", 500)))
    tracemalloc.start()
    with pytest.raises(DatasetError, match="damaged archive"):
        read_npz(path, 1 << 16)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_an_archive_of_very_many_members_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(4097):
            archive.writestr(f"{index}.npy", b"")
    with pytest.raises(DatasetError, match="at most 4096 arrays"):
        read_npz(path, 10 * LIMIT)


def test_a_bomb_far_below_the_limit_is_refused_for_what_it_grows_to(path, monkeypatch):
    monkeypatch.setattr(files, "ROOM", 10_000)
    np.savez_compressed(path, images=np.zeros(1 << 20, np.uint8))  # a thousandth of its size
    with pytest.raises(DatasetError, match="it declares 1,048,704"):
        read_npz(path, 1 << 30)
    path.write_bytes(gzip.compress(bytes(1 << 22)))
    with pytest.raises(DatasetError, match="too large"):
        files.read_bytes(path, 1 << 30)


def test_an_array_twice_in_an_archive_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", npy(np.arange(3)))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("images.npy", npy(np.arange(4)))
    with pytest.raises(DatasetError, match="two of one name"):
        read_npz(path, LIMIT)


def test_what_could_not_be_read_is_not_written(path):
    for array in (np.array(["text"]), np.array([None]), np.zeros((0, 2)), np.zeros((1,) * 9), np.zeros(20_000)):
        with pytest.raises(ValueError, match="expected"):
            write_npz(path, {"images": array}, LIMIT)
    assert not path.exists()
