"""mlp_core through its public functions."""

from collections.abc import Callable
from itertools import cycle

from benchmarks.cases import LEARNING_RATE, Case


def prepare(case: Case) -> Callable[[], object]:
    from mlp_core import SGD, Split, evaluate, train_step

    network, batches = case.network(), cycle(case.data())
    if case.images:
        split = Split(*next(batches))
        return lambda: evaluate(network, split)
    optimizer = SGD(LEARNING_RATE)
    return lambda: train_step(network, optimizer, *next(batches))
