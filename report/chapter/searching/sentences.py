"""What the chapter says about a search: one function per place, a template for each way it may come out."""

# ruff: noqa: F841  (templates look up the locals that stand beside them)

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from report.chapter.evidence import Comparison, Group, best_group, compare
from report.chapter.number import number
from report.chapter.say import say
from report.chapter.searching.trials import count, estimate
from report.chapter.searching.verdicts import BatchEffect, Crossed, LastEpoch, are_settings, crossing, last_at, shift
from report.chapter.sentence import counted, listed


def tell_budget(parameters: Sequence[int], hidden: Sequence[int], inputs: int, classes: int, found: int) -> None:
    """Say what the budget is, and work the formula out for one size."""
    a, b = hidden
    formula = count(inputs, a, b, classes)
    say(r"""Here the budget is {parameters[0]} to {parameters[1]} parameters. The first size of the grid, {a}-{b},
        has $({{inputs}} + 1) \cdot {{a}} + ({{a}} + 1) \cdot {{b}} + ({{b}} + 1) \cdot {{classes}} = {{formula}}$ of
        them by @eq-budget; in the network itself, {found} are counted.""")  # fmt: skip


def tell_grid(
    first: pd.DataFrame, left: int, scores: Mapping[str, Any], group: Group, images: int, target: float
) -> None:
    """Say how many points survive the first seed, and whether one of them is better than the others."""
    points, best = len(first), estimate(scores[group.best], images)
    diverged = int((first["status"] != "ok").sum())
    one_seed = len(scores[group.best]) == 1
    reached = int(first["epochs_to_target"].notna().sum())
    space = first.attrs["space"]
    dropped = points - left
    say("""Points of the grid within the budget: {points} of {space}; dropped after the first seed: {dropped}. The
        target, a validation accuracy of {target:.0%}, is reached by {reached} of {points} from that seed.""")
    say("Runs that diverged, since their loss overflowed: {diverged}.", when=diverged > 0)
    say("""The best mean is that of {group.best}: {best.value:.1%} of the validation images, with an interval from
        {best.low:.1%} to {best.high:.1%}. **But it is not a winner**: {group.size} of the {points} settings form one
        group that the data cannot tell apart (@fig-map, @tbl-group).""",
        when=group.size > 1 and not one_seed)  # fmt: skip
    say("""The best mean is that of {group.best}: {best.value:.1%} of the validation images, with an interval from
        {best.low:.1%} to {best.high:.1%}. All others are worse, or were dropped after the first seed (@fig-map,
        @tbl-group).""",
        when=group.size == 1 < left and not one_seed)  # fmt: skip
    say("""The first seed leaves one setting, {group.best}. Its mean over the seeds is {best.value:.1%} of the
        validation images, with an interval from {best.low:.1%} to {best.high:.1%} (@fig-map, @tbl-group).""",
        when=left == 1 < points and not one_seed)  # fmt: skip
    say("""The highest accuracy is that of {group.best}: {best.value:.1%} of the validation images, with an interval by
        the images alone from {best.low:.1%} to {best.high:.1%}. One seed cannot tell a setting from another, so that
        what is left after it is one group (@fig-map, @tbl-group).""",
        when=one_seed and points > 1)  # fmt: skip
    say("The grid has a single point, {group.best}: {best.value:.1%} ({best.low:.1%} to {best.high:.1%}).",
        when=points == 1)  # fmt: skip


def tell_interaction(scores: Crossed, rates: Sequence[float], images: int) -> bool:
    """Say whether the activation and the learning rate interact, as far as the data can tell; return it."""
    change, moved = crossing(scores, images), shift(scores)
    say("""The activation and the learning rate interact: {change.one} is better than {change.other} at the rate
        {change.one_rate}, and worse at {change.other_rate}. Which of the two is better depends on the rate.""",
        when=change is not None)  # fmt: skip
    told = moved is not None and moved.found.told
    say("""At the rate {moved.low_rate}, the difference between {moved.one} and {moved.other} is {moved.at_low:+.1f}
        points, at {moved.high_rate} it is {moved.at_high:+.1f} points. It changes by {moved.found.points:.1f} points
        (interval from {moved.found.low_points:.1f} to {moved.found.high_points:.1f}): the activation and the rate
        interact, and an average over the rates would hide it.""",
        when=told and change is None)  # fmt: skip
    say("""The difference between {moved.one} and {moved.other} is {moved.at_low:+.1f} points at the rate
        {moved.low_rate} and {moved.at_high:+.1f} points at {moved.high_rate}. These two differences cannot be told
        apart, so the data show no interaction of activation and rate.""",
        when=moved is not None and not told and change is None)  # fmt: skip
    last = [rate for rate in rates if last_at(scores, rate, images) == "sigmoid"]
    where = (
        "at every rate of @tbl-rates"
        if len(last) == len(rates) > 1
        else f"at the rate {listed([number(rate) for rate in last])}"
    )
    say(r"""Sigmoid units come last {where}. One reason may be their derivative:
        for the answer $a$ it is $a (1 - a)$, at most $\tfrac14$. Through two hidden layers these factors alone shrink
        the gradient of the first weights at least sixteen-fold. The weights multiply it, too, but those that
        are drawn as proposed by @glorot2010 are made for activations with a slope near one.""",
        when=last)  # fmt: skip
    return change is not None or told


def tell_sizes(by_size: Mapping[str, Any], sizes: int, images: int, scores: Mapping[str, Any]) -> Group | None:
    """Say whether the sizes can be told apart; return those that cannot be told from the best."""
    place = "@tbl-group" if are_settings(by_size, scores) else "@tbl-sizes"
    if sizes < 2 or not by_size:
        say("The grid has a single size, so there is nothing to compare.", when=sizes < 2)
        say("No activation and rate survive at every size, so the sizes are not compared.", when=sizes > 1)
        return None
    group = best_group(by_size, images)
    say("""The {sizes} sizes form one group: none can be told apart from the best mean, {group.best}.
        Within this budget the size makes no difference that these data show ({place}).""",
        when=group.size == sizes)  # fmt: skip
    say("""The size matters: {group.size} of {sizes} sizes cannot be told apart from the best mean, {group.best},
        itself included; the others are worse ({place}).""",
        when=1 < group.size < sizes)  # fmt: skip
    say("The size {group.best} is better than the others ({place}).", when=group.size == 1)
    return group


def tell_edge(points: pd.DataFrame, group: Group, rates: Sequence[float]) -> None:
    """Say how many settings of the group lie at the largest learning rate."""
    top, bottom, chosen = max(rates), min(rates), points[points["setting"].isin(group.names)]
    at_top, at_bottom = (int((chosen["learning_rate"] == rate).sum()) for rate in (top, bottom))
    say("""The largest rate of the grid, {top}, is that of {at_top} of the {group.size} settings of the group. Where the
        best points lie on its edge, a grid should be extended; the second grid below goes further for ReLU units.""",
        when=group.size > 1 and len(rates) > 1 and at_top > 0)  # fmt: skip
    say("The best setting has the largest rate of the grid, {top}: the grid should be extended, as the second one is.",
        when=group.size == 1 and len(rates) > 1 and at_top > 0)  # fmt: skip
    say("No setting of the group has the largest rate, {top}, or the smallest: the rates enclose the best points.",
        when=at_top == at_bottom == 0)  # fmt: skip
    say("No setting of the group has the largest rate, {top}; some have the smallest.",
        when=at_top == 0 < at_bottom and group.size > 1)  # fmt: skip
    say("The best setting has the smallest rate of the grid, {bottom}: the grid should be extended below it.",
        when=at_top == 0 < at_bottom and group.size == 1)  # fmt: skip


def beside_best(group: Group, points: int, seeds: int) -> str:
    """Say how the other points of a grid stand beside the best mean, after a semicolon.

    Examples
    --------
    >>> beside_best(Group("a", ("a", "b"), ("c",)), points=3, seeds=5)
    '1 of the 2 others cannot be told from it'
    """
    others, tied = points - 1, group.size - 1
    if not others:
        return "there was no other"
    if seeds == 1:
        return "one seed tells it from no other"
    if not tied:
        return "all others fall behind it"
    if tied == others:
        return "none of the others can be told from it"
    return f"{tied} of the {others} others cannot be told from it"


def tell_chosen(chosen: Sequence[pd.Series], scores: Mapping[str, Any], images: int) -> None:
    """Compare the smallest network of the group with the best mean."""
    best, small = chosen[0], chosen[-1]
    found = compare(scores[small.setting], scores[best.setting], images)
    one_seed = len(scores[best.setting]) == 1
    say("The best mean is also the smallest network of its group.", when=len(chosen) == 1)
    say("""The smallest network of the group, {small.setting}, has {small.parameters} parameters, the best mean
        {best.parameters}. Being of one group, the two cannot be told apart: the difference is {found.points:.1f} points
        (interval from {found.low_points:.1f} to {found.high_points:.1f}).""",
        when=len(chosen) > 1 and not one_seed)  # fmt: skip
    say("""The smallest network of the group, {small.setting}, has {small.parameters} parameters, the best mean
        {best.parameters}. With one seed they cannot be told apart.""",
        when=len(chosen) > 1 and one_seed)  # fmt: skip


def tell_second(trials: pd.DataFrame, group: Group, settings: int) -> None:
    """Say how many runs were lost at the largest learning rate."""
    top = trials["learning_rate"].max()
    bold, rest = trials[trials["learning_rate"] == top], trials[trials["learning_rate"] < top]
    lost, other, runs, slower = int(bold["at chance"].sum()), int(rest["at chance"].sum()), len(bold), len(rest)
    broken = trials.loc[trials["status"] != "ok", "setting"].nunique()
    say("Runs that diverge or end no better than chance: {lost} of {runs} at the rate {top} (@tbl-second).",
        when=slower == 0)  # fmt: skip
    say("""Runs that diverge or end no better than chance: {lost} of {runs} at the largest rate ({top}), {other} of
        {slower} at the smaller ones (@tbl-second).""", when=slower > 0)  # fmt: skip
    say("Settings without a mean in @tbl-second, because a run of theirs diverged: {broken}.", when=broken > 0)
    say("""A single run that learned at such a rate may have a high score, and say nothing about the next run: that,
        too, is selection.""", when=0 < lost < runs)  # fmt: skip
    say("""In @tbl-second, the group of the best mean, {group.best}, has {group.size} of the {settings} settings that
        have a mean.""", when=settings > 1)  # fmt: skip


def tell_picked(effect: BatchEffect | None, train_images: int, shrink: int) -> None:
    """Say what the batch size alone does."""
    if effect:
        many, few = (counted(-(-train_images // size), "update") for size in (effect.small, effect.large))
        one_seed = math.isnan(effect.found.low)
        say("""Two settings of @tbl-picked differ in the batch alone ({effect.setting}). After their first epoch,
            batches of {effect.small} have made {many} and reach {effect.with_small.value:.1%}, batches of
            {effect.large} have made {few} and reach {effect.with_large.value:.1%}.""")
        say("""The smaller batch {effect.found.verb} the larger: the difference is {effect.found.points:.1f} points
            (interval from {effect.found.low_points:.1f} to {effect.found.high_points:.1f}). At equal rate this
            compares numbers of updates, not batches as such.""", when=not one_seed)  # fmt: skip
        say("One seed cannot tell the two apart.", when=one_seed)
    say("No two of these settings differ in the batch alone (@tbl-picked).", when=effect is None)
    say("Here the hidden layers have the report's numbers of units divided by {shrink}, and at least one unit.",
        when=shrink > 1)  # fmt: skip


def tell_curve(last: LastEpoch, seeds: int, shrink: int) -> None:
    """Say where the run that is followed epoch by epoch ends."""
    say("Its hidden layers, too, have the report's numbers of units divided by {shrink}.", when=shrink > 1)
    say("""After the last epoch the validation loss is {last.loss.value:.3f} (interval from {last.loss.low:.3f} to
        {last.loss.high:.3f}), and the accuracy {last.accuracy.value:.1%} ({last.accuracy.low:.1%} to
        {last.accuracy.high:.1%}), over {seeds} seeds (@fig-run).""", when=seeds > 1)  # fmt: skip
    say("""After the last epoch the validation loss is {last.loss.value:.3f}, from one seed, and the accuracy
        {last.accuracy.value:.1%} (@fig-run).""", when=seeds == 1)  # fmt: skip
    say("""The validation loss cannot be told apart from the training loss: the difference is {last.gap.difference:.3f}
        ({last.gap.low:.3f} to {last.gap.high:.3f}).""", when=seeds > 1 and not last.gap.told)  # fmt: skip
    side = "above" if last.gap.difference > 0 else "below"
    say("""The validation loss lies {side} the training loss: the difference is {last.gap.difference:.3f}
        ({last.gap.low:.3f} to {last.gap.high:.3f}).""", when=last.gap.told)  # fmt: skip


def tell_race(verdict: Comparison | None, grid: int, random: int) -> None:
    """Say whether the winner of random search is better than that of the grid, from seeds that had no say."""
    say("Both searches have {grid} trials (@fig-random).", when=grid == random > 1)
    say("""The searches have unlike costs, trials of the grid: {grid}, random ones: {random}; @fig-random shows them by
        the number of trials.""", when=grid != random)  # fmt: skip
    say("""From fresh seeds, the winner of random search {verdict.verb} that of the grid: the difference is
        {verdict.points:.1f} points (interval from {verdict.low_points:.1f} to {verdict.high_points:.1f}; @tbl-worth).
        """, when=verdict is not None)  # fmt: skip
    say("To compare winners from fresh seeds takes at least three seeds in all.", when=verdict is None)
    say("So nothing here speaks for or against the promise of random search.",
        when=verdict is None or not verdict.told)  # fmt: skip
    say("One draw of random points is itself a single sample: another one may come out otherwise.",
        when=verdict is not None and verdict.told)  # fmt: skip


def tell_keeping(
    tried: int, points: int, group: Group, sizes: Group | None, *, interact: bool, dropped: int, one_seed: bool = False
) -> None:
    """Say what to keep of the chapter, as far as it depends on the data."""
    also = f"; {dropped} were dropped after one seed" if dropped else ""
    say("""- {tried} settings were tried. Of the grid's {points}, {group.best} has the highest accuracy; one seed cannot
          tell whether it is better than the others.""", when=one_seed and points > 1)  # fmt: skip
    say("""- {tried} settings were tried, and among the grid's {points} there is no winner: {group.size} cannot be told
          apart, the best mean, {group.best}, among them{also}.""", when=group.size > 1 and not one_seed)  # fmt: skip
    say("- {tried} settings were tried, and of the grid's {points} one is left: {group.best}{also}.",
        when=group.size == 1 < points and not one_seed)  # fmt: skip
    say("- One point is no search: {group.best} was tried alone in the grid.", when=points == 1)
    say("- The activation and the learning rate interact, so that averages over a grid can mislead.", when=interact)
    if sizes is not None and not one_seed:
        say("- Within the budget, no size can be told from the best.", when=not sizes.others)
        say("- Within the budget, some sizes are worse than the best.", when=sizes.others)
