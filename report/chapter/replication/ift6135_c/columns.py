"""Tables of report ift6135-c: its numbers beside ours in wide form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from report.chapter.number import MISSING, number
from report.chapter.replication.ift6135_c import biases, networks
from report.chapter.replication.ift6135_c.beside import LABEL, grid_keys
from report.chapter.replication.printed import key

STARTS = ("glorot", "zeros", "normal")


def starts(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the losses of the three starts by epoch, printed and ours, and the verdict on the zeros."""
    rows, known = [], numbers.to_dict("index")
    for epoch in range(1, networks.EPOCHS + 1):
        row = [number(epoch)]
        for name in STARTS:
            one = known[_start(name, epoch)]
            digits = ".10f" if name == "zeros" else ".4f"
            row += [number(one["published"], digits), _shown(one["ours"], digits)]
        rows.append([*row, known[_start("zeros", epoch)]["verdict"]])
    columns = ["epoch", "Glorot", "ours", "zeros", "ours", "N(0, 1)", "ours", "verdict on the zeros"]
    return pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], columns[1:]).rename_axis(columns[0])


def _start(name: str, epoch: int) -> str:
    """Return the key of one loss."""
    return key("initialization", "train_loss", report=LABEL, initializer=name, epoch=epoch)


def grid(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the 36 settings with both accuracies, printed and ours; one verdict where both have the same."""
    rows, keys, known = {}, grid_keys(), numbers.to_dict("index")
    for (a, b), activation, rate in networks.grid():
        row: list[str] = []
        verdicts: dict[str, None] = {}
        for column in ("train_accuracy", "valid_accuracy"):
            one = known[keys[(a, b), activation, rate] + column]
            row += [
                number(100 * one["published"], ".2f"), _shown(100 * one["ours"], ".2f"),
                _shown(100 * (one["tolerance"] + 0 * one["ours"]), ".2f"),
            ]  # fmt: skip
            verdicts[one["verdict"]] = None
        rows[f"{a}-{b}, {activation}, {number(rate)}"] = [*row, ", ".join(verdicts)]
    columns = ["training, %", "ours", "tolerance", "validation, %", "ours", "tolerance", "verdict"]
    return pd.DataFrame(list(rows.values()), list(rows), columns).rename_axis("setting")


def rest(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracies of the CNNs and the numbers of parameters beside ours."""
    table = numbers[numbers["table"].isin(["cnn_vs_mlp", "parameter_counts"])]
    accuracies = table["table"] == "cnn_vs_mlp"
    digits = [".2%" if one else "" for one in accuracies]
    columns = {
        name: [_shown(value if one else round(value), form) if value == value else MISSING
               for value, form, one in zip(table[name], digits, accuracies, strict=True)]
        for name in ("published", "ours")
    }  # fmt: skip
    return pd.DataFrame({"quantity": table["quantity"], **columns, "verdict": table["verdict"]}).set_index("quantity")


def zeros(found: Mapping[str, Any], numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the largest deviation of each setting from the nine printed losses of the zeros; the third is left out."""
    printed = np.array([numbers.loc[_start("zeros", epoch), "published"] for epoch in range(1, networks.EPOCHS + 1)])
    others = np.arange(len(printed)) != 2
    rows = {
        name: number(np.abs(np.array(losses) - printed)[others].max(), ".1e") for name, losses in found["zeros"].items()
    }
    table = pd.Series(rows, name="largest deviation").rename_axis("setting").to_frame()
    return table.assign(inferred=["yes" if name == biases.INFERRED else "" for name in table.index])


def _shown(value: float, digits: str) -> str:
    """Write a number, or a dash where there is none."""
    return number(value, digits) if value == value else MISSING
