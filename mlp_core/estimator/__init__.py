"""The multilayer perceptron as a scikit-learn classifier: `MLPClassifier`."""

from mlp_core.estimator.mlp import MLPClassifier

__all__ = ["MLPClassifier"]
