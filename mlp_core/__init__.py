"""Multilayer perceptrons and CNNs in NumPy: forward, backward, training, gradient checks and search."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlp_core.adam import Adam
from mlp_core.convolution import Conv2d, Flatten, MaxPool2d
from mlp_core.dropout import Dropout
from mlp_core.extras import need
from mlp_core.initializers import GlorotNormal, GlorotUniform, HeNormal, Initializer, Normal, Zeros
from mlp_core.layers import Layer, Linear, ReLU, Sigmoid, Tanh
from mlp_core.losses import log_softmax, softmax, softmax_cross_entropy
from mlp_core.models import cnn, mlp
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD
from mlp_core.schedules import Cosine, PerEpoch, StepDecay, Warmup

if TYPE_CHECKING:
    from mlp_core.callbacks import Callback, EarlyStopping, StopAt, TrainingState
    from mlp_core.datasets import Dataset, DatasetError, Split, load_dataset
    from mlp_core.diagnostics import (
        Recorder,
        activation_statistics,
        activations,
        class_prior_entropy,
        confusion_matrix,
        dead_units,
        gradient_statistics,
        most_confident_mistakes,
    )
    from mlp_core.estimator.mlp import MLPClassifier
    from mlp_core.evaluation import evaluate
    from mlp_core.gradient_check import GradientError, check_gradients, check_layer, finite_difference_sweep
    from mlp_core.history import History
    from mlp_core.progress import ProgressBar
    from mlp_core.storage.networks import NetworkFileError
    from mlp_core.training import CheckpointError, TrainingDiverged, plain_step, train, train_step
    from mlp_core.tuning import grid, random_search, search

__version__ = "0.1.0"

_LAZY = {  # module: the names it holds
    "callbacks": "Callback EarlyStopping StopAt TrainingState", "datasets": "Dataset DatasetError Split load_dataset",
    "diagnostics": "Recorder activation_statistics activations class_prior_entropy confusion_matrix dead_units "
    "gradient_statistics most_confident_mistakes",
    "estimator": "MLPClassifier", "evaluation": "evaluate", "history": "History", "progress": "ProgressBar",
    "gradient_check": "GradientError check_gradients check_layer finite_difference_sweep",
    "storage.networks": "NetworkFileError", "tuning": "grid random_search search",
    "training": "CheckpointError TrainingDiverged plain_step train train_step",
}  # fmt: skip
_HOME = {name: module for module, names in _LAZY.items() for name in names.split()}

__all__ = [
    "Adam", "Callback", "CheckpointError", "Conv2d", "Cosine", "Dataset", "DatasetError", "Dropout",
    "EarlyStopping", "Flatten", "GlorotNormal", "GlorotUniform", "GradientError", "HeNormal", "History",
    "Initializer", "Layer", "Linear", "MLPClassifier", "MaxPool2d", "NetworkFileError", "Normal", "PerEpoch",
    "ProgressBar", "ReLU", "Recorder", "SGD", "Sequential", "Sigmoid", "Split", "StepDecay", "StopAt", "Tanh",
    "TrainingDiverged", "TrainingState", "Warmup", "Zeros", "activation_statistics", "activations",
    "check_gradients", "check_layer", "class_prior_entropy", "cnn", "confusion_matrix", "dead_units", "evaluate",
    "finite_difference_sweep", "gradient_statistics", "grid", "load_dataset", "log_softmax", "mlp",
    "most_confident_mistakes", "plain_step", "random_search", "search", "softmax", "softmax_cross_entropy", "train",
    "train_step",
]  # fmt: skip
for _package, *_names in (("sklearn", "MLPClassifier"), ("joblib", "grid", "random_search", "search")):
    if not find_spec(_package):  # `from mlp_core import *` needs no extra
        __all__ = [_name for _name in __all__ if _name not in _names]


def __getattr__(name: str) -> Any:
    """Load the module that holds ``name`` when the name is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(need(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(set(globals()) | set(__all__))
