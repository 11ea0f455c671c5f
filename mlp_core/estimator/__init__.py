"""The multilayer perceptron as a classifier of scikit-learn: `MLPClassifier`."""

from mlp_core.estimator.mlp import MLPClassifier

__all__ = ["MLPClassifier"]
