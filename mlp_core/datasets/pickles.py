"""Reading `mnist.pkl.gz` without running anything: a pickle that may hold tuples of NumPy arrays, and nothing else.

`pickle.load` runs whatever functions a file names. Here a scan first refuses every opcode that arrays do not need (and
sizes that would fill the memory), and then the few names that a pickled array contains resolve to stand-ins of this
module, which check shapes and types against the bytes that are really there.
"""

import io
import math
import pickle
import pickletools
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.storage.files import DatasetError, read_bytes

NEEDED = frozenset([
    "PROTO", "FRAME", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG",
    "LONG1", "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
    "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "EMPTY_LIST", "LIST", "APPEND", "APPENDS", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD", "PUT", "BINPUT",
    "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET", "POP", "DUP"])
OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes if opcode.name in NEEDED}
MOST_OPCODES = 2_000
DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
BYTE_ORDERS = frozenset("<>|=")


def read_pickled_arrays(path: Path, limit: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the pairs of images and labels in a pickle, compressed or not: a tuple of up to three pairs of arrays.

    `DatasetError` where the file is damaged, holds more than `limit` bytes once decompressed, or anything else; nothing
    that it names is ever run. Python 2 or 3 may have written it.
    """
    content = read_bytes(path, limit)
    try:
        _scan(content)
        return _to_pairs(_ArrayUnpickler(io.BytesIO(content), limit).load(), limit)
    except Exception as error:  # a damaged pickle can raise anything
        fault = f"{type(error).__name__}: {error}"[:200]
        raise DatasetError(f"{path}: not a pickle of image and label arrays: {fault}") from error


def _scan(content: bytes) -> None:
    """Refuse opcodes that arrays do not need; reading their arguments shows that real bytes cover every size."""
    stream = io.BytesIO(content)
    for _ in range(MOST_OPCODES):
        code = stream.read(1).decode("latin1")
        opcode = OPCODES.get(code)
        if opcode is None:
            raise pickle.UnpicklingError(f"opcode {code!r} is nothing that arrays need" if code else "it ends early")
        if opcode.name == "STOP":
            return
        # pickletools decodes the lines of Python 2 as ASCII, which bytes of images are not
        reader = stream.readline if opcode.name == "STRING" else opcode.arg and partial(opcode.arg.reader, stream)
        argument = reader() if reader else None
        if opcode.name.endswith("PUT") and int(argument or 0) > MOST_OPCODES:
            break
    raise pickle.UnpicklingError("it is more complicated than a few arrays can be")


class _ArrayUnpickler(pickle.Unpickler):
    """Resolves the names in a pickled array to harmless stand-ins."""

    def __init__(self, file: io.BytesIO, limit: int) -> None:
        super().__init__(file, encoding="latin1")
        self._room = limit

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for `module.name`, one of the five names that arrays need."""
        known = {**STAND_INS, ("_codecs", "encode"): self._encode}
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it asks for {module[:80]}.{name[:80]}, which arrays do not need")
        return known[module, name]

    def _encode(self, text: str, codec: str) -> bytes:
        """Do what `_codecs.encode` does for the bytes of an array, and no more often than memory allows."""
        self._room -= len(text)
        if codec != "latin1" or self._room < 0:
            raise pickle.UnpicklingError("it encodes more text than its arrays need")
        return text.encode("latin1")


class _DType:
    """Stands in for a pickled `numpy.dtype` of plain numbers: a name, then a byte order."""

    def __init__(self, name: str, *_: Any) -> None:
        if name not in DTYPES:
            raise pickle.UnpicklingError("an array in it holds something else than numbers")
        self.value = np.dtype(name)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take the byte order from the state, whose other entries concern structured types."""
        if state[1] not in BYTE_ORDERS:
            raise pickle.UnpicklingError("an array in it has an unknown byte order")
        self.value = self.value.newbyteorder(state[1])


class _Array:
    """Stands in for a pickled `numpy.ndarray`: keeps what the pickle says until it has been looked at."""

    def __init__(self, data: Any = None, dtype: Any = None, shape: Any = None, order: Any = "C") -> None:
        self.data, self.dtype, self.shape, self.order = data, dtype, shape, order

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.dtype, fortran, self.data = state
        self.order = "F" if fortran else "C"

    def build(self) -> np.ndarray:
        """Return the array, once its shape and type are known to fit its bytes."""
        sized = isinstance(self.data, (bytes, bytearray, str)) and isinstance(self.shape, tuple)
        if not sized or not all(type(size) is int and size > 0 for size in self.shape):
            raise pickle.UnpicklingError("an array in it is not made of bytes and a shape")
        if not isinstance(self.dtype, _DType) or math.prod(self.shape) * self.dtype.value.itemsize != len(self.data):
            raise pickle.UnpicklingError(f"an array in it promises more or less than its {len(self.data):,} bytes")
        data = self.data.encode("latin1") if isinstance(self.data, str) else self.data  # text: written by Python 2
        return np.frombuffer(data, self.dtype.value).reshape(self.shape, order="F" if self.order == "F" else "C")


STAND_INS: dict[tuple[str, str], Any] = {("numpy", "ndarray"): object(), ("numpy", "dtype"): _DType}
for _core in ("numpy.core", "numpy._core"):  # protocols up to 4, and 5
    STAND_INS |= {(f"{_core}.multiarray", "_reconstruct"): _Array, (f"{_core}.numeric", "_frombuffer"): _Array}


def _to_pairs(pairs: Any, limit: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the arrays of each (images, labels); a memory of few bytes cannot become many arrays."""
    sequences = isinstance(pairs, (tuple, list)) and all(isinstance(pair, (tuple, list)) for pair in pairs)
    if not sequences or len(pairs) not in (1, 2, 3) or any([*map(type, pair)] != [_Array, _Array] for pair in pairs):
        raise pickle.UnpicklingError("expected up to three pairs of an array of images and an array of labels")
    if sum(len(half.data) for pair in pairs for half in pair) > limit:
        raise pickle.UnpicklingError("its arrays are too large")
    return [(images.build(), labels.build()) for images, labels in pairs]
