"""Report ece421's errata that a computation shows: by arithmetic, from its own table, by a few small updates."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np

from mlp_core import Dataset
from mlp_core.losses import softmax
from report.chapter import published
from report.chapter.number import number
from report.chapter.replication.ece421.beside import LABEL
from report.chapter.replication.ece421.training import (
    ALPHA,
    IMAGES,
    MOMENTUM,
    SIZES,
    UPDATES,
    alpha_for,
    drawn,
    measures,
    softmax_as_it_is,
    step,
)  # fmt: skip


def errata_shown(data: Dataset) -> dict[int, str]:
    """Return what computation shows of the errata that it can show, with its numbers."""
    return {
        0: _overflow(),
        1: _step_on_the_mean(),
        2: _tiny(),
        3: _before_and_after(data),
        5: _uphill(),
        6: _largest_is_best(),
        7: _standard_errors(),
        8: _four_sizes(),
        9: _biases(),
        10: _weights_only(),
    }


def _overflow() -> str:
    logits = np.array([[710.0, 0.0]])
    return f"of logits 710 and 0: {softmax_as_it_is(logits)[0, 0]}; with the maximum subtracted {softmax(logits)[0, 0]}"


def _step_on_the_mean() -> str:
    rate, wrong = ALPHA * IMAGES, 4.6824 / (1 - 0.9231)
    return (f"{number(rate)} on the mean gradient, in the long run {number(rate / (1 - MOMENTUM))}; the loss of 100 "
            f"units is {number(wrong, '.1f')} per wrong image")  # fmt: skip


def _tiny() -> str:
    least = (4.6824 - 0.9231 * math.log(10)) / (1 - 0.9231)
    return f"at least {number(least, '.1f')} per wrong image: TINY is below {number(math.exp(-least), '.1g')}"


def _before_and_after(data: Dataset) -> str:
    part, updates = data.train[:64], 20
    network = drawn(part.images.shape[1], 8, 0)
    velocity: dict[str, np.ndarray] = {}
    for _ in range(updates):
        logits, _ = step(network, velocity, part, alpha_for(len(part)))
    before, after = (measures("train", one, part.labels)["train_loss"] for one in (logits, network.logits(part.images)))
    return (f"{updates} updates with 8 units and {len(part)} images: training loss {number(before, '.3f')} before the "
            f"last one, {number(after, '.3f')} after it")  # fmt: skip


def _uphill() -> str:
    """Run momentum down a bowl, whose only minimum is at 0."""
    place, velocity, heights = 1.0, 0.0, []
    for _ in range(UPDATES):
        velocity = MOMENTUM * velocity + ALPHA * IMAGES * place
        place -= velocity
        heights.append(place**2 / 2)
    low = heights.index(min(heights[:20]))
    top = max(heights[low:])
    return (f"the same step and momentum on half a square, which has one minimum: the loss rises from "
            f"{number(heights[low], '.2g')} to {number(top, '.2f')}")  # fmt: skip


def _largest_is_best() -> str:
    table = published.load("capacity_notmnist", LABEL).set_index("hidden_units")
    loss, accuracy = table["valid_loss"].idxmin(), table["valid_accuracy"].idxmax()
    return f"lowest printed validation loss at {number(loss)} units, highest accuracy at {number(accuracy)}"


def _standard_errors() -> str:
    table = published.load("capacity_notmnist", LABEL).set_index("hidden_units")
    parts = []
    for name, images in (("valid", 1000), ("test", 2724)):
        small, large = table[f"{name}_accuracy"][500], table[f"{name}_accuracy"][2000]
        error = math.sqrt(large * (1 - large) / images)
        parts.append(f"{number(100 * (large - small), '.2f')} points (standard error {number(100 * error, '.2f')})")
    return f"500 and 2,000 units differ by {parts[0]} on validation and {parts[1]} on test images"


def _four_sizes() -> str:
    sizes = published.load("capacity_notmnist", LABEL)["hidden_units"]
    return f"{len(sizes)} sizes printed: {', '.join(map(str, sizes))}"


def _biases() -> str:
    sizes = [math.sqrt(2 / (784 + size)) for size in SIZES]
    biases = drawn(784, 1000, 0).params["0.bias"]
    return (f"standard deviation {', '.join(number(size, '.3f') for size in sizes)} for the sizes; measured with 1,000 "
            f"units: {number(float(biases.std()), '.3f')}")  # fmt: skip


def _weights_only() -> str:
    velocities = accumulate([1.0] * UPDATES, lambda velocity, gradient: MOMENTUM * velocity + gradient)
    return f"{UPDATES} equal gradients move a weight {number(sum(velocities) / UPDATES, '.0f')} times as far as a bias"
