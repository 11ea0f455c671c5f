"""A training program in small, the mistakes of course reports planted in it, and the checks that may find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from mlp_core import Split, mlp, softmax, softmax_cross_entropy
from report.chapter.number import MISSING


class Program:
    """What a course report's program does, a method for each part in which a mistake can sit; this one has none."""

    rate, strength = 0.03, 0.01

    def __init__(self, inputs: int, classes: int, seed: int) -> None:
        self.network = mlp([inputs, 20, classes], seed=seed, dtype="float64")
        self.counter = 0.0

    def loss(self, scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss over a batch and its gradient with respect to the scores."""
        return softmax_cross_entropy(scores, labels)

    def gradients(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Put the gradient of the loss into the network; return the loss."""
        loss, gradient = self.loss(self.network.forward(images, training=True), labels)
        self.network.backward(gradient)
        return loss

    def penalty(self, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of ``strength / 2 * ||W||²``."""
        return self.strength * weight

    def update(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Make one step of gradient descent."""
        self.gradients(images, labels)
        for name, value in self.network.params.items():
            step = self.network.grads[name]
            value -= self.rate * (step + self.penalty(value) if name.endswith("weight") else step)

    def accuracy(self, split: Split, batch_size: int = 4) -> float:
        """Return the share of right answers, counted batch by batch."""
        self.counter = 0.0
        for start in range(0, len(split), batch_size):
            part = split[start : start + batch_size]
            self.counter += (self.network.predict(part.images) == part.labels).sum()
        self.counter /= len(split)
        return self.counter


class SummedBiases(Program):
    """The gradient of a layer's biases is summed over its units, too: one number for all of them."""

    def gradients(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Fill the gradients, all biases of a layer with one number."""
        loss = super().gradients(images, labels)
        for name, gradient in self.network.grads.items():
            if name.endswith("bias"):
                gradient[...] = gradient.sum()
        return loss


class PenaltyTurnedAround(Program):
    """The penalty has the wrong sign."""

    def penalty(self, weight: np.ndarray) -> np.ndarray:
        """Return a gradient that makes weights grow."""
        return -self.strength * weight


class NeverReset(Program):
    """The counter is not set back: the accuracy printed before is counted as right answers."""

    def accuracy(self, split: Split, batch_size: int = 4) -> float:
        """Return what is counted from where the last call ended."""
        for start in range(0, len(split), batch_size):
            part = split[start : start + batch_size]
            self.counter += (self.network.predict(part.images) == part.labels).sum()
        self.counter /= len(split)
        return self.counter


class MoreInTheLogarithm(Program):
    """The loss is -ln(p + 1e-10), its gradient that of -ln p."""

    def loss(self, scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return a loss and the gradient of another one."""
        right = softmax(scores)[np.arange(len(labels)), labels]
        return -float(np.log(right + 1e-10).mean()), super().loss(scores, labels)[1]


class OneMaximum(Program):
    """The softmax subtracts one maximum, that of the whole batch."""

    def loss(self, scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return loss and gradient, NaN where one image has a score far above all others."""
        powers = np.exp(scores - scores.max())
        p = powers / powers.sum(axis=1, keepdims=True)
        targets = np.eye(scores.shape[1])[labels]
        return -float(np.log(p[targets == 1]).mean()), (p - targets) / len(labels)


class SummedGradient(Program):
    """The gradient lacks the 1/n that the loss has."""

    def loss(self, scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss and n times its gradient."""
        loss, gradient = super().loss(scores, labels)
        return loss, gradient * len(labels)


class SummedLoss(Program):
    """Neither the loss nor its gradient has the 1/n."""

    def loss(self, scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the sum of the losses and its gradient."""
        return softmax_cross_entropy(scores, labels, reduction="sum")


class Uphill(Program):
    """The step is added."""

    rate = -Program.rate


MISTAKES: dict[str, type[Program]] = {
    "none": Program,
    "biases summed over units (ce40717)": SummedBiases,
    "penalty's sign (ce40717)": PenaltyTurnedAround,
    "one maximum per batch (ce40717)": OneMaximum,
    "counter not set back (ift6135-b)": NeverReset,
    "1e-10 in the logarithm (ift6135-b)": MoreInTheLogarithm,
    "no 1/n in the gradient (as in ece421)": SummedGradient,
    "no 1/n in both": SummedLoss,
    "uphill": Uphill,
}
"""Programs by their mistake, with the report that has it."""


def wrong_gradient(program: Program, part: Split) -> bool:
    """Tell the gradient from central differences of the program's own loss."""
    program.gradients(part.images, part.labels)
    gradients = {name: array.copy() for name, array in program.network.grads.items()}
    return _differ(program, gradients, lambda: program.loss(program.network.forward(part.images), part.labels)[0])


def wrong_update(program: Program, part: Split) -> bool:
    """Tell what an update does, divided by the rate, from central differences of what it was meant to lower."""
    before = {name: value.copy() for name, value in program.network.params.items()}
    program.update(part.images, part.labels)
    steps = {name: (before[name] - value) / Program.rate for name, value in program.network.params.items()}
    for name, value in program.network.params.items():
        value[...] = before[name]

    def objective() -> float:
        squares = sum((value**2).sum() for name, value in program.network.params.items() if name.endswith("weight"))
        loss, _ = softmax_cross_entropy(program.network.forward(part.images), part.labels)
        return loss + Program.strength / 2 * squares

    return _differ(program, steps, objective)


def wrong_first_loss(program: Program, part: Split) -> bool:
    """Tell the loss of equal scores from ln 10, or the logarithm of whatever number of classes there is."""
    scores = 0 * program.network.forward(part.images)
    return not np.isclose(program.loss(scores, part.labels)[0], np.log(scores.shape[1]), rtol=1e-6)


def does_not_fall(program: Program, part: Split) -> bool:
    """Tell whether fifty updates on a few images do not even halve their loss."""
    first = program.gradients(part.images, part.labels)
    for _ in range(50):
        program.update(part.images, part.labels)
    return not program.gradients(part.images, part.labels) < first / 2


def depends_on_copies(program: Program, part: Split) -> bool:
    """Tell the gradient of a batch from that of the same batch with every image twice."""
    found = []
    for copies in (1, 2):
        program.gradients(np.tile(part.images, (copies, 1)), np.tile(part.labels, copies))
        found.append(np.concatenate([array.ravel().copy() for array in program.network.grads.values()]))
    return not np.allclose(found[0], found[1])


def wrong_count(program: Program, part: Split) -> bool:
    """Tell the accuracy that the program gives at its second call, when it has learned, from counting at once."""
    for _ in range(25):
        program.update(part.images, part.labels)
    program.accuracy(part)
    return not np.isclose(program.accuracy(part), (program.network.predict(part.images) == part.labels).mean())


def fails_on_large_scores(program: Program, part: Split) -> bool:
    """Tell the loss of a score that is 1,000 too large from 1,000; it must not spoil another image of its batch."""
    scores = np.zeros((2, program.network.forward(part.images[:1]).shape[1]))
    scores[0, 1] = 1000
    with np.errstate(all="ignore"):
        alone, both = (program.loss(scores[:count], np.zeros(count, dtype=int))[0] for count in (1, 2))
    return not (np.isclose(alone, 1000) and np.isfinite(both))


CHECKS: dict[str, Callable[[Program, Split], bool]] = {
    "gradient": wrong_gradient, "update": wrong_update, "first loss": wrong_first_loss, "falls": does_not_fall,
    "copies": depends_on_copies, "recount": wrong_count, "large scores": fails_on_large_scores,
}  # fmt: skip
"""What finds a mistake, by the name that the chapter gives it."""


def found_by(part: Split, classes: int, seed: int) -> pd.DataFrame:
    """Run every check on every mistake, each on a new program; True where the check objects."""
    inputs = part.images.shape[1]
    rows = {mistake: {check: objects(program(inputs, classes, seed), part) for check, objects in CHECKS.items()}
            for mistake, program in MISTAKES.items()}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("mistake")


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return what `found_by` does in words."""
    return found.map(lambda one: "finds" if one else MISSING)


def _differ(
    program: Program, claimed: Mapping[str, np.ndarray], objective: Callable[[], float], eps: float = 1e-6
) -> bool:
    """Tell a claimed gradient from central differences of an objective, along a random direction for each array."""
    rng = np.random.default_rng(0)
    for name, value in program.network.params.items():
        kept, ends = value.copy(), []
        direction = rng.normal(size=value.shape) / np.sqrt(value.size)
        for shift in (eps, -eps):
            value[...] = kept + shift * direction
            ends.append(objective())
        value[...] = kept
        slope, expected = (ends[0] - ends[1]) / (2 * eps), float((claimed[name] * direction).sum())
        if not np.isclose(slope, expected, rtol=1e-4, atol=1e-8):
            return True
    return False
