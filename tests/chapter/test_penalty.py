"""What chapter 7 repeats: the two updates, paired folds, and recipes with one thing taken away."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from mlp_core import SGD, EarlyStopping, Split, mlp, train
from report.chapter import penalty

RNG = np.random.default_rng(0)
LABELS = np.repeat(np.arange(3), 4)


def test_folds_that_cannot_all_hold_every_class_are_refused():
    labels = np.tile(np.arange(3), 4)
    penalty.check_folds(4, labels, classes=3)
    for folds, classes in ((5, 3), (2, 4)):
        with pytest.raises(ValueError, match=f"folds: expected parts that each hold every class, got {folds}; choose"):
            penalty.check_folds(folds, labels, classes)


def test_a_loss_that_overflows_names_rate_and_penalty():
    part = Split(RNG.random((12, 4)), LABELS)
    followed = penalty.follow(mlp([4, 5, 3], seed=0, dtype="float64"), part, 3, 0.1, 0.5, "right")
    assert [len(values) for values in followed] == [3, 4]
    with pytest.raises(ValueError, match="learning_rate: expected a rate .* with a penalty of 0.5, got 1e[+]300"):
        penalty.follow(mlp([4, 5, 3], seed=0, dtype="float64"), part, 3, 1e300, 0.5, "wrong")


@pytest.mark.parametrize(("rule", "grows"), [("right", False), ("wrong", True)])
def test_the_wrong_update_makes_weights_grow(rule, grows):
    net = mlp([4, 5, 3], seed=0, dtype="float64")
    before = penalty.length(net)
    for _ in range(20):
        penalty.update(net, Split(RNG.random((12, 4)), LABELS), 0.1, 0.5, rule)
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


def test_gains_come_with_their_verdict_the_largest_first():
    whole, less = np.ones((3, 200), dtype=bool), np.ones((3, 200), dtype=bool)
    whole[:, :20], less[:, 20:80] = False, False
    found = penalty.gains({"improved": whole, "no change": whole}, {"less": less})
    assert [(name, one.points, one.verb) for name, one in found.items()] == [
        ("less", pytest.approx(20), "is better than"), ("no change", 0, "cannot be told apart from")
    ]  # fmt: skip
    ax = penalty.gains_figure(found)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["less", "no change"]
    assert ax.texts[0].get_text().startswith("+20.0 (")
    plt.close(ax.figure)


def test_one_seed_has_a_dot_and_no_interval():
    one = np.ones((1, 20), dtype=bool)
    ax = penalty.gains_figure(penalty.gains({"improved": one, "less": ~one}, {}))
    assert ax.texts[0].get_text() == "+100.0"
    plt.close(ax.figure)


def test_ablations_are_corrected_for_their_number_and_what_stands_alone_is_not():
    rng = np.random.default_rng(2)
    whole = rng.random((5, 400)) < 0.80
    little = whole & (rng.random((5, 400)) < 0.955)
    alone = penalty.gains({"improved": whole}, {"little": little})["little"]
    among = penalty.gains({"improved": whole, **{f"the same {k}": whole for k in range(200)}, "little": little}, {})
    assert alone.told
    assert not among["little"].told
    assert among["little"].difference == alone.difference
    assert among["little"].low < 0 < alone.low


def test_the_weights_that_the_rule_keeps_are_those_of_the_best_pass():
    part = Split(RNG.random((12, 4)), LABELS)
    runs = [
        train(net := mlp([4, 5, 3], seed=seed), part, valid=part, optimizer=SGD(5.0), epochs=6, seed=seed,
              early_stopping=EarlyStopping(patience=9, metric="valid_accuracy"))
        for seed in range(3)
    ]  # fmt: skip
    made, kept = penalty.passes(runs)
    best = [run.valid_accuracy.index(max(run.valid_accuracy)) + 1 for run in runs]
    assert (made, kept) == (6, pytest.approx(np.mean(best)))
    assert kept < made
    assert np.mean(net.predict(part.images) == part.labels) == max(runs[-1].valid_accuracy)
