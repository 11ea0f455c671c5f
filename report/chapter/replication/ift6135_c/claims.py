"""What the runs say of each of the seventeen claims of report ift6135-c."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from report.chapter import evidence, published
from report.chapter.number import number, within
from report.chapter.replication.ift6135_c import biases, networks
from report.chapter.replication.ift6135_c.beside import LABEL, STARTS, accuracy_tolerance
from report.chapter.replication.sentences import Checked, Holds
from report.chapter.sentence import listed

TARGET = 0.97
"""The validation accuracy that the assignment asks for."""

Found = Mapping[str, Any]


def checked(found: Found) -> dict[int, Checked]:
    """Return a verdict on every claim, by its row among the report's."""
    return dict(enumerate([
        ranked_starts(found), fallen(found, "glorot"), fallen(found, "normal"), zeros(found), gap(found), seven(found),
        sigmoid_worst(found), saturated(found), relu_reaches(found), tanh_between(found), more_parameters(found),
        rises(found), larger_N(found), cnn_accuracy(found), both_good(found), penalty(found), parameters(found),
    ]))  # fmt: skip


def assumed(by: str) -> Checked:
    """Return that runs cannot tell, since settings that the report does not state were assumed for them."""
    return Checked("cannot be told", f"{by}; settings assumed")


def verdict(comparisons: Sequence[evidence.Comparison]) -> Holds:
    """Return "holds" where the first of each pair is better, "does not hold" where one is worse."""
    found = {one.verdict for one in comparisons}
    if evidence.WORSE in found:
        return "does not hold"
    return "holds" if found == {evidence.BETTER} else "cannot be told"


def told(comparisons: Sequence[evidence.Comparison]) -> str:
    """Say how many of some comparisons tell the first from the second."""
    better = sum(one.verdict == evidence.BETTER for one in comparisons)
    worse = sum(one.verdict == evidence.WORSE for one in comparisons)
    return f"better in {better} of {len(comparisons)} comparisons, worse in {worse}, each over the four sizes"


def started(found: Found, initializer: str, name: str = "train_loss") -> np.ndarray:
    """Return losses by size and epoch, from the first seed."""
    first = found["starts"][0]["seed"]
    runs = [one for one in found["starts"] if (one["initializer"], one["seed"]) == (initializer, first)]
    return np.array([one[name] for one in runs])


def ranked_starts(found: Found) -> Checked:
    """Say whether Glorot's training loss is below that from N(0, 1), and that below zeros', after each epoch."""
    glorot, normal = started(found, "glorot_uniform"), started(found, "normal")
    zeros = np.array(found["zeros"][biases.INFERRED])
    ranked = np.array([(a < b).all() and (b < zeros).all() for a, b in zip(glorot, normal, strict=True)])
    ends = [f"{number(low, '.3g')} to {number(high, '.3g')}" for low, high in _ranges(glorot, normal)]
    return assumed(
        f"in this order after every epoch at {ranked.sum()} of {len(ranked)} sizes; at the end {ends[0]} from Glorot, "
        f"{ends[1]} from N(0, 1), {number(zeros[-1], '.4f')} from zeros"
    )


def _ranges(*losses: np.ndarray) -> list[tuple[float, float]]:
    """Return the lowest and the highest of the last losses."""
    return [(float(one[:, -1].min()), float(one[:, -1].max())) for one in losses]


def fallen(found: Found, start: str) -> Checked:
    """Say how near our losses come to those printed, for the nearest of the sizes."""
    table = published.load("initialization", LABEL)
    printed = table.loc[table["initializer"] == start, "train_loss"].to_numpy()
    losses = started(found, STARTS[start])
    largest = np.abs(losses - printed[: losses.shape[1]]).max(axis=1)
    best = int(largest.argmin())
    return assumed(f"of {len(losses)} sizes {_size(networks.START_SIZES[best])} is nearest, its largest deviation "
                   f"{number(largest[best], '.2g')}")  # fmt: skip


def zeros(found: Found) -> Checked:
    """Check that from zeros the network does not train."""
    losses = found["zeros"][biases.INFERRED]
    falls = bool((np.diff(losses) < 0).all())
    ends = " to ".join(number(losses[place], ".6f") for place in (0, -1))
    by = f"the loss falls from {ends}, by the ten output biases alone"
    return Checked("does not hold" if falls else "cannot be told", by)


def gap(found: Found) -> Checked:
    """Say how much more the training loss falls than the validation loss from N(0, 1)."""
    runs = [one for one in found["starts"]
            if one["initializer"] == "normal" and tuple(one["hidden"]) == networks.START_SIZES[0]]  # fmt: skip
    train, valid = ([one[name][0] - one[name][-1] for one in runs] for name in ("train_loss", "valid_loss"))
    more = evidence.compare(train, valid)
    shown = within(more.difference, more.low, more.high, ".2g")
    return assumed(f"the training loss falls by {shown} more, {len(runs)} seeds of 784-256")


def accuracies(found: Found, activation: str, rate: float) -> np.ndarray:
    """Return the validation accuracy of each size, from the first seed."""
    first = found["grid"][0]["seed"]
    return np.array([one["valid_accuracy"] for one in found["grid"]
                     if (one["activation"], one["rate"], one["seed"]) == (activation, rate, first)])  # fmt: skip


def seeds_of(found: Found, size: tuple[int, int], activation: str, rate: float) -> list[float]:
    """Return the validation accuracy of one setting from each seed."""
    return [one["valid_accuracy"] for one in found["grid"]
            if (tuple(one["hidden"]), one["activation"], one["rate"]) == (size, activation, rate)]  # fmt: skip


def reaching(found: Found) -> tuple[set[Any], set[Any]]:
    """Return the settings whose mean reaches the target, and those that are too near to it to be told."""
    means = {setting: float(np.mean(seeds_of(found, *setting))) for setting in networks.grid()}
    reach = {setting for setting, mean in means.items() if mean >= TARGET}
    near = {setting for setting, mean in means.items() if abs(mean - TARGET) <= accuracy_tolerance(*setting[1:])}
    return reach, near


def seven(found: Found) -> Checked:
    """Check that the same seven settings reach 97 %."""
    reach, near = reaching(found)
    table = published.load("hyperparameter_search", LABEL)
    rows = table[table["valid_accuracy"] >= TARGET].to_dict("records")
    theirs = {((row["hidden_1"], row["hidden_2"]), row["activation_1"], row["learning_rate"]) for row in rows}
    different, sure = reach ^ theirs, (reach ^ theirs) - near
    holds: Holds = "does not hold" if sure else "cannot be told" if different or near else "holds"
    by = (f"{len(reach)} settings reach it, {len(reach & theirs)} of the report's {len(theirs)}; within the tolerance "
          f"of it: {len(near)}")  # fmt: skip
    return Checked(holds, by)


def beside(found: Found, worse: str, better: Sequence[str]) -> list[evidence.Comparison]:
    """Compare activations over the four sizes, at each rate."""
    return [
        evidence.compare(accuracies(found, one, rate), accuracies(found, worse, rate))
        for rate in networks.RATES for one in better
    ]  # fmt: skip


def sigmoid_worst(found: Found) -> Checked:
    """Check that sigmoid is worse than ReLU and tanh at every size and rate."""
    pairs = beside(found, "sigmoid", ["relu", "tanh"])
    return Checked(verdict(pairs), f"ReLU and tanh beside sigmoid: {told(pairs)}")


def saturated(found: Found) -> Checked:
    """Check that sigmoid networks do not learn because they saturate."""
    one = found["sigmoid"]
    slow, fast = (evidence.proportion(round(one[name] * one["images"]), one["images"])
                  for name in ("valid_accuracy", "faster_valid_accuracy"))  # fmt: skip
    shares = listed([number(share, ".1%") for share in one["saturated"]])
    by = (f"saturated outputs of the two layers {shares}; accuracy {number(slow.value, '.1%')} at rate 0.05, "
          f"{number(fast.value, '.1%')} at rate 0.5, a run that the report does not have")  # fmt: skip
    if fast.low > slow.high:
        return Checked("does not hold", by)
    return Checked("holds" if min(one["saturated"]) > 0.5 else "cannot be told", by)


def relu_reaches(found: Found) -> Checked:
    """Check that each size has a ReLU network at or above 97 %."""
    best = [evidence.over_seeds(seeds_of(found, size, "relu", 0.05)) for size in networks.HIDDEN]
    low = min(best, key=lambda one: one.value)
    holds: Holds = "cannot be told"
    if all(one.low >= TARGET for one in best):
        holds = "holds"
    elif any(one.high < TARGET for one in best):
        holds = "does not hold"
    return Checked(holds, f"at rate 0.05 the worst size has {_share(low)}, over {low.count} seeds")


def tanh_between(found: Found) -> Checked:
    """Check that tanh reaches 97 % at three of four sizes and lies between ReLU and sigmoid."""
    pairs = [*beside(found, "tanh", ["relu"]), *beside(found, "sigmoid", ["tanh"])]
    reach, near = (sum(setting[1:] == ("tanh", 0.05) for setting in group) for group in reaching(found))
    order = verdict(pairs)
    sure = reach == 3 and not near
    holds: Holds = order if order != "holds" or sure else "cannot be told" if near else "does not hold"
    by = (f"ReLU beside tanh and tanh beside sigmoid: {told(pairs)}; {reach} sizes reach {number(TARGET, '.0%')}, "
          f"{near} are too near to tell")  # fmt: skip
    return Checked(holds, by)


def more_parameters(found: Found) -> Checked:
    """Check that more parameters bring no significant improvement."""
    sizes = {_size(size): seeds_of(found, size, "relu", 0.05) for size in networks.HIDDEN}
    most = evidence.compare(sizes["666-666"], sizes["512-384"])
    holds: Holds = "does not hold" if most.verdict == evidence.BETTER else "cannot be told"
    shown = within(most.points, most.low_points, most.high_points, "+.2f")
    return Checked(holds, f"ReLU at rate 0.05, 666-666 minus 512-384: {shown} points, by seeds")


def rises(found: Found) -> Checked:
    """Check that the accuracy rises with the learning rate."""
    steps = list(zip(networks.RATES, networks.RATES[1:], strict=False))
    pairs = [
        evidence.compare(accuracies(found, activation, high), accuracies(found, activation, low))
        for activation in networks.ACTIVATIONS for high, low in steps
    ]  # fmt: skip
    return Checked(verdict(pairs), f"the larger rate beside the next: {told(pairs)}")


def larger_N(found: Found) -> Checked:  # noqa: N802  (the assignment's letter)
    """Check that the difference falls as N grows."""
    largest = found["sweep"]["largest"]
    best = int(np.argmin(largest))
    by = (f"least at N = {number(found['sweep']['N'][best])}, {number(largest[best], '.1e')}, and "
          f"{number(largest[-1], '.1e')} at N = {number(found['sweep']['N'][-1])}, where round-off rules")  # fmt: skip
    return Checked("does not hold" if largest[-1] > largest[best] else "holds", by)


def cnn_accuracy(found: Found) -> Checked:
    """Say what the CNN's test accuracy is beside 98.31 %."""
    one = found["networks"]["CNN"]
    valid, test = (_of(one["images"], share) for share in (one["valid_accuracy"][-1], one["test_accuracy"]))
    return assumed(f"test {_share(test)}, validation {_share(valid)}, one run")


def both_good(found: Found) -> Checked:
    """Say how good CNN and MLP are on the validation images."""
    cnn, mlp = (_of(one["images"], one["valid_accuracy"][-1])
                for one in (found["networks"]["CNN"], found["networks"]["MLP"]))  # fmt: skip
    return assumed(f"CNN {_share(cnn)}, MLP 666-333 {_share(mlp)}, one run each")


def penalty(found: Found) -> Checked:
    """Check that L2 lowers the CNN's accuracy."""
    plain, with_l2 = found["networks"]["CNN"], found["networks"]["CNN with L2"]
    over_runs = evidence.compare(plain["valid_accuracy"][-1:], with_l2["valid_accuracy"][-1:], plain["images"])
    right = [~np.isin(np.arange(one["images"]), one["missed"]) for one in (plain, with_l2)]
    same = evidence.paired(*right)
    shown = within(same.points, same.low_points, same.high_points, "+.2f")
    by = f"without minus with L2 {shown} points on the same images, one run each: other seeds and strengths are open"
    return Checked(verdict([over_runs]), by)


def parameters(found: Found) -> Checked:
    """Check that the CNN has 763,094 parameters."""
    count = found["parameters"]["cnn"]
    return Checked("holds" if count == 763_094 else "does not hold", f"ours has {number(count)}, layer by layer")


def _of(images: int, share: float) -> evidence.Estimate:
    """Return a share of the images with its interval."""
    return evidence.proportion(round(share * images), images)


def _share(one: evidence.Estimate) -> str:
    """Write a share with its interval."""
    return within(one.value, one.low, one.high, ".2%")


def _size(size: tuple[int, int]) -> str:
    """Write a size as the report's tables do."""
    return f"{size[0]}-{size[1]}"
