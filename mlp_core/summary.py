"""A network as a table: its layers, the shapes between them, and how many parameters they have."""

from typing import TYPE_CHECKING

from mlp_core.checks import Network
from mlp_core.dropout import Dropout
from mlp_core.extras import need
from mlp_core.layers import Layer

if TYPE_CHECKING:
    import pandas as pd


def table(network: Network) -> "pd.DataFrame":
    """Return a row per layer (layer, output shape of one example, number of parameters), the last with the total."""
    pd = need("pandas")
    return pd.DataFrame(_rows(network), columns=["index", "layer", "output shape", "parameters"]).set_index("index")


def text(network: Network) -> str:
    """Return the table of `summary` as text; ``print(network)`` shows it."""
    cells = [("", "layer", "output shape", "parameters"), *((a, b, c, f"{d:,}") for a, b, c, d in _rows(network))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (f"{a:>{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {d:>{widths[3]}}" for a, b, c, d in cells)
    return "\n".join(lines)


def _rows(network: Network) -> list[tuple[str, str, str, int]]:
    """Return the index of each layer, the layer, the shape of one example after it, and its size; and the total."""
    shapes = network.shapes() if network.input_shape is not None else [()] * len(network.layers)
    sizes = [sum(array.size for array in layer.params.values()) for layer in network.layers]
    texts = [" × ".join(map(str, shape)) or "?" for shape in shapes]
    indices, names = map(str, range(len(sizes))), map(short_name, network.layers)
    return [*zip(indices, names, texts, sizes, strict=True), ("", "total", "", sum(sizes))]


def short_name(layer: Layer) -> str:
    """Return a layer's class and, where there is a window, its geometry.

    >>> from mlp_core import Conv2d, ReLU
    >>> short_name(Conv2d(1, 16, 5, stride=2, padding=2)), short_name(ReLU())
    ('Conv2d 5 × 5, stride 2, padding 2', 'ReLU')
    """
    config, name = layer.config(), type(layer).__name__
    if "kernel_size" in config:
        name += " " + " × ".join(map(str, config["kernel_size"]))
    for key, usual in (("stride", (1, 1)), ("padding", (0, 0))):
        if config.get(key, usual) != usual:
            first, second = config[key]
            name += f", {key} {first}" + (f" × {second}" if first != second else "")
    return name + (f" {config['p']:g}" if isinstance(layer, Dropout) else "")
