"""Small and odd but legal parameters: a chapter tells the truth under them, in whole sentences, or refuses in their words.

What a chapter refuses before it has read any data, for each parameter by name, is in tests/chapter/test_legal.py.
"""

import shutil
from typing import Any

import pytest
from tried import NOTEBOOKS, refused, run
from wording import wording_problems

pytestmark = pytest.mark.long

SMALL: dict[str, dict[str, Any]] = {
    "01-data-and-backpropagation": {"images": 100, "hidden": 8, "steps": 5, "seeds": [0, 1], "samples_per_class": 1},
    "02-initialization": {
        "train_images": 128, "hidden": [16, 12], "batch_size": 64, "epochs": 2, "seeds": [0, 1], "draws": 2,
        "probe_images": 10, "probe_steps": 2, "race_seeds": 2, "race_steps": 3,
    },
    "03-hyperparameter-search": {
        "train_images": 100, "parameters": [10000, 60000], "hidden": [[16, 8], [24, 12]], "activations": ["relu", "tanh"],
        "epochs": 1, "seeds": [0, 1, 2], "widths": [16, 24], "random_trials": 3, "random_units": [12, 40, 8], "picked": 3,
        "shrink": 32, "curve_epochs": 1, "curve_seeds": [0, 1],
    },
    "04-gradient-check": {
        "train_images": 100, "hidden": [60, 40], "batch_size": 25, "epochs": 1, "seeds": [0, 1], "exponents": [0, 1, 2],
        "cnns": [], "entries": 1,
    },
    "05-cnn-vs-mlp": {
        "train_images": 100, "measured_images": 50, "networks": ["mlp 16", "cnn 2-3"], "weight_decays": [0.0],
        "dropouts": [0.0], "epochs": [1], "fewer_images": [10], "seeds": [0, 1],
    },
    "06-capacity-and-early-stopping": {"train_images": 100, "hidden": [5, 8], "epochs": 5, "patience": 2, "seeds": [0, 1]},
    "07-regularization": {
        "train_images": 100, "lambdas": [0.1, 0.01], "folds": 2, "hidden": 8, "fold_epochs": 2, "final_epochs": 2,
        "improved_hidden": [12, 8], "improved_epochs": 2, "seeds": [0, 1],
    },
}  # fmt: skip
"""Parameters with which each chapter takes a second; what is odd comes on top."""

ODD: dict[str, list[dict[str, Any]]] = {
    "01-data-and-backpropagation": [
        {"images": 1}, {"images": 10, "seeds": [7]}, {"steps": 1, "seeds": [7]}, {"batch": 1, "hidden": 1},
        {"batch": 5000, "eps": 1e-300}, {"eps": 1000.0},
    ],
    "02-initialization": [
        {"epochs": 1, "seeds": [3], "draws": 1, "probe_images": 1, "race_seeds": 1}, {"hidden": [5], "race_steps": 1},
        {"hidden": [1, 1], "probe_steps": 1}, {"batch_size": 1, "train_images": 40}, {"batch_size": 9999, "shuffle": True},
        {"activation": "sigmoid", "seeds": [3], "draws": 1}, {"learning_rate": 1e9}, {"probe_steps": 999, "race_steps": 99},
    ],
    "03-hyperparameter-search": [
        {"seeds": [1], "curve_seeds": [1]}, {"seeds": [1, 2], "curve_epochs": 60}, {"train_images": 1, "shrink": 1000},
        {"hidden": [[16, 8]], "activations": ["relu"], "learning_rates": [0.1], "second_rates": [0.1], "widths": [16],
         "random_trials": 1, "picked": 1}, {"train_images": 10, "batch_size": 1, "second_batch": 9999},
        {"learning_rates": [1e9, 0.1], "second_rates": [1e9, 0.1], "picked": 9, "picked_epochs": 3, "target": 0.0},
    ],
    "04-gradient-check": [
        {"train_images": 1}, {"train_images": 10, "batch_size": 1}, {"seeds": [3], "weights": 9999}, {"sample": 99},
        {"exponents": [0], "multiples": [7]}, {"exponents": [100]}, {"cnns": ["ift6135-b"], "hidden": [40, 30, 20]},
    ],
    "05-cnn-vs-mlp": [
        {"train_images": 1, "measured_images": 1, "batch_sizes": [1]}, {"train_images": 10, "seeds": [5], "permuted": True},
        {"networks": ["mlp 1", "cnn 1-1"], "measured_images": 0}, {"initializers": ["zeros"]},
        {"networks": ["mlp 16", "cnn 2-3", "mlp 16", "cnn 2-3"], "weight_decays": [0.0, 0.0, 0.1, 0.0],
         "dropouts": [0.0, 0.0, 0.0, 0.5], "seeds": [5]}, {"learning_rates": [1e9], "batch_sizes": [9999], "fewer_images": []},
    ],
    "06-capacity-and-early-stopping": [
        {"seeds": [3]}, {"seeds": [3], "hidden": [5], "epochs": 1}, {"epochs": 2, "patience": 1}, {"train_images": 1},
        {"train_images": 10, "hidden": [1]}, {"momentum": 0.0, "patience": 99}, {"learning_rate": 1.0},
        {"epochs": 30, "learning_rate": 0.003}, {"epochs": 30, "learning_rate": 0.003, "seeds": [3]},
    ],
    "07-regularization": [
        {"seeds": [3]}, {"lambdas": [0.0]}, {"lambdas": [0.0, 0.1], "fold_epochs": 1, "final_epochs": 1},
        {"lambdas": [0.1], "hidden": 1, "improved_hidden": [1], "improved_epochs": 1}, {"wrong_lambda": 0.0},
        {"improved_rate": 1e9},
    ],
}  # fmt: skip

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("01-data-and-backpropagation", {"images": 3001}, "images: expected 1 to 3,000, the training images"),
    ("01-data-and-backpropagation", {"samples_per_class": 301}, "samples_per_class: expected 1 to 300"),
    ("01-data-and-backpropagation", {"learning_rate": 1e300}, "learning_rate: expected a rate at which the loss"),
    ("02-initialization", {"train_images": 10}, "train_images: expected images of all 10 classes"),
    ("03-hyperparameter-search", {"parameters": [1, 2]}, "hidden: expected sizes of two layers with 1 to 2 parameters"),
    ("03-hyperparameter-search", {"widths": [1]}, "widths: expected sizes of two layers with 10,000 to 60,000"),
    ("04-gradient-check", {"sample": 100}, "sample: expected 0 to 99, a training image"),
    ("04-gradient-check", {"hidden": [1, 1]}, "sample: "),
    ("05-cnn-vs-mlp", {"dropouts": [0.5]}, "networks: expected at least one perceptron and one convolutional network"),
    ("07-regularization", {"train_images": 10}, "folds: expected parts that each hold every class, got 2"),
    ("07-regularization", {"folds": 9}, "folds: expected parts that each hold every class, got 9"),
    ("07-regularization", {"learning_rate": 1e9}, "lambdas: expected below 2 / learning_rate"),
    ("07-regularization", {"dataset": "nothing"}, "unknown data set 'nothing'"),
]


@pytest.mark.parametrize(
    ("chapter", "odd"), [(chapter, odd) for chapter, cases in ODD.items() for odd in cases], ids=lambda one: str(one)[:40]
)
def test_odd_parameters_give_true_sentences(chapter, odd, tmp_path):
    parameters = SMALL[chapter] | odd
    notebook = run(chapter, tmp_path, **parameters)
    assert wording_problems(notebook, one_seed=len(parameters["seeds"]) == 1) == []


@pytest.mark.parametrize(("chapter", "odd", "said"), REFUSED, ids=lambda one: str(one)[:40])
def test_what_the_data_cannot_give_is_refused_in_the_parameters_words(chapter, odd, said, tmp_path):
    error = refused(chapter, tmp_path, **SMALL[chapter] | odd)
    assert error.startswith(f"ValueError: {said}")


@pytest.mark.parametrize("chapters", ["02", "05", "0[1-7]"])
def test_the_conclusion_is_drawn_from_the_chapters_that_there_are(chapters, tmp_path):
    for path in NOTEBOOKS.glob(f"{chapters}-*.ipynb"):
        shutil.copy(path, tmp_path)
    assert wording_problems(run("09-conclusion", tmp_path, results_folder=str(tmp_path))) == []


@pytest.mark.parametrize(("chapter", "said"), [("04-gradient-check", "chapters that kept"), (None, "a folder with")])
def test_a_conclusion_from_nothing_is_refused(chapter, said, tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    if chapter:
        shutil.copy(NOTEBOOKS / f"{chapter}.ipynb", folder)
    assert f"Error: results_folder: expected {said}" in refused("09-conclusion", tmp_path, results_folder=str(folder))
