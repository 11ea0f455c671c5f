import gzip
import tracemalloc

import numpy as np
import pytest

from mlp_core.datasets.idx import read_idx, to_idx
from mlp_core.storage.files import DatasetError, read_bytes

LABELS = np.array([7, 2, 1], np.uint8)
ZIPPED = gzip.compress(to_idx(LABELS), mtime=0)  # without the time, which the names of tests must not hold


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels-idx1-ubyte"


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (2, 1, 3, 4)])
def test_an_array_survives_the_way_through_a_file(shape, path):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path.write_bytes(to_idx(array))
    np.testing.assert_array_equal(read_idx(path), array)
    path.write_bytes(gzip.compress(to_idx(array)))  # recognised by its content, whatever its name
    np.testing.assert_array_equal(read_idx(path, shape=shape), array)


@pytest.mark.parametrize(("content", "fault"), [
    (b"", "0 bytes are too few for its header"),
    (b"\0\0\x08\x01\0\0", "ends within its header"),
    (b"\x89PNG....", "not an IDX file of unsigned bytes.*got 0x89504e47"),
    (b"\0\0\x0d\x01" + to_idx(LABELS)[4:], "unsigned bytes"),
    (b"\0\0\x08\x00" + to_idx(LABELS)[4:], "unsigned bytes"),
    (to_idx(LABELS)[:-1], "promises 3 bytes.*but 2 follow"),
    (to_idx(LABELS) + b"x", "promises 3 bytes.*but 4 follow"),
    (b"\0\0\x08\x03" + b"\xff" * 12, "promises 79,228,162,458,924,105,385,300,197,375 bytes"),
    (ZIPPED[:-9], "damaged or unreadable"),
    (ZIPPED[:-8] + b"\0" * 8, "damaged or unreadable: CRC check failed"),
    (ZIPPED + b"garbage", "damaged or unreadable"),
])
def test_a_damaged_file_is_named_with_its_fault(content, fault, path):
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"labels-idx1-ubyte: .*{fault}"):
        read_idx(path)


def test_another_shape_or_content_is_refused(path):
    path.write_bytes(to_idx(LABELS))
    with pytest.raises(DatasetError, match=r"expected an array of shape \(4,\), got \(3,\)"):
        read_idx(path, shape=(4,))
    with pytest.raises(DatasetError, match=r"expected an array of shape \(2,\), got \(3,\)"):
        read_idx(path, shape=(2,))
    with pytest.raises(DatasetError, match="not the file it should be: expected SHA-256 00ff, got [0-9a-f]{64}"):
        read_idx(path, sha256="00ff")


def test_what_is_not_a_readable_file_is_refused(path):
    with pytest.raises(DatasetError, match="no such file"):
        read_idx(path)
    path.mkdir()
    with pytest.raises(DatasetError, match="not a file"):
        read_idx(path)


def test_a_gzip_bomb_is_stopped_at_the_limit(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(DatasetError, match="too large: expected at most 1,000 bytes"):
        read_bytes(path, 1_000)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
