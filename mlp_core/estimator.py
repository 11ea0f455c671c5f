"""`MLPClassifier`: this package's network and training loop behind scikit-learn's interface."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from mlp_core.callbacks import Callback, EarlyStopping, ProgressBar, TrainingState
from mlp_core.history import History
from mlp_core.losses import softmax
from mlp_core.models import mlp
from mlp_core.optimizers import SGD, Adam
from mlp_core.splits import Split
from mlp_core.training import train

LARGEST_AUTO_BATCH = 200
ACTIVATIONS = {"logistic": "sigmoid", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu"}


class MLPClassifier(ClassifierMixin, BaseEstimator):
    """A multilayer perceptron with softmax output, trained by `mlp_core.train`, as a scikit-learn classifier.

    Works wherever scikit-learn's own does. Parameters have the names, defaults and meaning that they have in
    `sklearn.neural_network.MLPClassifier`, except where the list below says otherwise.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
        Units of each hidden layer; empty for softmax regression.
    activation : {"relu", "tanh", "logistic"}
        Of the hidden layers; "sigmoid" is another name for "logistic".
    solver : {"adam", "sgd"}
        The optimizer.
    alpha : float
        L2 penalty on the weights, as scikit-learn scales it: each step adds ``alpha / batch_size * W`` to the mean
        gradient. So ``alpha = batch_size * weight_decay``, in terms of the optimizers of `mlp_core`.
    batch_size : int or "auto"
        Images an update; "auto" is ``min(200, n)``.
    learning_rate_init : float
        Learning rate, constant.
    max_iter : int
        The most epochs.
    shuffle : bool
        Whether every epoch draws a new order.
    random_state : int, RandomState or None
        An int is the seed of both `mlp` and `train`: the same numbers come out as from these.
    tol : float or None
        An epoch that does not lower the training loss by `tol` (or, with `early_stopping`, raise the validation
        accuracy) counts as none; after `n_iter_no_change` of them in a row, training ends. None: `max_iter` epochs, and
        no warning that they were too few (not in scikit-learn).
    verbose : bool
        Whether to show a progress bar.
    warm_start : bool
        Whether `fit` goes on from where the last one ended.
    momentum, nesterovs_momentum : float, bool
        For "sgd".
    early_stopping : bool
        Whether to hold `validation_fraction` of the data out, stratified, and to keep the epoch best on it.
    validation_fraction : float
        Between 0 and 1.
    beta_1, beta_2, epsilon : float
        For "adam".
    n_iter_no_change : int
        See `tol`.
    initializer : str or Initializer
        Of the weights: "glorot_uniform", "he_normal", ... (not in scikit-learn, which draws biases at random, too).
    dropout : float
        Probability of dropping a hidden unit while training (not in scikit-learn).

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    network_ : Sequential
        The trained network, float32 or float64 as the images were: float32 is twice as fast.
    history_ : History
        What `train` measured in the last fit.
    loss_curve_ : list of float
        Mean loss of each epoch's mini-batches, without the L2 penalty.
    loss_, best_loss_ : float
        The last and the least of them.
    validation_scores_ : list of float, or None
        Accuracy on what was held out, after each epoch.
    n_iter_, n_features_in_ : int
        Epochs made, and columns of `X`.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier((8,), learning_rate_init=0.1, max_iter=100, tol=None, random_state=0).fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100,),
        activation: str = "relu",
        *,
        solver: Literal["adam", "sgd"] = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float | None = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        initializer: Any = "glorot_uniform",
        dropout: float = 0.0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.initializer = initializer
        self.dropout = dropout

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network, or, with `warm_start`, the last one, on `X` (n, n_features) and `y` (n,)."""
        go_on = self.warm_start and hasattr(self, "network_")
        split = self._checked(X, y, None if not go_on else self.classes_, reset=not go_on)
        if not go_on:
            self._start(split)
        split, valid = self._hold_out(split)
        history = self._train(split, valid, self.max_iter, self._stopping())
        if history.status == "completed" and self.tol is not None and self.max_iter > 1:
            warnings.warn(f"{self.max_iter} epochs were made, and the loss still improves: raise max_iter, or set "
                          "tol=None for a fixed number of epochs", ConvergenceWarning, stacklevel=2)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Make one epoch over `X` and `y`; the first call names all `classes` that will ever come."""
        first = not hasattr(self, "network_")
        if first and classes is None:
            raise ValueError("expected classes, all that will ever come, in the first call of partial_fit")
        split = self._checked(X, y, np.unique(np.asarray(classes)) if first else self.classes_, reset=first)
        if first:
            self._start(split)
        self._train(split, None, 1, {})
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable class of each row, shape (n,)."""
        logits = self._logits(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each of `classes_`, shape (n, n_classes), float64."""
        return softmax(self._logits(X).astype(np.float64))

    def predict_log_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the logarithm of `predict_proba`."""
        return np.log(self.predict_proba(X))

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer, shape (in_features, out_features)."""
        check_is_fitted(self)
        return [array for name, array in self.network_.params.items() if name.endswith("weight")]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of each layer, shape (out_features,)."""
        check_is_fitted(self)
        return [array for name, array in self.network_.params.items() if name.endswith("bias")]

    def _logits(self, X: ArrayLike) -> np.ndarray:
        """Return the network's output for checked rows, shape (n, n_classes)."""
        check_is_fitted(self)
        return self.network_.logits(validate_data(self, X, reset=False, dtype=(np.float64, np.float32)))

    def _checked(self, X: ArrayLike, y: ArrayLike, classes: np.ndarray | None, *, reset: bool) -> Split:
        """Return the data as a split whose labels count the classes, and set `classes_`."""
        images, labels = validate_data(self, X, y, reset=reset, dtype=(np.float64, np.float32))
        check_classification_targets(labels)
        found = np.unique(labels)
        classes = found if classes is None else classes
        if not np.isin(found, classes).all():
            raise ValueError(f"expected classes among {classes}, got {np.setdiff1d(found, classes)}")
        self.classes_ = classes
        return Split(images, np.searchsorted(classes, labels))

    def _start(self, split: Split) -> None:
        """Make a new network, optimizer and random generator."""
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"expected activation among {', '.join(ACTIVATIONS)}, got {self.activation!r}")
        hidden = self.hidden_layer_sizes
        sizes = [self.n_features_in_, *(hidden if isinstance(hidden, Iterable) else [hidden]), len(self.classes_)]
        self._seed = _to_seed(self.random_state)
        self._generator = np.random.default_rng(self._seed)
        self.network_ = mlp(sizes, ACTIVATIONS[self.activation], self.initializer, self._seed, split.images.dtype,
                            dropout=self.dropout)
        self._optimizer = self._make_optimizer(self._batch_size(len(split)))
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.n_iter_ = 0

    def _make_optimizer(self, batch_size: int) -> SGD | Adam:
        """Return the optimizer that the parameters describe."""
        decay = self.alpha / batch_size
        if self.solver == "sgd":
            nesterov = self.nesterovs_momentum and self.momentum > 0
            return SGD(self.learning_rate_init, self.momentum, nesterov, weight_decay=decay)
        if self.solver == "adam":
            return Adam(self.learning_rate_init, self.beta_1, self.beta_2, self.epsilon, weight_decay=decay)
        raise ValueError(f"expected solver 'adam' or 'sgd', got {self.solver!r}")

    def _batch_size(self, n: int) -> int:
        """Return the images an update, for n images."""
        if not isinstance(self.batch_size, str):
            return self.batch_size
        if self.batch_size != "auto":
            raise ValueError(f"expected batch_size 'auto' or a whole number, got {self.batch_size!r}")
        return min(LARGEST_AUTO_BATCH, n)

    def _hold_out(self, split: Split) -> tuple[Split, Split | None]:
        """Return what to train on and what to validate on."""
        if not self.early_stopping:
            return split, None
        held = train_test_split(np.arange(len(split)), test_size=self.validation_fraction, random_state=self._seed,
                                stratify=split.labels)
        return split.take(held[0]), split.take(held[1])

    def _stopping(self) -> dict[str, Any]:
        """Return how `train` is to know when to end."""
        patience, tol = self.n_iter_no_change, self.tol
        if self.early_stopping:  # without tol the best epoch is kept all the same
            patience = max(1, self.max_iter) if tol is None else patience
            return {"early_stopping": EarlyStopping(patience, metric="valid_accuracy", min_delta=tol or 0.0)}
        return {} if tol is None else {"callbacks": [Plateau(patience, tol)]}

    def _train(self, split: Split, valid: Split | None, epochs: int, stopping: dict[str, Any]) -> History:
        """Train for some epochs, and note what was measured."""
        callbacks = [*stopping.pop("callbacks", ()), *([ProgressBar()] if self.verbose else [])]
        self.history_ = train(self.network_, split, valid=valid, optimizer=self._optimizer, epochs=epochs,
                              batch_size=self._batch_size(len(split)), seed=self._generator, shuffle=self.shuffle,
                              evaluate_train=False, callbacks=callbacks, **stopping)
        self.loss_curve_ += self.history_.running_loss
        if self.validation_scores_ is not None:
            self.validation_scores_ += self.history_.valid_accuracy
        self.n_iter_ = len(self.loss_curve_)
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)
        return self.history_


def _to_seed(random_state: int | np.random.RandomState | None) -> int:
    """Return an int as it is, and one drawn from anything else that scikit-learn takes for a source of chance."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


class Plateau(Callback):
    """Stop when the training loss has not fallen by `tol` for `patience` epochs in a row, as scikit-learn does."""

    def __init__(self, patience: int, tol: float) -> None:
        self.patience, self.tol, self.best, self.waited = patience, tol, np.inf, 0

    def on_epoch_end(self, state: TrainingState) -> None:
        """Compare the epoch's loss with the best before it."""
        loss = state.history.running_loss[-1]
        self.waited = self.waited + 1 if loss > self.best - self.tol else 0
        self.best = min(self.best, loss)
        if self.waited >= self.patience:
            state.stop(f"the training loss has not fallen by {self.tol:g} for {self.patience} epochs")
