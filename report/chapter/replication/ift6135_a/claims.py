"""What our runs say of report ift6135-a's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.evidence import over_seeds, proportion
from report.chapter.number import number, within
from report.chapter.replication.ift6135_a.beside import LABEL, ours, silent_at_once
from report.chapter.replication.ift6135_a.training import HIDDEN, RATES
from report.chapter.replication.printed import key, printed
from report.chapter.replication.rows import judged
from report.chapter.replication.sentences import Checked, Holds

TARGET = 0.97
HIGH = 2.3
"""A training loss above this is on the plateau: all that ten biases gain lies below 2.303 and above 2.301."""

VALID_IMAGES = 10_000
HOUR = 3600


def checked(found: Mapping[str, Any]) -> dict[int, Checked]:
    """Return what the experiments say of each claim."""
    glorot = found["glorot"]
    losses = np.array([run["train_loss"] for run in glorot])
    verdicts = [
        _stays_high(found),
        _biases_only(found),
        _same_end(found),
        _explodes(found),
        _sigmoid_cures(found),
        _glorot_first(found),
        _as_printed(found, "initialization_valid", "valid_accuracy_percent", initializer="glorot"),
        _as_printed(found, "initialization", "train_loss", report=LABEL, initializer="glorot", epoch=10),
        _falls(losses),
        _size_hardly_matters(found),
        _meets_target(found),
        _an_hour(found),
    ]
    return dict(enumerate(verdicts))


def holds(yes: bool, no: bool = True) -> Holds:
    """Return the verdict of a claim that holds if the first is true, and does not if the second is."""
    return "holds" if yes else "does not hold" if no else "cannot be told"


def _stays_high(found: Mapping[str, Any]) -> Checked:
    """Judge whether losses stay high from zeros and from N(0, 1)."""
    runs = silent_at_once(found)
    lowest = {name: min(min(run["train_loss"]) for run in group) for name, group in _both(found).items() if group}
    text = ", ".join(f"{name} {number(value, '.6f')}" for name, value in lowest.items())
    draws = len(found["normal"])
    by = f"lowest training loss of the {len(runs)} of {draws} draws that die as the printed one, and of zeros: {text}"
    return Checked(holds(min(lowest.values()) > HIGH and bool(runs), no=bool(runs)), by)


def _both(found: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return the runs from zeros, and those from N(0, 1) that died as the printed one."""
    return {"zeros": [found["zeros"]], "N(0, 1)": silent_at_once(found)}


def _biases_only(found: Mapping[str, Any]) -> Checked:
    """Judge whether only biases learn from zeros."""
    largest = max(found["zeros"]["first"]["gradient"] + [found["zeros"]["last_gradient"]])
    apart = max(abs(np.subtract(found["zeros"]["train_loss"], found["alone"]["train_loss"])))
    return Checked(
        holds(largest == 0 and apart < 1e-12),
        f"largest weight gradient {number(largest)}; network and ten biases alone differ by {number(apart, '.1g')}",
    )


def _same_end(found: Mapping[str, Any]) -> Checked:
    """Judge whether N(0, 1) ends as zeros do."""
    draws, runs = found["normal"], silent_at_once(found)
    if not runs:
        return Checked("cannot be told", f"none of {len(draws)} draws died within the first epoch")
    apart = max(abs(run["train_loss"][-1] - found["zeros"]["train_loss"][-1]) for run in runs)
    gradient = max(run["last_gradient"] for run in runs)
    overflowed = sum(run["overflowed"] for run in draws)
    listed = found["as listed"]["train_loss"][0]
    return Checked(
        holds(apart < 1e-9 and gradient == 0),
        f"on the training images the {len(runs)} of {len(draws)} draws that die as the printed one end "
        f"{number(apart, '.1g')} from zeros, gradient {number(gradient)}; "
        f"{overflowed} of {len(draws)} overflow; the listed standard deviation 0.01 has loss {number(listed, '.3f')} "
        "after one epoch",
    )


def _explodes(found: Mapping[str, Any]) -> Checked:
    """Judge whether gradients explode from N(0, 1) and end at zero."""
    draws = found["normal"]
    ended = [run for run in draws if not run["overflowed"]]
    gone = [run for run in ended if run["last_gradient"] == 0]
    most = max((max(run["first"]["gradient"]) for run in ended), default=np.nan)
    return Checked(
        holds(bool(gone) and len(gone) == len(ended), no=bool(ended) and not gone),
        f"{len(draws) - len(ended)} of {len(draws)} draws overflow; in {len(gone)} of the {len(ended)} others the "
        f"gradient rises to {number(most, '.1g')} and is 0 in the end, as all units of a layer are dead, which the "
        "report does not say",
    )


def _sigmoid_cures(found: Mapping[str, Any]) -> Checked:
    """Judge whether sigmoid units learn from N(0, 1); a run of its own, beyond what the report ran."""
    run = found["sigmoid"]
    share, constant = _share(run["valid_accuracy"]), found["zeros"]["valid_accuracy"]
    glorot = np.mean([one["valid_accuracy"] for one in found["glorot"]])
    return Checked(
        holds(share.low > constant, no=share.high < constant),
        f"an experiment beyond the report's: {within(share.value, share.low, share.high, '.4f')} of the validation "
        f"images, a constant {number(constant, '.4f')}, Glorot with ReLU {number(glorot, '.4f')}",
    )


def _share(accuracy: float) -> Any:
    """Return an accuracy on the validation images with its interval."""
    return proportion(round(accuracy * VALID_IMAGES), VALID_IMAGES)


def _glorot_first(found: Mapping[str, Any]) -> Checked:
    """Judge whether Glorot ranks before the others in every seed."""
    worst = max(run["train_loss"][-1] for run in found["glorot"])
    others = min(group[-1] for runs in _both(found).values() for group in [run["train_loss"] for run in runs])
    return Checked(
        holds(worst < others),
        f"last training loss: highest of {len(found['glorot'])} Glorot runs {number(worst, '.4f')}, lowest of the "
        f"others {number(others, '.4f')}",
    )


def _as_printed(found: Mapping[str, Any], table: str, column: str, **setting: Any) -> Checked:
    """Judge a claim that is one printed number: it is off where it lies beyond tolerance and interval."""
    name = key(table, column, **setting)
    numbers = judged(printed(LABEL).loc[[name]].assign(**{k: [v] for k, v in ours(found)[name]._asdict().items()}))
    row = numbers.iloc[0]
    mean = over_seeds(row["runs"])
    outside = row["verdict"] == "differs" and not mean.low <= row["published"] <= mean.high
    return Checked(
        holds(row["verdict"] == "reproduced", no=outside),
        f"{within(mean.value, mean.low, mean.high)} over {mean.count} runs against {number(row['published'])}, "
        f"tolerance {number(row['tolerance'], '.2g')}",
    )


def _falls(losses: np.ndarray) -> Checked:
    """Judge whether the loss falls in every epoch of every run, most in the first step."""
    drops = -np.diff(losses, axis=1)
    slower = drops[:, 0] > drops[:, 1:].max(axis=1)
    return Checked(
        holds(bool((drops > 0).all() and slower.all())),
        f"{int((drops > 0).sum())} of {drops.size} steps down; the first by {number(drops[:, 0].mean(), '.4f')}, the "
        f"last by {number(drops[:, -1].mean(), '.4f')}",
    )


def _legible(found: Mapping[str, Any]) -> dict[str, float]:
    """Return our accuracies of the grid's points whose results can be read, by their keys."""
    rows = ours(found)
    table = published.load("grid_ift6135a")
    keys = [f"grid_ift6135a/{index}/valid_accuracy_percent" for index in table.index[table["result_legible"] == "yes"]]
    return {name: rows[name].runs[0] / 100 for name in keys}


def _size_hardly_matters(found: Mapping[str, Any]) -> Checked:
    """Judge whether the four sizes lie as close as printed, and below the target."""
    accuracies = list(_legible(found).values())
    theirs = published.load("grid_ift6135a")["valid_accuracy_percent"]
    apart, printed_apart = 100 * (max(accuracies) - min(accuracies)), float(theirs.max() - theirs.min())
    error = 100 * np.sqrt(np.mean(accuracies) * (1 - np.mean(accuracies)) / VALID_IMAGES)
    return Checked(
        holds(False, no=max(accuracies) >= TARGET or apart > printed_apart + 2 * error),
        f"{number(min(accuracies), '.2%')} to {number(max(accuracies), '.2%')}, {number(apart, '.2f')} points apart "
        f"where {number(printed_apart, '.2f')} are printed; one seed each, one standard error is "
        f"{number(error, '.2f')}",
    )


def _meets_target(found: Mapping[str, Any]) -> Checked:
    """Judge whether 512-768 is above the target at rate 0.1 and below it at 0.01."""
    fast = over_seeds([run["valid_accuracy"] for run in found["glorot"]], VALID_IMAGES)
    (slow,) = [_share(point["valid_accuracy"]) for point in found["grid"] if _is(point, *HIDDEN, RATES[-1])]
    apart = fast.low > TARGET > slow.high
    return Checked(
        holds(apart, no=fast.high < TARGET or slow.low > TARGET),
        f"{within(fast.value, fast.low, fast.high, '.4f')} and {within(slow.value, slow.low, slow.high, '.4f')}",
    )


def _is(point: Mapping[str, Any], first: int, second: int, rate: float) -> bool:
    """Return whether a point of the grid has these sizes and this rate."""
    return (point["first"], point["second"], point["rate"]) == (first, second, rate)


def _an_hour(found: Mapping[str, Any]) -> Checked:
    """Judge how long the search took, by the report's own clock."""
    theirs = float(published.load("grid_ift6135a")["elapsed_total_seconds"].max())
    mine = sum(point["seconds"] for point in found["grid"])
    return Checked(
        holds(abs(theirs - HOUR) < HOUR / 4),
        f"its own clock says {number(round(theirs))} seconds after the last of {len(found['grid'])} points; ours "
        f"{number(round(mine))}, on another machine",
    )
