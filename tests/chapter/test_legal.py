"""Every chapter refuses parameters that it can do nothing with, in the parameter's own words, before anything runs."""

from typing import Any

import pytest
import yaml
from tried import NOTEBOOKS

from report.chapter import backpropagation, capacity, checking, convolution, initialization, legal, penalty, searching
from report.parameters import declared
from report.run import notebook as nb

CHECKS = {
    "01-data-and-backpropagation": backpropagation.check_parameters,
    "02-initialization": initialization.check_parameters,
    "03-hyperparameter-search": searching.check_parameters,
    "04-gradient-check": checking.check_parameters,
    "05-cnn-vs-mlp": convolution.check_parameters,
    "06-capacity-and-early-stopping": capacity.check_parameters,
    "07-regularization": penalty.check_parameters,
}
DEFAULTS = {
    chapter: {name: one.default for name, one in declared(nb.read(NOTEBOOKS / f"{chapter}.ipynb"), chapter).items()}
    for chapter in CHECKS
}

MAY_BE_ZERO = {
    "train_images", "measured_images", "sample", "target", "momentum", "momenta", "weight_decays", "dropouts",
    "lambdas", "wrong_lambda", "seeds", "curve_seeds", "exponents",
}  # fmt: skip
MAY_BE_EMPTY = {"cnns", "fewer_images"}

READ_ELSEWHERE = {"dataset", "cache"}
"""Names and folders are judged by what reads them."""


def wrong_values(name: str, value: Any) -> list[Any]:
    """Return values of a parameter's type that no chapter can use."""
    match value:
        case bool():
            return []
        case int() | float():
            return [-2 if name == "n_jobs" else type(value)(-1), *[type(value)(0)] * (name not in MAY_BE_ZERO)]
        case str():
            return [] if name in READ_ELSEWHERE else ["nothing of that name"]
        case [first, *_] if not isinstance(first, list):
            return [[], *([wrong] for wrong in wrong_values(name, first))][name in MAY_BE_EMPTY :]
    return [[], [[1]], [[0, 1]]]


WRONG = [
    (chapter, name, wrong)
    for chapter, defaults in DEFAULTS.items()
    for name, value in defaults.items()
    for wrong in wrong_values(name, value)
    if (name, wrong) != ("n_jobs", -2)  # all cores but one
]


@pytest.mark.parametrize("chapter", CHECKS)
def test_the_parameters_of_every_profile_are_legal(chapter):
    profiles = yaml.safe_load((NOTEBOOKS.parent / "report" / "report.yml").read_text())["profiles"]
    for profile in profiles.values():
        CHECKS[chapter](DEFAULTS[chapter] | profile.get(chapter, {}))


@pytest.mark.parametrize(("chapter", "name", "wrong"), WRONG, ids=lambda one: str(one)[:24])
def test_what_no_chapter_can_use_is_refused_by_name(chapter, name, wrong):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        CHECKS[chapter](DEFAULTS[chapter] | {name: wrong})


@pytest.mark.parametrize(
    ("chapter", "changed", "said"),
    [
        ("02", {"hidden": []}, "hidden: expected the units of at least one hidden layer"),
        ("02", {"seeds": [1, 1]}, r"seeds: expected at least one, none of them twice, got \[1, 1\]"),
        ("03", {"parameters": [9, 1]}, r"parameters: expected 2 numbers, the fewest and the most, got \[9, 1\]"),
        ("03", {"random_units": [9]}, r"random_units: expected 3 numbers, least, most, step, got \[9\]"),
        ("03", {"picked": 10}, "picked: expected 1 to 9, got 10"),
        ("04", {"hidden": [5]}, "hidden: expected at least two layers"),
        ("04", {"exponents": [101]}, r"exponents: expected 0 to 100, each, got \[101\]"),
        ("05", {"momenta": [0.9] * 3}, "momenta: expected one value, or one for each of 4 networks, got"),
        ("05", {"networks": ["mlp 8", "cnn 8"]}, "networks: expected names such as 'mlp 512-256'"),
        ("06", {"hidden": [3, 3]}, "hidden: expected at least one, none of them twice"),
        ("06", {"momentum": 1.0}, "momentum: expected a number from 0 to below 1, got 1.0"),
        ("07", {"folds": 1}, "folds: expected at least 2, got 1"),
    ],
)
def test_a_refusal_says_what_was_expected(chapter, changed, said):
    name = next(one for one in CHECKS if one.startswith(chapter))
    with pytest.raises(ValueError, match=said):
        CHECKS[name](DEFAULTS[name] | changed)


def test_what_is_not_finite_is_no_number_above_zero():
    with pytest.raises(ValueError, match="rate: expected a number above 0, got inf"):
        legal.positive({"rate": float("inf")}, "rate")
