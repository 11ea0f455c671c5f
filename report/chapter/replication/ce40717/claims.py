"""What the experiments say of each claim of report ce40717."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from report.chapter import published
from report.chapter.evidence import best_group, compare, paired, proportion
from report.chapter.number import number, within
from report.chapter.replication.ce40717 import comparison
from report.chapter.replication.ce40717.comparison import LABEL, before, by_report, fold_means
from report.chapter.replication.ce40717.training import LAMBDAS
from report.chapter.replication.rows import tolerance
from report.chapter.replication.sentences import Checked, Holds

Found = Mapping[str, Any]


def checked(found: Found) -> dict[int, Checked]:
    """Return what the experiments say of each claim, by its row among the report's."""
    decide = (
        _best_strength, _worst_strength, _ends_at, _falls, _test, _at_least_70, _improved_is_better, _oscillates,
        _train_above_test, _what_helped,
    )  # fmt: skip
    return {index: judge(found) for index, judge in enumerate(decide)}


def _best_strength(found: Found) -> Checked:
    """Say whether 0.001 alone has the best accuracy of the four strengths."""
    group = best_group({name: values["accuracy"] for name, values in _paired(found).items()})
    means = {name: float(np.mean(values["accuracy"])) for name, values in _paired(found).items()}
    verdict = "holds" if group.names == ("0.001",) else "does not hold" if "0.001" in group.others else CANNOT
    listed = ", ".join(f"{number(means[name], '.2%')} ({name})" for name in means)
    return Checked(verdict, f"mean accuracies by lambda {listed}; not told from the best: {', '.join(group.names)}")


def _worst_strength(found: Found) -> Checked:
    """Say whether each other strength has a lower loss on the folds than 0.1."""
    values = _paired(found)
    strong, others = values["0.1"]["loss"], [values[number(one)]["loss"] for one in LAMBDAS[1:]]
    higher = [compare(strong, other, lower_is_better=True).verdict == "worse" for other in others]
    lower = any(compare(strong, other, lower_is_better=True).verdict == "better" for other in others)
    right = {strength: np.mean(losses) for strength, losses in fold_means(found, "loss", "right").items()}
    lowest, highest = (number(pick(float(np.mean(other)) for other in others), ".4f") for pick in (min, max))
    return Checked(
        _verdict(all(higher), lower),
        f"mean loss {number(float(np.mean(strong)), '.4f')} against {lowest} to {highest}; with the right update "
        f"{number(float(right[0.1]), '.4f')} against {number(float(right[0.001]), '.4f')} at 0.001",
    )


def _ends_at(found: Found) -> Checked:
    """Say whether the first network's last printed loss and accuracy are ours within the tolerances of their rows."""
    row = published.load("full_batch", LABEL).iloc[0]
    runs, by, near = by_report(found["first"]), [], []
    for name, spread in zip(("accuracy", "loss"), comparison.CURVE_SPREADS["64"][299], strict=True):
        ours = float(np.mean([before(run, name, "64", 299) for run in runs]))
        allowed = tolerance(spread, len(runs))
        near.append(abs(ours - row[f"train_{name}"]) <= allowed)
        by.append(f"{name} {number(ours)} against {number(row[f'train_{name}'])}, tolerance {number(allowed, '.2g')}")
    return Checked(_verdict(all(near), not all(near)), "; ".join(by))


def _falls(found: Found) -> Checked:
    """Say whether the first network's loss falls from row to row, by more in the first step than in the last."""
    epochs = published.load("full_batch_curve", LABEL).query("hidden == '64'")["updates_done"]
    losses = [[before(run, "loss", "64", epoch) for epoch in epochs] for run in by_report(found["first"])]
    steps = np.diff(losses, axis=1)
    falls = bool((steps < 0).all() and (steps[:, 0] < steps[:, -1]).all())
    share = number(float((steps[:, 0] / steps.sum(axis=1)).mean()), ".0%")
    return Checked(
        _verdict(falls, not falls),
        f"{(steps < 0).sum()} of {steps.size} steps between rows fall; the first makes {share} of the whole fall",
    )


def _test(found: Found) -> Checked:
    """Say whether the first network's test accuracy is ours within the tolerance of its row."""
    theirs = published.load("full_batch", LABEL)["test_accuracy"][0]
    values = [run["test_accuracy"] for run in by_report(found["first"])]
    ours, allowed = float(np.mean(values)), tolerance(comparison.TEST_SPREADS["64"], len(values))
    near = abs(ours - theirs) <= allowed
    return Checked(
        _verdict(near, not near),
        f"{number(ours, '.4f')} against {number(float(theirs), '.4f')}, tolerance {number(allowed, '.2g')}",
    )


def _at_least_70(found: Found) -> Checked:
    """Say whether the interval of every seed's test accuracy is above 70 per cent."""
    scores = [_score(run) for run in by_report(found["first"])]
    lowest = min(scores, key=lambda score: score.value)
    holds, fails = lowest.low >= 0.7, lowest.high < 0.7
    return Checked(
        _verdict(holds, fails),
        f"lowest of {len(scores)} seeds {within(lowest.value, lowest.low, lowest.high, '.1%')}",
    )


def _improved_is_better(found: Found) -> Checked:
    """Say whether the improved network is better on the test images than the first from every seed."""
    (improved,) = by_report(found["improved"])
    gains = [paired(_hits(improved), _hits(run)) for run in by_report(found["first"])]
    least = min(gains, key=lambda gain: gain.difference)
    return Checked(
        _verdict(all(gain.verdict == "better" for gain in gains), any(gain.verdict == "worse" for gain in gains)),
        f"{number(improved['test_accuracy'], '.4f')}; over the best of {len(gains)} seeds of the first "
        f"{within(least.points, least.low_points, least.high_points, '.2f')} points more",
    )


def _oscillates(found: Found) -> Checked:
    """Say whether the improved network's loss rises between the same printed rows as the report's, and nowhere else."""
    (run,), (small,) = by_report(found["improved"]), by_report(found["small rate"])
    epochs = published.load("full_batch_curve", LABEL).query("hidden == '128-64'")["updates_done"].tolist()
    losses = [before(run, "loss", "128-64", epoch) for epoch in epochs]
    rises = [f"{a} to {b}" for a, b, step in zip(epochs, epochs[1:], np.diff(losses), strict=False) if step > 0]
    slowly = np.diff(small["loss"][:: max(1, len(small["loss"]) // 13)])
    return Checked(
        _verdict(rises == ["60 to 70", "80 to 90", "100 to 110"], False),
        f"ours, one seed, rises at updates {'; '.join(rises) or 'none'}; at rate 0.1, {(slowly > 0).sum()} of "
        f"{len(slowly)} steps rise",
    )


def _train_above_test(found: Found) -> Checked:
    """Say whether the improved network's training accuracy is outside the interval of its test accuracy, above it."""
    (run,) = by_report(found["improved"])
    test, train = _score(run), before(run, "accuracy", "128-64", 499)
    return Checked(
        _verdict(train > test.high, train < test.low),
        f"{number(train, '.4f')} against {within(test.value, test.low, test.high, '.4f')} on the test images, one run",
    )


def _what_helped(found: Found) -> Checked:
    """Say whether the layer helps beyond rate and updates, and whether the starts differ at all."""
    (improved,), (alone,) = by_report(found["improved"]), by_report(found["rate and updates alone"])
    first = by_report(found["first"])[0]
    layer, differ = paired(_hits(improved), _hits(alone)), starts_differ_by() > 1e-12
    return Checked(
        _verdict(layer.verdict == "better" and differ, layer.verdict == "worse" or not differ),
        f"half of it: both starts are N(0, 1/outputs), equal but for rounding ({number(starts_differ_by(), '.1g')}); "
        f"rate and updates alone raise the accuracy from {number(first['test_accuracy'], '.4f')} to "
        f"{number(alone['test_accuracy'], '.4f')}, the layer adds "
        f"{within(layer.points, layer.low_points, layer.high_points, '.2f')} points",
    )


def starts_differ_by() -> float:
    """Return the largest relative difference of the two networks' starts, as they are written, for one draw."""
    drawn, outputs = np.random.default_rng(0).standard_normal((10, 64)), 10
    return float(np.abs(drawn / np.sqrt(outputs) / (drawn * np.sqrt(1 / outputs)) - 1).max())


CANNOT: Holds = "cannot be told"


def _verdict(holds: bool, fails: bool) -> Holds:
    """Return the verdict; neither means that it cannot be told."""
    return "holds" if holds else "does not hold" if fails else CANNOT


def _paired(found: Found) -> dict[str, dict[str, list[float]]]:
    """Return accuracies and losses on the folds for each strength, one place for each seed and fold."""
    runs = sorted(by_report(found["folds"]), key=lambda run: (run["seed"], run["fold"]))
    return {
        number(one): {name: [run[name] for run in runs if run["lambda"] == one] for name in ("accuracy", "loss")}
        for one in LAMBDAS
    }


def _hits(run: Mapping[str, Any]) -> np.ndarray:
    """Return which test images a run got right."""
    hits = np.ones(run["test_images"], dtype=bool)
    hits[run["missed"]] = False
    return hits


def _score(run: Mapping[str, Any]) -> Any:
    """Return the test accuracy of a run with its interval."""
    return proportion(_hits(run))
