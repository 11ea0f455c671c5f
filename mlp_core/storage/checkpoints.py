"""Checkpoints: a training run that was interrupted goes on, and ends bit for bit like an uninterrupted one.

A checkpoint is one ``.npz`` file, written whole after every epoch: the parameters, the optimizer's arrays, the state
of every random generator, the history, a fingerprint of the settings and the data that it belongs to, and a hash of
all this, so that no damage goes unnoticed.
"""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.batches import weights_of
from mlp_core.callbacks import Callback, EarlyStopper, EarlyStopping, TrainingState
from mlp_core.history import History
from mlp_core.splits import Split
from mlp_core.storage.archives import read_npz, write_npz
from mlp_core.storage.files import DatasetError

PROBED_UPDATES = (0, 1, 2, 5, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000)
FORMAT, VERSION = "mlp_core.checkpoint", 2
LIMIT = 8 << 30  # bytes of all arrays
DAMAGES = (DatasetError, KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


class CheckpointError(ValueError):
    """A checkpoint cannot be read, or belongs to another run; the message says which and what to do."""


class Checkpoint(Callback):
    """The checkpoint file of one run: goes on from it before the first step, writes it after every epoch.

    `settings` is what must be the same for a run to go on, besides network, optimizer and data, each under the name
    that an error message gives it; `shuffling` is where the order of the images is drawn from.
    """

    def __init__(self, path: str | os.PathLike[str], state: TrainingState, splits: Mapping[str, Split],
                 settings: Mapping[str, Any], stopper: EarlyStopper | None = None, *,
                 shuffling: np.random.Generator | None) -> None:
        self.path, self.stopper = Path(path), stopper
        layers = [value for layer in state.network.layers for value in vars(layer).values()]
        self.generators = [rng for rng in (shuffling, *layers) if isinstance(rng, np.random.Generator)]
        self.fingerprint = _fingerprint(state, splits, settings, self._random_states())
        if not self.path.parent.is_dir():
            raise CheckpointError(f"expected an existing folder for the checkpoint, got {self.path.parent}")
        if self.path.is_dir():
            raise CheckpointError(f"expected a file as checkpoint, got the folder {self.path}: name a file in it")

    def on_epoch_done(self, state: TrainingState) -> None:
        """Write the run as it stands after an epoch."""
        stopper = self.stopper or EarlyStopper(EarlyStopping())
        progress = {"epoch": state.epoch, "step": state.step, "loss": state.loss, "stop": str(state.stop_reason)}
        best = {"score": stopper.best if stopper.best_epoch else None, "epoch": stopper.best_epoch}
        document = {"format": FORMAT, "version": VERSION, "fingerprint": self.fingerprint, "progress": progress,
                    "history": state.history.to_dict(), "best": best, "random": self._random_states()}
        arrays = {"document": _as_bytes(document)}
        arrays |= {f"params/{name}": array for name, array in state.network.params.items()}
        arrays |= {f"best/{name}": array for name, array in stopper.best_params.items()}
        arrays |= {f"optimizer/{name}": np.asarray(value) for name, value in state.optimizer.state_dict().items()}
        try:
            _check_progress(progress, best, state.history, state.steps_per_epoch)
            write_npz(self.path, {**arrays, "hash": np.frombuffer(_content_hash(arrays).encode(), np.uint8)}, LIMIT)
        except ValueError as error:
            raise CheckpointError(f"{self.path} not written, for it could not be read again: {error}") from error

    def on_train_begin(self, state: TrainingState) -> None:
        """Bring the run to where the checkpoint left it; do nothing if there is no file yet."""
        if not os.path.exists(self.path):
            return
        try:
            document, arrays = self._read()
            self._refuse_others(document, state.epochs)
            self._restore(state, document, arrays)
        except CheckpointError:
            raise
        except DAMAGES as error:
            fault = f"{type(error).__name__}: {error}"
            raise CheckpointError(f"cannot go on from {self.path} ({fault}); delete it to start again") from error

    def _random_states(self) -> list[Mapping[str, Any]]:
        return [rng.bit_generator.state for rng in self.generators]

    def _read(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the file's document and arrays; nothing in it is ever executed."""
        arrays = read_npz(self.path, LIMIT, compressed=False)
        if arrays.pop("hash").tobytes().decode() != _content_hash(arrays):
            raise ValueError("its content is not what was written")
        document = json.loads(arrays.pop("document").tobytes())
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise ValueError(f"it is no checkpoint of version {VERSION}")
        return document, arrays

    def _refuse_others(self, document: dict[str, Any], epochs: int) -> None:
        """Raise CheckpointError if the checkpoint is of another run, and say in what it differs."""
        there, here = document["fingerprint"], self.fingerprint
        names = [name for name in {**here, **there} if there.get(name) != here.get(name)]
        if names:
            told = [f"{name}: {there.get(name)} there, {here.get(name)} here" for name in names
                    if "sha256:" not in f"{there.get(name)}{here.get(name)}"]
            details = f" ({'; '.join(told)})" if told else ""
            raise CheckpointError(
                f"{self.path} belongs to another run, with another {' and another '.join(names)}{details}; to resume, "
                "build network and optimizer as at its start; to start again, delete the file")
        reached = document["progress"]["epoch"]
        if reached > epochs:
            raise CheckpointError(f"{self.path} is after epoch {reached}, beyond the {epochs} epochs asked for")

    def _restore(self, state: TrainingState, document: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        """Put everything that was saved where it came from, once it is known to make sense."""
        progress, best, history = document["progress"], document["best"], History.from_dict(document["history"])
        groups: dict[str, dict[str, np.ndarray]] = {"params": {}, "best": {}, "optimizer": {}}
        for key, array in arrays.items():
            group, name = key.split("/", 1)
            groups[group][name] = array
        _check_progress(progress, best, history, state.steps_per_epoch)
        expected = {name: (array.shape, array.dtype) for name, array in state.network.params.items()}
        for group in ("params", "best") if groups["best"] else ("params",):
            found = {name: (array.shape, array.dtype) for name, array in groups[group].items()}
            if found != expected or not all(np.isfinite(array).all() for array in groups[group].values()):
                raise ValueError("expected finite parameters of the network's shapes and types")
        state.optimizer.load_state_dict(groups["optimizer"])
        for rng, saved in zip(self.generators, document["random"], strict=True):
            rng.bit_generator.state = saved
        for name, param in state.network.params.items():
            param[...] = groups["params"][name]
        state.history = history
        state.epoch, state.step, state.loss = progress["epoch"], progress["step"], progress["loss"]
        state.stop_reason = progress["stop"]
        if (stopper := self.stopper) is not None and best["epoch"]:
            stopper.best, stopper.best_epoch, stopper.best_params = best["score"], best["epoch"], groups["best"]


def _check_progress(progress: dict[str, Any], best: dict[str, Any], history: History, updates: int) -> None:
    """Raise ValueError unless a run of so many updates per epoch can have come to where the document says."""
    history.check_lengths()
    epoch, step, best_epoch = progress["epoch"], progress["step"], best["epoch"]
    if not all(type(count) is int and count >= 0 for count in (epoch, step, best_epoch)):
        raise ValueError(f"expected counts of epochs and updates, got {progress} and {best}")
    if (epoch, step) != (len(history), len(history) * updates) or best_epoch > epoch:
        raise ValueError(f"expected {epoch} epochs of {updates} updates, got {len(history)} in the history and {step}")
    numbers = [progress["loss"], best["score"] if best_epoch else 0.0]
    if not all(isinstance(number, float) and math.isfinite(number) for number in numbers) \
            or not isinstance(progress["stop"], str):
        raise ValueError(f"expected finite losses and a reason to stop, got {progress} and {best}")


def _as_bytes(value: Any) -> np.ndarray:
    """Return a value's JSON as an array that an archive can hold."""
    return np.frombuffer(json.dumps(value, default=np.ndarray.tolist).encode(), np.uint8)


def _content_hash(arrays: Mapping[str, np.ndarray]) -> str:
    return _sha256(_as_bytes(sorted(arrays)), *(array for _, array in sorted(arrays.items())))


def _fingerprint(state: TrainingState, splits: Mapping[str, Split], settings: Mapping[str, Any],
                 random: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return what tells a run from others: its settings as text, its data and its start as hashes."""
    weights = weights_of(splits["train"])
    return {
        "network": " ".join(repr(state.network).split()),
        "optimizer": _without_addresses(state.optimizer),
        **{name: getattr(value, "__qualname__", str(value)) for name, value in settings.items()},
        "initial state of the parameters": _sha256(*state.network.params.values()),
        "seed": _sha256(_as_bytes(random)),
        **({} if weights is None else {"weights": _sha256(weights)}),
        **{f"{name} split": _sha256(part.images, part.labels) for name, part in splits.items()},
    }


def _without_addresses(optimizer: Any) -> str:
    """Return the optimizer's repr, a schedule that is a plain function by its name and rates instead of its address."""
    rate = getattr(optimizer, "learning_rate", None)
    name = getattr(rate, "__qualname__", None)
    if rate is None or name is None:
        return repr(optimizer)
    rates = [float(rate(updates)) for updates in PROBED_UPDATES]  # two lambdas have one name
    return repr(optimizer).replace(repr(rate), f"{name} with rates {rates}")


def _sha256(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return f"sha256:{digest.hexdigest()}"
