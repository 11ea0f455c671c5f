"""Tables of report ift6135-c: its numbers beside ours in wide form, its claims, its errata, its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from report.chapter.number import MISSING, number
from report.chapter.replication.ift6135_c import biases, networks
from report.chapter.replication.ift6135_c.beside import LABEL, grid_keys
from report.chapter.replication.ift6135_c.settings import SETTINGS
from report.chapter.replication.printed import key

STARTS = ("glorot", "zeros", "normal")


def settings() -> pd.DataFrame:
    """Return the settings of the runs in full, and where each comes from."""
    return pd.DataFrame({"value, and where it comes from": SETTINGS}).rename_axis("setting")


def starts(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the losses of the three starts by epoch, published and ours, and the verdict on the zeros."""
    rows, known = [], numbers.to_dict("index")
    for epoch in range(1, networks.EPOCHS + 1):
        row: dict[str, Any] = {"epoch": epoch}
        for name in STARTS:
            one = known[_start(name, epoch)]
            digits = ".10f" if name == "zeros" else ".4f"
            row[f"{name}, published"] = number(one["published"], digits)
            row[f"{name}, ours"] = _shown(one["ours"], digits)
        rows.append(row | {"zeros, verdict": known[_start("zeros", epoch)]["verdict"]})
    return pd.DataFrame(rows).set_index("epoch")


def _start(name: str, epoch: int) -> str:
    """Return the key of one loss."""
    return key("initialization", "train_loss", report=LABEL, initializer=name, epoch=epoch)


def grid(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the 36 settings with both accuracies, published and ours; one verdict where both have the same."""
    rows, keys, known = [], grid_keys(), numbers.to_dict("index")
    for (a, b), activation, rate in networks.grid():
        row: dict[str, Any] = {"setting": f"{a}-{b}, {activation}, {number(rate)}"}
        verdicts: dict[str, None] = {}
        for short, column in {"training": "train_accuracy", "validation": "valid_accuracy"}.items():
            one = known[keys[(a, b), activation, rate] + column]
            row |= {
                f"{short}, %": number(100 * one["published"], ".2f"),
                f"{short}, ours": _shown(100 * one["ours"], ".2f"),
                f"{short}, tolerance": _shown(100 * (one["tolerance"] + 0 * one["ours"]), ".2f"),
            }
            verdicts[one["verdict"]] = None
        rows.append(row | {"verdict": ", ".join(verdicts)})
    return pd.DataFrame(rows).set_index("setting")


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


def notes(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return what is inferred or assumed, or why nothing can be compared, and of how many numbers."""
    counts = numbers.groupby(["table", "note", "verdict"], sort=False).size().reset_index(name="numbers")
    return counts[counts["note"] != ""].rename(columns={"note": "what to know"}).set_index("table")


def zeros(found: Mapping[str, Any], numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the largest deviation of each setting from the nine printed losses of the zeros; the third is left out."""
    printed = np.array([numbers.loc[_start("zeros", epoch), "published"] for epoch in range(1, networks.EPOCHS + 1)])
    others = np.arange(len(printed)) != 2
    rows = {
        name: number(np.abs(np.array(losses) - printed)[others].max(), ".1e") for name, losses in found["zeros"].items()
    }
    table = pd.Series(rows, name="largest deviation").rename_axis("setting").to_frame()
    return table.assign(inferred=["yes" if name == biases.INFERRED else "" for name in table.index])


def claims(table: pd.DataFrame) -> pd.DataFrame:
    """Return the claims, the verdicts and the numbers that decide them."""
    return table[["claim", "verdict", "by"]].set_index("claim")


def errata(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is printed, what is true, and what shows it."""
    names = {"printed_or_claimed": "printed", "true": "true", "shown": "shown by computation"}
    return table[list(names)].rename(columns=names).set_index("printed")


def _shown(value: float, digits: str) -> str:
    """Write a number, or a dash where there is none."""
    return number(value, digits) if value == value else MISSING
