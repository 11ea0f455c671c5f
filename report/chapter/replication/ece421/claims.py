"""What our runs say of report ece421's claims."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.evidence import compare
from report.chapter.number import number
from report.chapter.replication.ece421.training import SIZES
from report.chapter.replication.sentences import Checked, Holds

EARLY = 50
"""Iterations after which the report says that nothing improves; a rehearsal has fewer."""

FAR = 1.96
"""Standard errors beyond which two accuracies are told apart."""

RISE = 1.05
"""A last loss that so many times exceeds the lowest one has risen."""


def checked(found: Mapping[str, Any]) -> dict[int, Checked]:
    """Return what the experiments say of each claim."""
    verdicts = [
        _slower(found),
        _converged(found),
        _better_than_100(found),
        _overfits(found),
        _slow_for_nothing(found),
        _bump(found),
        _momentum_helps(found),
        _smaller_are_worse(found),
        _too_complex(found),
        _no_improvement(found),
        _with_1000(found),
    ]
    return dict(enumerate(verdicts))


def holds(yes: bool, no: bool = True) -> Holds:
    """Return the verdict of a claim that holds if the first is true, and does not if the second is."""
    return "holds" if yes else "does not hold" if no else "cannot be told"


def last(found: Mapping[str, Any], name: str) -> dict[int, float]:
    """Return the last value of a quantity by size, mean over the seeds."""
    return {size: float(np.mean([run[name][-1] for run in found["sizes"][str(size)]])) for size in SIZES}


def seconds(found: Mapping[str, Any]) -> dict[int, float]:
    """Return the seconds of a run by size, mean over the seeds."""
    return {size: float(np.mean([run["seconds"] for run in found["sizes"][str(size)]])) for size in SIZES}


def standard_error(first: float, second: float, images: int) -> float:
    """Return that of the difference of two accuracies, as if on different images."""
    return math.sqrt(max(first * (1 - first) + second * (1 - second), 1e-12) / images)


def errors_apart(found: Mapping[str, Any], name: str, larger: int, smaller: int) -> float:
    """Return by how many standard errors the larger size's accuracy is higher."""
    values, images = last(found, name), dict(zip(("valid", "test"), found["images_measured"], strict=True))
    error = standard_error(values[larger], values[smaller], images[name.split("_")[0]])
    return (values[larger] - values[smaller]) / error


def written(values: Mapping[int, float] | Sequence[float], spec: str = ".3f") -> str:
    """Write values by size, smallest size first."""
    numbers = values.values() if isinstance(values, Mapping) else values
    return ", ".join(number(value, spec) for value in numbers)


def _slower(found: Mapping[str, Any]) -> Checked:
    """Judge by the report's own clock whether the time grows with the number of units; ours is another machine's."""
    theirs = list(printed_seconds().values())
    ratios = [[time / times[0] for time in times] for times in (theirs, list(seconds(found).values()))]
    return Checked(
        holds(theirs == sorted(theirs)),
        f"its own seconds are {written(ratios[0], '.1f')} times those of {SIZES[0]} units, ours "
        f"{written(ratios[1], '.1f')}, {_of_500(found)}",
    )


def printed_seconds() -> dict[int, float]:
    """Return the seconds that the report printed, by size."""
    table = published.load("capacity_notmnist").set_index("hidden_units")["seconds"]
    return {size: float(table[size]) for size in SIZES}


def _of_500(found: Mapping[str, Any]) -> str:
    """Say how far the seconds of equal runs of ours lie apart."""
    times = [run["seconds"] for run in found["sizes"][str(SIZES[1])]]
    return (f"where {len(times)} equal runs of {SIZES[1]} units took {number(min(times), '.0f')} to "
            f"{number(max(times), '.0f')} seconds")  # fmt: skip


def _converged(found: Mapping[str, Any]) -> Checked:
    """Judge whether the validation accuracy at 50 iterations is not that of the end; that it is, no test can show."""
    changes = {size: _change(found, size, "valid_accuracy") for size in SIZES}
    images = found["images_measured"][0]
    errors = {
        size: change / standard_error(value, value - change, images)
        for (size, change), value in zip(changes.items(), last(found, "valid_accuracy").values(), strict=True)
    }
    return Checked(
        holds(False, no=max(map(abs, errors.values())) > FAR),
        f"change in validation accuracy from iteration {_early(found)} to the last, in points: "
        f"{written([100 * change for change in changes.values()], '+.1f')}; in standard errors "
        f"{written(errors, '+.1f')}",
    )


def _early(found: Mapping[str, Any]) -> int:
    """Return the iteration to look at: 50, or a quarter of a shorter run."""
    return min(EARLY, len(found["sizes"][str(SIZES[0])][0]["train_loss"]) // 4)


def _change(found: Mapping[str, Any], size: int, name: str) -> float:
    """Return by how much a quantity changes after the early iteration, mean over the seeds."""
    return float(np.mean([run[name][-1] - run[name][_early(found) - 1] for run in found["sizes"][str(size)]]))


def _better_than_100(found: Mapping[str, Any]) -> Checked:
    """Judge whether 500 units are better than 100, over the seeds."""
    small, large = SIZES[:2]
    comparisons = {}
    for name, images in zip(("valid", "test"), found["images_measured"], strict=True):
        ends = {size: [run[f"{name}_accuracy"][-1] for run in found["sizes"][str(size)]] for size in (small, large)}
        comparisons[name] = compare(ends[large], ends[small], images)
    text = " and ".join(
        f"{number(one.points, '+.2f')} ({number(one.low_points, '+.2f')} to {number(one.high_points, '+.2f')})"
        for one in comparisons.values()
    )
    return Checked(
        holds(all(one.verdict == "better" for one in comparisons.values()),
              no=any(one.verdict == "worse" for one in comparisons.values())),
        f"points of validation and test accuracy over {len(found['sizes'][str(small)])} seeds: {text}",
    )  # fmt: skip


def _overfits(found: Mapping[str, Any]) -> Checked:
    """Judge whether the larger networks fit the training images better than others, and their validation loss rises."""
    sizes, images = SIZES[1:], found["images_measured"][0]
    train, valid = last(found, "train_accuracy"), last(found, "valid_accuracy")
    gaps = {size: train[size] - valid[size] for size in sizes}
    wide = all(gaps[size] > FAR * standard_error(valid[size], train[size], images) for size in sizes)
    rises = [_risen(found, size) for size in sizes]
    return Checked(
        holds(wide and min(rises) > RISE, no=not wide),
        f"from {sizes[0]} units on, training minus validation accuracy in points: "
        f"{written([100 * gap for gap in gaps.values()], '.1f')}; last validation loss over the lowest one: "
        f"{written(rises, '.2f')}",
    )


def _risen(found: Mapping[str, Any], size: int) -> float:
    """Return how many times the lowest validation loss the last one is."""
    return float(np.mean([run["valid_loss"][-1] / min(run["valid_loss"]) for run in found["sizes"][str(size)]]))


def _slow_for_nothing(found: Mapping[str, Any]) -> Checked:
    """Judge whether 2,000 units take much longer than 500 for nearly the same accuracies."""
    largest, smaller = SIZES[-1], SIZES[1]
    times, theirs = seconds(found), printed_seconds()
    apart = [errors_apart(found, f"{name}_accuracy", largest, smaller) for name in ("valid", "test")]
    return Checked(
        holds(False, no=min(apart) > FAR),
        f"its own seconds are {number(theirs[largest] / theirs[smaller], '.1f')} times those of {smaller} units, ours "
        f"{number(times[largest] / times[smaller], '.1f')}, {_of_500(found)}; accuracies {written(apart, '+.1f')} "
        "standard errors apart",
    )


def _bump(found: Mapping[str, Any]) -> Checked:
    """Judge whether a rise of the training loss is a minimum that is passed: the gradient had to vanish before."""
    size = SIZES[0]
    run, still = found["sizes"][str(size)][0], found["without momentum"][str(size)]
    start, height = bump(run["train_loss"])
    gradient = run["gradient"][start] / run["gradient"][0]
    others = [bump(one["train_loss"])[1] for one in (still, found["small steps"])]
    return Checked(
        holds(height > 0 and gradient < 1e-3, no=height > 0),
        f"{size} units: the loss rises by {number(height, '.3f')} from iteration {start + 1}, where the gradient is "
        f"{number(gradient, '.2f')} of the first one; by {number(others[0], '.3f')} from the same start without "
        f"momentum, by {number(others[1], '.3f')} with steps a tenth as long",
    )


def bump(losses: Sequence[float]) -> tuple[int, float]:
    """Return where the largest rise of a loss begins, and how high it is.

    >>> bump([3.0, 1.0, 1.5, 2.0, 0.5, 0.6])
    (1, 1.0)
    """
    lowest = np.minimum.accumulate(losses)
    top = int(np.argmax(np.asarray(losses) - lowest))
    return int(np.argmin(losses[: top + 1])), float(losses[top] - lowest[top])


def _momentum_helps(found: Mapping[str, Any]) -> Checked:
    """Judge whether momentum reaches the training loss sooner that the same start reaches without it in the end."""
    parts, sooner = [], []
    for size, still in found["without momentum"].items():
        run, target = found["sizes"][size][0], still["train_loss"][-1]
        reached = [iteration for iteration, loss in enumerate(run["train_loss"], 1) if loss <= target]
        sooner.append(bool(reached) and reached[0] < len(still["train_loss"]))
        when = f"after {reached[0]}" if reached else "never"
        parts.append(f"{size} units: {number(target, '.3f')} after {len(still['train_loss'])} iterations without it, "
                     f"with it reached {when}")  # fmt: skip
    return Checked(holds(all(sooner), no=not any(sooner)), f"training loss, {'; '.join(parts)}")


def _smaller_are_worse(found: Mapping[str, Any]) -> Checked:
    """Judge whether accuracies rise with the size."""
    values = {name: last(found, f"{name}_accuracy") for name in ("valid", "test")}
    rising = all(list(one.values()) == sorted(one.values()) for one in values.values())
    worse = [
        errors_apart(found, f"{name}_accuracy", larger, smaller) < -FAR
        for name in values for smaller, larger in zip(SIZES, SIZES[1:], strict=False)
    ]  # fmt: skip
    told = all(errors_apart(found, f"{name}_accuracy", SIZES[-1], SIZES[0]) > FAR for name in values)
    return Checked(
        holds(rising and told, no=any(worse)),
        f"validation {written(values['valid'])}, test {written(values['test'])} for {written(SIZES, '')} units",
    )


def _too_complex(found: Mapping[str, Any]) -> Checked:
    """Judge whether the largest network is worse than a smaller one on the validation images, by loss and accuracy."""
    apart = [errors_apart(found, "valid_accuracy", SIZES[-1], size) for size in SIZES[:-1]]
    losses = last(found, "valid_loss")
    worse, better = losses[SIZES[-1]] > min(losses.values()), losses[SIZES[-1]] == min(losses.values())
    return Checked(
        holds(worse and min(apart) < -FAR, no=better and min(apart) > -FAR),
        f"validation loss {written(losses)} and accuracy {written(last(found, 'valid_accuracy'))} for "
        f"{written(SIZES, '')} units: by the one {min(losses, key=losses.__getitem__)} units are best, by the other "
        f"{SIZES[int(np.argmax(list(last(found, 'valid_accuracy').values())))]}",
    )


def _no_improvement(found: Mapping[str, Any]) -> Checked:
    """Judge whether validation and test figures hardly change after 50 iterations."""
    losses = {
        size: float(np.mean([run["valid_loss"][-1] / run["valid_loss"][_early(found) - 1] for run in runs]))
        for size, runs in ((size, found["sizes"][str(size)]) for size in SIZES)
    }
    lowest = [int(np.mean([np.argmin(run["valid_loss"]) + 1 for run in found["sizes"][str(size)]])) for size in SIZES]
    accuracies = [100 * _change(found, size, "test_accuracy") for size in SIZES]
    fell = any(ratio < 1 / RISE for ratio in losses.values())
    return Checked(
        holds(False, no=fell),
        f"last validation loss over that of iteration {_early(found)}: {written(losses, '.2f')}; test accuracy "
        f"{written(accuracies, '+.1f')} points; lowest validation loss at iteration {written(lowest, '')}",
    )


def _with_1000(found: Mapping[str, Any]) -> Checked:
    """Say what 1,000 units give: a number of other images cannot be judged."""
    loss, accuracy = (last(found, f"valid_{kind}")[1000] for kind in ("loss", "accuracy"))
    return Checked(
        "cannot be told",
        f"of other images, validation loss {number(loss, '.3f')} and accuracy {number(accuracy, '.3f')}",
    )
