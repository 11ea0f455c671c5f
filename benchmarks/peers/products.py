"""The limit: the matrix products of the work and nothing else, with NumPy into arrays made beforehand."""

from collections.abc import Callable

import numpy as np

from benchmarks.cases import Case


def prepare(case: Case) -> Callable[[], object]:
    rng = np.random.default_rng(0)
    shapes = list(zip(case.sizes, case.sizes[1:], strict=False))
    weights = [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
    values = [rng.standard_normal((case.batch_size, size), dtype=np.float32) for size in case.sizes]
    grads = [np.empty_like(weight) for weight in weights]

    def forward() -> None:
        for x, weight, y in zip(values, weights, values[1:], strict=False):
            np.matmul(x, weight, out=y)

    def step() -> None:
        forward()
        for i in reversed(range(len(weights))):
            np.matmul(values[i].T, values[i + 1], out=grads[i])
            if i > 0:  # nobody needs the gradient of the images
                np.matmul(values[i + 1], weights[i].T, out=values[i])

    def evaluation() -> None:
        for _ in range(0, case.images, case.batch_size):
            forward()

    return evaluation if case.images else step
