"""The limit: the matrix products of the work and nothing else, with NumPy into arrays made beforehand.

A convolution's are those of its kernels with all patches laid out as columns, which nobody has to lay out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from benchmarks.cases import Case


@dataclass
class Product:
    """``out = left @ right`` and the gradients of both; one of them is the layer's weight."""

    left: np.ndarray
    right: np.ndarray
    weight_is_left: bool

    def __post_init__(self) -> None:
        self.out = self.left @ self.right
        self.grad_left, self.grad_right = np.empty_like(self.left), np.empty_like(self.right)

    def forward(self) -> None:
        np.matmul(self.left, self.right, out=self.out)

    def backward(self, first: bool) -> None:
        """Let the output stand for its gradient; nobody needs the gradient of the first layer's images."""
        if self.weight_is_left or not first:
            np.matmul(self.out, self.right.T, out=self.grad_left)
        if not self.weight_is_left or not first:
            np.matmul(self.left.T, self.out, out=self.grad_right)


def prepare(case: Case) -> Callable[[], object]:
    products = list(products_of(case))

    def step() -> None:
        for product in products:
            product.forward()
        for product in reversed(products):
            product.backward(first=product is products[0])

    def evaluation() -> None:
        for _ in range(0, case.images, case.batch_size):
            for product in products:
                product.forward()

    return evaluation if case.images else step


def products_of(case: Case) -> Iterator[Product]:
    """Yield the product of each layer that has a weight, with random numbers in the shapes of the work."""
    rng = np.random.default_rng(0)
    network = case.network()
    shape = network.input_shape
    for layer in network.layers:
        rows = layer.params["weight"].shape if layer.params else ()
        inputs, shape = shape, layer.output_shape(shape)
        if len(rows) == 4:  # a convolution: kernels (out, C*kh*kw), patches (C*kh*kw, H'*W'*n)
            columns = (prod(rows[1:]), prod(shape[1:]) * case.batch_size)
            yield Product(rng.random((rows[0], columns[0]), np.float32), rng.random(columns, np.float32), True)
        elif rows:
            images = rng.random((case.batch_size, prod(inputs)), np.float32)
            yield Product(images, rng.random(rows, np.float32), False)
