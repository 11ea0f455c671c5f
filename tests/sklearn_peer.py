"""A plugin for pytest: scikit-learn's own tests meet this package's classifier in the place of theirs."""

import sklearn.neural_network

from mlp_core import MLPClassifier

sklearn.neural_network.MLPClassifier = MLPClassifier


def pytest_runtest_logreport(report):
    """Print what became of each test, one line each."""
    if report.when == "call":
        print(f"\nOUTCOME {report.nodeid.rpartition('::')[2]} {report.outcome}")
