"""What arguments must be: each function returns its argument, in the form that the code computes with, or raises."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import DTypeLike

Shape = tuple[int, ...]
METRICS = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "test_loss", "test_accuracy")
PROTOCOL = ("forward", "backward", "params", "grads")


def positive_int(value: int, name: str) -> int:
    """Return value as an int if it is a whole number >= 1, else raise TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"expected {name} to be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"expected {name} >= 1, got {value}")
    return int(value)


def positive(value: float, name: str) -> float:
    """Return value as a float if it is finite and > 0, else raise TypeError or ValueError."""
    number(value, name)
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"expected {name} to be a finite number > 0, got {value}")
    return float(value)


def not_negative(value: float, name: str) -> float:
    """Return value as a float if it is finite and >= 0, else raise TypeError or ValueError."""
    number(value, name)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"expected {name} to be a finite number >= 0, got {value}")
    return float(value)


def below_one(value: float, name: str) -> float:
    """Return value as a float if 0 <= value < 1, else raise TypeError or ValueError."""
    number(value, name)
    if not 0 <= value < 1:
        raise ValueError(f"expected 0 <= {name} < 1, got {value}")
    return float(value)


def number(value: object, name: str) -> None:
    """Raise TypeError unless value is a real number (True and False are not)."""
    if isinstance(value, (bool, np.bool)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"expected {name} to be a number, got {value!r}")


def float_dtype(dtype: DTypeLike) -> np.dtype:
    """Return the dtype if it is float32 or float64, else raise ValueError."""
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"expected dtype float32 or float64, got {dtype}")
    return dtype


def as_floats(x: np.ndarray, dtype: np.dtype | None = None) -> np.ndarray:
    """Return x as a floating-point array, cast to ``dtype`` if given; TypeError for integers, often unscaled pixels."""
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"expected floating-point numbers, got {x.dtype}; pixels: images.astype('float32') / 255")
    return x if dtype is None else x.astype(dtype, copy=False)


def as_grad(grad_output: np.ndarray, shape: Shape, layer: object) -> np.ndarray:
    """Return the upstream gradient as an array; ValueError unless it has the shape of the layer's last output."""
    grad_output = np.asarray(grad_output)
    if grad_output.shape != shape:
        raise ValueError(f"{layer!r} expected a gradient of its output's shape {shape}, got {grad_output.shape}")
    return grad_output


def as_shape(input_shape: Sequence[int]) -> Shape:
    """Return the shape of one example as a tuple of ints, each >= 1; raise TypeError or ValueError otherwise."""
    if isinstance(input_shape, (str, bytes)) or not isinstance(input_shape, Iterable):
        raise TypeError(f"expected input_shape as the shape of one example, such as (784,), got {input_shape!r}")
    return tuple(positive_int(n, "every number of input_shape") for n in input_shape)


def check_layers(layers: Sequence[Any]) -> None:
    """Raise TypeError for what is no layer, ValueError for no layers, or one twice: it remembers one pass only."""
    if not layers:
        raise ValueError("expected at least one layer")
    for index, layer in enumerate(layers):
        if hasattr(layer, "layers"):
            raise TypeError("expected layers, got a network; join two: Sequential([*first.layers, *second.layers])")
        if isinstance(layer, type) or not all(hasattr(layer, name) for name in PROTOCOL):
            raise TypeError(f"expected a layer with {', '.join(PROTOCOL)}, got {layer!r} (layer {index})")
        if any(layer is other for other in layers[:index]):
            raise ValueError(f"expected a layer of its own in each place, got {layer!r} twice (layer {index})")


def as_labels(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Return the labels as an integer array; TypeError or ValueError unless there is one for each row of logits."""
    labels = np.asarray(labels)
    if logits.ndim != 2 or len(logits) == 0:
        raise ValueError(f"expected logits of shape (n, classes) with n >= 1, got {logits.shape}")
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"expected labels of shape ({len(logits)},), one per row of the logits, got {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"expected integer labels, got {labels.dtype}")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(f"expected labels from 0 to {logits.shape[1] - 1}, "
                         f"got labels from {labels.min()} to {labels.max()}")
    return labels


def as_weights(weights: np.ndarray, n: int) -> np.ndarray:
    """Return the examples' weights as an array; ValueError unless they are n numbers >= 0, finite, and not all 0."""
    weights = np.asarray(weights)
    if weights.shape != (n,) or weights.dtype.kind not in "iuf" or not 0 <= weights.min() < np.inf > weights.sum() > 0:
        raise ValueError(f"expected {n} finite weights >= 0, not all 0, got {weights}")
    return weights


def check_shape(shape: Shape, expected: Shape | None) -> None:
    """Raise ValueError unless images of this shape, (n, ...), are what a network of that input shape expects."""
    if expected is None or shape[1:] in (expected, (math.prod(expected),)):
        return
    flat = f" or (n, {math.prod(expected)})" if len(expected) > 1 else ""
    raise ValueError(f"expected images of shape {('n', *expected)}{flat}, got {shape}".replace("'", ""))


def check_finite(x: np.ndarray) -> np.ndarray:
    """Return the images; ValueError if one holds NaN or an infinity."""
    # min and max show every NaN and infinity, and need no temporary array as large as the images
    if x.size and not (np.isfinite(x.min()) and np.isfinite(x.max())):
        bad = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"expected finite images, got {x[tuple(bad)]} in image {bad[0]}")
    return x


def check_batch(x: np.ndarray) -> np.ndarray:
    """Return the batch as a floating-point array; TypeError for integers, ValueError if empty or not finite."""
    x = as_floats(x)
    if x.size == 0:
        raise ValueError(f"expected at least one image, got an array of shape {x.shape}")
    return check_finite(x)


def check_training(optimizer: Any, epochs: Any, reduction: Any, step: Any, on_divergence: Any,
                   evaluate_train: Any) -> None:
    """Raise TypeError or ValueError for what is no optimizer, no number of epochs, or no known choice."""
    if not callable(getattr(optimizer, "step", None)) or isinstance(optimizer, type):
        raise TypeError(f"expected an optimizer such as SGD(0.1), got {optimizer!r}")
    if not callable(step):
        raise TypeError(f"expected step as a function that makes an update, such as plain_step, got {step!r}")
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
        raise TypeError(f"expected epochs as a whole number, got {epochs!r}")
    if epochs < 0:
        raise ValueError(f"expected epochs >= 0, got {epochs}")
    if not isinstance(evaluate_train, (bool, int, np.integer)):
        raise TypeError(f"expected evaluate_train as True, False or a number of images, got {evaluate_train!r}")
    if not isinstance(evaluate_train, bool) and evaluate_train < 1:
        raise ValueError(f"expected evaluate_train as True, False or at least 1 image, got {evaluate_train}")
    for name, value, *allowed in (("reduction", reduction, "mean", "sum"),
                                  ("on_divergence", on_divergence, "raise", "record")):
        if value not in allowed:
            raise ValueError(f"expected {name} {allowed[0]!r} or {allowed[1]!r}, got {value!r}")


class Arrays(dict[str, np.ndarray]):
    """A network's arrays by name, collected anew at each access: an array put in here would be lost (TypeError)."""

    def _refuse(self, *args: object, **options: object) -> NoReturn:
        raise TypeError("network.params and network.grads only show what the layers hold: assign into an array, "
                        "network.params['0.weight'][...] = values, or to the layer, "
                        "network.layers[0].params['weight'] = array")

    def __setitem__(self, name: str, array: np.ndarray) -> None:
        """Accept the array that is there already, which ``params[name] -= step`` assigns; TypeError for any other."""
        if array is not self.get(name):
            self._refuse()

    __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[dict[str, np.ndarray]]]:
        """Be an ordinary dictionary once copied deeply or pickled."""
        return dict, (dict(self),)


def check_metric(name: str) -> None:
    """Raise ValueError unless `name` is one of `METRICS`."""
    if name not in METRICS:
        raise ValueError(f"expected a metric among {', '.join(METRICS)}; got {name!r}")


def sign(metric: str) -> int:
    """Return 1 for a loss, -1 for an accuracy: of values multiplied by it, the lower one is the better."""
    return -1 if metric.endswith("accuracy") else 1


class HasParameters(Protocol):
    """What an optimizer needs of a network."""

    @property
    def params(self) -> Mapping[str, np.ndarray]:
        """Arrays to change in place."""

    @property
    def grads(self) -> Mapping[str, np.ndarray]:
        """Their gradients, under the same keys."""


class Network(HasParameters, Protocol):
    """What other modules need of a network; `mlp_core.network.Sequential` provides it."""

    layers: list[Any]
    input_shape: Shape | None

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters."""

    def shapes(self) -> list[Shape]:
        """Return the shape of one example after each layer."""

    def as_batch(self, x: np.ndarray) -> np.ndarray:
        """Return a batch in the network's dtype and shape; raise if it is none."""


class Described:
    """Something whose repr is the call that makes it."""

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments that make such an object; a layer's in JSON types, without parameters."""
        return {}

    def __repr__(self) -> str:
        """Show the call."""
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.config().items())})"
