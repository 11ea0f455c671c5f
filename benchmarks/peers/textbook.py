"""A multilayer perceptron as textbooks write it in NumPy: float64, a new array for every result."""

from collections.abc import Callable
from itertools import cycle

import numpy as np

from benchmarks.cases import LEARNING_RATE, Case


def prepare(case: Case) -> Callable[[], object]:
    params = list(case.network("float64").params.values())
    weights, biases = params[::2], params[1::2]
    batches = cycle([(x.astype(np.float64), np.eye(10)[y]) for x, y in case.data()])

    def step() -> float:
        x, targets = next(batches)
        outputs = [x]
        for weight, bias in zip(weights, biases, strict=True):
            z = outputs[-1] @ weight + bias
            outputs.append(np.maximum(z, 0) if weight is not weights[-1] else z)
        exponentials = np.exp(z - z.max(axis=1, keepdims=True))
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log((probabilities * targets).sum(axis=1)))
        grad = (probabilities - targets) / len(x)
        for i in reversed(range(len(weights))):
            grad_weight, grad_bias = outputs[i].T @ grad, grad.sum(axis=0)
            grad = (grad @ weights[i].T) * (outputs[i] > 0)
            weights[i] = weights[i] - LEARNING_RATE * grad_weight
            biases[i] = biases[i] - LEARNING_RATE * grad_bias
        return float(loss)

    return step
