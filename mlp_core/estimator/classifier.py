"""What scikit-learn asks of a classifier beyond learning: attributes, pickles, its kinds of data, its way to stop."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import sklearn
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from mlp_core.callbacks import Callback, TrainingState
from mlp_core.checks import sign
from mlp_core.network import Sequential
from mlp_core.splits import Split

LOWEST_RATE = 1e-6  # an adaptive rate that is no higher ends training


def _copied(name: str, kind: str, what: str) -> property:
    """Return a property with the network's arrays of one kind, in the layers' order; what is assigned is copied in."""

    def get(model: "NetworkClassifier") -> tuple[np.ndarray, ...]:
        check_is_fitted(model)
        return tuple(array for key, array in model.network_.params.items() if key.endswith(kind))

    def copy(model: "NetworkClassifier", arrays: Sequence[ArrayLike]) -> None:
        targets = get(model)
        shapes = [target.shape for target in targets], [np.shape(array) for array in arrays]
        if shapes[0] != shapes[1]:
            raise ValueError(f"expected {name} of shapes {shapes[0]}, got {shapes[1]}")
        for target, array in zip(targets, arrays, strict=True):
            target[...] = array

    return property(get, copy, doc=f"{what}; what is assigned is copied into the network.")


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """A classifier around a fitted `network_`."""

    network_: Sequential
    classes_: np.ndarray

    coefs_ = _copied("coefs_", "weight", "The weights of each layer, shape (in_features, out_features)")
    intercepts_ = _copied("intercepts_", "bias", "The biases of each layer, shape (out_features,)")

    def __sklearn_tags__(self) -> Tags:
        """Say that sparse matrices are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes, and the version of scikit-learn that understands them."""
        return {**super().__getstate__(), "_sklearn_version": sklearn.__version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the attributes; warn, as scikit-learn's estimators do, if another version of it wrote them."""
        state = dict(state)
        version = state.pop("_sklearn_version", "unknown")
        if version != sklearn.__version__:
            warnings.warn(InconsistentVersionWarning(
                estimator_name=type(self).__name__, current_sklearn_version=sklearn.__version__,
                original_sklearn_version=version), stacklevel=2)
        super().__setstate__(state)


class DenseRows:
    """The rows of a sparse matrix, each made dense when it is asked for: a batch at a time, never all of them."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix.tocsr()
        self.shape, self.dtype = matrix.shape, matrix.dtype

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Return some of the rows, dense."""
        return self.matrix[rows].toarray()

    def take(self, rows: np.ndarray, axis: int = 0) -> np.ndarray:
        """Return some of the rows, dense, as ``ndarray.take`` does; `axis` is 0."""
        return self[rows]


@dataclass(frozen=True, eq=False, repr=False)
class Examples(Split):
    """A split whose images may be `DenseRows`, and may have weights, (n,) above 0: how much each counts in a mean."""

    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Check dense images and their labels as a split does; `validate_data` has checked sparse ones."""
        if not isinstance(self.images, DenseRows):
            super().__post_init__()

    def __getitem__(self, index: Any) -> "Examples":
        """Return the part that a slice, a mask or a list of indices selects; sparse images stay sparse."""
        images: Any = DenseRows(self.images.matrix[index]) if isinstance(self.images, DenseRows) else self.images[index]
        return Examples(images, self.labels[index], None if self.weights is None else self.weights[index])


def checked(
    model: BaseEstimator, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, *,
    classes: np.ndarray | None = None, reset: bool,
) -> tuple[Examples, np.ndarray]:
    """Return the data as a split whose labels count the classes, and these: those given, or all there are."""
    rows, labels = validate_data(model, X, y, reset=reset, accept_sparse=("csr", "csc"), multi_output=True,
                                 dtype=(np.float64, np.float32))
    if type_of_target(labels).startswith(("multilabel", "multiclass-multioutput", "continuous-multioutput")):
        raise ValueError(
            f"expected one label per row, y of shape (n,), got shape {labels.shape}: for several labels per row fit "
            "sklearn.multioutput.MultiOutputClassifier(MLPClassifier(...)); for one-hot rows pass y.argmax(axis=1)"
        )
    check_classification_targets(labels)
    labels = column_or_1d(labels, warn=True)
    found = np.unique(labels)
    classes = found if classes is None else classes
    if not np.isin(found, classes).all():
        raise ValueError(f"expected classes among {classes}, got {np.setdiff1d(found, classes)}")
    images: Any = DenseRows(rows) if issparse(rows) else rows
    indices = np.searchsorted(classes, labels)
    if sample_weight is None:
        return Examples(images, indices), classes
    weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    return Examples(images, indices, weights)[np.flatnonzero(weights)], classes


def hold_out(split: Examples, fraction: float, seed: int) -> tuple[Examples, Examples]:
    """Return the rows to learn and a fraction held out, in equal shares of classes; by chance if one has too few."""
    two_classes = split.labels.max() < 2
    halves = partial(train_test_split, np.arange(len(split)), test_size=fraction, random_state=seed)
    try:
        learnt, held = halves(stratify=split.labels.astype(bool)[:, None] if two_classes else split.labels)
    except ValueError:  # as in scikit-learn, with more than two classes alone
        if two_classes:
            raise
        learnt, held = halves()
    return split[learnt], split[held]


class Plateau(Callback):
    """End training when a metric has not improved by `tol` for `patience` epochs in a row.

    With a `divisor`, divide the learning rate by it instead and go on, as long as the rate is above `LOWEST_RATE`.
    """

    def __init__(self, metric: str, patience: float, tol: float, divisor: float | None = None) -> None:
        self.metric, self.patience, self.tol, self.divisor = metric, patience, tol, divisor
        self.best, self.waited = math.inf, 0

    def on_epoch_end(self, state: TrainingState) -> None:
        """Compare the epoch's value with the best before it."""
        score = sign(self.metric) * getattr(state.history, self.metric)[-1]
        self.waited = self.waited + 1 if score > self.best - self.tol else 0
        self.best = min(self.best, score)
        if self.waited < self.patience:
            return
        if self.divisor is None or state.optimizer.learning_rate <= LOWEST_RATE:
            state.stop(f"{self.metric} has not improved by {self.tol:g} for {self.patience} epochs")
        else:
            state.optimizer.learning_rate /= self.divisor
            self.waited = 0


def print_epoch(state: TrainingState) -> None:
    """Print an epoch's loss and, if there is one, its validation accuracy, in scikit-learn's words."""
    print(f"Iteration {state.epoch}, loss = {state.history.running_loss[-1]:.8f}")
    if state.history.valid_accuracy:
        print(f"Validation score: {state.history.valid_accuracy[-1]:f}")
