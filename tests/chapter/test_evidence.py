"""Evidence: hand-worked values, SciPy's own tests beside ours, and how often equals are told apart."""

import math

import numpy as np
import pytest
from scipy import stats

from report.chapter.evidence import (
    EQUAL,
    agrees,
    beside_best,
    best_group,
    compare,
    corrected,
    over_seeds,
    paired,
    proportion,
    same_spread,
)  # fmt: skip


def draw(rng, spread, count=2, images=1000, seeds=5, advantage=0.0):
    """Return the hits of `count` settings, near 87 %, on images of differing difficulty; the first has an advantage.

    `spread` is the standard deviation between seeds in percentage points.
    """
    difficulty = rng.normal(2.2, 1.7, images)
    shifts = rng.normal(0, 0.09 * spread, (count, seeds, 1))
    shifts[0] += 0.09 * advantage
    return rng.random((count, seeds, images)) < 1 / (1 + np.exp(-difficulty - shifts))


def test_a_proportion_has_wilsons_interval():
    rate = proportion([True] * 9 + [False])
    assert (rate.value, rate.count) == (0.9, 10)
    np.testing.assert_allclose(
        [rate.low, rate.high], stats.binomtest(9, 10).proportion_ci(0.95, method="wilson"), rtol=1e-12
    )
    assert proportion(0, 50).low == 0
    assert proportion(50, 50).high == 1


@pytest.mark.parametrize(("right", "count"), [(11, 10), (-1, 10), (0, 0)])
def test_a_proportion_beyond_its_images_is_refused(right, count):
    with pytest.raises(ValueError, match="expected 0 to n right answers"):
        proportion(right, count)


def test_mcnemars_test_counts_the_images_where_one_alone_is_right():
    a, b = np.array([1] * 8 + [0] * 2 + [1] * 90), np.array([0] * 8 + [1] * 2 + [1] * 90)
    found = paired(a, b)
    assert found.p == pytest.approx(2 * sum(math.comb(10, k) for k in (0, 1, 2)) / 2**10)  # 0.109
    assert found.difference == pytest.approx(0.06)
    assert found.high - found.difference == pytest.approx(stats.norm.isf(0.025) * math.sqrt(10 - 36 / 100) / 100)
    assert (found.verdict, found.verb, found.told) == (EQUAL, "cannot be told apart from", False)


def test_a_clear_pair_is_told_and_the_other_way_round_is_worse():
    a, b = np.array([1] * 95 + [0] * 5), np.array([1] * 70 + [0] * 30)
    assert paired(a, b).verb == "is better than"
    assert paired(b, a).verb == "is worse than"
    assert paired(a, a).p == 1


def test_seeds_without_images_are_students_t_interval():
    values = [2.1, 2.4, 2.2, 2.6]
    found = over_seeds(values)
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    np.testing.assert_allclose([found.value, found.low, found.high], [np.mean(values), low, high])


def test_a_comparison_without_images_is_the_paired_t_test():
    a, b = [2.1, 2.4, 2.2, 2.6], [1.9, 2.3, 2.2, 2.1]
    found, expected = compare(a, b), stats.ttest_rel(a, b)
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    np.testing.assert_allclose([found.low, found.high], [interval.low, interval.high])


def test_images_widen_an_interval_and_unknown_answers_widen_it_more():
    a, b = draw(np.random.default_rng(0), spread=0.0)
    alone, known = compare(a.mean(axis=1), b.mean(axis=1)), compare(a, b)
    unknown = compare(a.mean(axis=1), b.mean(axis=1), images=1000)
    assert alone.difference == pytest.approx(known.difference)
    assert unknown.difference == pytest.approx(known.difference)
    assert known.high - known.low < unknown.high - unknown.low


def test_the_direction_of_what_is_better_is_told():
    low, high = [0.10, 0.11, 0.10, 0.11], [0.50, 0.52, 0.51, 0.50]
    assert compare(low, high, lower_is_better=True).verdict == "better"
    assert compare(low, high).verdict == "worse"
    assert compare(low, high).points == pytest.approx(-40.25)


def test_one_seed_tells_nothing():
    found = compare([0.9], [0.1], images=1000)
    assert found.verdict == EQUAL
    assert math.isnan(found.low)
    assert math.isnan(over_seeds([0.9], images=1000).high)


def test_runs_of_unlike_seeds_are_no_pairs():
    a, b = [2.1, 2.4, 2.2, 2.6, 2.3], [1.9, 2.0, 2.2]
    found = compare(a, b, same_seeds=False)
    half = math.hypot(*(stats.t.isf(0.025, len(x) - 1) * stats.sem(x) for x in (a, b)))
    np.testing.assert_allclose([found.difference, found.high - found.difference], [np.mean(a) - np.mean(b), half])


def test_runs_of_unlike_seeds_answer_the_same_images():
    a, b = draw(np.random.default_rng(3), spread=0.2, advantage=8)
    assert compare(a, b[:4], same_seeds=False).verdict == "better"
    with pytest.raises(ValueError, match="same seeds and images for both"):
        compare(a, b[:, :9], same_seeds=False)


def test_equal_runs_cannot_be_told_apart():
    assert compare([0.9, 0.9], [0.9, 0.9]).verdict == EQUAL


def test_diverged_runs_and_unequal_shapes_are_refused():
    with pytest.raises(ValueError, match="a run that diverged has none"):
        over_seeds([0.9, math.nan])
    with pytest.raises(ValueError, match="same seeds and images for both"):
        compare([0.9, 0.8], [0.9])


def test_a_group_holds_the_best_and_all_that_cannot_be_told_from_it():
    runs = {"c": [0.5, 0.51, 0.52], "a": [0.90, 0.92, 0.91], "b": [0.91, 0.90, 0.91]}
    found = best_group(runs, images=1000)
    assert (found.best, found.names, found.others, found.size) == ("a", ("a", "b"), ("c",), 2)
    losses = best_group({name: [1 - x for x in values] for name, values in runs.items()}, lower_is_better=True)
    assert losses.best == "a"
    assert best_group({"only": [0.9, 0.8]}).names == ("only",)
    assert best_group({"x": [0.9], "y": [0.1]}).names == ("x", "y")  # one seed tells nothing


def test_a_network_of_one_seed_hides_no_other():
    rng = np.random.default_rng(4)
    many = {name: rng.random((5, 500)) < rate for name, rate in (("a", 0.95), ("b", 0.5), ("c", 0.4))}
    found = best_group({"one": many["b"][:1], **many}, same_seeds=False)
    assert (found.names, found.others) == (("a", "one"), ("b", "c"))


def test_a_measured_value_agrees_with_a_theory_within_its_error():
    assert agrees(-1.97, -2, error=0.02)
    assert not agrees(-1.95, -2, error=0.02)
    with pytest.raises(ValueError, match="a standard error > 0"):
        agrees(1, 1, error=0)


def told_apart(spread, comparisons):
    """Return how often equals are told apart, from their answers and from their accuracies alone."""
    rng, found = np.random.default_rng(int(spread)), []
    for _ in range(comparisons):
        a, b = draw(rng, spread)
        found.append((compare(a, b).told, compare(a.mean(axis=1), b.mean(axis=1), images=1000).told))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("spread", [*(pytest.param(one, marks=pytest.mark.long) for one in (0.0, 1.0)), 4.0])
def test_equals_are_told_apart_in_at_most_six_per_cent(spread):
    assert (told_apart(spread, 2000) <= 0.06).all()


def test_a_real_difference_is_found():
    rng = np.random.default_rng(1)
    found = [compare(*draw(rng, spread=0.5, advantage=5)).verdict for _ in range(100)]
    assert found.count("better") >= 95


def test_intervals_of_many_comparisons_leave_out_zero_where_the_two_are_told_apart_and_nowhere_else():
    rng = np.random.default_rng(3)
    unlike = 0
    for _ in range(40):
        runs = dict(zip("abcdefgh", rng.normal(0.8, 0.02, (8, 1)) + rng.normal(0, 0.02, (8, 5)), strict=True))
        found = beside_best(runs, images=1000)
        best = max(runs, key=lambda name: runs[name].mean())
        for name, one in found.items():
            alone = compare(runs[name], runs[best], images=1000)
            assert one.told == (one.high < 0 or one.low > 0)
            assert one.low <= alone.low < alone.high <= one.high
            unlike += one.told != (alone.high < 0)
    assert unlike > 10  # intervals of single comparisons would belie so many verdicts


def test_one_comparison_alone_needs_no_correction():
    one = compare([0.9, 0.91, 0.92], [0.8, 0.82, 0.81])
    assert corrected({"a": one})["a"] == one


def test_the_truly_best_is_in_the_group():
    rng = np.random.default_rng(2)
    drawn = (draw(rng, spread=1, count=8, advantage=0.5) for _ in range(50))
    assert sum("0" in best_group(dict(zip("01234567", hits, strict=True))).names for hits in drawn) >= 47


def test_the_interval_of_a_share_ends_where_shares_do():
    found = over_seeds([0.0, 1.0], images=100)
    assert (found.low, found.high) == (0, 1)
    assert over_seeds([0.0, 1.0]).high > 1
    difference = compare([[1, 1], [0, 1]], [[0, 0], [0, 1]])
    assert (difference.low, difference.high) == (-1, 1)


def test_losses_of_single_images_have_no_ceiling():
    rng = np.random.default_rng(0)
    losses = rng.exponential(9, (3, 400))
    assert over_seeds(losses).high > over_seeds(losses).value > 8
    found = compare(losses, losses / 9, lower_is_better=True)
    assert found.verdict == "worse"
    assert 1 < found.low < 8 < found.high


@pytest.mark.parametrize(
    ("wide", "narrow", "told"), [(0.043, 0.009, True), (0.056, 0.033, False), (0.009, 0.043, True)]
)
def test_two_spreads_are_compared_by_the_f_test(wide, narrow, told):
    ratio = max(wide, narrow) ** 2 / min(wide, narrow) ** 2
    found = same_spread(wide, narrow, runs=4)
    assert found == pytest.approx(2 * stats.f.sf(ratio, 3, 3))
    assert (found < 0.05) is told


def test_no_spread_differs_from_some_and_not_from_none():
    assert same_spread(0.0, 1.0, runs=4) == 0
    assert same_spread(0.0, 0.0, runs=4) == 1
