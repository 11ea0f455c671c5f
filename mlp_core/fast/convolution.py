"""The convolutional layers of `mlp_core.fast`: Conv2d, ReLU and MaxPool2d over a mini-batch cut into parts.

Each part is worked on by a thread of its own, with products that use one thread: threads that share a whole network's
work wait for each other once a step, those that share every small product wait all the time.

Images lie as ``(H, C, W, n)``, the examples last.  Then one output row of a convolution is one matrix product, without
laying out all patches (Cho and Brand 2017, "MEC: memory-efficient convolution"): if only the *width* is unfolded, to
``U[h, c, v, j, n] = x[h, c, j*stride + v, n]``, the rows h of U that output row i needs follow each other in memory, so
``U[i*stride : i*stride + kh]`` already is the matrix of patches, (kh*C*kw, W'*n), for `Conv2d`'s derivation.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import copy_context
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.convolution import Conv2d, MaxPool2d
from mlp_core.fast.blas import add_product, one_thread, threads
from mlp_core.layers import Layer, ReLU, Shape

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from mlp_core.fast.update import Update

EXAMPLES_A_PART = 8  # smaller parts cost more in Python than the threads gain


class Trunk:
    """All layers before Flatten, for batches of n examples; the output is flat, shape (C*H*W, n)."""

    def __init__(self, layers: list[Layer], input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.layers = layers
        parts = max(1, min(threads(), n // EXAMPLES_A_PART))
        cuts = [n * part // parts for part in range(parts + 1)]
        self.slices = [slice(*cut) for cut in zip(cuts, cuts[1:], strict=False)]
        self.chains = [Chain(layers, input_shape, s.stop - s.start, dtype) for s in self.slices]
        height, channels, width, _ = self.chains[0].output_shape
        self.flat = np.empty((channels * height * width, n), dtype)
        self.images = self.flat.reshape(channels, height, width, n)

    def forward(self, images: np.ndarray, training: bool) -> np.ndarray:
        """Return the flat output of images, shape (n, C, H, W)."""

        def work(chain: Chain, part: slice) -> None:
            self.images[..., part] = chain.forward(images[part].transpose(2, 1, 3, 0)).transpose(1, 0, 2, 3)

        self._in_parts(work)
        return self.flat

    def backward(self, grad: np.ndarray, update: Update, first: bool) -> np.ndarray:
        """Compute the gradients of each part, add them up in the parts' order, and update."""
        grads = grad.reshape(self.images.shape)

        def work(chain: Chain, part: slice) -> None:
            chain.backward(grads[..., part].transpose(1, 0, 2, 3))

        self._in_parts(work)
        for index, layer in enumerate(self.layers):
            for name in layer.params:
                total = sum(chain.operations[index].grads[name] for chain in self.chains)
                update.by_gradient(layer, index, name, total)
        return grad

    def _in_parts(self, work: Callable[[Chain, slice], None]) -> None:
        """Do the work of all parts, the first one in this thread."""
        with one_thread():
            pairs = list(zip(self.chains, self.slices, strict=True))
            # a context carries np.errstate over to the other threads
            futures = [helpers(os.getpid()).submit(copy_context().run, partial(work, *pair)) for pair in pairs[1:]]
            work(*pairs[0])
            for future in futures:
                future.result()


@lru_cache(maxsize=1)
def helpers(process: int) -> ThreadPoolExecutor:
    """Return this process's threads; a forked process does not inherit them and gets its own."""
    from concurrent.futures import ThreadPoolExecutor  # costs 10 ms, which `import mlp_core` need not pay

    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1)  # started only as they are needed


class Chain:
    """The layers of the trunk for one part: n examples, axes (H, C, W, n)."""

    def __init__(self, layers: list[Layer], input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.operations: list[Any] = []
        shape = input_shape
        for layer in layers:
            self.operations.append(TRUNK_LAYERS[type(layer)](layer, shape, n, dtype))
            shape = layer.output_shape(shape)
        convolutions = [operation for operation in self.operations if isinstance(operation, RowConvolution)]
        scratch = np.empty(max(operation.unfolded.size for operation in convolutions), dtype)
        for operation in convolutions:
            operation.scratch = scratch  # one for all: each needs it for a moment only
        channels, height, width = shape
        self.output_shape = (height, channels, width, n)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output, in an array that the next call overwrites."""
        for operation in self.operations:
            x = operation.forward(x)
        return x

    def backward(self, grad: np.ndarray) -> None:
        """Let every operation keep the gradients of its parameters in ``grads``."""
        for index in reversed(range(len(self.operations))):
            grad = self.operations[index].backward(grad, index == 0)


class RowConvolution:
    """`Conv2d`, one product for each row of the output."""

    def __init__(self, layer: Conv2d, input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.layer = layer
        (kh, kw), (pad_h, _) = layer.kernel_size, layer.padding
        channels, height, width = input_shape
        _, self.rows, columns = layer.output_shape(input_shape)
        self.inner = slice(pad_h, pad_h + height)
        # the padding is never written to and stays zero
        self.unfolded = np.zeros((height + 2 * pad_h, channels, kw, columns, n), dtype)
        self.taps = [unfolding(v, layer.stride[1], layer.padding[1], width, columns) for v in range(kw)]
        self.weight = np.empty((layer.out_channels, kh, channels, kw), dtype)
        self.y = np.empty((self.rows, layer.out_channels, columns, n), dtype)
        self.grad_x = np.empty((height, channels, width, n), dtype)
        self.scratch = np.empty(0, dtype)
        self.grads: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Unfold the width of x, (H, C, W, n), and multiply row by row."""
        for v, (to, source) in enumerate(self.taps):
            self.unfolded[self.inner, :, v, to] = x[:, :, source]
        np.copyto(self.weight, self.layer.params["weight"].transpose(0, 2, 1, 3))
        weight, bias = self.weight.reshape(len(self.weight), -1), self.layer.params["bias"][:, None]
        for patches, y in zip(self._patches(self.unfolded), self._rows(self.y), strict=True):
            np.matmul(weight, patches, out=y)
            y += bias
        return self.y

    def backward(self, grad: np.ndarray, first: bool) -> np.ndarray:
        """Return the gradient of x; see `Conv2d.backward` for the two products."""
        grad = np.ascontiguousarray(grad)
        weight = self.weight.reshape(len(self.weight), -1)
        grad_weight = np.zeros_like(weight)
        for patches, grad_y in zip(self._patches(self.unfolded), self._rows(grad), strict=True):
            add_product(grad_weight, grad_y, patches.T)
        as_kernels = grad_weight.reshape(self.weight.shape).transpose(0, 2, 1, 3)
        self.grads = {"weight": as_kernels, "bias": grad.sum(axis=(0, 2, 3))}
        if not first:
            self._backward_to_pixels(weight, grad)
        return self.grad_x

    def _backward_to_pixels(self, weight: np.ndarray, grad: np.ndarray) -> None:
        """Add up the gradients of the unfolded numbers, then give each pixel those of its copies."""
        unfolded = self.scratch[: self.unfolded.size].reshape(self.unfolded.shape)
        unfolded.fill(0)
        for patches, grad_y in zip(self._patches(unfolded), self._rows(grad), strict=True):
            add_product(patches, weight.T, grad_y)
        self.grad_x.fill(0)
        for v, (to, source) in enumerate(self.taps):
            self.grad_x[:, :, source] += unfolded[self.inner, :, v, to]

    def _patches(self, unfolded: np.ndarray) -> list[np.ndarray]:
        """Return the patches of each output row as a (kh*C*kw, W'*n) view."""
        step, kh, columns = self.layer.stride[0], self.layer.kernel_size[0], self.y.shape[2] * self.y.shape[3]
        return [unfolded[i * step : i * step + kh].reshape(-1, columns) for i in range(self.rows)]

    def _rows(self, y: np.ndarray) -> list[np.ndarray]:
        """Return each output row as a (out_channels, W'*n) view."""
        return [row.reshape(len(row), -1) for row in y]


def unfolding(v: int, stride: int, padding: int, width: int, columns: int) -> tuple[slice, slice]:
    """Return which output columns kernel column v serves inside the image, and the pixels it meets there.

    Output column j meets pixel ``j * stride + v - padding``; where that is no pixel, the unfolded number is padding.
    """
    first = max(0, -(-(padding - v) // stride))
    last = min(columns, (width - 1 - v + padding) // stride + 1)
    start = first * stride + v - padding
    return slice(first, max(first, last)), slice(start, start + max(0, last - first) * stride, stride)


class InPlaceReLU:
    """`ReLU` that overwrites its input."""

    def __init__(self, layer: ReLU, input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.grads: dict[str, np.ndarray] = {}
        self.y = np.empty(0, dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return max(x, 0) in the array of x."""
        self.y = np.maximum(x, 0, out=x)
        return self.y

    def backward(self, grad: np.ndarray, first: bool) -> np.ndarray:
        """Return grad where x was positive, 0 elsewhere."""
        return np.multiply(grad, self.y > 0)


class SeparablePool:
    """`MaxPool2d` along the width, then along the height; the first row's first winner is found all the same."""

    def __init__(self, layer: MaxPool2d, input_shape: Shape, n: int, dtype: np.dtype) -> None:
        channels, height, width = input_shape
        _, rows, columns = layer.output_shape(input_shape)
        self.grads: dict[str, np.ndarray] = {}
        (kh, kw), (step_h, step_w) = layer.kernel_size, layer.stride
        self.along_width = LinePool(2, kw, step_w, (height, channels, width, n), columns, dtype)
        self.along_height = LinePool(0, kh, step_h, (height, channels, columns, n), rows, dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maximum of each window."""
        return self.along_height.forward(self.along_width.forward(x))

    def backward(self, grad: np.ndarray, first: bool) -> np.ndarray:
        """Give each window's gradient to its winner."""
        return self.along_width.backward(self.along_height.backward(grad))


class LinePool:
    """Maxima over windows along one axis."""

    def __init__(self, axis: int, size: int, stride: int, shape: Shape, count: int, dtype: np.dtype) -> None:
        before = (slice(None),) * axis
        self.taps = [(*before, slice(u, u + stride * count, stride)) for u in range(size)]
        out_shape = (*shape[:axis], count, *shape[axis + 1 :])
        self.y, self.winner = np.empty(out_shape, dtype), np.empty(out_shape, np.uint8)
        self.grad_x = np.empty(shape, dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maxima and remember which of each window won; a later equal one does not win."""
        np.copyto(self.y, x[self.taps[0]])
        self.winner.fill(0)
        for index, tap in enumerate(self.taps[1:], start=1):
            better = x[tap] > self.y
            np.maximum(self.winner, better.view(np.uint8) * np.uint8(index), out=self.winner)
            np.maximum(self.y, x[tap], out=self.y)
        return self.y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Add each window's gradient to its winner's."""
        self.grad_x.fill(0)
        for index, tap in enumerate(self.taps):
            self.grad_x[tap] += grad * (self.winner == index)
        return self.grad_x


TRUNK_LAYERS: dict[type[Layer], Any] = {Conv2d: RowConvolution, ReLU: InPlaceReLU, MaxPool2d: SeparablePool}
