"""Report ce40717's experiments: full-batch descent with four mistakes in its update, and the same without them.

`update` is one step as the report's program made it. `together` makes the same steps for several networks at once:
their first layers read the same images, so that one wide matrix product serves them all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core import Dataset, Sequential, Split, mlp
from mlp_core.initializers import Initializer
from report.chapter.penalty import length
from report.chapter.replication.runs import remembered

SEEDS = (0, 1, 2)
LAMBDAS = (0.1, 0.01, 0.001, 0.0001)
FOLDS = 4
SIGN, PENALIZED, SUMMED, MAXIMUM = "wrong sign", "biases penalized", "summed bias gradient", "batch maximum"
MISTAKES = (SIGN, PENALIZED, SUMMED, MAXIMUM)
RULES = {"report": MISTAKES, "right": ()}
CHUNK = 2500
"""Images at a time, whose pixels are still in the cache when the gradient reads them again."""


@dataclass(frozen=True)
class ByOutputs(Initializer):
    """N(0, 1/fan_out), the report's start of weights and biases."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """Draw from the normal distribution of that variance."""
        return rng.standard_normal(shape) / np.sqrt(fan_out)


def network(sizes: Sequence[int], seed: Sequence[int], dtype: str = "float64") -> Sequential:
    """Return a network with the report's start; a seed is several numbers, such as seed, fold, strength."""
    start = ByOutputs()
    return mlp(sizes, initializer=start, bias_initializer=start, seed=np.random.default_rng(seed), dtype=dtype)


@dataclass(frozen=True)
class Rule:
    """An update: learning rate, strength of the penalty, and which mistakes it makes; none of them is plain descent."""

    rate: float
    strength: float
    mistakes: Collection[str] = MISTAKES


def update(net: Sequential, images: np.ndarray, labels: np.ndarray, rule: Rule) -> tuple[float, float]:
    """Make one update with all images, in place; return loss and accuracy before it."""
    loss, right, error = errors(net.forward(images, training=True), labels, rule.mistakes)
    net.backward(error / len(images))
    move(net.params, net.grads, rule)
    return loss / len(images), right / len(images)


def errors(logits: np.ndarray, labels: np.ndarray, mistakes: Collection[str]) -> tuple[float, int, np.ndarray]:
    """Return the summed loss, the right answers, and p - y, the gradient of each image's loss by its logits."""
    shift = logits.max() if MAXIMUM in mistakes else logits.max(axis=1, keepdims=True)
    p = np.exp(logits - shift)
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.log(p[rows, labels].astype(float) + 1e-10).sum()
    right = (p.argmax(axis=1) == labels).sum()
    p[rows, labels] -= 1
    return float(loss), int(right), p


def move(params: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray], rule: Rule) -> None:
    """Change parameters in place, given the gradients of the mean loss."""
    sign = -1 if SIGN in rule.mistakes else 1
    for name, value in params.items():
        gradient, strength = gradients[name], rule.strength
        if value.ndim == 1:
            gradient = gradient.sum() if SUMMED in rule.mistakes else gradient
            strength = strength if PENALIZED in rule.mistakes else 0.0
        value -= value.dtype.type(rule.rate) * (gradient + value.dtype.type(sign * strength) * value)


def together(
    networks: Sequence[Sequential], rules: Sequence[Rule], images: np.ndarray, labels: np.ndarray, updates: int
) -> list[dict[str, list[float]]]:
    """Make updates of several networks of one shape, side by side; return loss and accuracy before each.

    It computes what `update` does for each network by itself: X (V | W) = (X V | X W) for first layers, and
    gradients likewise. The images come in parts, whose gradients add up. The softmax then subtracts a part's
    maximum instead of the batch's, which cancels, unless every probability of an image is too small to be a number.
    """
    weight, bias = _joined(networks)
    tails = [Sequential(net.layers[1:]) for net in networks]
    curves: list[dict[str, list[float]]] = [{"loss": [], "accuracy": []} for _ in networks]
    n, count = len(images), len(networks)
    for _ in range(updates):
        first = {"weight": np.zeros_like(weight), "bias": np.zeros_like(bias)}
        sums = [{name: np.zeros_like(value) for name, value in tail.params.items()} for tail in tails]
        measured = np.zeros((count, 2))
        for start in range(0, n, CHUNK):
            x, y = images[start : start + CHUNK], labels[start : start + CHUNK]
            hidden = x @ weight
            hidden += bias
            for i, part in enumerate(np.split(hidden, count, axis=1)):
                loss, right, error = errors(tails[i].forward(part, training=True), y, rules[i].mistakes)
                part[:] = tails[i].backward(error / n)  # from here on the gradient of `hidden`
                for name, gradient in tails[i].grads.items():
                    sums[i][name] += gradient
                measured[i] += loss / n, right / n
            first["weight"] += x.T @ hidden
            first["bias"] += hidden.sum(axis=0)
        for i, gradients in enumerate(_parted(first, count)):
            move(tails[i].params, sums[i], rules[i])
            move(networks[i].layers[0].params, gradients, rules[i])
            for name, value in zip(curves[i], measured[i], strict=True):
                curves[i][name].append(float(value))
    return curves


def _joined(networks: Sequence[Sequential]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first layers' weights and biases side by side, and let the networks use them where they lie."""
    layers = [net.layers[0] for net in networks]
    joined = {name: np.concatenate([layer.params[name] for layer in layers], axis=-1) for name in ("weight", "bias")}
    for layer, params in zip(layers, _parted(joined, len(layers)), strict=True):
        layer.params = params
    return joined["weight"], joined["bias"]


def _parted(joined: Mapping[str, np.ndarray], count: int) -> list[dict[str, np.ndarray]]:
    """Return the views that belong to each network."""
    parts = {name: np.split(array, count, axis=-1) for name, array in joined.items()}
    return [{name: arrays[i] for name, arrays in parts.items()} for i in range(count)]


def fold_runs(
    train: Split, seed: int, fold: int, *, lambdas: Sequence[float], sizes: Sequence[int], updates: int, rule: str
) -> list[dict[str, Any]]:
    """Leave one fold out, train a network for each strength on the rest, and return how they do on the fold."""
    left_out = np.arange(len(train)) // (len(train) // FOLDS) == fold
    rest, held = train[~left_out], train[left_out]
    dtype = train.images.dtype.name
    networks = [network(sizes, [seed, fold, LAMBDAS.index(strength)], dtype) for strength in lambdas]
    together(networks, [Rule(0.05, strength, RULES[rule]) for strength in lambdas], rest.images, rest.labels, updates)
    return [
        {"rule": rule, "seed": seed, "fold": fold, "lambda": strength, **_on(net, held, RULES[rule])}
        for net, strength in zip(networks, lambdas, strict=True)
    ]


def whole_runs(
    train: Split, test: Split, seed: int, *, sizes: Sequence[int], rate: float, updates: int, rules: Sequence[str]
) -> list[dict[str, Any]]:
    """Train on all images with lambda 0.001, by each rule from one start; return curves, and the test images missed."""
    networks = [network(sizes, [seed], train.images.dtype.name) for _ in rules]
    curves = together(networks, [Rule(rate, 0.001, RULES[rule]) for rule in rules], train.images, train.labels, updates)
    missed = [np.flatnonzero(net.predict(test.images) != test.labels) for net in networks]
    return [
        {
            "rule": rule, "seed": seed, **curve, "test_images": len(test), "missed": misses.tolist(),
            "test_accuracy": (len(test) - len(misses)) / len(test), "length": length(net),
        }
        for rule, net, curve, misses in zip(rules, networks, curves, missed, strict=True)
    ]  # fmt: skip


def experiments(data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
    """Run the report's experiments; not in full: a tenth of the updates of narrow networks, on 64 images.

    Returns
    -------
    dict
        "folds": an entry for each rule, seed, fold and strength. "first", "improved", and the improved network's parts,
        "rate and updates alone" (its rate and updates, the first network's layers) and "small rate": entries as
        `whole_runs` returns them.

    Raises
    ------
    ValueError
        In full, for other images than the report's.
    """
    if full and data.name != "mnist":
        raise ValueError(f"full: every run of the report needs its images: expected dataset 'mnist', got {data.name!r}")
    dtype = "float32" if full else "float64"  # whose digits are the same everywhere
    train, test = everything(data, dtype), data.test.astype(dtype)
    if not full:
        train, test = train[:64], test[:64]
    inputs, classes, part = train.images.shape[1], len(data.classes), 1 if full else 10
    one, two = ([inputs, *hidden, classes] for hidden in (([64], [128, 64]) if full else ([8], [8, 8])))

    def folds(rule: str, seeds: Sequence[int], lambdas: Sequence[float]) -> list[dict[str, Any]]:
        same = {"lambdas": lambdas, "sizes": one, "updates": 200 // part, "rule": rule}
        kept = [
            remembered(cache, f"ce40717-{rule}-{seed}-{fold}", fold_runs, train=train, seed=seed, fold=fold, **same)
            for seed in seeds
            for fold in range(FOLDS)
        ]
        return [run for runs in kept for run in runs]

    def whole(name: str, seeds: Sequence[int], **settings: Any) -> list[dict[str, Any]]:
        settings["updates"] //= part
        kept = [remembered(cache, f"ce40717-{name}-{seed}", whole_runs, train=train, test=test, seed=seed, **settings)
                for seed in seeds]  # fmt: skip
        return [run for runs in kept for run in runs]

    only = ["report"]
    return {
        "folds": folds("report", SEEDS, LAMBDAS) + folds("right", SEEDS[:1], (0.1, 0.001)),
        "first": whole("first", SEEDS, sizes=one, rate=0.05, updates=300, rules=["report", "right"]),
        "improved": whole("improved", SEEDS[:1], sizes=two, rate=0.6, updates=500, rules=only),
        "rate and updates alone": whole("rate", SEEDS[:1], sizes=one, rate=0.6, updates=500, rules=only),
        "small rate": whole("small-rate", SEEDS[:1], sizes=two, rate=0.1, updates=130, rules=only),
    }


def everything(data: Dataset, dtype: str) -> Split:
    """Return training and validation images in this order, which for MNIST is the order of its file of 60,000."""
    parts = [data.train.astype(dtype), data.valid.astype(dtype)]
    return Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))


def _on(net: Sequential, split: Split, mistakes: Collection[str]) -> dict[str, float]:
    """Return loss and accuracy on a split, measured as one batch."""
    loss, right, _ = errors(net.forward(split.images), split.labels, mistakes)
    return {"loss": loss / len(split), "accuracy": right / len(split)}
