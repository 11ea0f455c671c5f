"""Learning rates that change during training.

As its learning rate an optimizer also takes a function of the number of updates made so far (0 before the first);
these are the usual ones.  They are plain values: equal settings compare equal, and they can be pickled.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mlp_core.checks import not_negative, positive_int


@dataclass(frozen=True)
class StepDecay:
    """Multiply the learning rate by ``factor`` after every ``every`` updates.

    >>> rate = StepDecay(0.1, factor=0.5, every=1000)
    >>> rate(0), rate(999), rate(1000)
    (0.1, 0.1, 0.05)
    """

    initial: float
    factor: float
    every: int

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError for a negative rate or factor, or an empty period."""
        not_negative(self.initial, "initial")
        not_negative(self.factor, "factor")
        positive_int(self.every, "every")

    def __call__(self, updates: int) -> float:
        """Return the learning rate after so many updates."""
        return self.initial * self.factor ** (updates // self.every)


@dataclass(frozen=True)
class Cosine:
    """Fall from ``initial`` to ``final`` by half a cosine in ``length`` updates, then stay (Loshchilov, Hutter 2017).

    >>> rate = Cosine(0.1, length=100)
    >>> rate(0), round(rate(50), 6), rate(100), rate(200)
    (0.1, 0.05, 0.0, 0.0)
    """

    initial: float
    length: int
    final: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative rates and an empty period."""
        not_negative(self.initial, "initial")
        not_negative(self.final, "final")
        positive_int(self.length, "length")

    def __call__(self, updates: int) -> float:
        """Return the learning rate after so many updates."""
        progress = min(1.0, updates / self.length)
        return self.final + 0.5 * (self.initial - self.final) * (1 + math.cos(math.pi * progress))


@dataclass(frozen=True)
class Warmup:
    """Rise linearly during the first ``length`` updates to the learning rate or schedule ``then``, and go on with it.

    >>> rate = Warmup(0.1, length=4)
    >>> [round(rate(updates), 6) for updates in range(5)]
    [0.025, 0.05, 0.075, 0.1, 0.1]
    """

    then: float | Callable[[int], float]
    length: int

    def __post_init__(self) -> None:
        """Refuse a negative rate and an empty period."""
        if not callable(self.then):
            not_negative(self.then, "then")
        positive_int(self.length, "length")

    def __call__(self, updates: int) -> float:
        """Return the learning rate after so many updates."""
        rate = self.then(updates) if callable(self.then) else self.then
        return rate * min(1.0, (updates + 1) / self.length)


@dataclass(frozen=True)
class PerEpoch:
    """Turn a schedule that counts completed epochs into one that counts updates: it is constant within an epoch.

    >>> rate = PerEpoch(StepDecay(0.1, factor=0.1, every=2), updates_per_epoch=391)
    >>> rate(0), rate(781), round(rate(782), 6)
    (0.1, 0.1, 0.01)
    """

    schedule: Callable[[int], float]
    updates_per_epoch: int

    def __post_init__(self) -> None:
        """Refuse what is no schedule, and empty epochs."""
        if not callable(self.schedule):
            raise TypeError(f"expected a schedule, a function of the epochs completed, got {self.schedule!r}")
        positive_int(self.updates_per_epoch, "updates_per_epoch")

    def __call__(self, updates: int) -> float:
        """Return the learning rate after so many updates."""
        return self.schedule(updates // self.updates_per_epoch)
