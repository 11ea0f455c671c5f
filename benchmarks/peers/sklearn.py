"""scikit-learn's MLPClassifier: plain SGD, so many mini-batches a call that its checks of the input hardly count."""

from collections.abc import Callable

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.cases import BATCHES, LEARNING_RATE, Case


def prepare(case: Case) -> Callable[[], object]:
    x, y = (np.concatenate(arrays) for arrays in zip(*case.data(), strict=True))
    model = MLPClassifier(
        case.sizes[1:-1],
        solver="sgd",
        alpha=0,
        batch_size=case.batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=0,
        nesterovs_momentum=False,
        random_state=0,
    )
    return lambda: model.partial_fit(x, y, classes=np.arange(10))


UNITS = BATCHES  # steps in one call
