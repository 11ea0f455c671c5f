"""The published tables load, and misspelt names say what there is."""

import pandas as pd
import pytest

from report import published

COLUMNS = {
    "capacity_notmnist": {"hidden_units", "train_loss", "test_accuracy", "seconds"},
    "cnn_vs_mlp": {"model", "parameters", "metric", "epoch", "value"},
    "full_batch": {"hidden", "learning_rate", "lambda", "test_accuracy"},
    "gradient_check": {"N", "weight", "analytic_minus_numerical"},
    "hyperparameter_search": {"hidden_1", "activation_1", "learning_rate", "valid_accuracy", "parameters"},
    "initialization": {"initializer", "epoch", "train_loss", "train_accuracy_percent"},
    "kfold_l2": {"lambda", "fold", "accuracy", "loss"},
    "training_curve_710x610": {"epoch", "train_loss", "valid_loss", "valid_accuracy"},
}


def test_every_table_is_listed():
    assert set(published.names()) == set(COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_its_columns_and_names_its_report(name):
    table = published.load(name)
    assert COLUMNS[name] | {"report"} <= set(table.columns)
    assert table["report"].notna().all()


def test_one_report_s_rows_are_selected_and_renumbered():
    rows = published.load("hyperparameter_search", "ift6135-b")
    assert len(rows) == 9
    assert rows.index.tolist() == list(range(9))


def test_the_36_point_grid_is_complete_and_inside_the_budget():
    grid = published.load("hyperparameter_search", "ift6135-c")
    assert len(grid.drop_duplicates(["hidden_1", "hidden_2", "activation_1", "learning_rate"])) == 36
    assert grid["parameters"].between(500_000, 1_000_000).all()


def test_what_a_report_leaves_out_is_missing_not_zero():
    assert pd.isna(published.load("initialization", "ift6135-c")["train_accuracy_percent"]).all()


def test_an_unknown_table_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"initialization.*got 'initialisation'"):
        published.load("initialisation")


def test_an_unknown_report_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"ift6135-a, ift6135-c.*got 'ece421'"):
        published.load("initialization", "ece421")
