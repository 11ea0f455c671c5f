"""What chapter 7 repeats: the two updates, paired folds, and recipes with one thing taken away."""

import numpy as np
import pandas as pd
import pytest

from mlp_core import mlp
from report.chapter import penalty

RNG = np.random.default_rng(0)
LABELS = np.repeat(np.arange(3), 4)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"folds": 5}, "folds: 5 parts need as many images of every class, but the rarest class has 4"),
        ({"classes": 4}, "the rarest class has 0"),
        ({"folds": 1}, "folds: expected at least 2"),
        ({"fold_epochs": 0}, "fold_epochs: expected at least 1"),
        ({"seeds": []}, "seeds: expected"),
        ({"lambdas": [0.1, 0.1]}, "lambdas: .* none twice"),
    ],
)
def test_parameters_that_cut_no_folds_are_refused(changed, said):
    with pytest.raises(ValueError, match=said):
        penalty.check(**{"labels": LABELS, "classes": 3, "folds": 2, "seeds": [0], "lambdas": [0.1]} | changed)


@pytest.mark.parametrize(("rule", "grows"), [("right", False), ("wrong", True)])
def test_the_wrong_update_makes_weights_grow(rule, grows):
    net = mlp([4, 5, 3], seed=0, dtype="float64")
    before = penalty.length(net)
    for _ in range(20):
        penalty.update(net, RNG.random((12, 4)), LABELS, 0.1, 0.5, rule)
    assert (penalty.length(net) > before) is grows


def test_a_spread_that_strengths_share_drops_out():
    noise = [0.0, 1.0, 5.0]
    rows = [(strength, fold, value + extra) for strength, extra in ((0.1, 0.5), (0.01, 0.0))
            for fold, value in enumerate(noise)]  # fmt: skip
    found = penalty.paired_folds(pd.DataFrame(rows, columns=["lambda", "fold", "loss"]))
    assert found["error"].tolist() == pytest.approx([0, 0])
    assert penalty.choose(found) == 0.01


def test_the_strongest_within_one_error_is_chosen():
    rows = [(0.1, 0, 1.2), (0.1, 1, 0.9), (0.01, 0, 1.0), (0.01, 1, 1.0), (1.0, 0, 3.0), (1.0, 1, 3.0)]
    found = penalty.paired_folds(pd.DataFrame(rows, columns=["lambda", "fold", "loss"]))
    assert penalty.choose(found) == 0.1


def test_each_ablation_changes_one_thing():
    whole = penalty.Recipe([8, 6])
    for name, recipe in penalty.ablations(whole, 5, 0.2).items():
        changed = [key for key, value in vars(whole).items() if getattr(recipe, key) != value]
        expected = {"improved": 0, "plain descent": 2}.get(name, 1)
        assert len(changed) == expected


def test_the_table_says_what_is_told_apart():
    good, bad = np.ones((3, 200), dtype=bool), np.zeros((3, 200), dtype=bool)
    good[:, :20], bad[:, :20] = False, True
    table = penalty.ablation_table({"improved": good, "less": bad})
    assert table.loc["less", "improved"] == "is better than"
