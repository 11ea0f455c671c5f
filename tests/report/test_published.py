"""The published tables load, misspelt names say what there is."""

import os
from pathlib import Path

import pandas as pd
import pytest

from report.chapter import published

SOURCE = os.environ.get("MLP_CORE_PUBLISHED")
"""A folder with the complete tables, which also hold what the reports say in their own words."""

COLUMNS = {
    "capacity_notmnist": {"hidden_units", "train_loss", "test_accuracy", "seconds"},
    "cnn_vs_mlp": {"model", "parameters", "metric", "epoch", "value"},
    "full_batch": {"hidden", "learning_rate", "lambda", "test_accuracy"},
    "gradient_check": {"N", "weight", "analytic_minus_numerical"},
    "hyperparameter_search": {"hidden_1", "activation_1", "learning_rate", "valid_accuracy", "parameters"},
    "initialization": {"initializer", "epoch", "train_loss", "train_accuracy_percent"},
    "kfold_l2": {"lambda", "fold", "accuracy", "loss"},
    "training_curve_710x610": {"epoch", "train_loss", "valid_loss", "valid_accuracy", "train_correct"},
    "capacity_notmnist_measured": {"hidden_units", "quantity", "data_set", "value_printed", "updates_done"},
    "full_batch_curve": {"hidden", "updates_done", "train_loss", "train_accuracy"},
    "grid_ift6135a": {"hidden_1", "hidden_2", "learning_rate", "valid_accuracy_percent"},
    "initialization_valid": {"initializer", "valid_loss", "valid_accuracy_percent", "time_total_seconds"},
    "kfold_l2_means": {"lambda", "mean_loss", "mean_accuracy_percent"},
    "parameter_counts": {"model", "part", "parameters_printed", "formula"},
    "claims": {"place", "claim", "how_to_check", "kind"},
    "errata": {"place", "kind", "printed_or_claimed", "true", "derived"},
    "recomputed": {"quantity", "epoch", "value", "how"},
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


AMENDED = {
    "claims": {"ift6135-a": (3, 9), "ece421": (5, 6), "ift6135-b": (11,), "ift6135-c": (7,)},
    "errata": {
        "ift6135-a": (1,), "ece421": (1, 2, 5), "ift6135-b": (17,), "ift6135-c": (3,), "ce40717": (2, 6, 11, 13),
    },
}  # fmt: skip
"""Rows whose words the project has mended: what a report claims, with its hedges; what is wrong, and no more."""


def in_one_spelling(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without the marks of thousands, and with one spelling of the words that have two."""
    return table.replace({r"(?<=\d),(?=\d{3}(?!\d))": "", "nitialis": "nitializ"}, regex=True)


@pytest.mark.skipif(not SOURCE, reason="MLP_CORE_PUBLISHED names no folder with the complete tables")
@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_is_the_complete_one_without_the_quotations(name):
    files = Path(SOURCE, f"{name}.csv"), published.FOLDER / f"{name}.csv"
    theirs, ours = (in_one_spelling(pd.read_csv(file, dtype=str, keep_default_na=False)) for file in files)
    theirs = theirs.drop(columns="quote", errors="ignore")
    mended = [theirs.index[theirs["report"] == report][row]
              for report, rows in AMENDED.get(name, {}).items() for row in rows]  # fmt: skip
    differing = theirs.index[(ours != theirs).any(axis=1)]
    assert set(differing) == set(mended)
    assert set(theirs.columns[(ours != theirs).any()]) <= {"claim", "printed_or_claimed", "true"}


def test_no_quotation_of_a_report_is_kept():
    assert not [name for name in published.names() if "quote" in published.load(name).columns]
