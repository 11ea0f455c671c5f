"""What a training run measured, epoch by epoch."""

import os
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from mlp_core.checks import METRICS, check_metric, sign
from mlp_core.extras import need
from mlp_core.storage import histories

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (*METRICS, "running_loss", "seconds")


@dataclass(repr=False)
class History:
    """The measurements of a training run; every list holds one value per epoch, the first for epoch 1.

    >>> history = History(train_loss=[0.9, 0.5], valid_accuracy=[0.7, 0.8], valid_loss=[1.0, 1.1])
    >>> len(history), history.best_epoch, history.epochs_to(0.75)
    (2, 1, 2)

    Attributes
    ----------
    train_loss, valid_loss, test_loss : list of float
        Mean cross-entropy (nats per image) of a full pass over the split after each epoch; empty where not measured.
    train_accuracy, valid_accuracy, test_accuracy : list of float
        Fraction of images classified correctly, measured in the same passes.
    running_loss : list of float
        Mean loss over the epoch's mini-batches, each before its own update: costs nothing, but mixes many states.
    seconds : list of float
        Wall-clock seconds that an epoch took, its training steps and its evaluations.
    initial : dict
        The same metrics before the first step ("epoch 0"), where `train` was asked for them.
    status : str
        "completed", "stopped early", "stopped by a callback", "diverged", or "running" while it lasts.
    message : str
        Why the run ended before its last epoch; empty if it did not.
    monitor : str
        The metric that decides which epoch is the best.
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
        """Raise ValueError unless `monitor` is a metric."""
        check_metric(self.monitor)

    def __len__(self) -> int:
        """Return the number of epochs measured."""
        return max(len(getattr(self, name)) for name in COLUMNS)

    def __repr__(self) -> str:
        """Show how many epochs there are, the status, and the last value of each metric."""
        last = [f"{name}={getattr(self, name)[-1]:.4g}" for name in METRICS if getattr(self, name)]
        return f"History({', '.join([f'{len(self)} epoch' + 's' * (len(self) != 1), self.status, *last])})"

    @property
    def diverged(self) -> bool:
        """Whether the run ended because a loss or a parameter was no longer finite."""
        return self.status == "diverged"

    @property
    def best_epoch(self) -> int | None:
        """The first epoch, from 1, with the best `monitor`, or else `train_loss`; None if neither was measured."""
        return self.best_epoch_by(self.monitor if getattr(self, self.monitor) else "train_loss")

    def best_epoch_by(self, metric: str) -> int | None:
        """Return the first epoch, counted from 1, with the lowest loss or highest accuracy; None if not measured."""
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
        """Return a DataFrame, one row per epoch (its index), one column per measured metric; epoch 0 is `initial`."""
        pd = need("pandas")
        lists = {name: getattr(self, name) for name in COLUMNS if getattr(self, name)}
        frame = pd.DataFrame({name: pd.Series(values, range(1, len(values) + 1)) for name, values in lists.items()})
        if self.initial:
            frame = pd.concat([pd.DataFrame([self.initial], index=[0], dtype=float), frame])
            frame = frame[[name for name in COLUMNS if name in frame]]
        return frame.rename_axis("epoch")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the history as JSON to `path`, whole or not at all; ValueError if `load` could not read it again."""
        histories.write(path, self.to_dict(), self._of_file)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "History":
        """Read what `save` wrote; FileNotFoundError if there is no file, ValueError for another or a later one."""
        return histories.read(path, cls._of_file)

    def check_lengths(self) -> None:
        """Raise ValueError where one metric has more epochs than another."""
        lengths = {name: len(getattr(self, name)) for name in COLUMNS if getattr(self, name)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"expected one value of each metric per epoch, got {lengths}")

    def to_dict(self) -> dict[str, Any]:
        """Return the history as a dictionary that JSON can hold: NaN and infinities become strings."""
        return histories.encode(asdict(self))

    @classmethod
    def from_dict(cls, document: Any) -> "History":
        """Return the history that `to_dict` described; ValueError if `document` is something else."""
        return cls(**histories.decode(document, {one.name: type(getattr(cls(), one.name)) for one in fields(cls)}))

    @classmethod
    def _of_file(cls, document: Any) -> "History":
        history = cls.from_dict(document)
        history.check_lengths()
        return history
