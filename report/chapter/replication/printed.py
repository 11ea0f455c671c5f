"""Every number that the five reports printed as a result: its key, what it is, its value."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from report.chapter import published

REPORTS = ("ift6135-a", "ift6135-b", "ift6135-c", "ce40717", "ece421")


class Table(NamedTuple):
    """What a row of a published table is about, and its columns that are results rather than settings."""

    words: str
    results: dict[str, str]


LOSSES_AND_SHARES = {
    "train_accuracy": "training accuracy",
    "train_loss": "training loss",
    "valid_accuracy": "validation accuracy",
    "valid_loss": "validation loss",
}

TABLES = {
    "initialization": Table(
        "{initializer}, epoch {epoch}",
        {"train_loss": "training loss", "train_accuracy_percent": "training accuracy, %"},
    ),
    "initialization_valid": Table(
        "{initializer}, epoch {epochs}",
        {
            "valid_loss": "validation loss",
            "valid_accuracy_percent": "validation accuracy, %",
            "time_total_seconds": "seconds",
        },
    ),
    "grid_ift6135a": Table(
        "{hidden_1}-{hidden_2}, rate {learning_rate:g}",
        {"valid_accuracy_percent": "validation accuracy, %", "elapsed_total_seconds": "seconds since the start"},
    ),
    "hyperparameter_search": Table(
        "{hidden_1:.0f}-{hidden_2:.0f}, {activation_1}-{activation_2}, batch {batch_size:.0f}, "
        "rate {learning_rate:g}, epoch {epochs:.0f}",
        LOSSES_AND_SHARES,
    ),
    "training_curve_710x610": Table(
        "710-610, epoch {epoch}",
        {
            "train_loss": "training loss",
            "valid_loss": "validation loss",
            "valid_accuracy": "validation accuracy",
            "train_accuracy_percent_printed": "training accuracy as printed, %",
            "train_accuracy_percent_corrected": "training accuracy with the counter undone, %",
        },
    ),
    "gradient_check": Table("N = {N}, weight {weight}", {"analytic_minus_numerical": "analytic minus numerical"}),
    "cnn_vs_mlp": Table("{model}", {"value": "{metric}"}),
    "kfold_l2": Table("lambda {lambda:g}, fold {fold}", {"accuracy": "accuracy", "loss": "loss"}),
    "kfold_l2_means": Table(
        "lambda {lambda:g}, mean of the folds", {"mean_loss": "loss", "mean_accuracy_percent": "accuracy, %"}
    ),
    "full_batch_curve": Table(
        "{hidden}, after {updates_done} updates", {"train_loss": "training loss", "train_accuracy": "training accuracy"}
    ),
    "full_batch": Table("{hidden}, after {updates_before_test} updates", {"test_accuracy": "test accuracy"}),
    "capacity_notmnist_measured": Table("{hidden_units} units, {data_set}", {"value_printed": "{quantity}"}),
    "parameter_counts": Table("{model}, {part}", {"parameters_printed": "parameters"}),
}
"""Tables of results. `capacity_notmnist` and the losses of `full_batch` are printed once and stand in two tables; so do
the rows of ift6135-a in `hyperparameter_search`."""


SPOKEN = {
    "valid_error": "epoch {epoch:.0f}, validation error",
    "best_valid_error": "best epoch, validation error",
    "accuracy": "epoch {epoch:.0f}, accuracy",
    "mean negative log likelihood": "loss",
    "percent": "accuracy, %",
    "seconds": "time, seconds",
}
"""What a metric of one table and a unit of another say in words."""


def printed(report: str | None = None) -> pd.DataFrame:
    """Return the numbers that one report printed as results, or all five, in the order of the tables.

    Returns
    -------
    DataFrame
        Indexed by ``key`` (table/row/column, rows counted from 0 as `published.load` has them); columns report, table,
        quantity, published.

    Examples
    --------
    >>> float(printed("ece421").loc["capacity_notmnist_measured/0/value_printed", "published"])
    4.6824
    """
    if report is not None and report not in REPORTS:
        raise ValueError(f"expected one of the reports {', '.join(REPORTS)}, got {report!r}")
    entries = [entry for name, table in TABLES.items() for entry in _entries(name, table)]
    numbers = pd.DataFrame.from_records(entries).set_index("key")
    return numbers if report is None else numbers[numbers["report"] == report]


def _entries(name: str, table: Table) -> list[dict[str, Any]]:
    """Return the printed results of one table."""
    rows = [
        row
        for row in published.load(name).reset_index().to_dict("records")
        if not (name == "hyperparameter_search" and row["report"] == "ift6135-a")
    ]
    return [
        {
            "key": f"{name}/{row['index']}/{column}",
            "report": row["report"],
            "table": name,
            "quantity": _without_gaps(f"{table.words}, {words}".format_map(_spoken(row))),
            "published": float(row[column]),
        }
        for row in rows
        for column, words in table.results.items()
        if not pd.isna(row[column])
    ]


def _spoken(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row with words for its metric, or for its quantity and unit."""
    metric, unit = row.get("metric"), row.get("unit")
    return row | {"metric": SPOKEN.get(str(metric), "").format_map(row), "quantity": SPOKEN.get(str(unit), "")}


def _without_gaps(words: str) -> str:
    """Return words without the parts for which a table has no value."""
    return ", ".join(part for part in words.split(", ") if "nan" not in part.split())


def key(table: str, column: str, **setting: Any) -> str:
    """Return the key of the one number of a table whose row has these settings.

    Raises
    ------
    ValueError
        If no row has them, or several.

    Examples
    --------
    >>> key("initialization", "train_loss", report="ift6135-a", initializer="zeros", epoch=2)
    'initialization/1/train_loss'
    """
    rows = published.load(table)
    for name, value in setting.items():
        rows = rows[rows[name] == value]
    if len(rows) != 1:
        raise ValueError(f"expected one row of {table!r} with {setting}, got {len(rows)}")
    return f"{table}/{rows.index[0]}/{column}"
