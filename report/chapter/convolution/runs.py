"""Trained networks, and the comparisons that the chapter makes between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from mlp_core import History, Sequential, Split
from report.chapter import evidence
from report.chapter.convolution.architectures import multiplications
from report.chapter.convolution.recipes import PERMUTED, Recipe
from report.chapter.convolution.words import shown


@dataclass
class Run:
    """The networks of one recipe, one per seed, and what they got wrong.

    Attributes
    ----------
    misses : list of ndarray, shape (images,), bool
        Which of the validation images each network misclassifies after its last epoch.
    """

    recipe: Recipe
    networks: list[Sequential] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    misses: list[np.ndarray] = field(default_factory=list)

    def add(self, network: Sequential, history: History, valid: Split) -> None:
        """Keep a trained network and ask it about the validation images."""
        self.networks.append(network)
        self.histories.append(history)
        self.misses.append(network.predict(valid.images) != valid.labels)

    @property
    def error(self) -> evidence.Estimate:
        """The validation error after the last epoch; of one seed, its interval is that of the images alone."""
        return evidence.share(self.misses)

    @property
    def train_error(self) -> float:
        """The mean training error after the last epoch."""
        return float(np.mean([1 - history.train_accuracy[-1] for history in self.histories]))

    @property
    def seconds(self) -> float:
        """The mean wall-clock time per epoch."""
        return float(np.mean([second for history in self.histories for second in history.seconds]))

    def updates(self, images: int) -> float:
        """Return the mean number of updates over the seeds, trained on so many images."""
        return float(np.mean([len(history) for history in self.histories])) * -(-images // self.recipe.batch_size)


@dataclass(frozen=True)
class Pair:
    """Two runs beside each other.

    Attributes
    ----------
    found : Comparison
        The error of the first minus that of the second.
    """

    first: Run
    second: Run
    found: evidence.Comparison

    @property
    def name(self) -> str:
        """What the first run's networks are called, whatever the order of the pixels."""
        return self.first.recipe.label.removesuffix(PERMUTED)

    @property
    def other(self) -> str:
        """What the second run's networks are called, whatever the order of the pixels."""
        return self.second.recipe.label.removesuffix(PERMUTED)

    @property
    def verb(self) -> str:
        """What the first is allowed to be said beside the second: "is better than" and so on."""
        return self.found.verb

    @property
    def difference(self) -> str:
        """The difference of the errors in points, with its interval."""
        return shown(self.found)

    @property
    def errors(self) -> str:
        """Both errors as a sentence gives them."""
        ours, theirs = shown(self.first.error), shown(self.second.error)
        return f"{self.name} misclassifies {ours} of the validation images, {self.other} {theirs}"

    @property
    def parameters(self) -> float:
        """How many times the second's parameters the first has."""
        return self.first.networks[0].num_parameters / self.second.networks[0].num_parameters

    @property
    def multiplications(self) -> float:
        """How many times the second's multiplications the first takes."""
        return multiplications(self.first.networks[0]) / multiplications(self.second.networks[0])

    @property
    def seconds(self) -> float:
        """How many times the second's time per epoch the first takes."""
        return self.first.seconds / self.second.seconds


def against(first: Run, second: Run) -> Pair:
    """Compare two runs of the same seeds, or two single networks on the same images."""
    if len(first.misses) > 1:
        return Pair(first, second, evidence.compare(first.misses, second.misses, lower_is_better=True))
    right = evidence.paired(~first.misses[0], ~second.misses[0])
    errors = replace(right, difference=-right.difference, low=-right.high, high=-right.low)
    return Pair(first, second, errors)


def kinds(runs: Mapping[str, Run]) -> list[Pair]:
    """Return every plain convolutional network beside every perceptron."""
    plain = [run for run in runs.values() if run.recipe.plain and not run.recipe.permuted]
    return [against(a, b) for a in plain if a.recipe.convolves for b in plain if not b.recipe.convolves]


def permuted_pair(runs: Mapping[str, Run], pair: Pair) -> Pair | None:
    """Return the same two networks on permuted pixels; None where none were permuted."""
    first, second = (runs.get(name + PERMUTED) for name in (pair.name, pair.other))
    return against(first, second) if first and second else None


def remedies(runs: Mapping[str, Run]) -> list[Pair]:
    """Return every run with a penalty or dropout beside one without that is the same in everything else."""

    def without(recipe: Recipe) -> Recipe:
        return replace(recipe, label="", weight_decay=0.0, dropout=0.0)

    plain = {without(run.recipe): run for run in runs.values() if run.recipe.plain}
    rest = [run for run in runs.values() if not run.recipe.plain and without(run.recipe) in plain]
    return [against(run, plain[without(run.recipe)]) for run in rest]


def orders(runs: Mapping[str, Run]) -> list[Pair]:
    """Return every run on permuted pixels beside the same one on pixels in their own order."""
    return [against(run, runs[name.removesuffix(PERMUTED)]) for name, run in runs.items() if run.recipe.permuted]


def best(runs: Mapping[str, Run], *, convolves: bool) -> Run:
    """Return the convolutional network, or the perceptron, with the lowest mean validation error: a selection."""
    rivals = [run for run in runs.values() if run.recipe.convolves == convolves and not run.recipe.permuted]
    return min(rivals, key=lambda run: run.error.value)


def leaders(runs: Mapping[str, Run]) -> evidence.Group:
    """Return the run with the lowest mean error, and those that cannot be told apart from it; permuted ones aside.

    Single networks are compared by `against`, at a level that is divided by the number of comparisons (Bonferroni).
    """
    rivals = {run.recipe.label: run for run in runs.values() if not run.recipe.permuted}
    first, *others = sorted(rivals, key=lambda name: rivals[name].error.value)
    if len(rivals[first].misses) > 1:
        return evidence.best_group({name: ~np.array(run.misses) for name, run in rivals.items()})
    level = evidence.LEVEL / max(1, len(others))
    worse = [name for name in others if against(rivals[first], rivals[name]).found.p <= level]
    return evidence.Group(first, (first, *(name for name in others if name not in worse)), tuple(worse))


def told_alone(pair: Pair, group: evidence.Group) -> bool:
    """Return whether a pair is told apart by itself, but not as the best and another one of a group of leaders."""
    names = {pair.name, pair.other}
    return pair.found.told and group.best in names and names <= {*group.names}


def permuted_results(runs: Mapping[str, Run], pair: Pair) -> dict[str, str | float | None]:
    """Return what the chapter publishes about two networks on permuted pixels; None where none were permuted."""
    found, verdicts = permuted_pair(runs, pair), {one.other: one.found.verdict for one in orders(runs)}
    return {
        "permuted_verb": found.verb if found else None,
        "permuted_cnn_valid_error": found.first.error.value if found else None,
        "permuted_mlp_valid_error": found.second.error.value if found else None,
        "permuted_cnn_verdict": verdicts.get(pair.name),
        "permuted_mlp_verdict": verdicts.get(pair.other),
    }
