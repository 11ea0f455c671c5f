"""What the chapter trains, and how, from its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlp_core import SGD, Sequential, Split
from report.chapter import legal
from report.chapter.convolution.architectures import KINDS, build, is_known, permute, title
from report.chapter.sentence import listed

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

PER_NETWORK = (
    "learning_rates", "momenta", "batch_sizes", "weight_decays", "dropouts", "initializers", "centered", "epochs",
)  # fmt: skip
"""The parameters that hold one value for all networks, or one for each."""

PERMUTED = ", permuted"
"""What the name of a run on permuted pixels ends in."""


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how: one line of the chapter's table of runs.

    Attributes
    ----------
    network : str
        As `build` takes it.
    centered : bool
        Whether pixels are in [-1, 1] instead of [0, 1].
    permuted : bool
        Whether the pixels of all images come in another order, the same for all.
    """

    label: str
    network: str
    learning_rate: float
    momentum: float
    batch_size: int
    weight_decay: float
    dropout: float
    initializer: str
    centered: bool
    epochs: int
    permuted: bool = False

    @property
    def convolves(self) -> bool:
        """Whether it is a convolutional network."""
        return not self.network.startswith("mlp")

    @property
    def plain(self) -> bool:
        """Whether it has neither penalty nor dropout."""
        return not self.weight_decay and not self.dropout

    def build(self, seed: int, dtype: DTypeLike = "float32", classes: int = 10) -> Sequential:
        """Return a new network."""
        return build(self.network, self.initializer, dropout=self.dropout, seed=seed, dtype=dtype, classes=classes)

    def optimizer(self) -> SGD:
        """Return a new optimizer."""
        return SGD(self.learning_rate, momentum=self.momentum, weight_decay=self.weight_decay)

    def see(self, split: Split) -> Split:
        """Return the images as these networks get them."""
        split = permute(split) if self.permuted else split
        return Split(2 * split.images - 1, split.labels) if self.centered else split


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which nothing could be trained."""
    legal.seeds(values, "seeds")
    legal.at_least(0, values, "train_images", "measured_images", "weight_decays")
    legal.at_least(1, values, "batch_sizes", "epochs", "fewer_images")
    legal.positive(values, "learning_rates")
    legal.fraction(values, "momenta", "dropouts")
    legal.one_of(legal.INITIALIZER_NAMES, values, "initializers")
    legal.one_of(legal.DTYPES, values, "dtype")
    networks = values["networks"]
    if not networks or not all(map(is_known, networks)):
        legal.refuse("networks", f"names such as {KINDS}", networks)
    for name in PER_NETWORK:
        if len(found := values[name]) not in {1, len(networks)}:
            legal.refuse(name, f"one value, or one for each of {len(networks)} networks", found)


def recipes(**columns: Sequence[Any]) -> list[Recipe]:
    """Return the runs that the chapter's parameters describe, each with a name of its own.

    Parameters
    ----------
    **columns : sequence, shape (runs,)
        The attributes of `Recipe`, from ``network`` to ``epochs``; a single value holds for all networks.

    Raises
    ------
    ValueError
        If there are no perceptron and convolutional network to compare.
    """
    runs = len(columns["network"])
    rows = [{name: values[place % len(values)] for name, values in columns.items()} for place in range(runs)]
    names = [title(row["network"]) + " + L2" * bool(row["weight_decay"]) + " + dropout" * bool(row["dropout"])
             for row in rows]  # fmt: skip
    plan = [
        Recipe(label=name if names.count(name) == 1 else f"{name} ({place})", **row)
        for place, (name, row) in enumerate(zip(names, rows, strict=True), 1)
    ]
    if len({one.convolves for one in plan if one.plain}) < 2:
        raise ValueError("networks: expected at least one perceptron and one convolutional network, both without "
                         f"penalty (weight_decays) and dropout (dropouts), got {listed(names) or 'none'}")  # fmt: skip
    return plan


def again_permuted(plan: Sequence[Recipe]) -> list[Recipe]:
    """Return the plain runs once more, on permuted pixels."""
    return [replace(one, label=one.label + PERMUTED, permuted=True) for one in plan if one.plain]
