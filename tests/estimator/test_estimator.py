import re
import tracemalloc
import warnings
from functools import partial

import joblib
import numpy as np
import pytest
import scipy.sparse
import sklearn
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning, InconsistentVersionWarning, NotFittedError
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks
from threadpoolctl import threadpool_limits

from mlp_core import SGD, Adam, evaluate, log_softmax, mlp, train
from mlp_core.estimator.classifier import Examples, hold_out
from mlp_core.estimator.mlp import MLPClassifier
from mlp_core.splits import Split
from mlp_core.training import TrainingDiverged

small = partial(MLPClassifier, (16,), batch_size=32, max_iter=4, tol=None, random_state=0)


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:600] / 16, y[:600]


@parametrize_with_checks([MLPClassifier((20,), learning_rate_init=0.02, max_iter=60, tol=None)])
def test_what_scikit_learn_asks_of_an_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("parameters", "optimizer"), [
    ({"solver": "sgd", "learning_rate_init": 0.1}, SGD(0.1, 0.9, nesterov=True, weight_decay=0.0001 / 32)),
    ({"solver": "sgd", "momentum": 0.0, "alpha": 0.0}, SGD(0.001)),
    ({"alpha": 3.2}, Adam(0.001, weight_decay=0.1)),
])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_answers_are_those_of_train_to_the_bit(parameters, optimizer, dtype, digits):
    X, y = digits[0].astype(dtype), digits[1]
    model = small(**parameters).fit(X, y)
    network = mlp([64, 16, 10], seed=0, dtype=dtype)
    optimizer = type(optimizer)(**optimizer.config())  # without the memory of another test
    history = train(network, Split(X, y), optimizer=optimizer, epochs=4, batch_size=32, seed=0)
    np.testing.assert_array_equal(model.predict(X), network.predict(X))
    np.testing.assert_array_equal(model.coefs_[1], network.params["2.weight"])
    assert model.loss_curve_ == history.running_loss
    assert model.network_.dtype == dtype


def test_the_penalty_of_a_full_batch_counts_the_images_that_there_are(digits):
    models = [small(solver="sgd", alpha=6.0, batch_size=size).fit(*digits) for size in (600, 10_000)]
    np.testing.assert_array_equal(models[0].coefs_[0], models[1].coefs_[0])


@pytest.mark.parametrize("settings", [
    {"learning_rate": "constant"},
    {"learning_rate": "invscaling"},
    {"learning_rate": "invscaling", "power_t": 0.25, "warm_start": True},
    {"learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 11},
    {"learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 200},
    {"learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 11, "early_stopping": True},
])
def test_the_learning_rate_changes_as_in_scikit_learn(settings, digits):
    """With a tol that no epoch meets; scikit-learn waits for one epoch more than it says."""
    settings = {"solver": "sgd", "max_iter": 5, "tol": 0.0, "n_iter_no_change": 100, **settings}
    ours = MLPClassifier((4,), random_state=0, **settings)
    settings["n_iter_no_change"] -= 1
    theirs = neural_network.MLPClassifier((4,), random_state=0, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for model in (ours, theirs):
            model.fit(*digits).fit(*digits)
    assert ours._optimizer.learning_rate == pytest.approx(theirs._optimizer.learning_rate)
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)


def test_it_works_in_a_pipeline_with_names_for_classes(digits):
    names = np.array(["class " + digit for digit in "0123456789"])
    model = make_pipeline(StandardScaler(), small(learning_rate_init=0.02)).fit(digits[0], names[digits[1]])
    assert model.score(digits[0], names[digits[1]]) > 0.95


def test_cross_validation_and_grid_search_and_clone(digits):
    scores = cross_val_score(small(learning_rate_init=0.02), *digits, cv=3)
    assert scores.min() > 0.8
    search = GridSearchCV(small(), {"learning_rate_init": [1e-5, 0.02]}, cv=2).fit(*digits)
    assert search.best_params_ == {"learning_rate_init": 0.02}
    copy = clone(search.best_estimator_)
    assert copy.learning_rate_init == 0.02
    assert not hasattr(copy, "network_")


def test_a_saved_model_predicts_the_same_bits_and_learns_on(digits, tmp_path):
    model = small().fit(*digits)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(loaded.predict_proba(digits[0]), model.predict_proba(digits[0]))
    model.partial_fit(*digits)
    loaded.partial_fit(*digits)
    np.testing.assert_array_equal(loaded.coefs_[0], model.coefs_[0])


def test_epochs_of_partial_fit_are_those_of_fit(digits):
    whole, parts = small().fit(*digits), small()
    for _ in range(4):
        parts.partial_fit(*digits, classes=range(10))
    np.testing.assert_array_equal(parts.coefs_[0], whole.coefs_[0])
    assert parts.loss_curve_ == whole.loss_curve_
    assert (parts.n_iter_, len(parts.loss_curve_)) == (1, 4)


def test_partial_fit_learns_of_classes_that_come_later(digits):
    X, y = digits
    model = small().partial_fit(X[y < 5], y[y < 5], classes=range(10))
    assert model.predict_proba(X).shape == (600, 10)
    model.partial_fit(X[y >= 5], y[y >= 5])
    with pytest.raises(ValueError, match=r"expected classes among \[0 1.*got \[10\]"):
        model.partial_fit(X[:2], [3, 10])
    with pytest.raises(ValueError, match="expected classes, all that will ever come"):
        small().partial_fit(X, y)
    with pytest.raises(ValueError, match="expected the classes of the first call"):
        model.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
        small(early_stopping=True).partial_fit(X, y, classes=y)


def test_a_warm_start_goes_on_where_the_last_fit_ended(digits):
    whole = small(max_iter=4).fit(*digits)
    parts = small(max_iter=2, warm_start=True).fit(*digits).fit(*digits)
    np.testing.assert_array_equal(parts.coefs_[0], whole.coefs_[0])
    assert (parts.n_iter_, len(parts.loss_curve_), parts.t_) == (2, 4, 4 * 600)


def test_a_warm_start_knows_the_validation_scores_since_early_stopping_was_set(digits):
    model = small(max_iter=2, warm_start=True).fit(*digits)
    assert model.validation_scores_ is model.best_validation_score_ is None
    model.set_params(early_stopping=True).fit(*digits).fit(*digits)
    assert len(model.validation_scores_) == 4
    assert model.best_validation_score_ == max(model.validation_scores_)
    model.set_params(early_stopping=False).fit(*digits)
    assert model.validation_scores_ is model.best_validation_score_ is None


def test_a_warm_start_takes_the_parameters_set_since_then(digits):
    model = small(solver="sgd", warm_start=True).fit(*digits)
    before = model.coefs_[0].copy()
    model.set_params(learning_rate_init=1e-12, alpha=0.0, momentum=0.0).fit(*digits)
    np.testing.assert_allclose(model.coefs_[0], before, rtol=1e-6)


def test_early_stopping_keeps_the_epoch_that_was_best_on_the_held_out_part(digits):
    model = small(early_stopping=True, max_iter=200, tol=1e-4, n_iter_no_change=3, learning_rate_init=0.05).fit(*digits)
    scores = model.validation_scores_
    assert model.history_.status == "stopped early"
    assert len(scores) == model.n_iter_ < 200
    assert int(np.argmax(scores)) < len(scores) - 1
    assert (model.best_loss_, model.best_validation_score_) == (None, max(scores))


def test_training_ends_when_the_loss_no_longer_falls(digits):
    model = small(max_iter=300, tol=0.01, n_iter_no_change=3, learning_rate_init=0.02).fit(*digits)
    losses = model.loss_curve_
    assert len(losses) == model.n_iter_ < 100
    assert model.best_loss_ == min(losses)
    small_steps = [losses[epoch] > min(losses[:epoch]) - 0.01 for epoch in range(1, len(losses))]
    assert small_steps[-3:] == [True] * 3
    assert not any(small_steps[start:start + 3] == [True] * 3 for start in range(len(small_steps) - 3))


def test_too_few_epochs_are_warned_of_unless_they_are_wanted(digits):
    with pytest.warns(ConvergenceWarning, match="2 epochs were made.*tol=None"):
        small(max_iter=2, tol=1e-4).fit(*digits)
    small(max_iter=2, tol=None).fit(*digits)


@pytest.mark.parametrize(("parameters", "message"), [
    ({"activation": "softplus"}, "'activation' parameter of MLPClassifier must be a str among .* Got 'softplus'"),
    ({"solver": "lbfgs"}, "'solver' parameter of MLPClassifier must be a str among .* Got 'lbfgs'"),
    ({"batch_size": "many"}, r"'batch_size' .* among {'auto'} or an int in the range \[1, inf\). Got 'many'"),
    ({"learning_rate_init": -1.0}, "learning_rate"),
    ({"hidden_layer_sizes": (0,)}, "0"),
    ({"alpha": -0.1}, r"'alpha' .* in the range \[0.0, inf\)"),
    ({"max_iter": -1}, r"'max_iter' .* in the range \[1, inf\)"),
    ({"max_iter": 0}, r"'max_iter' .* in the range \[1, inf\)"),
    ({"batch_size": 0}, r"'batch_size' .* in the range \[1, inf\)"),
    ({"learning_rate": 0.1}, "'learning_rate' .* among .*'adaptive'.* Got 0.1"),
    ({"power_t": "a"}, "'power_t'"),
    ({"tol": -1}, "'tol'"),
    ({"n_iter_no_change": 0}, "'n_iter_no_change'"),
    ({"validation_fraction": 1.0}, "'validation_fraction'"),
    ({"shuffle": "foo"}, "'shuffle'"),
    ({"dropout": 1.0}, "'dropout'"),
    ({"initializer": "foo"}, "foo"),
])
def test_wrong_parameters_are_named(parameters, message, digits):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**parameters).fit(*digits)


def test_every_parameter_is_checked_as_in_scikit_learn():
    check_param_validation("MLPClassifier", MLPClassifier())


def test_a_diverged_fit_says_so_and_does_not_end_a_grid_search(digits):
    with pytest.raises(TrainingDiverged, match="learning rate"):
        small(solver="sgd", learning_rate_init=1e6).fit(*digits)
    rates = {"learning_rate_init": [0.02, 1e6]}
    search = GridSearchCV(small(solver="sgd"), rates, cv=[(range(400), range(400, 600))], error_score=0.0)
    with pytest.warns(FitFailedWarning, match="1 fits failed"):
        search.fit(*digits)
    assert search.best_params_ == {"learning_rate_init": 0.02}


def test_hidden_layers_may_be_a_number_or_none(digits):
    assert [array.shape for array in MLPClassifier(7, max_iter=1).fit(*digits).coefs_] == [(64, 7), (7, 10)]
    assert [array.shape for array in MLPClassifier((), max_iter=1).fit(*digits).intercepts_] == [(10,)]


def test_without_a_seed_two_networks_differ_and_with_a_generator_they_repeat(digits):
    draw = partial(MLPClassifier, (4,), max_iter=1)
    first, second = (draw(random_state=None).fit(*digits).coefs_[0] for _ in range(2))
    assert (first != second).any()
    first, second = (draw(random_state=np.random.RandomState(3)).fit(*digits).coefs_[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_an_unfitted_model_says_so(digits):
    for ask in (lambda model: model.predict(digits[0]), lambda model: model.coefs_):
        with pytest.raises(NotFittedError):
            ask(MLPClassifier())


@pytest.mark.long
def test_the_accuracy_is_that_of_scikit_learn_within_noise():
    X, y = load_digits(return_X_y=True)
    settings = {"hidden_layer_sizes": (32,), "solver": "sgd", "learning_rate_init": 0.02, "batch_size": 32}
    ours, theirs = partial(MLPClassifier, tol=None), partial(neural_network.MLPClassifier, tol=0.0)
    accuracies = {}
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for make in (ours, theirs):
            models = [make(**settings, max_iter=10, random_state=seed) for seed in range(4)]
            models = [model.fit(X[:1200] / 16, y[:1200]) for model in models]
            accuracies[make] = np.array([model.score(X[1200:] / 16, y[1200:]) for model in models])
    difference = accuracies[ours].mean() - accuracies[theirs].mean()
    error = np.sqrt((accuracies[ours].var(ddof=1) + accuracies[theirs].var(ddof=1)) / 4)
    assert accuracies[ours].mean() > 0.9
    assert abs(difference) < 0.01 + 2 * error


def test_weights_count_rows_several_times(digits):
    """In one batch of all rows, a weight of 2 is a row that comes twice, and a weight of 0 one that does not come."""
    X, y = digits
    counts = np.arange(len(y)) % 3
    settings = {"solver": "sgd", "max_iter": 5, "batch_size": 10**6, "alpha": 10.0}
    weighted = small(**settings).fit(X, y, sample_weight=counts)
    repeated = small(**settings).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    assert weighted.predict_proba(X) == pytest.approx(repeated.predict_proba(X), rel=1e-9)
    assert weighted.loss_curve_ == pytest.approx(repeated.loss_curve_)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equal_weights_change_nothing_but_the_share_of_the_penalty(dtype, digits):
    X, y = digits[0].astype(dtype), digits[1]
    plain, ones, tiny = small(alpha=1.0), small(alpha=1.0), small(alpha=1e-300)
    plain.fit(X, y), ones.fit(X, y, np.ones(len(y))), tiny.fit(X, y, np.full(len(y), 1e-300))
    np.testing.assert_array_equal(ones.coefs_[0], plain.coefs_[0])
    np.testing.assert_allclose(tiny.coefs_[0], plain.coefs_[0], rtol=1e-3, atol=1e-5)


def test_a_weighted_step_is_that_of_scikit_learn(digits):
    """From the same start, with a penalty, which is divided by the sum of the weights."""
    settings = {"hidden_layer_sizes": (5,), "solver": "sgd", "momentum": 0.0, "alpha": 3.0, "batch_size": 600,
                "max_iter": 1, "warm_start": True, "random_state": 0}  # fmt: skip
    ours, theirs = MLPClassifier(tol=None, **settings), neural_network.MLPClassifier(**settings)
    weights = np.random.default_rng(0).exponential(size=600)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for model in (ours, theirs):
            model.fit(*digits, sample_weight=weights).set_params(learning_rate_init=0.5)
        ours.coefs_, ours.intercepts_ = theirs.coefs_, theirs.intercepts_
        for model in (ours, theirs):
            model.fit(*digits, sample_weight=weights)
    for own, other in zip(ours.coefs_ + ours.intercepts_, [*theirs.coefs_, *theirs.intercepts_], strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-12)


def test_what_is_held_out_counts_by_its_weights(digits):
    weights = np.random.default_rng(0).exponential(size=600)
    model = small(early_stopping=True, max_iter=1).fit(*digits, sample_weight=weights)
    held = hold_out(Examples(*digits, weights), 0.1, 0)[1]
    score = accuracy_score(held.labels, model.predict(held.images), sample_weight=held.weights)
    assert model.validation_scores_ == [pytest.approx(score)]
    loss = log_loss(held.labels, model.predict_proba(held.images), sample_weight=held.weights, labels=range(10))
    assert evaluate(model.network_, held).loss == pytest.approx(loss)


def test_the_penalty_follows_the_rows_of_each_partial_fit(digits):
    X, y = digits
    model = MLPClassifier((4,), alpha=2.0, random_state=0).partial_fit(X[:10], y[:10], classes=range(10))
    assert model._optimizer.weight_decay == 0.2
    assert model.partial_fit(X[:100], y[:100])._optimizer.weight_decay == 0.02
    assert model.partial_fit(X[:100], y[:100], np.full(100, 4.0))._optimizer.weight_decay == 0.005


@pytest.mark.parametrize("rows", [90, 20])
def test_early_stopping_takes_classes_of_too_few_rows_for_stratifying(rows, digits):
    X, y = digits
    assert len(small(early_stopping=True).fit(X[:rows], y[:rows]).validation_scores_) == 4
    with pytest.raises(ValueError, match="least populated class"):
        small(early_stopping=True).fit(X[:rows], np.arange(rows) == 3)


def test_wrong_weights_are_refused(digits):
    X, y = digits
    for weights in (-np.ones(len(y)), np.ones(3), np.full(len(y), np.nan)):
        with pytest.raises(ValueError, match="[Nn]egative|shape|NaN"):
            small(max_iter=1).fit(X, y, sample_weight=weights)


def test_boosting_works(digits):
    X, y = digits
    boosted = AdaBoostClassifier(small(max_iter=15, tol=None), n_estimators=2, random_state=0).fit(X, y)
    assert boosted.score(X, y) > 0.8


@pytest.mark.parametrize("kind", [scipy.sparse.csr_array, scipy.sparse.csc_matrix, scipy.sparse.coo_array])
def test_sparse_rows_are_rows(kind, digits):
    X, y = digits
    dense, sparse = small(max_iter=2, tol=None).fit(X, y), small(max_iter=2, tol=None).fit(kind(X), y)
    assert np.array_equal(dense.predict_proba(X), sparse.predict_proba(kind(X)))


def test_sparse_rows_are_never_all_dense_at_once():
    X, y = scipy.sparse.eye_array(2000, 10_000, dtype="float32", format="csr"), np.arange(2000) % 3
    model = small(max_iter=1)
    tracemalloc.start()
    try:
        assert model.fit(X, y).predict(X).shape == (2000,)
        assert tracemalloc.get_traced_memory()[1] < 60e6  # all of them would be 80e6
    finally:
        tracemalloc.stop()


def test_several_labels_per_row_are_refused_with_a_remedy(digits):
    X, y = digits
    one_hot = np.eye(10, dtype=int)[y]
    for several in (one_hot, one_hot.tolist(), scipy.sparse.csr_array(one_hot), np.stack([y, y], axis=1), one_hot / 2):
        with pytest.raises(ValueError, match="one label per row.*MultiOutputClassifier"):
            small().fit(X, several)
        with pytest.raises(ValueError, match="one label per row.*MultiOutputClassifier"):
            small().partial_fit(X, several, classes=range(10))
    both = MultiOutputClassifier(small(max_iter=1, tol=None)).fit(X, np.stack([y, y % 2], axis=1))
    assert both.predict(X).shape == (len(y), 2)


def test_no_activation_makes_a_linear_classifier(digits):
    X, y = digits
    model = small(activation="identity", max_iter=2, tol=None).fit(X, y)
    assert model.predict_log_proba(X) == pytest.approx(log_softmax(linear(model, X)))


def linear(model, X):
    for weight, bias in zip(model.coefs_, model.intercepts_, strict=True):
        X = X @ weight + bias
    return X


def test_weights_can_be_set(digits):
    X, y = digits
    first, second = (small(max_iter=1, tol=None, random_state=seed).fit(X, y) for seed in (0, 1))
    second.coefs_, second.intercepts_ = first.coefs_, first.intercepts_
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))
    for wrong in ([0.0, 0.0], [*first.coefs_[:1], first.coefs_[0]], first.coefs_[:1]):
        with pytest.raises(ValueError, match=r"expected coefs_ of shapes \[\(64, 16\), \(16, 10\)\], got"):
            second.coefs_ = wrong
    with pytest.raises(TypeError, match="item assignment"):
        second.coefs_[0] = first.coefs_[0]
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))


def test_a_warm_start_with_fewer_classes_is_refused(digits):
    X, y = digits
    model = small(warm_start=True, max_iter=1, tol=None).fit(X, y)
    with pytest.raises(ValueError, match="warm_start can only be used where `y` has the same classes"):
        model.fit(X[y < 5], y[y < 5])
    with pytest.raises(ValueError, match="warm_start can only be used where `y` has the same classes"):
        model.fit(X, y + 1)
    assert model.classes_.tolist() == list(range(10))


def test_a_pickle_of_another_version_is_warned_of(digits):
    model = small(max_iter=1, tol=None).fit(*digits)
    assert model.__getstate__()["_sklearn_version"] == sklearn.__version__
    with pytest.warns(InconsistentVersionWarning, match="0.1"):
        small().__setstate__({**model.__getstate__(), "_sklearn_version": "0.1"})
    state = model.__getstate__()
    small().__setstate__(state)
    assert "_sklearn_version" in state


def test_verbose_prints_every_epoch(digits, capsys):
    small(max_iter=2, tol=None, verbose=True, early_stopping=True).fit(*digits)
    assert re.fullmatch(r"(Iteration \d, loss = \d\.\d{8}\nValidation score: \d\.\d+\n){2}", capsys.readouterr().out)
