"""`MLPClassifier` under the tests that scikit-learn installs for its own."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

LBFGS = "needs the solver lbfgs"
PRIVATE = "reads or sets private attributes, or weights before a fit"
SEVERAL = "several labels per row, which MultiOutputClassifier does"
FAIL = {
    "test_fit": PRIVATE,
    "test_gradient": PRIVATE,
    "test_lbfgs_classification": LBFGS,
    "test_lbfgs_classification_maxfun": LBFGS,
    "test_multilabel_classification": SEVERAL,
    "test_predict_proba_multilabel": SEVERAL,
    "test_sparse_matrices": LBFGS,
    "test_warm_start": LBFGS,
    "test_n_iter_no_change": PRIVATE,
    "test_n_iter_no_change_inf": PRIVATE,
    "test_mlp_warm_start_no_convergence": LBFGS,
}
ASKED_FOR = {f"test_{name}" for name in (
    "partial_fit_errors", "verbose_sgd", "early_stopping_stratified", "partial_fit_classes_error", "alpha", "tolerance",
    "adaptive_learning_rate", "shuffle", "early_stopping",
)}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return the names of the tests that passed and of those that failed; a name with parameters may be in both."""
    peer = "sklearn.neural_network.tests.test_mlp"
    if importlib.util.find_spec(peer) is None:
        pytest.skip("this scikit-learn was installed without its tests")
    folder = tmp_path_factory.mktemp("peer")
    (folder / "pytest.ini").write_text("[pytest]\n")
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent), os.environ.get("PYTHONPATH", "")])
    plugins = ["-p", "sklearn_peer", "-p", "no:cacheprovider", "-p", "no:nbval"]
    command = [sys.executable, "-m", "pytest", "-qs", *plugins, "-c", str(folder / "pytest.ini"), "--pyargs", peer]
    run = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    lines = [line.split() for line in run.stdout.splitlines() if line.startswith("OUTCOME ")]
    assert len(lines) > 50, run.stdout + run.stderr
    pairs = [(name.split("[")[0], outcome) for _, name, outcome in lines]
    return {kind: {name for name, outcome in pairs if outcome == kind} for kind in ("passed", "failed")}


def test_what_scikit_learn_tests_holds_here(outcomes):
    assert outcomes["failed"] - set(FAIL) == set()
    assert outcomes["passed"] >= ASKED_FOR


def test_what_is_listed_as_failing_fails(outcomes):
    assert set(FAIL) - outcomes["failed"] == set()
