"""Networks as ``.npz`` files: every parameter as an array, and the architecture as JSON.  Nothing in them is executed.

A file may come from anyone, so `load_network` believes nothing: it compares what each array says about itself with what
the architecture asks for before it takes memory for it, and the arrays must lie in the file uncompressed (as NumPy's
``savez`` leaves them), so that a small file cannot grow.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
import zlib
from typing import Any

import numpy as np

from mlp_core.atomic import atomic_write
from mlp_core.convolution import Conv2d, MaxPool2d
from mlp_core.layers import Dropout, Flatten, Layer, Linear, ReLU, Shape, Sigmoid, Tanh, float_dtype
from mlp_core.network import Sequential

FORMAT, VERSION, HEADER = "mlp_core network", 1, "architecture"
LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind for kind in (Linear, Conv2d, MaxPool2d, Flatten, Dropout, ReLU, Sigmoid, Tanh)
}
LONGEST_HEADER = 1_000_000  # bytes


class NetworkFileError(ValueError):
    """A file does not hold a network that this version can read."""


def save_network(network: Sequential, path: str | os.PathLike[str]) -> None:
    """Write architecture and parameters; an existing file is replaced only once the new one is complete."""
    for index, layer in enumerate(network.layers):
        if type(layer) is not LAYERS.get(type(layer).__name__):
            raise TypeError(
                f"only built-in layers can be saved; layer {index} is {layer!r}: save network.params instead"
            )
    architecture = {
        "format": FORMAT,
        "version": VERSION,
        "input_shape": network.input_shape,
        "layers": [{"kind": type(layer).__name__, **layer.config()} for layer in network.layers],
    }
    header = np.frombuffer(json.dumps(architecture).encode(), np.uint8)
    with atomic_write(path) as file:
        np.savez(file, **{HEADER: header}, **network.params)  # type: ignore[arg-type]


def load_network(path: str | os.PathLike[str]) -> Sequential:
    """Read a network written by `save_network`.

    Raises
    ------
    NetworkFileError
        If the file is no such file, is damaged, or was written by a later version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return read_network(archive)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OverflowError) as error:
        raise NetworkFileError(f"{os.fspath(path)!r} is not a readable .npz file: {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NetworkFileError(f"{os.fspath(path)!r} does not hold a network: {error}") from error


def read_network(archive: zipfile.ZipFile) -> Sequential:
    """Build the network that the architecture describes and fill in its parameters."""
    architecture = read_architecture(archive)
    specifications = architecture["layers"]
    shapes = {
        f"{index}.{name}": shape
        for index, specification in enumerate(specifications)
        for name, shape in parameter_shapes(specification).items()
    }
    expected = sorted(f"{name}.npy" for name in (HEADER, *shapes))
    if sorted(archive.namelist()) != expected:
        raise ValueError(f"expected the arrays {', '.join(expected)}; got {', '.join(sorted(archive.namelist())[:50])}")
    arrays = {
        name: read_array(archive, name, shape, float_dtype(specifications[int(name.split(".")[0])]["dtype"]))
        for name, shape in shapes.items()
    }
    network = Sequential([build_layer(specification) for specification in specifications], architecture["input_shape"])
    for name, param in network.params.items():
        param[...] = arrays[name]
    return network


def read_architecture(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the JSON header, checked for format and version."""
    name = f"{HEADER}.npy"
    if name not in archive.namelist():
        raise ValueError("it has no description of an architecture; was it written by network.save?")
    with archive.open(name) as file:
        content = file.read(LONGEST_HEADER)
    start = content.index(b"{", content.index(b"\n"))  # after the array's own header
    architecture = json.loads(content[start:])
    if architecture.get("format") != FORMAT or not isinstance(architecture.get("version"), int):
        raise ValueError(f"expected the format {FORMAT!r}, got {architecture.get('format')!r}")
    if architecture["version"] > VERSION:
        raise ValueError(f"it has version {architecture['version']}; this mlp_core reads up to version {VERSION}")
    return dict(architecture)


def parameter_shapes(specification: dict[str, Any]) -> dict[str, Shape]:
    """Return the shapes of a layer's parameters without making them."""
    if specification["kind"] == "Linear":
        sizes = (specification["in_features"], specification["out_features"])
        return {"weight": sizes, "bias": sizes[1:]}
    if specification["kind"] == "Conv2d":
        channels = (specification["out_channels"], specification["in_channels"])
        return {"weight": (*channels, *specification["kernel_size"]), "bias": channels[:1]}
    return {}


def read_array(archive: zipfile.ZipFile, name: str, shape: Shape, dtype: np.dtype) -> np.ndarray:
    """Return an array of exactly that shape and dtype, or raise ValueError before reading it."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"the array {name} is compressed")
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"the array {name} has the unknown .npy version {version}")
        found = np.lib.format.read_array_header_1_0(file)
        if found != (tuple(shape), found[1], dtype):
            raise ValueError(f"expected {name} as {dtype} {tuple(shape)}, got {found[2]} {found[0]}")
        size = math.prod(shape) * dtype.itemsize
        if info.file_size > os.path.getsize(str(archive.filename)) or not 0 <= info.file_size - size < 10_000:
            raise ValueError(f"the array {name} is not as long as its shape says")
        content = file.read(size)
    return np.frombuffer(content, dtype).reshape(shape, order="F" if found[1] else "C")


def build_layer(specification: dict[str, Any]) -> Layer:
    """Return the layer, its parameters still zero."""
    arguments = {key: value for key, value in specification.items() if key != "kind"}
    kind = LAYERS.get(specification["kind"])
    if kind is None:
        raise ValueError(f"expected a layer among {', '.join(LAYERS)}, got {specification['kind']!r}")
    if kind in (Linear, Conv2d):
        arguments["initializer"] = "zeros"
    if kind is Dropout:
        arguments["seed"] = 0
    return kind(**arguments)
