"""Convolution and max-pooling over images of shape (n, C, H, W).

A convolution is a matrix product in disguise: `im2col` makes a column of each patch that the kernel sees, so that
"slide the kernel over the image" becomes "multiply the kernel matrix by the column matrix".
"""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from mlp_core.checks import Shape, as_floats, as_grad, float_dtype, positive_int
from mlp_core.fast.threads import product
from mlp_core.initializers import Initializer, Seed, get_initializer, make_rng
from mlp_core.layers import Layer

Pair = tuple[int, int]


class Conv2d(Layer):
    """Cross-correlation of (n, C, H, W) images with ``out_channels`` kernels, plus one bias per output channel.

    ``y[n, o, i, j] = b[o] + sum over c, u, v of W[o, c, u, v] x[n, c, i*stride + u - padding, j*stride + v - padding]``

    ``W = params["weight"]`` has shape (out_channels, in_channels, kh, kw), ``b = params["bias"]`` (out_channels,).
    Pairs are (height, width); one number means both. ``padding`` zeros are put on each side. The rest: see `Linear`.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | Pair, stride: int | Pair = 1,
        padding: int | Pair = 0, *, initializer: str | Initializer = "glorot_uniform",
        seed: Seed = None, dtype: DTypeLike = "float32", bias_initializer: str | Initializer = "zeros",
    ) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = positive_int(in_channels, "in_channels")
        self.out_channels = positive_int(out_channels, "out_channels")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride = pair(stride, "stride")
        self.padding = pair(padding, "padding", least=0)
        self.dtype = float_dtype(dtype)
        rng, area = make_rng(seed), self.kernel_size[0] * self.kernel_size[1]
        fans = (in_channels * area, out_channels * area)
        weight = get_initializer(initializer)(rng, (out_channels, in_channels, *self.kernel_size), *fans)
        bias = get_initializer(bias_initializer)(rng, (out_channels,), *fans)
        self.params = {"weight": weight.astype(self.dtype), "bias": bias.astype(self.dtype)}

    @product
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the output, shape (n, out_channels, H', W'), for x of shape (n, in_channels, H, W)."""
        x = as_floats(x, self.dtype)
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(f"{self!r} expected an input of shape (n, {self.in_channels}, H, W), got {x.shape}")
        out_channels, height, width = self.output_shape(x.shape[1:])
        columns = im2col(x, self.kernel_size, self.stride, self.padding)
        self.remember((x.shape, columns), training)
        output = self.params["weight"].reshape(out_channels, -1) @ columns + self.params["bias"][:, None]
        return output.reshape(out_channels, height, width, x.shape[0]).transpose(3, 0, 1, 2)

    @product
    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return dL/dx and store dL/dW and dL/db.

        With the kernels as a matrix W and the patches as columns P, ``Y = W P + b``: the derivation of `Linear`
        gives dL/dW = dY Pᵀ and dL/dP = Wᵀ dY; `col2im` then adds up what each pixel got from all its patches.
        """
        input_shape, columns = self.remembered()
        grad_output = as_grad(grad_output, (input_shape[0], *self.output_shape(input_shape[1:])), self)
        grad_rows = grad_output.transpose(1, 2, 3, 0).reshape(self.out_channels, -1)
        weight = self.params["weight"]
        self.grads = {"weight": (grad_rows @ columns.T).reshape(weight.shape), "bias": grad_rows.sum(axis=1)}
        grad_columns = weight.reshape(self.out_channels, -1).T @ grad_rows
        return col2im(grad_columns, input_shape, self.kernel_size, self.stride, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_channels, H', W') with H' = floor((H + 2 padding - kernel) / stride) + 1."""
        if len(input_shape) != 3 or input_shape[0] != self.in_channels:
            raise ValueError(f"{self!r} expected inputs of shape ({self.in_channels}, H, W), got {input_shape}")
        return (self.out_channels, *output_size(input_shape[1:], self.kernel_size, self.stride, self.padding))

    def config(self) -> dict[str, Any]:
        """Return the sizes and the dtype."""
        sizes = {"in_channels": self.in_channels, "out_channels": self.out_channels}
        geometry = {"kernel_size": self.kernel_size, "stride": self.stride, "padding": self.padding}
        return {**sizes, **geometry, "dtype": self.dtype.name}

    @staticmethod
    def parameter_shapes(**config: Any) -> dict[str, Shape]:
        """Return the shapes of W and b."""
        out = config["out_channels"]
        return {"weight": (out, config["in_channels"], *config["kernel_size"]), "bias": (out,)}


class MaxPool2d(Layer):
    """The largest value of each window; of equal values, the first in reading order gets the gradient.

    Pairs are (height, width); one number means both. ``stride``, the step between windows, is the kernel size if None.
    Windows may overlap; rows and columns at the end that do not fill a window are left out.
    """

    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None) -> None:
        super().__init__()
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride = self.kernel_size if stride is None else pair(stride, "stride")

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the maxima, shape (n, C, H', W'), for x of shape (n, C, H, W)."""
        x = as_floats(x)
        if x.ndim != 4:
            raise ValueError(f"{self!r} expected an input of shape (n, C, H, W), got {x.shape}")
        height, width = self.output_shape(x.shape[1:])[1:]
        candidates = [tap_view(x, tap, self.stride, (height, width)) for tap in np.ndindex(self.kernel_size)]
        output = candidates[0].copy(order="K")
        winner = np.zeros_like(output, dtype=np.intp)
        for index, candidate in enumerate(candidates[1:], start=1):
            winner = np.where(candidate > output, index, winner)  # ">" keeps the first of equal values
            output = np.maximum(candidate, output)
        self.remember((x.shape, winner), training)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Give each window's gradient to its winner; a pixel that wins several windows gets the sum."""
        input_shape, winner = self.remembered()
        grad_output = as_grad(grad_output, winner.shape, self)
        grad_input = zeros_channels_first(input_shape, grad_output.dtype)
        for index, tap in enumerate(np.ndindex(self.kernel_size)):
            tap_view(grad_input, tap, self.stride, winner.shape[2:])[...] += grad_output * (winner == index)
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, H', W') with H' = floor((H - kernel) / stride) + 1."""
        if len(input_shape) != 3:
            raise ValueError(f"{self!r} expected inputs of shape (C, H, W), got {input_shape}")
        return (input_shape[0], *output_size(input_shape[1:], self.kernel_size, self.stride, (0, 0)))

    def choices(self) -> np.ndarray | None:
        """Return the index of each window's winner, counted row by row within the window."""
        return None if self._cache is None else self._cache[1]

    def config(self) -> dict[str, Any]:
        """Return the window and the stride."""
        return {"kernel_size": self.kernel_size, "stride": self.stride}


class Flatten(Layer):
    """Turn (n, C, H, W) into (n, C*H*W)."""

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return x as one row per example."""
        x = as_floats(x)
        self.remember(x.shape, training)
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient in the input's shape."""
        shape = self.remembered()
        return as_grad(grad_output, (shape[0], math.prod(shape[1:])), self).reshape(shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C*H*W,)."""
        return (math.prod(input_shape),)


def im2col(x: np.ndarray, kernel_size: Pair, stride: Pair, padding: Pair) -> np.ndarray:
    """Return every patch of x, shape (n, C, H, W), as a column of a (C*kh*kw, H'*W'*n) matrix.

    The examples are the last axis, so that NumPy copies long runs, and later steps find their numbers side by side.
    """
    (pad_h, pad_w), (step_h, step_w) = padding, stride
    channels_first = np.pad(x.transpose(1, 2, 3, 0), ((0, 0), (pad_h, pad_h), (pad_w, pad_w), (0, 0)))
    windows = sliding_window_view(channels_first, kernel_size, axis=(1, 2))[:, ::step_h, ::step_w]
    patches = windows.transpose(0, 4, 5, 1, 2, 3)  # (C, kh, kw, H', W', n)
    return patches.reshape(x.shape[1] * kernel_size[0] * kernel_size[1], -1)


def col2im(columns: np.ndarray, input_shape: Shape, kernel_size: Pair, stride: Pair, padding: Pair) -> np.ndarray:
    """Add each column up where its patch was, (n, C, H, W): `im2col`'s adjoint, ``<im2col(x), c> = <x, col2im(c)>``."""
    n, channels, height, width = input_shape
    pad_h, pad_w = padding
    size = output_size((height, width), kernel_size, stride, padding)
    patches = columns.reshape(channels, *kernel_size, *size, n)
    padded = zeros_channels_first((n, channels, height + 2 * pad_h, width + 2 * pad_w), columns.dtype)
    for u, v in np.ndindex(kernel_size):
        tap_view(padded, (u, v), stride, size)[...] += patches[:, u, v].transpose(3, 0, 1, 2)
    return padded[:, :, pad_h : pad_h + height, pad_w : pad_w + width]


def tap_view(x: np.ndarray, tap: Shape, stride: Pair, size: Pair) -> np.ndarray:
    """Return the view of x, shape (n, C, H, W), that holds position ``tap`` of every window, (n, C, *size)."""
    (u, v), (step_h, step_w), (height, width) = tap, stride, size
    return x[:, :, u : u + step_h * height : step_h, v : v + step_w * width : step_w]


def zeros_channels_first(shape: Shape, dtype: np.dtype) -> np.ndarray:
    """Return zeros of shape (n, C, H, W) that lie in memory as (C, H, W, n)."""
    n, *rest = shape
    return np.zeros((*rest, n), dtype).transpose(3, 0, 1, 2)


def output_size(size: Shape, kernel_size: Pair, stride: Pair, padding: Pair) -> Pair:
    """Return how many windows fit along the height and the width; ValueError if none does.

    >>> output_size((28, 28), (5, 5), (2, 2), (2, 2))
    (14, 14)
    """
    fits = [(s + 2 * p - k) // step + 1 for s, k, step, p in zip(size, kernel_size, stride, padding, strict=True)]
    if min(fits) < 1:
        raise ValueError(f"a {kernel_size} window does not fit into {tuple(size)} pixels with padding {padding}")
    return fits[0], fits[1]


def pair(value: int | Pair, name: str, least: int = 1) -> Pair:
    """Return (value, value) for a number, the two numbers of a pair otherwise."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2 or any(isinstance(v, bool) or not isinstance(v, (int, np.integer)) for v in values):
        raise TypeError(f"expected {name} to be an integer or a pair (height, width), got {value!r}")
    if min(values) < least:
        raise ValueError(f"expected {name} >= {least}, got {value!r}")
    return int(values[0]), int(values[1])
