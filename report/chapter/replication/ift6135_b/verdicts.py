"""What the runs say of every claim of ift6135-b, and of one question that our own chapters left open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.evidence import BETTER, EQUAL, LEVEL, WORSE, Comparison, Estimate, compare, over_seeds, proportion
from report.chapter.number import number, within
from report.chapter.replication.ift6135_b.beside import LABEL, beside_cnn, near, run_of
from report.chapter.replication.ift6135_b.found import RUNS, N, kept
from report.chapter.replication.printed import key, printed
from report.chapter.replication.sentences import Checked, Holds

Found = Mapping[str, Any]
TARGET = 0.97
VERDICT: dict[str, Holds] = {BETTER: "holds", WORSE: "does not hold", EQUAL: "cannot be told"}
MLP, CNN = "512-256, batch 32", "cnn"


def checked(found: Found) -> dict[int, Checked]:
    """Return a verdict on every claim, by its row among the report's."""
    checks = (
        relu, rate, batch, size, seven, falling, last_loss, first_reached, larger_n, bound,
        first_error, best_error, overfits, faster, mlp_errors, still_better, arrangement,
    )  # fmt: skip
    return {index: check(found) for index, check in enumerate(checks)}


def relu(found: Found) -> Checked:
    """ReLU is better: beside both networks with sigmoid units, after as many passes as all seeds made."""
    told = [against(found, "512-256", other, 4) for other in ("sigmoid-relu", "sigmoid-sigmoid")]
    shown = ", ".join(accuracy(found, name, 4) for name in ("512-256", "sigmoid-relu", "sigmoid-sigmoid"))
    passes = ", ".join(epochs_to(found, name) for name in ("512-256", "sigmoid-relu", "sigmoid-sigmoid"))
    return Checked(together(told), f"after 4 passes {shown}; passes to 97 %: {passes}")


def rate(found: Found) -> Checked:
    """0.01 is better than 0.001: after four passes."""
    told = against(found, MLP, "rate 0.001", 4)
    return Checked(
        VERDICT[told.verdict], f"after 4 passes {accuracy(found, MLP, 4)}, {accuracy(found, 'rate 0.001', 4)}"
    )


def batch(found: Found) -> Checked:
    """Smaller batches need fewer epochs, in every seed."""
    names = ("710-610, batch 32", "710-610", "710-610, batch 4")
    ordered = [a > b > c for a, b, c in zip(*(reached(found, name) for name in names), strict=True)]
    per_pass = [50_000 // RUNS[name].batch_size for name in names]
    return Checked(
        unanimous(ordered),
        f"passes to 97 %: {', '.join(epochs_to(found, name) for name in names)}; "
        f"updates per pass {', '.join(map(number, per_pass))}",
    )


def size(found: Found) -> Checked:
    """710-610 is better than 512-256: at batch 8 after four passes, at batch 32 after ten."""
    pairs = {"batch 8, 4 passes": ("710-610", "512-256", 4), "batch 32, 10 passes": ("710-610, batch 32", MLP, 10)}
    told = [against(found, *pair) for pair in pairs.values()]
    by = [f"{what}: {accuracy(found, a, done)}, {accuracy(found, b, done)}" for what, (a, b, done) in pairs.items()]
    return Checked(together(told), "; ".join(by))


def seven(found: Found) -> Checked:
    """Seven of the nine rows reach 97 %: how many surely do, and how many surely do not."""
    table = published.load("hyperparameter_search", LABEL)
    estimates = [estimate(found, run_of(row), int(row["epochs"]) + 1) for row in table.to_dict("records")]
    mean = sum(one.value >= TARGET for one in estimates)
    sure, no = sum(one.low >= TARGET for one in estimates), sum(one.high < TARGET for one in estimates)
    if sure <= 7 <= len(estimates) - no:
        verdict: Holds = "holds" if sure == 7 and no == 2 else "cannot be told"
    else:
        verdict = "does not hold"
    return Checked(verdict, f"{mean} of 9 means reach 97 %; by their intervals {sure} surely do and {no} do not")


def falling(found: Found) -> Checked:
    """Both losses fall in every epoch, in every seed."""
    rises = {
        column: [int((np.diff(run[column]) >= 0).sum()) for run in found["runs"]["710-610"]]
        for column in ("train_loss", "valid_loss")
    }
    both = [not any(pair) for pair in zip(*rises.values(), strict=True)]
    train, valid = (", ".join(map(str, one)) for one in rises.values())
    return Checked(unanimous(both), f"epochs with a rise, per seed: training loss {train}; validation loss {valid}")


def last_loss(found: Found) -> Checked:
    """The printed validation loss after ten epochs, within the tolerance."""
    values, printed = kept(found, "710-610", "valid_loss", 10), published.load("training_curve_710x610").valid_loss[9]
    close = abs(float(np.mean(values)) - printed) <= near("valid_loss", printed, len(values))
    return Checked("holds" if close else "does not hold", f"{shown(values, '.4f')} against {number(printed, '.4f')}")


def first_reached(found: Found) -> Checked:
    """97 % is first reached in the fourth epoch, in every seed."""
    firsts = reached(found, "710-610")
    return Checked(unanimous([first == 4 for first in firsts]), f"passes to 97 %: {epochs_to(found, '710-610')}")


def larger_n(found: Found) -> Checked:
    """The difference falls with every larger N: in which share of random networks."""
    differences = np.array([draw["with"] for draw in found["draws"]])
    always = float((np.diff(differences, axis=1) < 0).all(axis=1).mean())
    best = [N[place] for place in np.bincount(differences.argmin(axis=1)).argsort()[::-1][:2]]
    return Checked(
        by_share(always),
        f"it falls at every step in {number(always, '.0%')} of {len(differences)} random networks; "
        f"it is smallest most often at N = {' or '.join(map(number, best))}",
    )


def bound(found: Found) -> Checked:
    """All five printed N give less than ten to the minus seven: in which share of random networks."""
    places = [N.index(n) for n in published.load("gradient_check", LABEL).N]
    largest = np.array([draw["with"] for draw in found["draws"]])[:, places].max(axis=1)
    below = float((largest < 1e-7).mean())
    return Checked(
        by_share(below),
        f"at the five N below $10^{{-7}}$ in {number(below, '.0%')} of {len(largest)} random networks; "
        f"median of the largest {number(float(np.median(largest)), '.2g')}",
    )


def first_error(found: Found) -> Checked:
    """The CNN's error after one epoch."""
    return with_assumptions(found, "valid_error")


def best_error(found: Found) -> Checked:
    """The CNN's smallest error; its epoch is beside it."""
    verdict, by = with_assumptions(found, "best_valid_error")
    accuracies = found["runs"][CNN][0]["valid_accuracy"]
    return Checked(verdict, f"{by}; best of {len(accuracies)} epochs: {int(np.argmax(accuracies)) + 1}")


def with_assumptions(found: Found, metric: str) -> Checked:
    """Judge an error of the CNN: the claim may hold under our assumptions, but cannot fail under them."""
    place = key("cnn_vs_mlp", "value", report=LABEL, model="cnn", metric=metric)
    one, printed_error = beside_cnn(found)[place], float(printed(LABEL).loc[place, "published"])
    close = abs(float(np.mean(one.runs)) - printed_error) <= one.tolerance
    return Checked(
        "holds" if close else "cannot be told",
        f"{shown(one.runs, '.2%')} against {number(printed_error, '.2%')}, with assumed settings",
    )


def overfits(found: Found) -> Checked:
    """After epoch 7 the CNN's validation error rises while its training loss falls; assumed settings cannot refute."""
    run = found["runs"][CNN][0]
    losses = [(run["train_loss"][done - 1], run["valid_loss"][done - 1]) for done in (7, 10)]
    errors = [missed(found, CNN, done)[0] for done in (7, 10)]
    rises = proportion(int((errors[1] & ~errors[0]).sum()), max(1, int((errors[0] ^ errors[1]).sum()))).low > 0.5
    overfit = rises and losses[1][0] < losses[0][0]
    return Checked(
        "holds" if overfit else "cannot be told",
        f"epochs 7 and 10, one run with assumed settings: error {number(errors[0].mean(), '.2%')} and "
        f"{number(errors[1].mean(), '.2%')}, validation loss {number(losses[0][1], '.4f')} and "
        f"{number(losses[1][1], '.4f')}, training loss {number(losses[0][0], '.4f')} and {number(losses[1][0], '.4f')}",
    )


def faster(found: Found) -> Checked:
    """The CNN needs fewer epochs for the MLP's printed error at epoch 10."""
    target = 1 - float(published.load("cnn_vs_mlp", LABEL).value.iloc[3])
    told = [first < other for first, other in zip(*(reached(found, name, target) for name in (CNN, MLP)), strict=True)]
    return Checked(
        unanimous(told),
        f"passes to an error of {number(1 - target, '.2%')}: {epochs_to(found, CNN, target)} (assumed settings), "
        f"{epochs_to(found, MLP, target)}",
    )


def mlp_errors(found: Found) -> Checked:
    """Both errors of the MLP, within their tolerances."""
    table, close, words = published.load("cnn_vs_mlp", LABEL).iloc[2:], [], []
    for row in table.to_dict("records"):
        errors = [1 - share for share in kept(found, MLP, "valid_accuracy", int(row["epoch"]))]
        allowed = near("valid_accuracy", 1 - row["value"], len(errors))
        close.append(abs(float(np.mean(errors)) - row["value"]) <= allowed)
        words.append(f"epoch {row['epoch']:.0f}: {shown(errors, '.2%')} against {number(row['value'], '.2%')}")
    return Checked("holds" if all(close) else "does not hold", "; ".join(words))


def still_better(found: Found) -> Checked:
    """The MLP's validation loss still falls from epoch 8 to 10."""
    losses = [kept(found, MLP, "valid_loss", done) for done in (10, 8)]
    errors = [[1 - share for share in kept(found, MLP, "valid_accuracy", done)] for done in (10, 8)]
    told = compare(*losses, lower_is_better=True)
    return Checked(
        VERDICT[told.verdict],
        f"epochs 8 and 10: validation loss {shown(losses[1], '.4f')} and {shown(losses[0], '.4f')}, "
        f"error {shown(errors[1], '.2%')} and {shown(errors[0], '.2%')}",
    )


def arrangement(found: Found) -> Checked:
    """The CNN's advantage needs the order of the pixels, the MLP's error does not: two passes of both orders."""
    permuted = (f"{CNN}, permuted", "512-256, permuted")
    natural, mixed, mlp = (
        compare(*(missed(found, name, 2) for name in pair), lower_is_better=True)
        for pair in ((CNN, MLP), permuted, (permuted[1], MLP))
    )
    by = ", ".join(accuracy(found, name, 2) for name in (CNN, MLP, *permuted))
    vanishes = natural.verdict == BETTER and mixed.verdict != BETTER and not mlp.told
    verdict: Holds = "holds" if vanishes else "does not hold" if mixed.verdict == BETTER else "cannot be told"
    return Checked(verdict, f"validation accuracy after 2 passes: {by}; pixels permuted alike in all images")


def question(found: Found) -> dict[str, Any]:
    """Return what moves the validation loss of 710-610 after ten epochs: order, precision, or the 1e-10.

    Returns
    -------
    dict
        fixed, shuffled: the losses of the seeds; order: their `Comparison`, shuffled minus fixed; precision: float64
        minus float32 of the same seed after `passes` passes; constant: with the 1e-10 minus without, the largest one.
    """
    runs = found["runs"]["710-610"]
    fixed, shuffled = (kept(found, name, "valid_loss", 10) for name in ("710-610", "shuffled"))
    double = found["runs"]["float64"][0]["valid_loss"]
    moved = [run["valid_loss"][-1] - run["valid_loss_plain"] for run in runs]
    return {
        "fixed": fixed, "shuffled": shuffled, "order": compare(shuffled, fixed, lower_is_better=True),
        "precision": double[-1] - runs[0]["valid_loss"][len(double) - 1], "passes": len(double),
        "constant": max(moved, key=abs),
    }  # fmt: skip


def images(found: Found) -> int:
    """Return how many validation images there are."""
    return int(found["valid_images"])


def missed(found: Found, name: str, done: int) -> np.ndarray:
    """Return which validation images each seed misclassified after so many passes, shape (seeds, images)."""
    table = np.zeros((len(kept(found, name, "misses", done)), images(found)), dtype=bool)
    for row, places in zip(table, kept(found, name, "misses", done), strict=True):
        row[places] = True
    return table


def against(found: Found, first: str, second: str, done: int) -> Comparison:
    """Compare two settings after equally many passes by the images that they misclassify."""
    return compare(missed(found, first, done), missed(found, second, done), lower_is_better=True)


def together(told: Sequence[Comparison]) -> Holds:
    """Return the verdict that all comparisons share, else that nothing can be told, unless one says the contrary."""
    verdicts = {one.verdict for one in told}
    return VERDICT[WORSE if WORSE in verdicts else BETTER if verdicts == {BETTER} else EQUAL]


def unanimous(found: Sequence[bool]) -> Holds:
    """Return whether all seeds say so, or none does, or they differ."""
    return "holds" if all(found) else "cannot be told" if any(found) else "does not hold"


def by_share(share: float) -> Holds:
    """Return whether nearly all random networks say so, or nearly none does."""
    return "holds" if share >= 1 - LEVEL else "does not hold" if share <= LEVEL else "cannot be told"


def reached(found: Found, name: str, target: float = TARGET) -> list[float]:
    """Return the first pass of each seed whose validation accuracy is the target at least; infinite if none was."""
    return [
        next((done for done, share in enumerate(run["valid_accuracy"], 1) if share >= target), math.inf)
        for run in found["runs"][name]
    ]


def epochs_to(found: Found, name: str, target: float = TARGET) -> str:
    """Say when each seed reached the target.

    Examples
    --------
    >>> epochs_to({"runs": {"a": [{"valid_accuracy": [0.96, 0.98]}, {"valid_accuracy": [0.9]}]}}, "a")
    'a: 2, more than 1'
    """
    firsts = zip(reached(found, name, target), found["runs"][name], strict=True)
    words = [f"more than {len(run['valid_accuracy'])}" if math.isinf(first) else str(first) for first, run in firsts]
    return f"{name}: {', '.join(words)}"


def estimate(found: Found, name: str, done: int) -> Estimate:
    """Return the validation accuracy with its interval, of the images alone where one seed came so far."""
    values = kept(found, name, "valid_accuracy", done)
    if len(values) > 1:
        return over_seeds(values, images(found))
    return proportion(round(values[0] * images(found)), images(found))


def accuracy(found: Found, name: str, done: int) -> str:
    """Return a setting's validation accuracy after so many passes, with its interval."""
    one = estimate(found, name, done)
    return f"{name} {within(one.value, one.low, one.high, '.1%')}"


def shown(values: Sequence[float], spec: str) -> str:
    """Return the mean of several runs with its interval, or the one run."""
    one = over_seeds(values)
    return within(one.value, one.low, one.high, spec)
