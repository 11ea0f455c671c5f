"""What a trial does with its settings: build the network and train it, or call the user's own function."""

import inspect
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlp_core.adam import Adam
from mlp_core.callbacks import StopAt
from mlp_core.checks import METRICS
from mlp_core.history import History
from mlp_core.models import mlp
from mlp_core.network import Sequential
from mlp_core.optimizers import SGD
from mlp_core.splits import Dataset
from mlp_core.training import CheckpointError, train
from mlp_core.tuning.spaces import Settings

OPTIMIZERS: dict[str, Callable[..., Any]] = {"sgd": SGD, "adam": Adam}
CATCH_ALL = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
LOOP = ("batch_size", "shuffle", "reduction", "early_stopping", "evaluate_train", "stop_at")
_OPTIONS = [name for kind in OPTIMIZERS.values() for name in inspect.signature(kind).parameters]
LEARNING = tuple(dict.fromkeys(["optimizer", *_OPTIONS, *LOOP]))  # the settings of optimizers and the training loop


def train_network(settings: Settings, data: Dataset, *, epochs: int, seed: int, checkpoint: Path | None = None,
                  build: Callable[..., Sequential] | None = None) -> tuple[History, int]:
    """Build the network of the settings and train it; return its history and its number of parameters.

    A run that `checkpoint` has kept goes on; one that cannot be read or written is left out, for it saves only time.
    """
    network = build_network(settings, data, build or build_mlp, seed)
    learning = {name: settings[name] for name in LEARNING if name in settings}
    loop = {name: learning.pop(name) for name in LOOP if name in learning}
    stop_at = loop.pop("stop_at", None)
    callbacks = [] if stop_at is None else [StopAt("valid_accuracy", stop_at)]
    try:
        history = train(network, data.train, valid=data.valid, optimizer=make_optimizer(**learning), epochs=epochs,
                        seed=seed, callbacks=callbacks, on_divergence="record", checkpoint=checkpoint, **loop)
    except (CheckpointError, OSError):
        if checkpoint is None:
            raise
        with suppress(OSError):
            checkpoint.unlink()
        return train_network(settings, data, epochs=epochs, seed=seed, build=build)
    return history, network.num_parameters


def build_network(settings: Settings, data: Dataset, build: Callable[..., Sequential], seed: int) -> Sequential:
    """Build a trial's network; the builder also gets what the search knows and it has a parameter for."""
    own = {name: value for name, value in settings.items() if name not in (*LEARNING, "seed")}
    known = {"in_features": data.train.images[0].size, "classes": len(data.classes), "seed": seed}
    wanted = inspect.signature(build).parameters
    return build(**{name: value for name, value in known.items() if name in wanted} | own)


def build_mlp(hidden: int | tuple[int, ...], activation: str | tuple[str, ...] = "relu",
              initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", dropout: float = 0.0,
              dtype: str = "float32", *, in_features: int, classes: int, seed: int) -> Sequential:
    """Build the network of a trial's settings: `mlp` with `hidden` units between the images and the classes."""
    sizes = layer_sizes(in_features, hidden, classes)
    return mlp(sizes, activation, initializer, seed, dtype, dropout=dropout, bias_initializer=bias_initializer)


def layer_sizes(in_features: int, hidden: int | tuple[int, ...], classes: int) -> list[int]:
    """Return the sizes that `mlp` wants; a single hidden layer may be given as a number."""
    return [in_features, *((hidden,) if isinstance(hidden, int) else hidden), classes]


def make_optimizer(optimizer: str = "sgd", learning_rate: Any = 0.1, **settings: Any) -> SGD | Adam:
    """Return the optimizer of a trial's settings."""
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"expected an optimizer among {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    return OPTIMIZERS[optimizer](learning_rate, **settings)


def setting_names(build: Callable[..., Any] | None,
                  run: Callable[..., Any] | None) -> tuple[list[str] | None, list[str]]:
    """Return the names that settings may have (None where the user's function takes any), and those that they must."""
    parameters = dict(inspect.signature(run or build or build_mlp).parameters)
    for name in [*parameters][:1] * (run is not None) + ["in_features", "classes", "epochs", "seed"]:
        parameters.pop(name, None)
    named = {name: parameter for name, parameter in parameters.items() if parameter.kind not in CATCH_ALL}
    required = [name for name, parameter in named.items() if parameter.default is parameter.empty]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None, required
    return [*named, *(() if run is not None else LEARNING), "seed"], required


def in_budget(settings: list[Settings], parameters: Any, data: Dataset, build: Callable[..., Any] | None,
              run: Callable[..., Any] | None) -> list[Settings]:
    """Return the settings whose networks have from `parameters[0]` to `parameters[1]` parameters; raise if none has."""
    if parameters is None:
        return settings
    if run is not None:
        raise ValueError("parameters=(low, high) needs networks that the search builds: leave it out with run=")
    try:
        low, high = parameters
    except (TypeError, ValueError):
        raise TypeError(f"expected parameters as a pair, such as (500_000, 1_000_000); got {parameters!r}") from None
    if low > high:
        raise ValueError(f"expected parameters=(least, most), got {parameters!r}")
    sizes = [count_parameters(point, data, build) for point in settings]
    kept = [point for point, size in zip(settings, sizes, strict=True) if size is None or low <= size <= high]
    if not kept:
        found = f"from {min(filter(None, sizes)):,} to {max(filter(None, sizes)):,}"
        raise ValueError(f"none of {len(settings)} settings has {low:,} to {high:,} parameters; they have {found}")
    return kept


def count_parameters(settings: Settings, data: Dataset, build: Callable[..., Any] | None) -> int | None:
    """Return the number of parameters of a setting's network; None where it cannot be built (its trial says why)."""
    try:
        if build is None:
            sizes = layer_sizes(data.train.images[0].size, settings["hidden"], len(data.classes))
            return sum((fan_in + 1) * fan_out for fan_in, fan_out in itertools.pairwise(sizes))
        return build_network(settings, data, build, seed=0).num_parameters
    except (KeyError, TypeError, ValueError):
        return None


def run_custom(settings: Settings, data: Dataset, *, epochs: int, seed: int, run: Callable[..., Any]) -> History:
    """Call the user's `run`, and return what it measured as a history; TypeError if it is nothing of that kind."""
    own = {name: value for name, value in settings.items() if name != "seed"}
    result = run(data, **own, epochs=epochs, seed=seed)
    if isinstance(result, History):
        return result
    if not isinstance(result, Mapping) or not result.keys() <= set(METRICS):
        raise TypeError(f"expected run to return a History or a dictionary of {', '.join(METRICS)}; got {result!r}")
    lists: dict[str, Any] = {name: [float(value) for value in values] for name, values in result.items()}
    return History(**lists)
