"""`MLPClassifier`: this package's network and training loop behind scikit-learn's interface."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
import sklearn
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning, InconsistentVersionWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from mlp_core.callbacks import Callback, EarlyStopping, TrainingState
from mlp_core.history import History
from mlp_core.layers import ReLU
from mlp_core.losses import log_softmax, softmax
from mlp_core.models import mlp
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD, Adam
from mlp_core.runs.plateaus import InverseScaling, Plateau
from mlp_core.splits import Split
from mlp_core.training import train

LARGEST_AUTO_BATCH = 200
RATES = ("constant", "invscaling", "adaptive")
ACTIVATIONS = {"logistic": "sigmoid", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu", "identity": "relu"}
SOLVERS = ("adam", "sgd")
PREVIOUS = "the same classes as in the previous call to fit. Previously got"


class MLPClassifier(ClassifierMixin, BaseEstimator):
    """A multilayer perceptron with softmax output, trained by `mlp_core.train`, as a scikit-learn classifier.

    Works where scikit-learn's own does, with these exceptions: there is no solver "lbfgs"; a row has one label (for
    several, `sklearn.multioutput.MultiOutputClassifier`); two classes have two softmax outputs instead of one sigmoid;
    sparse rows are made dense; Adam adds `epsilon` after the correction of its start, and momentum goes on unchanged
    where the learning rate changes. Parameters have the names, defaults and meaning that they have in
    `sklearn.neural_network.MLPClassifier`, except where the list below says otherwise.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
        Units of each hidden layer; empty for softmax regression.
    activation : {"relu", "tanh", "logistic", "identity"}
        Of the hidden layers; "sigmoid" is another name for "logistic".
    solver : {"adam", "sgd"}
        The optimizer.
    alpha : float
        L2 penalty on the weights, as scikit-learn scales it: each step adds ``alpha / batch_size * W`` to the mean
        gradient. So ``alpha = batch_size * weight_decay``, in terms of the optimizers of `mlp_core`.
    batch_size : int or "auto"
        Images an update, at most all n; "auto" is ``min(200, n)``.
    learning_rate : {"constant", "invscaling", "adaptive"}
        For "sgd". "invscaling" makes it ``learning_rate_init / (t_ + 1) ** power_t`` after every epoch; "adaptive"
        divides it by 5 wherever training would otherwise end for `tol`, and ends once it is 1e-6 or less.
    learning_rate_init, power_t : float
        The learning rate at first; and see "invscaling".
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
        Whether to print the loss after every epoch.
    warm_start : bool
        Whether `fit` goes on from where the last one ended, with the parameters set since then.
    momentum, nesterovs_momentum : float, bool
        For "sgd".
    early_stopping : bool
        Whether to hold `validation_fraction` of the data out, and to keep the epoch best on it: stratified, except
        where there are more than two classes and too few images of one (or held out) for that.
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
        The last and the least of them; the least is None with `early_stopping`.
    validation_scores_, best_validation_score_ : list of float and float, or None
        Accuracy on what was held out, after each epoch, and the highest; None without `early_stopping`.
    n_iter_, t_ : int
        Epochs of the last fit, and images seen in all.
    n_features_in_, n_layers_, n_outputs_ : int
        Columns of `X`; layers, that of the inputs included; classes.
    out_activation_ : str
        "softmax".

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier((8,), learning_rate_init=0.1, max_iter=100, tol=None, random_state=0).fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    _parameter_constraints = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "solver": [StrOptions(set(SOLVERS))],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions(set(RATES))],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left"), None],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Interval(Real, 1, None, closed="both")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100,),
        activation: str = "relu",
        *,
        solver: Literal["adam", "sgd"] = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Literal["constant", "invscaling", "adaptive"] = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
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
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
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

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a new network, or, with `warm_start`, the last one, on `X` (n, n_features) and `y` (n,).

        Each row counts `sample_weight` (n,) times in the mean loss of its batch.
        """
        self._validate_params()
        go_on = self.warm_start and hasattr(self, "network_")
        split, weights = self._checked(X, y, sample_weight, self.classes_ if go_on else None, reset=not go_on)
        if go_on and len(np.unique(split.labels)) < len(self.classes_):
            raise ValueError(f"warm_start can only be used where `y` has {PREVIOUS} {self.classes_}, "
                             f"`y` has {np.unique(y)}")
        if not go_on:
            self._start(split)
        split, weights, valid = self._hold_out(split, weights)
        self._renew_optimizer(len(split))
        history = self._train(split, weights, self.max_iter, valid=valid, **self._stopping())
        if history.status == "completed" and self.tol is not None and self.max_iter > 1:
            warnings.warn(f"{self.max_iter} epochs were made, and the loss still improves: raise max_iter, or set "
                          "tol=None for a fixed number of epochs", ConvergenceWarning, stacklevel=2)
        return self

    @available_if(lambda estimator: estimator.solver in SOLVERS)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, classes: ArrayLike | None = None
    ) -> Self:
        """Make one epoch over `X` and `y`; the first call names all `classes` that will ever come."""
        self._validate_params()
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True: it makes one epoch of all it is given")
        first = not hasattr(self, "network_")
        if first and classes is None:
            raise ValueError("expected classes, all that will ever come, in the first call of partial_fit")
        named = self.classes_ if classes is None else np.unique(np.asarray(classes))
        if not first and not np.array_equal(named, self.classes_):
            raise ValueError(f"expected the classes of the first call, {self.classes_}, or none; got {named}")
        split, weights = self._checked(X, y, sample_weight, named, reset=first)
        if first:
            self._start(split)
        self._train(split, weights, 1)
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable class of each row, shape (n,)."""
        logits = self._logits(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each of `classes_`, shape (n, n_classes), float64."""
        return softmax(self._logits(X).astype(np.float64))

    def predict_log_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the logarithm of `predict_proba`; finite even where that rounds to zero."""
        return log_softmax(self._logits(X).astype(np.float64))

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer, shape (in_features, out_features)."""
        check_is_fitted(self)
        return [array for name, array in self.network_.params.items() if name.endswith("weight")]

    @coefs_.setter
    def coefs_(self, arrays: Sequence[ArrayLike]) -> None:
        for own, array in zip(self.coefs_, arrays, strict=True):
            own[...] = array

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of each layer, shape (out_features,)."""
        check_is_fitted(self)
        return [array for name, array in self.network_.params.items() if name.endswith("bias")]

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[ArrayLike]) -> None:
        for own, array in zip(self.intercepts_, arrays, strict=True):
            own[...] = array

    def __sklearn_tags__(self) -> Any:
        """Say that sparse rows are taken."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled, with scikit-learn's version, as its own estimators do."""
        return {**super().__getstate__(), "_sklearn_version": sklearn.__version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was pickled; warn if another version of scikit-learn did it."""
        version = state.pop("_sklearn_version", sklearn.__version__)
        if version != sklearn.__version__:
            warnings.warn(InconsistentVersionWarning(
                estimator_name=type(self).__name__, current_sklearn_version=sklearn.__version__,
                original_sklearn_version=version), stacklevel=2)  # fmt: skip
        super().__setstate__(state)

    def _logits(self, X: ArrayLike) -> np.ndarray:
        """Return the network's output for checked rows, shape (n, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, dtype=(np.float64, np.float32), accept_sparse=["csr", "csc"])
        return self.network_.logits(rows.toarray() if issparse(rows) else rows)

    def _checked(
        self, X: ArrayLike, y: ArrayLike, weights: ArrayLike | None, classes: np.ndarray | None, *, reset: bool
    ) -> tuple[Split, np.ndarray | None]:
        """Return the data as a split whose labels count the classes, and checked weights; set `classes_`."""
        if getattr(y, "ndim", 1) == 2 and y.shape[1] > 1:  # type: ignore[union-attr]
            raise ValueError(f"expected one label per row, got y of shape {y.shape}; for several labels per row "  # type: ignore[union-attr]
                             "there is sklearn.multioutput.MultiOutputClassifier(MLPClassifier(...))")
        images, labels = validate_data(
            self, X, y, reset=reset, dtype=(np.float64, np.float32), accept_sparse=["csr", "csc"]
        )
        images = images.toarray() if issparse(images) else images
        check_classification_targets(labels)
        found = np.unique(labels)
        classes = found if classes is None else classes
        if not np.isin(found, classes).all():
            raise ValueError(f"warm_start can only be used where `y` has {PREVIOUS} {classes}, `y` has {found}"
                             if self.warm_start else
                             f"expected classes among {classes}, got {np.setdiff1d(found, classes)}")
        self.classes_ = classes
        split = Split(images, np.searchsorted(classes, labels))
        if weights is None:
            return split, None
        return split, _check_sample_weight(weights, images, dtype=images.dtype, ensure_non_negative=True)

    def _start(self, split: Split) -> None:
        """Make a new network, optimizer and random generator."""
        hidden = self.hidden_layer_sizes
        sizes = [self.n_features_in_, *(hidden if isinstance(hidden, Iterable) else [hidden]), len(self.classes_)]
        self._seed = _to_seed(self.random_state)
        self._generator = np.random.default_rng(self._seed)
        self.network_ = mlp(sizes, ACTIVATIONS[self.activation], self.initializer, self._seed, split.images.dtype,
                            dropout=self.dropout)
        if self.activation == "identity":
            self.network_ = Sequential([layer for layer in self.network_.layers if not isinstance(layer, ReLU)])
        self._optimizer = self._make_optimizer(len(split))
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.t_, self.n_layers_, self.n_outputs_ = 0, len(sizes), len(self.classes_)
        self.out_activation_ = "softmax"

    def _renew_optimizer(self, n: int) -> None:
        """Take the optimizer that the parameters now describe; one of the same kind hands on its state."""
        before, self._optimizer = self._optimizer, self._make_optimizer(n)
        if type(before) is type(self._optimizer):
            state = before.state_dict()  # without the settings, which may have changed
            self._optimizer.load_state_dict({key: state[key] for key in state if "." in key or key == "updates"})

    def _make_optimizer(self, n: int) -> SGD | Adam:
        """Return the optimizer that the parameters describe, for n images."""
        decay = self.alpha / self._batch_size(n)
        if self.solver == "sgd":
            nesterov = self.nesterovs_momentum and self.momentum > 0
            return SGD(self.learning_rate_init, self.momentum, nesterov, weight_decay=decay)
        return Adam(self.learning_rate_init, self.beta_1, self.beta_2, self.epsilon, weight_decay=decay)

    def _batch_size(self, n: int) -> int:
        """Return the images an update, for n images."""
        return min(LARGEST_AUTO_BATCH if self.batch_size == "auto" else int(self.batch_size), n)

    def _hold_out(
        self, split: Split, weights: np.ndarray | None
    ) -> tuple[Split, np.ndarray | None, Split | None]:
        """Return what to train on, with its weights, and what to validate on."""
        if not self.early_stopping:
            return split, weights, None
        classes, counts = np.unique(split.labels, return_counts=True)
        smaller = len(split) * min(self.validation_fraction, 1 - self.validation_fraction)
        fits = counts.min() > 1 and smaller > len(classes)
        held = train_test_split(
            np.arange(len(split)), test_size=self.validation_fraction, random_state=self._seed,
            stratify=split.labels[:, None] == 1 if len(classes) == 2 else split.labels if fits else None,
        )  # fmt: skip
        return split.take(held[0]), None if weights is None else weights[held[0]], split.take(held[1])

    def _stopping(self) -> dict[str, Any]:
        """Return how `train` is to know when to end, or to lower the learning rate."""
        adaptive, metric = self._rate() == "adaptive", "valid_accuracy" if self.early_stopping else "running_loss"
        callbacks, patience, tol = [], self.n_iter_no_change, self.tol
        if tol is not None and (adaptive or not self.early_stopping):
            callbacks, tol = [Plateau(metric, patience, tol, divisor=5 if adaptive else None)], None
        if not self.early_stopping:
            return {"callbacks": callbacks}
        longest = max(1, self.max_iter)
        patience = longest if tol is None else min(patience, longest)  # without tol the best epoch is kept all the same
        return {"callbacks": callbacks, "early_stopping": EarlyStopping(patience, metric=metric, min_delta=tol or 0.0)}

    def _rate(self) -> str:
        """Return how the learning rate changes."""
        return self.learning_rate if self.solver == "sgd" else "constant"

    def _train(
        self,
        split: Split,
        weights: np.ndarray | None,
        epochs: int,
        *,
        callbacks: Sequence[Callback] = (),
        **options: Any,
    ) -> History:
        """Train for some epochs, and note what was measured."""
        callbacks = [*callbacks, *([PrintedLoss()] if self.verbose else [])]
        if self._rate() == "invscaling":
            callbacks.append(InverseScaling(self.learning_rate_init, self.power_t, self.t_, len(split)))
        self.history_ = train(self.network_, split, weights=weights, optimizer=self._optimizer, epochs=epochs,
                              batch_size=self._batch_size(len(split)), seed=self._generator, shuffle=self.shuffle,
                              evaluate_train=False, callbacks=callbacks, **options)
        self.loss_curve_ += self.history_.running_loss
        if self.validation_scores_ is not None:
            self.validation_scores_ += self.history_.valid_accuracy
        self.n_iter_ = len(self.history_)
        self.t_ += self.n_iter_ * len(split)
        self.loss_, self.best_loss_ = self.loss_curve_[-1], None if self.early_stopping else min(self.loss_curve_)
        self.best_validation_score_ = max(self.validation_scores_) if self.validation_scores_ else None
        return self.history_


class PrintedLoss(Callback):
    """Prints the loss after every epoch, and at the end why it was the last."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """Print one line, or two with a validation score."""
        print(f"Iteration {state.epoch}, loss = {state.history.running_loss[-1]:.8f}")
        if state.history.valid_accuracy:
            print(f"Validation score: {state.history.valid_accuracy[-1]:f}")

    def on_train_end(self, state: TrainingState) -> None:
        """Print why the training ended."""
        if state.history.message:
            print(state.history.message)


def _to_seed(random_state: int | np.random.RandomState | None) -> int:
    """Return an int as it is, and one drawn from anything else that scikit-learn takes for a source of chance."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
