"""Networks as ``.npz`` files: every parameter as an array, and the architecture as JSON.  Nothing in them is executed.

A file may come from anyone, so `load_network` believes nothing: the arrays must lie in the file uncompressed (as
NumPy's ``savez`` leaves them), so that a small file cannot grow, and no layer is made before they are what it asks for.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from mlp_core.convolution import Conv2d, MaxPool2d
from mlp_core.layers import Dropout, Flatten, Layer, Linear, ReLU, Shape, Sigmoid, Tanh, float_dtype
from mlp_core.network import Sequential
from mlp_core.storage.archives import read_npz, write_npz
from mlp_core.storage.files import DatasetError, check_exists

FORMAT, VERSION, HEADER = "mlp_core network", 1, "architecture"
LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind for kind in (Linear, Conv2d, MaxPool2d, Flatten, Dropout, ReLU, Sigmoid, Tanh)
}
LONGEST_HEADER = 1_000_000  # bytes
LIMIT = 4 << 30  # bytes of all arrays


class NetworkFileError(ValueError):
    """A file does not hold a network that this version can read."""


def save_network(network: Sequential, path: str | os.PathLike[str]) -> None:
    """Write architecture and parameters; an existing file is replaced only by a complete one that can be loaded."""
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
    arrays = {HEADER: header, **network.params}
    try:
        _build_network(arrays)
        write_npz(path, arrays, LIMIT)
    except ValueError as error:
        raise NetworkFileError(f"{os.fspath(path)!r} not written, for it could not be loaded again: {error}") from error


def load_network(path: str | os.PathLike[str]) -> Sequential:
    """Read a network written by `save_network`.

    Raises
    ------
    NetworkFileError
        If the file is no such file, is damaged, or was written by a later version.
    FileNotFoundError
        If there is no file.
    """
    try:
        return _build_network(read_npz(check_exists(path), LIMIT, compressed=False))
    except FileNotFoundError:
        raise
    except DatasetError as error:
        raise NetworkFileError(f"not a readable .npz file of a network: {error}") from error
    except Exception as error:  # what JSON and the layers raise for nonsense has no common base
        reason = error if isinstance(error, ValueError) else repr(error)
        raise NetworkFileError(f"{os.fspath(path)!r} does not hold a network: {reason}") from error


def _build_network(arrays: dict[str, np.ndarray]) -> Sequential:
    """Build the network that the architecture among the arrays describes, and fill in its parameters."""
    architecture = _read_architecture(arrays)
    specifications = architecture["layers"]
    expected = {
        f"{index}.{name}": (float_dtype(specification["dtype"]), shape)
        for index, specification in enumerate(specifications)
        for name, shape in parameter_shapes(specification).items()
    }
    if arrays.keys() - {HEADER} != expected.keys():
        raise ValueError(f"expected the arrays {', '.join(expected)}; got {', '.join(sorted(arrays)[:50])}")
    for name, (dtype, shape) in expected.items():
        if (arrays[name].dtype, arrays[name].shape) != (dtype, tuple(shape)):
            raise ValueError(f"expected {name} as {dtype} {shape}, got {arrays[name].dtype.str} {arrays[name].shape}")
    network = Sequential([build_layer(specification) for specification in specifications], architecture["input_shape"])
    for name, param in network.params.items():
        param[...] = arrays[name]
    return network


def _read_architecture(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the JSON header, checked for format and version."""
    if HEADER not in arrays:
        raise ValueError("it has no description of an architecture; was it written by network.save?")
    if arrays[HEADER].nbytes > LONGEST_HEADER:
        raise ValueError(f"expected an architecture of at most {LONGEST_HEADER:,} bytes")
    architecture = json.loads(arrays[HEADER].tobytes())
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
