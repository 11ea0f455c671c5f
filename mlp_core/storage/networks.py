"""Networks as ``.npz`` files: every parameter as an array, and the architecture as JSON.  Nothing in them is executed.

A file may come from anyone, so `load_layers` believes nothing: the arrays must lie in the file uncompressed (as
NumPy's ``savez`` leaves them), so that a small file cannot grow, and no layer is made before they are what it asks for.
"""

import inspect
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mlp_core.checks import Shape, as_shape, float_dtype
from mlp_core.layers import Layer
from mlp_core.storage.archives import read_npz, write_npz
from mlp_core.storage.files import DatasetError

FORMAT, VERSION, HEADER = "mlp_core network", 1, "architecture"
N = TypeVar("N")
QUICK = {"initializer": "zeros", "seed": 0}  # what makes a layer quickly, and always the same
LONGEST_HEADER = 1_000_000  # bytes
LIMIT = 4 << 30  # bytes of all arrays


class NetworkFileError(ValueError):
    """A file does not hold a network that this version can read."""


def save_layers(layers: Sequence[Layer], input_shape: Shape | None, path: str | os.PathLike[str]) -> None:
    """Write architecture and parameters; an existing file is replaced only by a complete one that can be loaded."""
    for index, layer in enumerate(layers):
        if type(layer) is not Layer.kinds.get(type(layer).__name__):
            raise TypeError(f"layer {index}, {layer!r}, cannot be found by its name when a file is read: "
                            "derive it from Layer, under a name of its own, or save network.params instead")
    described = [{"kind": type(layer).__name__, **layer.config()} for layer in layers]
    architecture = {"format": FORMAT, "version": VERSION, "input_shape": input_shape, "layers": described}
    arrays = {f"{index}.{name}": array for index, layer in enumerate(layers) for name, array in layer.params.items()}
    arrays[HEADER] = np.frombuffer(json.dumps(architecture).encode(), np.uint8)
    try:
        _build(arrays)
        write_npz(path, arrays, LIMIT)
    except (ValueError, TypeError) as error:
        raise NetworkFileError(f"{os.fspath(path)!r} not written, for it could not be loaded again: {error}") from error


def load_layers(path: str | os.PathLike[str], build: Callable[[list[Layer], Shape | None], N]) -> N:
    """Return what `build` makes of the layers and the input shape that `save_layers` wrote.

    NetworkFileError if the file is damaged, something else, or of a later version; FileNotFoundError if there is none.
    """
    os.stat(path)  # which raises FileNotFoundError as `open` does
    try:
        return build(*_build(read_npz(Path(path), LIMIT, compressed=False)))
    except DatasetError as error:
        raise NetworkFileError(f"not a readable .npz file of a network: {error}") from error
    except Exception as error:  # what JSON and the layers raise for nonsense has no common base
        reason = error if isinstance(error, ValueError) else repr(error)
        raise NetworkFileError(f"{os.fspath(path)!r} does not hold a network: {reason}") from error


def _build(arrays: dict[str, np.ndarray]) -> tuple[list[Layer], Shape | None]:
    """Build the layers that the architecture among the arrays describes, and fill in their parameters."""
    architecture = _read_architecture(arrays)
    specifications = [dict(specification) for specification in architecture["layers"]]
    names = [specification.pop("kind") for specification in specifications]
    if unknown := [name for name in names if name not in Layer.kinds]:
        raise ValueError(f"expected layers among {', '.join(Layer.kinds)}, got {unknown[0]!r}; "
                         "a layer of your own must be defined before")
    kinds = [Layer.kinds[name] for name in names]
    expected = {
        f"{index}.{name}": (float_dtype(specification["dtype"]), shape)
        for index, (kind, specification) in enumerate(zip(kinds, specifications, strict=True))
        for name, shape in kind.parameter_shapes(**specification).items()
    }
    if arrays.keys() - {HEADER} != expected.keys():
        raise ValueError(f"expected the arrays {', '.join(expected)}; got {', '.join(sorted(arrays)[:50])}")
    for name, (dtype, shape) in expected.items():
        if (arrays[name].dtype, arrays[name].shape) != (dtype, tuple(shape)):
            raise ValueError(f"expected {name} as {dtype} {shape}, got {arrays[name].dtype.str} {arrays[name].shape}")
    layers = []
    for kind, specification in zip(kinds, specifications, strict=True):
        quick = {name: value for name, value in QUICK.items() if name in inspect.signature(kind).parameters}
        layers.append(kind(**quick, **specification))
    for name in expected:
        index, _, param = name.partition(".")
        layers[int(index)].params[param][...] = arrays[name]
    shape = architecture["input_shape"]
    return layers, None if shape is None else as_shape(shape)


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
