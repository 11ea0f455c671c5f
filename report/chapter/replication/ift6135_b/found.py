"""Every run of ift6135-b: its loop, its nine hand-picked settings, its starts, its gradient check, its CNN."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mlp_core import SGD, Dataset, Sequential, Split, cnn, mlp, train
from report.chapter.replication.runs import remembered

TINY = 1e-10
"""What the report adds to a probability before its logarithm."""

N = [k * 10**power for power in range(6) for k in (1, 5)]
"""The steps of the gradient check are 1/N."""

IMAGE, WEIGHTS = 5, 10
"""Of the gradient check: the image's index among the training images, and how many weights of a unit."""

SEEDS = (0, 1, 2)
"""The first one runs to the end of every setting, the others as far as a comparison needs them."""


class Setting(NamedTuple):
    """One setting, and how far it is run.

    Attributes
    ----------
    hidden : tuple of int
        Units of each hidden layer; empty for the convolutional network.
    activation : tuple of str
        Of each hidden layer.
    passes, others : int
        Passes over the training images of the first seed, and of each other one; 0 for no other seed.
    marks : tuple of int
        After which passes training loss and accuracy are measured.
    """

    hidden: tuple[int, ...] = (710, 610)
    activation: tuple[str, ...] = ("relu", "relu")
    batch_size: int = 8
    learning_rate: float = 0.01
    passes: int = 10
    others: int = 10
    marks: tuple[int, ...] = ()
    initializer: str = "glorot_uniform"
    dtype: str = "float32"
    shuffle: bool = False
    permuted: bool = False
    check: bool = False


SMALL, FIRST_TEN = (512, 256), tuple(range(1, 11))
RUNS = {
    "sigmoid-relu": Setting(SMALL, ("sigmoid", "relu"), passes=25, others=2, marks=(25,)),
    "sigmoid-sigmoid": Setting(SMALL, ("sigmoid", "sigmoid"), passes=51, others=2, marks=(51,)),
    "512-256": Setting(SMALL, passes=9, others=5, marks=(4, 9)),
    "512-256, batch 32": Setting(SMALL, batch_size=32, passes=12, others=12, marks=(12,)),
    "rate 0.001": Setting(SMALL, batch_size=32, learning_rate=0.001, passes=51, others=2, marks=(51,)),
    "710-610, batch 32": Setting(batch_size=32, passes=11, others=11, marks=(11,)),
    "710-610": Setting(marks=FIRST_TEN, check=True),
    "710-610, batch 4": Setting(batch_size=4, passes=3, others=3, marks=(3,)),
    "normal": Setting(initializer="normal", others=0, marks=FIRST_TEN),
    "shuffled": Setting(shuffle=True),
    "float64": Setting(dtype="float64", passes=2, others=0),
    "cnn": Setting((), batch_size=32, others=3, marks=(7, 10)),
    "cnn, permuted": Setting((), batch_size=32, passes=2, others=2, permuted=True),
    "512-256, permuted": Setting(SMALL, batch_size=32, passes=2, others=2, permuted=True),
}
"""What is run, by name: the report's settings first, then what its claims and one open question need beyond them."""

DRAWS = 2000
"""Random networks of the gradient check: half of them have the first unit active."""


def experiments(data: Dataset, *, full: bool, cache: str = "") -> dict[str, Any]:
    """Run everything: in full as the report has it, else on some images, with narrow networks and few draws.

    Returns
    -------
    dict
        runs: of each name in `RUNS`, a list of what `trained` returns, one per seed; valid_images: how many; zeros:
        the training loss before the first pass and after each; draws: what `drawn` returns; parameters: how many each
        network has.
    """
    train_split, valid_split = (as_pickled(split) for split in (data.train, data.valid))
    if not full:
        train_split, valid_split = train_split[:64], valid_split[:64]
    runs = {}
    for name, setting in RUNS.items():
        small = setting if full else setting._replace(hidden=setting.hidden and (12, 8), dtype="float64")
        part = train_split if full or setting.hidden else train_split[:32]
        file = re.sub(r"\W+", "-", name)
        runs[name] = [
            remembered(cache, f"ift6135-b-{file}-{seed}", trained, part=part, valid=valid_split, seed=seed,
                       **small._replace(passes=setting.others if seed else setting.passes)._asdict())
            for seed in (SEEDS if setting.others else SEEDS[:1])
        ]  # fmt: skip
    image, label = train_split.images[IMAGE].tolist(), int(train_split.labels[IMAGE])
    sizes = [len(image), *((600, 600) if full else (12, 12)), 10]
    return {
        "runs": runs,
        "valid_images": len(valid_split),
        "zeros": biases_alone(train_split.labels, 10),
        "draws": remembered(cache, "ift6135-b-draws", drawn, image=image, label=label, sizes=sizes,
                            draws=DRAWS if full else 20),
        "parameters": {"512-256": count((512, 256)), "600-600": count((600, 600)), "710-610": count((710, 610)),
                       "cnn": count(()), "cnn, without convolution biases": count(()) - 10 - 25},
    }  # fmt: skip


def as_pickled(split: Split) -> Split:
    """Return the images as `mnist.pkl.gz` has them: whole gray levels, divided by 256."""
    return Split((np.rint(split.images / split.images.max() * 255) / 256).astype(np.float32), split.labels)


def count(hidden: Sequence[int]) -> int:
    """Return how many parameters one of the networks has."""
    return build(hidden, ("relu", "relu"), "zeros", 0, "float32").num_parameters


def build(hidden: Sequence[int], activation: Sequence[str], initializer: str, seed: int, dtype: str) -> Sequential:
    """Return a fresh network; a convolutional one without hidden sizes."""
    if not hidden:
        return cnn("ift6135-b", initializer=initializer, seed=seed, dtype=dtype)
    return mlp([784, *hidden, 10], list(activation), initializer, seed=seed, dtype=dtype)


def trained(
    part: Split, valid: Split, *, hidden: Sequence[int], activation: Sequence[str], batch_size: int,
    learning_rate: float, passes: int, others: int, marks: Sequence[int], initializer: str, dtype: str,
    shuffle: bool, permuted: bool, check: bool, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Train one network as the report does: slices in file order, whole batches only, plain SGD on the mean gradient.

    Returns
    -------
    dict
        start: the training loss before the first pass, where the first pass is marked. train_loss, train_accuracy,
        valid_loss, valid_accuracy, misses (which validation images): a list each with one entry per pass, None where
        it was not measured. valid_loss_plain: of the last pass, without the 1e-10. check: `checked_gradient` of the
        trained network, where asked for.
        A run that overflows has an infinite loss and the accuracy 0 from then on.
    """
    if permuted:
        pixels = np.random.default_rng(0).permutation(part.images.shape[1])
        part, valid = (Split(split.images[:, pixels], split.labels) for split in (part, valid))
    network, order = build(hidden, activation, initializer, seed, dtype), np.random.default_rng(1000 + seed)
    whole, optimizer = part[: len(part) // batch_size * batch_size], SGD(learning_rate)
    found: dict[str, Any] = {"start": measured(network, part)[0] if 1 in marks else None}
    rows: list[dict[str, Any]] = []
    for done in range(1, passes + 1):
        history = train(network, whole, optimizer=optimizer, epochs=1, batch_size=batch_size, seed=order,
                        shuffle=shuffle, evaluate_train=False, on_divergence="record")  # fmt: skip
        if history.diverged:
            ended = {"train_loss": np.inf, "train_accuracy": 0.0, "valid_loss": np.inf, "valid_accuracy": 0.0}
            rows += [ended | {"misses": []}] * (passes + 1 - done)
            break
        rows.append(row_of(network, part if done in marks else None, valid))
    for column in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "misses"):
        found[column] = [row.get(column) for row in rows]
    found["valid_loss_plain"] = measured(network, valid, 0.0)[0]
    if check:
        found["check"] = checked_gradient(arrays(network), part.images[IMAGE].astype(float), int(part.labels[IMAGE]))
    return found


def row_of(network: Sequential, part: Split | None, valid: Split) -> dict[str, Any]:
    """Return what is measured after one pass; with training images also their loss and accuracy."""
    loss, right = measured(network, valid)
    row = {"valid_loss": loss, "valid_accuracy": float(right.mean()), "misses": np.flatnonzero(~right).tolist()}
    if part is not None:
        loss, right = measured(network, part)
        row |= {"train_loss": loss, "train_accuracy": float(right.mean())}
    return row


def measured(network: Sequential, split: Split, tiny: float = TINY) -> tuple[float, np.ndarray]:
    """Return the report's loss over a split, the mean of -log(p + 1e-10), and which answers are right."""
    logits = network.logits(split.images).astype(float)
    right = logits.argmax(axis=1) == split.labels
    return float(losses(logits, split.labels, tiny).mean()), right


def losses(logits: np.ndarray, labels: np.ndarray | int, tiny: float) -> np.ndarray:
    """Return -log(softmax + tiny) of one class per row, as the report computes it: through the probability."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        share = powers[np.arange(len(powers)), labels] / powers.sum(axis=1)
        return -np.log(share + tiny)


def biases_alone(labels: np.ndarray, passes: int, batch_size: int = 8, rate: float = 0.01) -> list[float]:
    """Return the training loss of a ReLU network that starts from zeros, before the first pass and after each.

    No gradient reaches a weight, since all hidden units are zero and all weights behind them, too: only the ten output
    biases learn, from the labels alone.
    """
    biases, means = np.zeros(10), np.array([np.bincount(part, minlength=10) / batch_size for part in
                                            labels[: len(labels) // batch_size * batch_size].reshape(-1, batch_size)])
    frequencies = np.bincount(labels, minlength=10) / len(labels)
    found = [float(frequencies @ losses(np.tile(biases, (10, 1)), np.arange(10), TINY))]
    for _ in range(passes):
        for mean in means:
            powers = np.exp(biases - biases.max())
            biases -= rate * (powers / powers.sum() - mean)
        found.append(float(frequencies @ losses(np.tile(biases, (10, 1)), np.arange(10), TINY)))
    return found


def arrays(network: Sequential) -> list[np.ndarray]:
    """Return weights and biases of the three layers in double precision."""
    return [array.astype(float) for array in network.params.values()]


def checked_gradient(
    parameters: Sequence[np.ndarray], image: np.ndarray, label: int, unit: int | None = None
) -> dict[str, Any]:
    """Check the first ten second-layer weights of one unit, by the report's loss and by the one without 1e-10.

    Parameters
    ----------
    parameters : sequence of six arrays
        W1, b1, W2, b2, W3, b3; a weight has the shape (in, out).
    unit : int, optional
        The first one that is active, by default.

    Returns
    -------
    dict
        unit, active, probability (of the right class); with and without: the largest absolute difference at each N;
        floor: what the 1e-10 leaves at the best step, by the derivative ``p / (p + 1e-10)`` times that of -log p.
    """
    w1, b1, w2, b2, w3, b3 = parameters
    hidden = np.maximum(0, image @ w1 + b1)
    inputs = hidden @ w2 + b2
    unit = int(np.argmax(inputs > 0)) if unit is None else unit
    outputs = np.maximum(0, inputs)
    logits = (outputs @ w3 + b3)[None]
    probabilities = np.exp(-losses(np.tile(logits, (10, 1)), np.arange(10), 0.0))
    upstream = w3[unit] @ (probabilities - np.eye(10)[label]) * (inputs[unit] > 0)
    gradient, steps = upstream * hidden[:WEIGHTS], 1 / np.array(N)
    rows = np.tile(w2[:, unit], (len(N), 2, WEIGHTS, 1))
    for weight in range(WEIGHTS):
        rows[:, 0, weight, weight] += steps
        rows[:, 1, weight, weight] -= steps
    moved = np.tile(outputs, (*rows.shape[:-1], 1))
    moved[..., unit] = np.maximum(0, rows @ hidden + b2[unit])
    moved_logits = (moved @ w3 + b3).reshape(-1, 10)
    found = {}
    for name, tiny in (("with", TINY), ("without", 0.0)):
        above, below = np.moveaxis(losses(moved_logits, label, tiny).reshape(rows.shape[:-1]), 1, 0)
        found[name] = np.abs((above - below) / steps[:, None] / 2 - gradient).max(axis=1).tolist()
    p = float(probabilities[label])
    floor = float(np.abs(gradient).max() * TINY / (p + TINY))
    return {"unit": unit, "active": bool(inputs[unit] > 0), "probability": p, "floor": floor, **found}


def drawn(image: Sequence[float], label: int, sizes: Sequence[int], draws: int) -> list[dict[str, Any]]:
    """Return the report's gradient check of the first unit for many random networks, those with the unit active."""
    checks = [
        checked_gradient(arrays(mlp(sizes, seed=seed, dtype="float64")), np.array(image), label, unit=0)
        for seed in range(draws)
    ]
    return [check for check in checks if check["active"]]


def kept(found: Mapping[str, Any], name: str, column: str, done: int) -> list[Any]:
    """Return what the runs of one setting gave after so many passes, of the seeds that came so far."""
    return [run[column][done - 1] for run in found["runs"][name] if len(run[column]) >= done]
