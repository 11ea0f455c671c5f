import builtins
import gzip
import os
import pickle
import struct
import tracemalloc

import numpy as np
import pytest

from mlp_core.datasets.pickles import read_pickled_arrays
from mlp_core.storage.files import DatasetError

LIMIT = 100_000
IMAGES = (np.arange(12).reshape(3, 4) / 256).astype(np.float32)
LABELS = np.array([1, 0, 2])
# what Python 2 wrote: arrays whose bytes are a str, their module under its old name
PYTHON_2 = (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
            b"(I1\n(I2\ntcnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x07\\xff'\ntb")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mnist.pkl.gz"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_of_every_protocol_are_read(protocol, path):
    pairs = ((IMAGES, LABELS), (np.asfortranarray(IMAGES), LABELS.astype(">i4")), (IMAGES[:1], LABELS[:1]))
    path.write_bytes(gzip.compress(pickle.dumps(pairs, protocol)))
    for read, written in zip(read_pickled_arrays(path, LIMIT), pairs, strict=True):
        np.testing.assert_array_equal(read[0], written[0], strict=True)
        np.testing.assert_array_equal(read[1], written[1], strict=True)


def test_arrays_that_python_2_pickled_are_read(path):
    path.write_bytes(b"((" + PYTHON_2 + PYTHON_2 + b"tt.")
    (images, labels), = read_pickled_arrays(path, LIMIT)
    assert images.tolist() == labels.tolist() == [7, 255]


class Malicious:
    """Runs a function with an argument when it is unpickled."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("function", [os.system, os.mkdir, os.putenv, builtins.open, builtins.exec, builtins.eval,
                                      builtins.getattr, np.load, np.fromfile, np.memmap])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_malicious_pickle_runs_nothing(function, protocol, path, monkeypatch):
    called = []
    monkeypatch.setattr(os, "system", called.append) if function is os.system else None
    for content in (Malicious(function, "touched"), ((IMAGES, Malicious(function, "touched")),)):
        path.write_bytes(gzip.compress(pickle.dumps(content, protocol)))
        with pytest.raises(DatasetError, match="mnist.pkl.gz: not a pickle of image and label arrays.*it asks for "):
            read_pickled_arrays(path, LIMIT)
    assert not called
    assert not (path.parent / "touched").exists()


@pytest.mark.parametrize(("content", "fault"), [
    (b"", "it ends early"),
    (pickle.dumps(((IMAGES, LABELS),), protocol=4)[:-40], "not enough data"),
    (pickle.dumps({"images": IMAGES}), "opcode '}' is nothing that arrays need"),
    (pickle.dumps(np.array(["text"])), "something else than numbers"),
    (pickle.dumps(((IMAGES, np.array([None])),)), "something else than numbers"),
    (pickle.dumps("text"), "up to three pairs"),
    (pickle.dumps(((IMAGES,),)), "up to three pairs"),
    (pickle.dumps([(IMAGES, LABELS)] * 4), "up to three pairs"),
    (pickle.dumps(((IMAGES, 5),)), "up to three pairs"),
    (pickle.dumps([[]] * 3_000), "more complicated"),
    (pickle.dumps(((IMAGES, LABELS),)).replace(b"K\x03K\x04", b"K\x04K\x04"), "promises more or less"),
    (b"\x80\x02]r\xff\xff\xff\x7f.", "more complicated"),
    (b"\x80\x04\x8e" + struct.pack("<Q", 10**12) + b"few.", "expected 1000000000000 bytes"),
    (b"\x80\x05\x96" + struct.pack("<Q", 10**12) + b"few.", "expected 1000000000000 bytes"),
    (b"\x80\x04\x95" + struct.pack("<Q", 10**12) + b"N.", "truncated|exhausted"),
    (b"cnumpy.core.multiarray\n_reconstruct\n(I1\nI2\nI3\ntR.", "up to three pairs"),
    (b"cnumpy\nndarray\n(I1000000000000\ntR.", "not callable"),
    (b"c__main__\nsystem\n.", "it asks for __main__.system"),
    (b"c_codecs\ndecode\n.", "it asks for _codecs.decode"),
])
def test_anything_but_arrays_is_refused_in_little_memory(content, fault, path):
    path.write_bytes(gzip.compress(content))
    tracemalloc.start()
    with pytest.raises(DatasetError, match=f"mnist.pkl.gz: not a pickle of image and label arrays.*({fault})"):
        read_pickled_arrays(path, LIMIT)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_one_large_text_cannot_become_many_arrays(path):
    text = b"X" + struct.pack("<I", 30_000) + b"a" * 30_000 + b"q\x01"
    calls = b"c_codecs\nencode\nq\x00" + text + b"".join([b"h\x00(h\x01X\x06\0\0\0latin1tR"] * 5) + b"."
    path.write_bytes(calls)
    with pytest.raises(DatasetError, match="encodes more text than its arrays need"):
        read_pickled_arrays(path, LIMIT)
