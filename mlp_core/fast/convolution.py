"""The convolutional layers of `mlp_core.fast`: Conv2d, ReLU and MaxPool2d over a mini-batch cut into parts.

Each part is worked on by a thread of its own, with products that use one thread (`Plan` sees to that): threads that
share a whole network's work wait for each other once per step, those that share each small product wait all the time.

Images lie as ``(H, C, W, n)``, the examples last.  A convolution goes over the *rows of its input* without laying out
all patches, much as in Cho and Brand 2017 ("MEC: memory-efficient convolution").  First only the width is unfolded, to
``U[h, v, c, j, n] = x[h, c, j*stride + v, n]``.  Row h of U then meets kernel row u in output row i with
``h = i*stride + u``, and for all such pairs at once

    ``Y[i] += W[u] U[h]``     where W[u] is (out_channels, kw*C), U[h] is (kw*C, W'*n), Y[i] is (out_channels, W'*n)

is one matrix product, if the kernel rows lie in memory in the order in which these output rows come (`kernel_order`).
"""

import os
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.checks import Shape
from mlp_core.convolution import Conv2d, MaxPool2d
from mlp_core.fast.blas import add_product
from mlp_core.fast.dense import InPlace
from mlp_core.fast.threads import threads
from mlp_core.fast.update import Update
from mlp_core.layers import Layer, ReLU

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

EXAMPLES_A_PART = 32  # in smaller parts the threads wait for each other, in Python, longer than they gain


class Trunk:
    """All layers before Flatten, for batches of n examples; the output is flat, shape (C*H*W, n)."""

    def __init__(self, layers: list[Layer], input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.layers = layers
        parts = number_of_parts(n)
        self.slices = [slice(n * part // parts, n * (part + 1) // parts) for part in range(parts)]
        self.chains = [Chain(layers, input_shape, part.stop - part.start, dtype) for part in self.slices]
        height, channels, width, _ = self.chains[0].output_shape
        self.flat = np.empty((channels * height * width, n), dtype)
        self.images = self.flat.reshape(channels, height, width, n)

    def forward(self, images: np.ndarray, training: bool) -> np.ndarray:
        """Return the flat output of images, shape (n, C, H, W)."""

        def work(chain: "Chain", part: slice) -> None:
            self.images[..., part] = chain.forward(images[part].transpose(2, 1, 3, 0)).transpose(1, 0, 2, 3)

        self._in_parts(work)
        return self.flat

    def backward(self, grad: np.ndarray, first: bool, update: Update) -> np.ndarray:
        """Compute the gradients of each part, add them up in the parts' order, and update."""
        grads = grad.reshape(self.images.shape)

        def work(chain: "Chain", part: slice) -> None:
            chain.backward(grads[..., part].transpose(1, 0, 2, 3))

        self._in_parts(work)
        for index, layer in enumerate(self.layers):
            for name in layer.params:
                operations = [chain.operations[index] for chain in self.chains]
                total = operations[0].grads[name]
                for operation in operations[1:]:
                    total += operation.grads[name]
                update.by_gradient(layer, index, name, operations[0].in_layer_order(name, total))
        return grad

    def _in_parts(self, work: "Callable[[Chain, slice], None]") -> None:
        """Do the work of all parts, the first one in this thread."""
        futures: list[Future[None]] = []
        try:
            for chain, part in zip(self.chains[1:], self.slices[1:], strict=True):
                # the context carries np.errstate over to the other thread
                futures.append(helpers(os.getpid()).submit(copy_context().run, work, chain, part))
            work(self.chains[0], self.slices[0])
        finally:
            for future in futures:  # whatever happens here, nobody works on after this call
                future.exception()
        for future in futures:
            future.result()


def number_of_parts(n: int) -> int:
    """Return into how many parts to cut a batch of n examples."""
    return max(1, min(threads(), n // EXAMPLES_A_PART))


@lru_cache(maxsize=1)
def helpers(process: int) -> "ThreadPoolExecutor":
    """Return this process's threads; a forked process does not inherit them and gets its own."""
    from concurrent.futures import ThreadPoolExecutor  # costs 10 ms, which `import mlp_core` need not pay

    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1)  # started only as they are needed


class Chain:
    """The layers of the trunk for one part: n examples, axes (H, C, W, n)."""

    def __init__(self, layers: list[Layer], input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.operations: list[Any] = []
        for layer in layers:
            self.operations.append(TRUNK_LAYERS[type(layer)](layer, input_shape, n, dtype))
            input_shape = layer.output_shape(input_shape)
        convolutions = [operation for operation in self.operations if isinstance(operation, RowConvolution)]
        scratch = np.empty(max(operation.unfolded.size for operation in convolutions), dtype)
        for operation in convolutions:
            operation.scratch = scratch
        channels, height, width = input_shape
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
    """`Conv2d`, one product for each row of the input."""

    scratch: np.ndarray  # a chain's only one: each of its convolutions needs it for a moment

    def __init__(self, layer: Conv2d, input_shape: Shape, n: int, dtype: np.dtype) -> None:
        self.layer = layer
        (kh, kw), (step, _), (pad_h, _) = layer.kernel_size, layer.stride, layer.padding
        channels, height, width = input_shape
        _, rows, columns = layer.output_shape(input_shape)
        # padding above and below takes no part; that on the sides is never written to and stays zero
        self.unfolded = np.zeros((height, kw, channels, columns, n), dtype)
        self.taps = [unfolding(v, layer.stride[1], layer.padding[1], width, columns) for v in range(kw)]
        self.order = kernel_order(kh, step)
        self.meetings = [meeting(h + pad_h, kh, step, rows, self.order) for h in range(height)]
        self.weight = np.empty((kh, layer.out_channels, kw, channels), dtype)
        self.grad_weight = np.empty_like(self.weight)
        self.y = np.empty((rows, layer.out_channels, columns, n), dtype)
        self.grad_x = np.empty((height, channels, width, n), dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for x, (H, C, W, n)."""
        for v, (to, source) in enumerate(self.taps):
            self.unfolded[:, v, :, to] = x[:, :, source]
        for place, u in enumerate(self.order):
            self.weight[place] = self.layer.params["weight"][:, :, u].transpose(0, 2, 1)
        np.copyto(self.y, self.layer.params["bias"][:, None, None])
        for rows, kernels, row in self._products(self.y, self.weight, self.unfolded):
            add_product(rows, kernels, row)
        return self.y

    def backward(self, grad: np.ndarray, first: bool) -> np.ndarray:
        """Return the gradient of x: each product ``Y += W U`` gives ``dW += dY Uᵀ`` and ``dU = Wᵀ dY``."""
        grad = np.ascontiguousarray(grad)
        self.grad_weight.fill(0)
        for grad_rows, kernels, row in self._products(grad, self.grad_weight, self.unfolded):
            add_product(kernels, grad_rows, row.T)
        self.grads = {"weight": self.grad_weight, "bias": grad.sum(axis=(0, 2, 3))}
        return self.grad_x if first else self._backward_to_pixels(grad)

    def _backward_to_pixels(self, grad: np.ndarray) -> np.ndarray:
        """Compute the gradient of the unfolded rows, then give each pixel those of its copies."""
        unfolded = self.scratch[: self.unfolded.size].reshape(self.unfolded.shape)
        for grad_rows, kernels, row in self._products(grad, self.weight, unfolded):
            np.matmul(kernels.T, grad_rows, out=row)
        self.grad_x.fill(0)
        for v, (to, source) in enumerate(self.taps):
            self.grad_x[:, :, source] += unfolded[:, v, :, to]
        return self.grad_x

    def in_layer_order(self, name: str, grad: np.ndarray) -> np.ndarray:
        """Return a gradient with the axes of the layer's parameter."""
        if name == "bias":
            return grad
        ordered = np.empty_like(self.layer.params["weight"])
        for place, u in enumerate(self.order):
            ordered[:, :, u] = grad[place].transpose(0, 2, 1)
        return ordered

    def _products(self, y: np.ndarray, weight: np.ndarray, unfolded: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield the three matrices of each product: output rows, kernel rows, one row of the unfolded input.

        An unfolded row that no window reaches is multiplied with no kernel rows, so that its gradient becomes zero.
        """
        for row, (rows, kernels) in zip(unfolded, self.meetings, strict=True):
            columns = row.shape[2] * row.shape[3]
            matrices = y[rows].reshape(-1, columns), weight[kernels].reshape(-1, row.shape[0] * row.shape[1])
            yield *matrices, row.reshape(-1, columns)


def kernel_order(kernel_height: int, stride: int) -> list[int]:
    """Return the kernel rows in the order in which an input row meets them, output row by output row.

    >>> kernel_order(5, stride=2)
    [4, 2, 0, 3, 1]
    """
    return [u for phase in range(stride) for u in reversed(range(phase, kernel_height, stride))]


def meeting(h: int, kernel_height: int, stride: int, rows: int, order: list[int]) -> tuple[slice, slice]:
    """Return the output rows that see (padded) input row h, and through which kernel rows, as places in ``order``."""
    first, last = max(0, -(-(h - kernel_height + 1) // stride)), min(rows - 1, h // stride)
    if first > last:
        return slice(0, 0), slice(0, 0)
    start = order.index(h - first * stride)
    return slice(first, last + 1), slice(start, start + last - first + 1)


def unfolding(v: int, stride: int, padding: int, width: int, columns: int) -> tuple[slice, slice]:
    """Return which output columns kernel column v serves inside the image, and the pixels it meets there.

    Output column j meets pixel ``j * stride + v - padding``; where that is no pixel, the unfolded number is padding.
    """
    first = max(0, -(-(padding - v) // stride))
    last = min(columns, (width - 1 - v + padding) // stride + 1)
    start = first * stride + v - padding
    return slice(first, max(first, last)), slice(start, start + max(0, last - first) * stride, stride)


class SeparablePool:
    """`MaxPool2d` along the width, then along the height; the first row's first winner is found all the same."""

    def __init__(self, layer: MaxPool2d, input_shape: Shape, n: int, dtype: np.dtype) -> None:
        channels, height, width = input_shape
        _, rows, columns = layer.output_shape(input_shape)
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
        self.overlapping = stride < size
        out_shape = (*shape[:axis], count, *shape[axis + 1 :])
        self.y, self.winner = np.empty(out_shape, dtype), np.empty(out_shape, np.min_scalar_type(size))
        self.grad_x = np.zeros(shape, dtype)  # what no window covers stays zero

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maxima and remember which of each window won; a later equal one does not win."""
        np.copyto(self.y, x[self.taps[0]])
        self.winner.fill(0)
        for index, tap in enumerate(self.taps[1:], start=1):
            better = x[tap] > self.y
            np.maximum(self.winner, better.view(np.uint8) * self.winner.dtype.type(index), out=self.winner)
            np.maximum(self.y, x[tap], out=self.y)
        return self.y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Give each window's gradient to its winner; where windows overlap, add."""
        if self.overlapping:
            self.grad_x.fill(0)
        for index, tap in enumerate(self.taps):
            if self.overlapping:
                self.grad_x[tap] += grad * (self.winner == index)
            else:
                np.multiply(grad, self.winner == index, out=self.grad_x[tap])
        return self.grad_x


TRUNK_LAYERS: dict[type[Layer], Any] = {Conv2d: RowConvolution, ReLU: InPlace, MaxPool2d: SeparablePool}
