"""What the chapter on regularization repeats: a penalty's right and wrong update, paired folds, an ablation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from mlp_core import SGD, Adam, EarlyStopping, History, Sequential, Split, mlp, softmax_cross_entropy
from report.chapter import figures, legal
from report.chapter.evidence import BETTER, EQUAL, WORSE, Comparison, compare, corrected
from report.chapter.number import MISSING, number, within
from report.chapter.sentence import listed


def check_parameters(values: legal.Values) -> None:
    """Refuse parameters of the chapter with which nothing could be trained or compared."""
    legal.seeds(values, "seeds")
    legal.distinct(values, "lambdas")
    legal.at_least(0, values, "train_images", "lambdas", "wrong_lambda")
    legal.at_least(1, values, "hidden", "fold_epochs", "final_epochs", "improved_hidden", "improved_epochs")
    legal.at_least(2, values, "folds")
    legal.positive(values, "learning_rate", "improved_rate")
    legal.one_of(legal.DTYPES, values, "dtype")
    if not values["improved_hidden"]:
        legal.refuse("improved_hidden", "the units of at least one hidden layer", values["improved_hidden"])
    most = 2 / values["learning_rate"]
    for name, largest in (("lambdas", max(values["lambdas"])), ("wrong_lambda", values["wrong_lambda"])):
        if not largest < most:
            expected = f"below 2 / learning_rate = {most:g}, from where on a penalty makes weights grow"
            legal.refuse(name, expected, values[name])


def check_folds(folds: int, labels: np.ndarray, classes: int) -> None:
    """Refuse folds, cut in the order of the images, of which one lacks a class: its loss could not be measured.

    Examples
    --------
    >>> check_folds(2, np.array([0, 0, 1, 1]), 2)
    Traceback (most recent call last):
    ValueError: folds: expected parts that each hold every class, got 2; choose fewer folds or more train_images
    """
    if any(len(np.unique(part)) < classes for part in np.array_split(labels, folds)):
        raise ValueError(f"folds: expected parts that each hold every class, got {folds}; choose fewer folds or more "
                         "train_images")  # fmt: skip


def update(net: Sequential, part: Split, rate: float, strength: float, rule: str) -> float:
    """Make one full-batch update, "right" or with two errors of report ce40717 ("wrong"); return the loss before it."""
    loss, gradient = softmax_cross_entropy(net.forward(part.images, training=True), part.labels)
    net.backward(gradient)
    for name, value in net.params.items():
        step, is_weight = net.grads[name], name.endswith("weight")
        if rule == "right":
            value -= rate * (step + strength * value * is_weight)
        elif is_weight:
            value -= rate * (step - strength * value)  # the sign is turned around
        else:
            value -= rate * step.sum()  # one number for all biases of a layer
    return loss


def length(net: Sequential) -> float:
    """Return the length of all weights as one vector, biases left out."""
    return float(np.sqrt(sum((value**2).sum() for name, value in net.params.items() if name.endswith("weight"))))


class Followed(NamedTuple):
    """The loss before each of several updates, and the length of the weights before the first and after each."""

    losses: list[float]
    lengths: list[float]


def follow(net: Sequential, part: Split, count: int, learning_rate: float, strength: float, rule: str) -> Followed:
    """Make `count` updates and measure; ValueError, in the words of the chapter's parameters, if the loss overflows."""
    losses, lengths = [], [length(net)]
    with np.errstate(all="ignore"):
        for _ in range(count):
            losses.append(update(net, part, learning_rate, strength, rule))
            lengths.append(length(net))
    if not np.isfinite([*losses, *lengths]).all():
        legal.refuse("learning_rate", f"a rate at which the loss stays finite with a penalty of {strength:g}",
                     learning_rate)  # fmt: skip
    return Followed(losses, lengths)


def updates_figure(lengths: Mapping[str, Any], losses: Mapping[str, Any], factor: float) -> Figure:
    """Draw lengths, with growth by `factor` per update beside them, and losses; each run starts before update 1."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(figures.TEXT_WIDTH, 2.7))
    count = len(lengths["wrong"][0])
    figures.lines(lengths, np.arange(count), ax=left, xlabel="update", ylabel="length of the weights", log="y")
    grown = np.mean([run[0] for run in lengths["wrong"]]) * factor ** np.arange(count)
    name = f"start, × {number(factor, '.6g')} per update"
    left.plot(grown, color="black", linestyle=":", marker="", zorder=5, label=name)
    low, high = left.get_ylim()
    left.yaxis.set_major_locator(MaxNLocator(5) if high < 10 * low else LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter(lambda value, _: number(value))
    left.yaxis.set_minor_formatter(NullFormatter())
    figures.lines(losses, ax=right, xlabel="update", ylabel="training loss")
    figures.shared_legend(figure, (left, right))
    return figure


def paired_folds(trials: pd.DataFrame) -> pd.DataFrame:
    """Return each strength's extra loss over the best one, fold by fold, with its standard error.

    What the folds have in common drops out, so that this error is smaller than that of one strength's own loss, which
    Hastie, Tibshirani and Friedman take.

    Parameters
    ----------
    trials : DataFrame
        One row per strength and fold: "lambda", "fold", "loss".

    Returns
    -------
    DataFrame
        Indexed by lambda: "loss", "extra" (mean difference), "error" (standard error of that mean), "near" (whether the
        extra is no more than its standard error).
    """
    table = trials.pivot(index="fold", columns="lambda", values="loss")
    extra = table.sub(table[table.mean().idxmin()], axis=0)
    found = pd.DataFrame({
        "loss": table.mean(), "extra": extra.mean(), "error": extra.std() / np.sqrt(len(table)),
    })  # fmt: skip
    return found.assign(near=found["extra"] <= found["error"].fillna(0))


def choose(found: pd.DataFrame) -> float:
    """Return the strongest penalty that is no more than one standard error of its difference above the best."""
    return float(found.index[found["near"]].max())


def folds_table(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return losses and extras of several kinds of folds in the house's numbers; the best has no extra."""
    columns = {}
    for kind, table in found.items():
        shown = table[["loss", "extra", "error"]].map(lambda value: number(value, ".4f"))
        columns[f"loss, {kind}"] = shown["loss"]
        beside = shown["extra"] + " ± " + shown["error"]
        columns[f"extra, {kind}"] = beside.where(table.index != table["loss"].idxmin(), MISSING)
    return pd.DataFrame(columns).sort_index(ascending=False).rename(index=number).rename_axis("λ")


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained; `batch_size` None is full batch.

    Examples
    --------
    >>> Recipe([8], rate=0.1).network(4, 3, seed=0, dtype="float64").num_parameters
    67
    """

    hidden: list[int]
    rate: float = 0.001
    adam: bool = True
    batch_size: int | None = 64
    initializer: str = "he_normal"
    dropout: float = 0.2
    stops: bool = True

    def network(self, inputs: int, classes: int, seed: int, dtype: str) -> Sequential:
        """Build the network."""
        sizes = [inputs, *self.hidden, classes]
        return mlp(sizes, initializer=self.initializer, dropout=self.dropout, seed=seed, dtype=dtype)

    def optimizer(self) -> SGD | Adam:
        """Return the optimizer in its first state."""
        return Adam(self.rate) if self.adam else SGD(self.rate)

    def early_stopping(self) -> EarlyStopping | None:
        """Return the rule, or None."""
        return EarlyStopping(patience=5, metric="valid_accuracy") if self.stops else None


def ablations(whole: Recipe, small: int, rate: float) -> dict[str, Recipe]:
    """Return the whole recipe and six more, in each of which one thing is taken away again."""
    return {
        "improved": whole,
        "one layer": replace(whole, hidden=[small]),
        "full batch": replace(whole, batch_size=None),
        "plain descent": replace(whole, adam=False, rate=rate),
        "Glorot": replace(whole, initializer="glorot_uniform"),
        "no dropout": replace(whole, dropout=0.0),
        "no early stopping": replace(whole, stops=False),
    }


CLAUSES = {
    "one layer": "with one hidden layer",
    "full batch": "without mini-batches (as many passes but fewer updates)",
    "plain descent": "without Adam",
    "Glorot": "without He's first weights",
    "no dropout": "without dropout",
    "no early stopping": "without early stopping",
}
"""What a sentence says of each network that has one thing taken away."""

SAME_BATCH = {
    "full batch": "without mini-batches (of which a pass has just one here, so that the two are the same)",
}
"""What it says instead where a mini-batch holds all images."""


def clauses(found: Mapping[str, Comparison], verdict: str, per_pass: int) -> str:
    """Return, as part of a sentence, where the improved network has a verdict beside itself with one thing taken away.

    `per_pass` is how many mini-batches a pass over the images has; where it is one, full batch takes nothing away.

    Examples
    --------
    >>> told = compare([0.95, 0.96, 0.95], [0.90, 0.91, 0.91], images=1000)
    >>> clauses({"full batch": told, "no dropout": told, "final network": told}, WORSE, per_pass=7)
    ''
    >>> clauses({"full batch": told, "no dropout": told, "final network": told}, BETTER, per_pass=7)
    'without mini-batches (as many passes but fewer updates) and without dropout'
    >>> clauses({"full batch": told}, BETTER, per_pass=1)
    'without mini-batches (of which a pass has just one here, so that the two are the same)'
    """
    words = CLAUSES | (SAME_BATCH if per_pass == 1 else {})
    return listed([words[name] for name, one in found.items() if name in words and one.verdict == verdict])


def passes(runs: Sequence[History]) -> tuple[float, float]:
    """Return how many passes runs made on average, and after how many they had the weights that the rule keeps."""
    made = [len(run) for run in runs]
    best = [run.best_epoch_by("valid_accuracy") or 0 for run in runs]
    return float(np.mean(made)), float(np.mean(best))


def gains(right: Mapping[str, np.ndarray], beside: Mapping[str, np.ndarray]) -> dict[str, Comparison]:
    """Return what the first network has more than each of the others, the largest gain first.

    Parameters
    ----------
    right : mapping of name to ndarray, shape (seeds, images)
        Which answers are right. As many comparisons as there are others answer one question, so that their verdicts are
        corrected for that number.
    beside : the same
        Networks of another question, each of which stands alone.
    """
    first, *others = right
    found = corrected({name: compare(right[first], right[name]) for name in others})
    found |= {name: compare(right[first], hits) for name, hits in beside.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1].difference))


def gains_figure(found: Mapping[str, Comparison]) -> Axes:
    """Draw gains in points as dots with their intervals and numbers, the first one on top.

    Blue is better, orange worse, and gray with an empty dot cannot be told apart.
    """
    ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 0.7 + 0.27 * len(found)))[1]
    looks = {BETTER: ("C0", "C0"), WORSE: ("C1", "C1"), EQUAL: (figures.GREY, "white")}
    ax.axvline(0, color=figures.GREY, linestyle=":", linewidth=1, marker="", zorder=1)
    for place, one in enumerate(found.values()):
        color, fill = looks[one.verdict]
        around = np.nan_to_num([[one.points - one.low_points], [one.high_points - one.points]])
        ax.errorbar([one.points], [place], xerr=around, color=color, markerfacecolor=fill, marker="o", markersize=5,
                    capsize=2.5)  # fmt: skip
        told = within(one.points, one.low_points, one.high_points, "+.1f")
        ax.annotate(told, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=8.5)
    ax.set_yticks(range(len(found)), [*found])
    ax.set(xlabel="advantage of the improved network, points of validation accuracy", ylim=(len(found) - 0.5, -0.5))
    ax.grid(visible=False, axis="y")
    return ax
