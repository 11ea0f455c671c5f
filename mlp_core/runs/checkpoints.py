"""Checkpoints: a training run that was interrupted goes on, and ends with the bits of an uninterrupted one.

A checkpoint is one ``.npz`` file, written whole after every epoch: the parameters, the optimizer's arrays, the state
of every random generator, the history, and a fingerprint of the settings and the data that it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.atomic import atomic_write
from mlp_core.history import History

if TYPE_CHECKING:
    from mlp_core.splits import Split
    from mlp_core.training import Run

FORMAT, VERSION = "mlp_core.checkpoint", 1


class CheckpointError(ValueError):
    """A checkpoint cannot be read, or belongs to another run; the message says which and what to do."""


class Checkpoint:
    """The checkpoint file of one run.

    Parameters
    ----------
    path : path-like
        Its folder must exist; the file need not.
    fingerprint : mapping of str to str
        What must be the same for a run to go on, each under the name that an error message gives it.
    """

    def __init__(self, path: str | os.PathLike[str], fingerprint: Mapping[str, str]) -> None:
        self.path, self.fingerprint = Path(path), dict(fingerprint)
        if not self.path.parent.is_dir():
            raise CheckpointError(f"expected an existing folder for the checkpoint, got {self.path.parent}")

    def save(self, run: Run) -> None:
        """Write the run as it stands after an epoch."""
        state, watch = run.state, run.watch
        document = {
            "format": FORMAT,
            "version": VERSION,
            "fingerprint": self.fingerprint,
            "history": state.history.to_dict(),
            "progress": {"epoch": state.epoch, "step": state.step, "loss": state.loss, "stop": state.stop_reason},
            "best": {"score": watch.best if watch.best_epoch else None, "epoch": watch.best_epoch},
            "random": [rng.bit_generator.state for rng in generators(run)],
        }
        arrays = {"document": np.array(json.dumps(document, default=np.ndarray.tolist))}
        arrays |= {f"params/{name}": array for name, array in state.network.params.items()}
        arrays |= {f"best/{name}": array for name, array in watch.best_params.items()}
        arrays |= {f"optimizer/{name}": np.asarray(value) for name, value in state.optimizer.state_dict().items()}
        with atomic_write(self.path) as file:
            np.savez(file, allow_pickle=False, **arrays)

    def resume(self, run: Run) -> None:
        """Bring the run to where the checkpoint left it; do nothing if there is no file yet."""
        if not self.path.exists():
            return
        document, arrays = self._read()
        self._refuse_others(document, run.state.epochs)
        try:
            _restore(run, document, arrays)
        except (KeyError, ValueError, TypeError) as error:
            raise CheckpointError(f"{self.path} is damaged ({error!r}); delete it to start again") from error

    def _read(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the file's document and arrays; nothing in it is ever executed."""
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            document = json.loads(str(arrays.pop("document")))
            known = (document["format"], document["version"]) == (FORMAT, VERSION)
        except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise CheckpointError(f"cannot read checkpoint {self.path} ({error}); delete it to start again") from error
        if not known:
            raise CheckpointError(f"{self.path} is no checkpoint of version {VERSION}; delete it to start again")
        return document, arrays

    def _refuse_others(self, document: dict[str, Any], epochs: int) -> None:
        """Raise CheckpointError if the checkpoint is of another run, and say in what it differs."""
        saved = document["fingerprint"]
        names = [name for name in {**self.fingerprint, **saved} if saved.get(name) != self.fingerprint.get(name)]
        if names:
            raise CheckpointError(
                f"{self.path} belongs to another run, with another {' and another '.join(names)}"
                f"{_details(names, saved, self.fingerprint)}; "
                "to resume, build network and optimizer as at its start; to start again, delete the file"
            )
        reached = document["progress"]["epoch"]
        if reached > epochs:
            raise CheckpointError(f"{self.path} is after epoch {reached}, beyond the {epochs} epochs asked for")


def _details(names: list[str], saved: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Return the differing settings that a reader can make sense of: not the hashes."""
    legible = [n for n in names if not any(str(side.get(n, "")).startswith("sha256:") for side in (saved, wanted))]
    told = [f"{name}: {saved.get(name)} there, {wanted.get(name)} here" for name in legible]
    return f" ({'; '.join(told)})" if told else ""


def _restore(run: Run, document: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Put everything that was saved where it came from."""
    state, watch, progress, best = run.state, run.watch, document["progress"], document["best"]
    groups: dict[str, dict[str, np.ndarray]] = {"params": {}, "best": {}, "optimizer": {}}
    for key, array in arrays.items():
        group, name = key.split("/", 1)
        groups[group][name] = array
    for name, param in state.network.params.items():
        param[...] = groups["params"][name]
    state.optimizer.load_state_dict(groups["optimizer"])
    for rng, saved in zip(generators(run), document["random"], strict=True):
        rng.bit_generator.state = saved
    state.history = History.from_dict(document["history"])
    state.epoch, state.step, state.loss = progress["epoch"], progress["step"], progress["loss"]
    state.stop_reason = progress["stop"]
    watch.best_params, watch.best_epoch = groups["best"], best["epoch"]
    if watch.best_epoch:
        watch.best = best["score"]


def generators(run: Run) -> list[np.random.Generator]:
    """Return every source of randomness of a run: that of the shuffling, then those of the layers."""
    layers = [value for layer in run.state.network.layers for value in vars(layer).values()]
    return [rng for rng in (run.batches.rng, *layers) if isinstance(rng, np.random.Generator)]


def fingerprint(run: Run, splits: Mapping[str, Split | None], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what makes a run this run: its settings as text, its data and its start as hashes."""
    network, optimizer = run.state.network, run.state.optimizer
    states = json.dumps([rng.bit_generator.state for rng in generators(run)], default=np.ndarray.tolist)
    return {
        "network": " ".join(repr(network).split()),
        "optimizer": _without_addresses(optimizer),
        **{name: str(value) for name, value in settings.items()},
        "initial state of the parameters": _sha256(*network.params.values()),
        "seed": _sha256(np.frombuffer(states.encode(), np.uint8)),
        **{f"{name} split": _sha256(part.images, part.labels) for name, part in splits.items() if part is not None},
    }


def _without_addresses(optimizer: Any) -> str:
    """Return the optimizer's repr, a schedule that is a plain function by its name instead of its address."""
    rate = getattr(optimizer, "learning_rate", None)
    name = getattr(rate, "__qualname__", None)
    return repr(optimizer).replace(repr(rate), name) if name else repr(optimizer)


def _sha256(*arrays: np.ndarray) -> str:
    """Return a hash of the arrays' shapes, types and bytes."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return f"sha256:{digest.hexdigest()}"
