"""What a training run measured, epoch by epoch."""

import json
import math
import os
import reprlib
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from mlp_core.storage.atomic import atomic_write

if TYPE_CHECKING:
    import pandas as pd

FORMAT, VERSION = "mlp_core.History", 1
LIMIT = 16 << 20  # bytes of a file
LARGEST = 2**1000  # of the whole numbers that become floats
NOT_FINITE = ("nan", "inf", "-inf")  # what JSON has no numbers for
METRICS = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "test_loss", "test_accuracy")
COLUMNS = (*METRICS, "running_loss", "seconds")


def check_metric(name: str) -> None:
    """Raise ValueError unless `name` is one of `METRICS`."""
    if name not in METRICS:
        raise ValueError(f"expected a metric among {', '.join(METRICS)}; got {name!r}")


def sign(metric: str) -> int:
    """Return 1 for a loss and -1 for an accuracy: multiplied by it, the lower value is the better one."""
    return -1 if metric.endswith("accuracy") else 1


@dataclass(repr=False)
class History:
    """The measurements of a training run; every list holds one value per epoch, the first for epoch 1.

    Attributes
    ----------
    train_loss, valid_loss, test_loss : list of float
        Mean cross-entropy (nats per image) of a full pass over the split after each epoch; empty where not measured.
    train_accuracy, valid_accuracy, test_accuracy : list of float
        Fraction of images classified rightly, measured in the same passes.
    running_loss : list of float
        Mean loss of the epoch's mini-batches, each before the network learnt from it: free, but of no one state.
    seconds : list of float
        Wall-clock seconds per epoch took, its training steps and its evaluations.
    initial : dict
        The same metrics before the first step ("epoch 0"), where `train` was asked for them.
    status : str
        "completed", "stopped early", "stopped by a callback", "diverged", or "running" while it lasts.
    message : str
        Why the run ended before its last epoch; empty if it did not.
    monitor : str
        The metric that decides which epoch is the best.

    Examples
    --------
    >>> history = History(train_loss=[0.9, 0.5], valid_accuracy=[0.7, 0.8], valid_loss=[1.0, 1.1])
    >>> len(history), history.best_epoch, history.epochs_to(0.75)
    (2, 1, 2)
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    valid_loss: list[float] = field(default_factory=list)
    valid_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    running_loss: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    initial: dict[str, float] = field(default_factory=dict)
    status: str = "completed"
    message: str = ""
    monitor: str = "valid_loss"

    def __post_init__(self) -> None:
        """Refuse to monitor what is no metric."""
        check_metric(self.monitor)

    def __len__(self) -> int:
        """Return the number of epochs measured."""
        return max(len(getattr(self, name)) for name in COLUMNS)

    def __repr__(self) -> str:
        """Say how far the run came and where it stands."""
        last = [f"{name}={getattr(self, name)[-1]:.4g}" for name in METRICS if getattr(self, name)]
        return f"History({', '.join([f'{len(self)} epochs', self.status, *last])})"

    @property
    def diverged(self) -> bool:
        """True if the loss stopped being a number."""
        return self.status == "diverged"

    @property
    def best_epoch(self) -> int | None:
        """The epoch, counted from 1, with the best `monitor`; by training loss where that was not measured.

        The first of equals; None where no epoch was measured.
        """
        name = self.monitor if getattr(self, self.monitor) else "train_loss"
        return self.best_epoch_by(name)

    def best_epoch_by(self, metric: str) -> int | None:
        """Return the epoch, counted from 1, with the lowest loss or the highest accuracy; None if there is none."""
        check_metric(metric)
        scores = [sign(metric) * value for value in getattr(self, metric)]
        return scores.index(min(scores)) + 1 if scores else None

    def epochs_to(self, target_accuracy: float, split: str = "valid") -> int | None:
        """Return the first epoch whose accuracy on `split` is at least `target_accuracy` (a fraction), or None."""
        if not 0 <= target_accuracy <= 1:
            raise ValueError(f"expected target_accuracy as a fraction between 0 and 1, got {target_accuracy!r}")
        metric = f"{split}_accuracy"
        check_metric(metric)
        reached = (epoch for epoch, value in enumerate(getattr(self, metric), 1) if value >= target_accuracy)
        return next(reached, None)

    def to_frame(self) -> "pd.DataFrame":
        """Return a DataFrame, one row per epoch (its index), one column a measured metric; epoch 0 is `initial`."""
        import pandas as pd

        lists = {name: getattr(self, name) for name in COLUMNS if getattr(self, name)}
        frame = pd.DataFrame({name: pd.Series(values, range(1, len(values) + 1)) for name, values in lists.items()})
        if self.initial:
            frame = pd.concat([pd.DataFrame([self.initial], index=[0], dtype=float), frame])
            frame = frame[[name for name in COLUMNS if name in frame]]
        return frame.rename_axis("epoch")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the history as JSON to `path`, whole or not at all; ValueError where `load` would not read it."""
        content = json.dumps(self.to_dict(), indent=1, allow_nan=False).encode() + b"\n"
        self._parse(content)
        with atomic_write(path) as file:
            file.write(content)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "History":
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            If the file is not a history, is damaged, or was written by a later version.
        FileNotFoundError
            If there is no file.
        """
        from mlp_core.storage.files import DatasetError, check_exists, read_bytes  # spares zlib and zipfile

        try:
            return cls._parse(read_bytes(check_exists(path), LIMIT, decompress=False))
        except (ValueError, RecursionError, DatasetError) as error:
            raise ValueError(f"{os.fspath(path)} holds no readable history: {error}") from None

    @classmethod
    def _parse(cls, content: bytes) -> "History":
        """Return the history in a file's content; ValueError for anything else."""
        if len(content) > LIMIT:
            raise ValueError(f"expected at most {LIMIT:,} bytes of JSON, got {len(content):,}")
        history = cls.from_dict(json.loads(content.decode()))
        history.check_lengths()
        return history

    def check_lengths(self) -> None:
        """Raise ValueError where one metric has more epochs than another."""
        lengths = {name: len(getattr(self, name)) for name in COLUMNS if getattr(self, name)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"expected one value of each metric per epoch, got {lengths}")

    def to_dict(self) -> dict[str, Any]:
        """Return the history as a dictionary that JSON can hold: NaN and infinities become strings."""
        return {"format": FORMAT, "version": VERSION, **_encode(asdict(self))}

    @classmethod
    def from_dict(cls, document: Any) -> "History":
        """Return the history that `to_dict` described; ValueError if `document` is something else."""
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ValueError(f'expected a JSON object with "format": "{FORMAT}"')
        if document.get("version") != VERSION:
            raise ValueError(f"expected version {VERSION}, got {document.get('version')!r}")
        values = {name: value for name, value in document.items() if name not in ("format", "version")}
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown entries: {', '.join(sorted(unknown))}")
        return cls(**{name: _decode(name, value) for name, value in values.items()})


def _encode(value: Any) -> Any:
    """Replace the floats that JSON has no word for by strings."""
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encode(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _decode(name: str, value: Any) -> Any:
    """Undo `_encode` for the field `name`, and check its type."""
    expected = {"status": str, "message": str, "monitor": str, "initial": dict}.get(name, list)
    if not isinstance(value, expected):
        raise ValueError(f"expected {name} as a {expected.__name__}, got {reprlib.repr(value)}")
    if isinstance(value, dict):
        for key in value:
            check_metric(key)
        return {key: _number(name, item) for key, item in value.items()}
    return [_number(name, item) for item in value] if isinstance(value, list) else value


def _number(name: str, value: Any) -> float:
    """Return a number of JSON, or one of the words for NaN and infinities, as a float."""
    if type(value) is float or (type(value) is int and abs(value) < LARGEST) or value in NOT_FINITE:
        return float(value)
    raise ValueError(f"expected numbers in {name}, got {reprlib.repr(value)}")
