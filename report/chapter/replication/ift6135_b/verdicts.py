"""What the runs say of every claim of ift6135-b, and of one question that our own chapters left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from report.chapter import published
from report.chapter.evidence import Comparison, compare
from report.chapter.number import number
from report.chapter.replication.ift6135_b import told as seeds
from report.chapter.replication.ift6135_b.beside import LABEL, beside_cnn, near, printed_rows, ranges, run_of
from report.chapter.replication.ift6135_b.found import RUNS, N, kept
from report.chapter.replication.ift6135_b.told import VERDICT, Found, accuracy, against, epochs_to, reached, shown
from report.chapter.replication.printed import key, printed
from report.chapter.replication.sentences import Checked, Holds

MLP, CNN = "512-256, batch 32", "cnn"


class Question(NamedTuple):
    """What moves the validation loss of 710-610 after ten epochs.

    Attributes
    ----------
    fixed, shuffled : list of float
        The losses of the seeds, in file order and in a new one each epoch.
    order : Comparison
        Of the two, shuffled minus fixed.
    precision : float
        float64 minus float32 from the same seed, after so many `passes`.
    constant : float
        With the 1e-10 minus without, the largest one in size.
    """

    fixed: list[float]
    shuffled: list[float]
    order: Comparison
    precision: float
    passes: int
    constant: float


class Floors(NamedTuple):
    """What the 1e-10 does to the gradient check, as medians over random networks.

    Attributes
    ----------
    derived, measured, without : float
        The floor by the derivative; the largest difference at N = 10,000 with the constant and without.
    equal, equal_without : float
        In which share of the networks N = 10,000 and 100,000 give the same digits.
    probability, trained : float
        Of the first trained network: its probability of the right class, and its floor.
    """

    networks: int
    derived: float
    measured: float
    without: float
    equal: float
    equal_without: float
    probability: float
    trained: float


def checked(found: Found) -> dict[int, Checked]:
    """Return a verdict on every claim, by its row among the report's."""
    checks = (
        relu, rate, batch, size, seven, falling, last_loss, first_reached, larger_n, bound,
        first_error, best_error, overfits, faster, mlp_errors, still_better, arrangement,
    )  # fmt: skip
    return {index: check(found) for index, check in enumerate(checks)}


def relu(found: Found) -> Checked:
    """Judge that ReLU is better: beside both networks with sigmoid units, after as many passes as all seeds made."""
    names = ("512-256", "sigmoid-relu", "sigmoid-sigmoid")
    told = [against(found, names[0], other, 2) for other in names[1:]]
    shares = ", ".join(accuracy(found, name, 2) for name in names)
    passes = seeds.listed_epochs(found, names)
    return Checked(seeds.together(told), f"after 2 passes {shares}; passes to 97 %: {passes}")


def rate(found: Found) -> Checked:
    """Judge that 0.01 is better than 0.001: after two passes."""
    names = (MLP, "rate 0.001")
    shares = ", ".join(accuracy(found, name, 2) for name in names)
    last = [found["runs"][name][0]["valid_accuracy"] for name in names]
    ends = [f"{number(one[-1], '.2%')} after {len(one)}" for one in last]
    by = f"after 2 passes {shares}; first seed at the end: {' and '.join(ends)} passes"
    return Checked(VERDICT[against(found, *names, 2).verdict], by)


def batch(found: Found) -> Checked:
    """Judge that smaller batches need fewer epochs, in every seed."""
    names = ("710-610, batch 32", "710-610", "710-610, batch 4")
    ordered = [a > b > c for a, b, c in zip(*(reached(found, name) for name in names), strict=True)]
    per_pass = [50_000 // RUNS[name].batch_size for name in names]
    return Checked(
        seeds.unanimous(ordered),
        f"passes to 97 %: {seeds.listed_epochs(found, names)}; "
        f"updates per pass {', '.join(map(number, per_pass))}",
    )


def size(found: Found) -> Checked:
    """Judge that 710-610 is better than 512-256: at batch 8 after four passes, at batch 32 after ten."""
    pairs = {"batch 8, 4 passes": ("710-610", "512-256", 4), "batch 32, 10 passes": ("710-610, batch 32", MLP, 10)}
    told = [against(found, *pair) for pair in pairs.values()]
    by = [f"{what}: {accuracy(found, a, done)}, {accuracy(found, b, done)}" for what, (a, b, done) in pairs.items()]
    return Checked(seeds.together(told), "; ".join(by))


def seven(found: Found) -> Checked:
    """Judge that seven of the nine rows reach 97 %: how many surely do, and how many surely do not."""
    rows = printed_rows("hyperparameter_search")
    estimates = [seeds.estimate(found, run_of(row), int(row.epochs) + 1) for row in rows]
    mean = sum(one.value >= seeds.TARGET for one in estimates)
    sure, no = sum(one.low >= seeds.TARGET for one in estimates), sum(one.high < seeds.TARGET for one in estimates)
    if sure <= 7 <= len(estimates) - no:
        verdict: Holds = "holds" if sure == 7 and no == 2 else "cannot be told"
    else:
        verdict = "does not hold"
    by = f"{mean} of 9 means reach 97 %; surely above it by their intervals: {sure}, surely below: {no}"
    return Checked(verdict, by)


def falling(found: Found) -> Checked:
    """Judge that both losses fall in every epoch, in every seed."""
    rises = {
        column: [int((np.diff(run[column]) >= 0).sum()) for run in found["runs"]["710-610"]]
        for column in ("train_loss", "valid_loss")
    }
    both = [not any(pair) for pair in zip(*rises.values(), strict=True)]
    train, valid = (", ".join(map(str, one)) for one in rises.values())
    by = f"epochs with a rise, per seed: training loss {train}; validation loss {valid}"
    return Checked(seeds.unanimous(both), by)


def last_loss(found: Found) -> Checked:
    """Judge the printed validation loss after ten epochs, and say what moves ours."""
    row, asked = printed_rows("training_curve_710x610")[9], question(moves(found))
    close = abs(float(np.mean(asked.fixed)) - row.valid_loss) <= near("valid_loss", row.valid_loss, len(asked.fixed))
    return Checked(
        "holds" if close else "does not hold",
        f"{shown(asked.fixed, '.4f')} against {number(row.valid_loss, '.4f')}; in shuffled order "
        f"{shown(asked.shuffled, '.4f')}; float64 moves it by {number(asked.precision, '.1g')} after {asked.passes} "
        f"passes, the 1e-10 by {number(asked.constant, '.1g')}",
    )


def first_reached(found: Found) -> Checked:
    """Judge that 97 % is first reached in the fourth epoch, in every seed."""
    firsts = reached(found, "710-610")
    return Checked(seeds.unanimous([first == 4 for first in firsts]), f"passes to 97 %: {epochs_to(found, '710-610')}")


def larger_n(found: Found) -> Checked:
    """Judge that the difference falls with every larger N: in which share of random networks."""
    differences = np.array([draw["with"] for draw in found["draws"]])
    always = float((np.diff(differences, axis=1) < 0).all(axis=1).mean())
    best = [N[place] for place in np.bincount(differences.argmin(axis=1)).argsort()[::-1][:2]]
    return Checked(
        seeds.by_share(always),
        f"it falls at every step in {number(always, '.0%')} of {len(differences)} random networks; "
        f"it is smallest most often at N = {' or '.join(map(number, best))}",
    )


def bound(found: Found) -> Checked:
    """Judge that all five printed N give less than ten to the minus seven: in which share of random networks."""
    places = [N.index(n) for n in published.load("gradient_check", LABEL).N]
    largest = np.array([draw["with"] for draw in found["draws"]])[:, places].max(axis=1)
    below = float((largest < 1e-7).mean())
    return Checked(
        seeds.by_share(below),
        f"at the five N below $10^{{-7}}$ in {number(below, '.0%')} of {len(largest)} random networks; "
        f"median of the largest {number(float(np.median(largest)), '.2g')}",
    )


def first_error(found: Found) -> Checked:
    """Say what the CNN's error after one epoch is."""
    return with_assumptions(found, "valid_error")


def best_error(found: Found) -> Checked:
    """Judge the CNN's smallest error; its epoch is beside it."""
    verdict, by = with_assumptions(found, "best_valid_error")
    accuracies = found["runs"][CNN][0]["valid_accuracy"]
    return Checked(verdict, f"{by}; best of {len(accuracies)} epochs: {int(np.argmax(accuracies)) + 1}")


def with_assumptions(found: Found, metric: str) -> Checked:
    """Say what an error of the CNN is: under assumed settings nothing is judged."""
    place = key("cnn_vs_mlp", "value", report=LABEL, model="cnn", metric=metric)
    one, printed_error = beside_cnn(found)[place], float(printed(LABEL)["published"][place])
    return Checked(
        "cannot be told",
        f"{shown(one.runs, '.2%')} against {number(printed_error, '.2%')}, with assumed settings",
    )


def overfits(found: Found) -> Checked:
    """Say what becomes of the CNN after epoch 7, under assumed settings."""
    run = found["runs"][CNN][0]
    losses = [(run["train_loss"][done - 1], run["valid_loss"][done - 1]) for done in (7, 10)]
    errors = [seeds.missed(found, CNN, done)[0] for done in (7, 10)]
    return Checked(
        "cannot be told",
        f"epochs 7 and 10, one run with assumed settings: error {number(errors[0].mean(), '.2%')} and "
        f"{number(errors[1].mean(), '.2%')}, validation loss {number(losses[0][1], '.4f')} and "
        f"{number(losses[1][1], '.4f')}, training loss {number(losses[0][0], '.4f')} and {number(losses[1][0], '.4f')}",
    )


def faster(found: Found) -> Checked:
    """Say how many epochs the CNN needs for the MLP's printed error at epoch 10, under assumed settings."""
    target = 1 - float(published.load("cnn_vs_mlp", LABEL).value.iloc[3])
    return Checked(
        "cannot be told",
        f"passes to an error of {number(1 - target, '.2%')}: {epochs_to(found, CNN, target)} (assumed settings), "
        f"{epochs_to(found, MLP, target)}",
    )


def mlp_errors(found: Found) -> Checked:
    """Judge both errors of the MLP, within their tolerances."""
    table, close, words = published.load("cnn_vs_mlp", LABEL).iloc[2:], [], []
    for row in table.to_dict("records"):
        errors = [1 - share for share in kept(found, MLP, "valid_accuracy", int(row["epoch"]))]
        allowed = near("valid_accuracy", 1 - row["value"], len(errors))
        close.append(abs(float(np.mean(errors)) - row["value"]) <= allowed)
        words.append(f"epoch {row['epoch']:.0f}: {shown(errors, '.2%')} against {number(row['value'], '.2%')}")
    return Checked("holds" if all(close) else "does not hold", "; ".join(words))


def still_better(found: Found) -> Checked:
    """Judge that the MLP's validation loss still falls from epoch 8 to 10."""
    earlier, later = (kept(found, MLP, "valid_loss", done) for done in (8, 10))
    errors = [[1 - share for share in kept(found, MLP, "valid_accuracy", done)] for done in (8, 10)]
    told = compare(later, earlier, lower_is_better=True)
    return Checked(
        VERDICT[told.verdict],
        f"epochs 8 and 10: validation loss {shown(earlier, '.4f')} and {shown(later, '.4f')}, "
        f"error {shown(errors[0], '.2%')} and {shown(errors[1], '.2%')}",
    )


def arrangement(found: Found) -> Checked:
    """Say what two passes with the pixels in order and permuted give, for the CNN under assumed settings."""
    permuted = (f"{CNN}, permuted", "512-256, permuted")
    by = ", ".join(accuracy(found, name, 2) for name in (CNN, MLP, *permuted))
    by = f"validation accuracy after 2 passes: {by}; pixels permuted alike in all images, settings of the CNN assumed"
    return Checked("cannot be told", by)


def drawn(found: Found) -> dict[str, Any]:
    """Return what is shown beyond printed numbers: the starts, the random networks of the check, what moves a loss."""
    def losses(name: str) -> list[list[float]]:
        return [[run["start"], *run["train_loss"]] for run in found["runs"][name]]

    return {
        "starts": {"zeros": [found["zeros"]], "N(0, 1)": losses("normal"), "Glorot uniform": losses("710-610")},
        "ranges": {constant: ranges(found, constant).tolist() for constant in ("with", "without")},
        "trained": found["runs"]["710-610"][0]["check"]["with"],
        "moves": moves(found),
        "floors": floors(found)._asdict(),
    }


def moves(found: Found) -> dict[str, Any]:
    """Return the numbers behind `question`."""
    runs = found["runs"]["710-610"]
    fixed, shuffled = (kept(found, name, "valid_loss", 10) for name in ("710-610", "shuffled"))
    double = found["runs"]["float64"][0]["valid_loss"]
    moved = [run["valid_loss"][-1] - run["valid_loss_plain"] for run in runs]
    passes = len(double)
    precision = double[-1] - runs[0]["valid_loss"][passes - 1]
    return {"fixed": fixed, "shuffled": shuffled, "precision": precision, "passes": passes,
            "constant": max(moved, key=abs)}  # fmt: skip


def question(moves: Mapping[str, Any]) -> Question:
    """Return what moves the validation loss of 710-610: order, precision, or the 1e-10."""
    return Question(order=compare(moves["shuffled"], moves["fixed"], lower_is_better=True), **moves)


def floors(found: Found) -> Floors:
    """Return what the 1e-10 does to the gradient check."""
    checks, trained = found["draws"], found["runs"]["710-610"][0]["check"]
    with_it, without = (np.array([check[name] for check in checks]) for name in ("with", "without"))
    first, second = N.index(10_000), N.index(100_000)
    equal, unequal = (float((one[:, first] == one[:, second]).mean()) for one in (with_it, without))
    derived = float(np.median([check["floor"] for check in checks]))
    measured, never = (float(np.median(one[:, first])) for one in (with_it, without))
    return Floors(len(checks), derived, measured, never, equal, unequal, trained["probability"], trained["floor"])
