"""`MLPClassifier`: this package's network and training loop behind scikit-learn's interface."""

import warnings
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn import neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from mlp_core.adam import Adam
from mlp_core.callbacks import EarlyStopping, TrainingState
from mlp_core.estimator.classifier import (
    DenseRows,
    Examples,
    NetworkClassifier,
    Plateau,
    checked,
    hold_out,
    print_epoch,
)
from mlp_core.history import History
from mlp_core.layers import ReLU
from mlp_core.losses import log_softmax, softmax
from mlp_core.models import mlp
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD
from mlp_core.training import train

CHUNK = 1 << 20  # numbers of sparse rows to make dense at a time, to be predicted
SEEDS = 2**31 - 1  # one of them is drawn where `random_state` is no int
ACTIVATIONS = {"logistic": "sigmoid", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu", "identity": "relu"}


class MLPClassifier(NetworkClassifier):
    """A multilayer perceptron with softmax output, trained by `mlp_core.train`, as a scikit-learn classifier.

    Works where scikit-learn's own does, with these exceptions: there is no solver "lbfgs"; a row has one label (for
    several, `sklearn.multioutput.MultiOutputClassifier`); two classes have two softmax outputs instead of one sigmoid;
    Adam adds `epsilon` after the bias correction, and momentum sums up gradients, not steps, which differs where the
    learning rate changes; Ctrl-C ends `fit` instead of its training alone. Parameters and attributes have the
    names, defaults and meaning that they have in `sklearn.neural_network.MLPClassifier`; those below say more.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
        Units of each hidden layer; empty for softmax regression.
    activation : {"relu", "tanh", "logistic", "identity"}
        Of the hidden layers; "sigmoid" is another name for "logistic".
    solver : {"adam", "sgd"}
        The optimizer: `beta_1`, `beta_2` and `epsilon` are for "adam"; `learning_rate`, `momentum` and
        `nesterovs_momentum` for "sgd".
    alpha : float
        L2 penalty on the weights, as scikit-learn scales it: each step adds ``alpha / batch_size * W`` to the mean
        gradient. So ``alpha = batch_size * weight_decay``, in terms of the optimizers of `mlp_core`. With a
        `sample_weight`, it is divided by the mean of that, too.
    batch_size : int or "auto"
        Rows per update, at most all n; "auto" is ``min(200, n)``.
    learning_rate : {"constant", "invscaling", "adaptive"}
        "invscaling" makes it ``learning_rate_init / (t_ + 1) ** power_t`` after every epoch; "adaptive" divides it by 5
        wherever training would otherwise end for `tol`, and ends once it is 1e-6 or less.
    random_state : int, RandomState or None
        An int is the seed of both `mlp` and `train`: the same numbers come out as from these.
    tol : float or None
        Training ends after `n_iter_no_change` epochs in a row (in scikit-learn, one more) that did not lower the
        training loss by `tol` or, with `early_stopping`, did not raise the validation accuracy by it.
        None: `max_iter` epochs, and no warning that they were too few (not in scikit-learn).
    warm_start : bool
        Whether `fit` goes on from where the last one ended, with the parameters set since then.
    early_stopping : bool
        Whether to hold `validation_fraction` of the data out, and to keep the epoch best on it: stratified, except
        where there are more than two classes and too few images of one (or held out) for that.
    initializer : str or Initializer
        Of the weights: "glorot_uniform", "he_normal", ... (not in scikit-learn, which draws biases at random, too).
    dropout : float
        Probability of dropping a hidden unit while training (not in scikit-learn).

    Attributes
    ----------
    network_ : Sequential
        The trained network, float32 or float64 as the images were: float32 is twice as fast.
    history_ : History
        What `train` measured in the last fit.
    loss_curve_ : list of float
        Mean loss of each epoch's mini-batches, without the L2 penalty; `loss_` is the last of them.
    n_iter_, t_ : int
        Epochs of the last fit, and images seen in all.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier((8,), learning_rate_init=0.1, max_iter=100, tol=None, random_state=0).fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    _parameter_constraints = {
        **neural_network.MLPClassifier._parameter_constraints,
        "activation": [StrOptions({*ACTIVATIONS})],
        "solver": [StrOptions({"adam", "sgd"})],
        "tol": [None, Interval(Real, 0, None, closed="left")],
        "initializer": "no_validation",  # by `mlp`
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }
    del _parameter_constraints["max_fun"]  # of lbfgs

    def __init__(
        self, hidden_layer_sizes: Sequence[int] | int = (100,), activation: str = "relu", *,
        solver: Literal["adam", "sgd"] = "adam", alpha: float = 0.0001, batch_size: int | str = "auto",
        learning_rate: Literal["constant", "invscaling", "adaptive"] = "constant",
        learning_rate_init: float = 0.001, power_t: float = 0.5, max_iter: int = 200, shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None, tol: float | None = 1e-4,
        verbose: bool = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True,
        early_stopping: bool = False, validation_fraction: float = 0.1,
        beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8, n_iter_no_change: int = 10,
        initializer: Any = "glorot_uniform", dropout: float = 0.0,
    ) -> None:
        self.hidden_layer_sizes, self.activation = hidden_layer_sizes, activation
        self.solver, self.alpha, self.batch_size = solver, alpha, batch_size
        self.learning_rate, self.learning_rate_init, self.power_t = learning_rate, learning_rate_init, power_t
        self.max_iter, self.shuffle, self.random_state = max_iter, shuffle, random_state
        self.tol, self.verbose, self.warm_start = tol, verbose, warm_start
        self.momentum, self.nesterovs_momentum = momentum, nesterovs_momentum
        self.early_stopping, self.validation_fraction = early_stopping, validation_fraction
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.n_iter_no_change = n_iter_no_change
        self.initializer, self.dropout = initializer, dropout

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a new network, or, with `warm_start`, the last one, on `X` (n, n_features) and `y` (n,).

        `X` may be a sparse matrix. `sample_weight` (n,) says how much each row counts in every mean: the loss of a
        batch, the accuracy on what is held out. Rows that count 0 are left out. A batch of sparse rows is made dense.
        """
        self._validate_params()
        go_on = self.warm_start and hasattr(self, "network_")
        split, classes = checked(self, X, y, sample_weight, reset=not go_on)
        if go_on and not np.array_equal(classes, self.classes_):
            raise ValueError("warm_start can only be used where `y` has the same classes as in the previous call to "
                             f"fit. Previously got {self.classes_}, `y` has {classes}")
        self.classes_ = classes
        if not go_on:
            self._start(split)
        learnt, valid = hold_out(split, self.validation_fraction, self._seed) if self.early_stopping else (split, None)
        self._renew_optimizer()
        history = self._train(learnt, valid, self.max_iter, *self._stopping())
        if history.status == "completed" and self.tol is not None and self.max_iter > 1:
            warnings.warn(f"{self.max_iter} epochs were made, and the loss still improves: raise max_iter, or set "
                          "tol=None for a fixed number of epochs", ConvergenceWarning, stacklevel=2)
        return self

    @available_if(lambda self: self.solver != "lbfgs")
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
        split, self.classes_ = checked(self, X, y, sample_weight, classes=named, reset=first)
        if first:
            self._start(split)
        self._train(split, None, 1)
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

    def _logits(self, X: ArrayLike) -> np.ndarray:
        """Return the network's output for checked rows, shape (n, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, accept_sparse=("csr", "csc"), dtype=(np.float64, np.float32))
        if not issparse(rows):
            return self.network_.logits(rows)
        dense, parts = DenseRows(rows), gen_batches(rows.shape[0], max(1, CHUNK // rows.shape[1]))
        return np.concatenate([self.network_.logits(dense[part]) for part in parts])

    def _start(self, split: Examples) -> None:
        hidden = self.hidden_layer_sizes
        sizes = [self.n_features_in_, *(hidden if isinstance(hidden, Iterable) else [hidden]), len(self.classes_)]
        chance = self.random_state
        self._seed = int(chance if isinstance(chance, (int, np.integer)) else check_random_state(chance).randint(SEEDS))
        self._generator = np.random.default_rng(self._seed)
        self.network_ = mlp(sizes, ACTIVATIONS[self.activation], self.initializer, self._seed, split.images.dtype,
                            dropout=self.dropout)
        if self.activation == "identity":
            self.network_ = Sequential([layer for layer in self.network_.layers if not isinstance(layer, ReLU)])
        self._optimizer = self._make_optimizer()
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = None
        self.t_, self.n_layers_, self.n_outputs_, self.out_activation_ = 0, len(sizes), len(self.classes_), "softmax"

    def _renew_optimizer(self) -> None:
        """Take the optimizer that the parameters now describe; one of the same kind hands on its state."""
        before, self._optimizer = self._optimizer, self._make_optimizer()
        if type(before) is type(self._optimizer):
            state = before.state_dict()  # without the settings, which may have changed
            self._optimizer.load_state_dict({key: state[key] for key in state if "." in key or key == "updates"})

    def _make_optimizer(self) -> SGD | Adam:
        """Return the optimizer that the parameters describe; `_train` gives it its weight decay."""
        if self.solver == "sgd":
            return SGD(self.learning_rate_init, self.momentum, self.nesterovs_momentum and self.momentum > 0)
        return Adam(self.learning_rate_init, self.beta_1, self.beta_2, self.epsilon)

    def _stopping(self) -> tuple[list[Plateau], EarlyStopping | None]:
        """Return how `train` is to know when to end, or to lower the learning rate."""
        adaptive = (self.solver, self.learning_rate) == ("sgd", "adaptive")
        metric = "valid_accuracy" if self.early_stopping else "running_loss"
        callbacks, patience, tol = [], self.n_iter_no_change, self.tol
        if tol is not None and (adaptive or not self.early_stopping):
            callbacks, tol = [Plateau(metric, patience, tol, divisor=5 if adaptive else None)], None
        if not self.early_stopping:
            return callbacks, None
        patience = self.max_iter if tol is None else min(patience, self.max_iter)  # the best epoch is always kept
        return callbacks, EarlyStopping(patience, metric=metric, min_delta=tol or 0.0)

    def _train(self, split: Examples, valid: Examples | None, epochs: int, callbacks: Sequence[Plateau] = (),
               early_stopping: EarlyStopping | None = None) -> History:
        def scale_rate(state: TrainingState) -> None:
            seen = self.t_ + state.epoch * len(split)
            state.optimizer.learning_rate = self.learning_rate_init / (seen + 1) ** self.power_t

        scaled = (self.solver, self.learning_rate) == ("sgd", "invscaling")
        listeners: list[Any] = [*callbacks, *([print_epoch] if self.verbose else []), *([scale_rate] if scaled else [])]
        batch_size = min(200 if self.batch_size == "auto" else int(self.batch_size), len(split))
        mean_weight = 1.0 if split.weights is None else float(split.weights.mean())
        self._optimizer.weight_decay = self.alpha / (batch_size * mean_weight)
        self.history_ = train(self.network_, split, valid=valid, optimizer=self._optimizer, epochs=epochs,
                              batch_size=batch_size, seed=self._generator, shuffle=self.shuffle,
                              evaluate_train=False, callbacks=listeners, early_stopping=early_stopping)
        if self.verbose and self.history_.message:
            print(f"{self.history_.message}. Stopping.")
        self.loss_curve_ += self.history_.running_loss
        scores = [*(self.validation_scores_ or []), *self.history_.valid_accuracy]
        self.n_iter_, self.validation_scores_ = len(self.history_), scores if self.early_stopping else None
        self.t_ += self.n_iter_ * len(split)
        self.loss_, self.best_loss_ = self.loss_curve_[-1], None if self.early_stopping else min(self.loss_curve_)
        self.best_validation_score_ = max(scores) if self.early_stopping else None
        return self.history_
