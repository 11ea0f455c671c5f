"""Report ece421's experiment: one hidden layer of four sizes, its update step by step, and runs for its claims."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from mlp_core import Dataset, GlorotNormal, Sequential, Split, mlp
from report.chapter.replication.runs import remembered

SIZES = (100, 500, 1000, 2000)
SEEDS = (0, 1, 2)
ONE_SEED_FROM = 1000
"""Networks of so many hidden units or more are trained from the first seed alone."""

IMAGES, ALPHA, MOMENTUM, UPDATES = 15_000, 1e-5, 0.99, 200
TINY = 1e-100
"""Added to each probability before the logarithm; the report's own value cannot be read."""

PART, NARROW = 64, 25
"""A rehearsal has so many images of each kind, and so many times fewer hidden units and updates."""


def experiments(data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
    """Train the four sizes, and the smallest one without momentum and with small steps."""
    parts = [part if full else part[:PART] for part in (data.train, data.valid, data.test)]
    splits = dict(zip(("train_part", "valid", "test"), parts, strict=True))
    narrow = 1 if full else NARROW

    def run(name: str, hidden: int, seed: int, **settings: Any) -> dict[str, Any]:
        settings = {"hidden": hidden // narrow, "seed": seed, "updates": UPDATES // narrow} | settings
        return remembered(cache, f"ece421 {name}{hidden} units seed {seed}", trained, **splits, **settings)

    return {
        "images": len(parts[0]),
        "images_measured": [len(part) for part in parts[1:]],
        "sizes": {str(hidden): [run("", hidden, seed) for seed in seeds(hidden)] for hidden in SIZES},
        "without momentum": {
            str(hidden): run("without momentum ", hidden, SEEDS[0], momentum=0.0) for hidden in SIZES[:2]
        },
        "small steps": run("small steps ", SIZES[0], SEEDS[0], slower=10.0),
    }


def seeds(hidden: int) -> tuple[int, ...]:
    """Return the seeds of a size."""
    return SEEDS if hidden < ONE_SEED_FROM else SEEDS[:1]


def trained(
    train_part: Split, valid: Split, test: Split, *, hidden: int, seed: int, updates: int = UPDATES,
    momentum: float = MOMENTUM, slower: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """Train one network and return what is measured in each iteration.

    Parameters
    ----------
    hidden, updates : int
    momentum : float
        Of the weights.
    slower : float
        By how much steps are shorter.

    Returns
    -------
    dict
        Lists with a value per iteration: loss and accuracy of the training images and the norm of their mean gradient,
        before the update; loss and accuracy of the others after it. The largest logit of all, the seconds.
    """
    network = drawn(train_part.images.shape[1], hidden, seed)
    velocity: dict[str, np.ndarray] = {}
    alpha = alpha_for(len(train_part)) / slower
    found: dict[str, Any] = {"largest_logit": 0.0}
    started = time.perf_counter()
    for _ in range(updates):
        logits, gradients = step(network, velocity, train_part, alpha, momentum)
        norm = np.sqrt(sum(float((one.astype(float) ** 2).sum()) for one in gradients.values())) / len(train_part)
        measured = {"gradient": norm, **measures("train", logits, train_part.labels)}
        for name, part in (("valid", valid), ("test", test)):
            measured |= measures(name, network.logits(part.images), part.labels)
        for name, value in measured.items():
            found.setdefault(name, []).append(float(value))
        found["largest_logit"] = max(found["largest_logit"], float(logits.max()))
    return found | {"seconds": time.perf_counter() - started}


def alpha_for(images: int) -> float:
    """Return the step on the summed gradient that on the mean gradient is the report's, 15,000 times 0.00001.

    A sum over fewer images is smaller, so that the same alpha would take shorter steps on the same mean gradient.

    >>> round(alpha_for(15_000), 12), round(alpha_for(8_000), 12)
    (1e-05, 1.875e-05)
    """
    return IMAGES * ALPHA / images


def drawn(features: int, hidden: int, seed: int) -> Sequential:
    """Return a network whose biases are drawn from the same normal distribution as the weights of their layer."""
    return mlp([features, hidden, 10], "relu", GlorotNormal(), seed=seed, bias_initializer=GlorotNormal())


def step(
    network: Sequential, velocity: dict[str, np.ndarray], split: Split, alpha: float, momentum: float = MOMENTUM
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Make one update with all images: the gradient is summed, and only weights have a velocity.

    Parameters
    ----------
    network : Sequential
        Changed in place.
    velocity : dict of str to ndarray
        That of the weights, changed in place; empty before the first step.

    Returns
    -------
    logits, gradients
        Both before the update.
    """
    params = network.params
    before = split.images @ params["0.weight"] + params["0.bias"]
    hidden = np.maximum(before, 0)
    logits = hidden @ params["2.weight"] + params["2.bias"]
    back = softmax_as_it_is(logits)
    back[np.arange(len(split)), split.labels] -= 1
    back = back.astype(logits.dtype)
    gradients = {"2.weight": hidden.T @ back, "2.bias": back.sum(axis=0)}
    back = back @ params["2.weight"].T
    back[before <= 0] = 0
    gradients |= {"0.weight": split.images.T @ back, "0.bias": back.sum(axis=0)}
    for name, gradient in gradients.items():
        change = alpha * gradient
        if name.endswith("weight"):
            change += momentum * velocity.get(name, 0)
            velocity[name] = change
        params[name] -= change
    return logits, gradients


def softmax_as_it_is(logits: np.ndarray) -> np.ndarray:
    """Return probabilities without a maximum subtracted, in float64: NaN in a row with a logit above 709.8.

    >>> softmax_as_it_is(np.array([[0.0, 0.0], [710.0, 0.0]]))
    array([[0.5, 0.5],
           [nan, 0. ]])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        exponentials = np.exp(logits.astype(float))
        return exponentials / exponentials.sum(axis=1, keepdims=True)


def measures(name: str, logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return loss and accuracy under the names of a split."""
    p = softmax_as_it_is(logits)
    return {
        f"{name}_loss": float(-np.log(p[np.arange(len(labels)), labels] + TINY).mean()),
        f"{name}_accuracy": float((p.argmax(axis=1) == labels).mean()),
    }
