"""The chapter's tables: settings, costs, errors, comparisons, and published numbers beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from report.chapter.convolution.architectures import build, largest_share, multiplications, title
from report.chapter.convolution.recipes import Recipe
from report.chapter.convolution.runs import Pair, Run
from report.chapter.convolution.words import shown
from report.chapter.number import number, percents_once
from report.chapter.sentence import counted, listed


def recipe_table(plan: Sequence[Recipe]) -> pd.DataFrame:
    """Return the runs and the settings in which they differ, one row each; all settings if they differ in none."""
    table = _settings(plan)
    return table[[name for name in table if table[name].nunique() > 1] or [*table]]


def shared_settings(plan: Sequence[Recipe]) -> str:
    """Say which settings all runs share."""
    table = _settings(plan)
    shared = {name: table[name].iloc[0] for name in table if table[name].nunique() == 1}
    return listed([counted(int(value), "epoch") if name == "epochs" else f"{name} {number(value)}"
                   for name, value in shared.items()])  # fmt: skip


def _settings(plan: Sequence[Recipe]) -> pd.DataFrame:
    """Return all settings, one row per run on pixels in their own order."""
    rows = {
        one.label: {
            "rate": one.learning_rate, "momentum": one.momentum, "batch": one.batch_size, "L2": one.weight_decay,
            "dropout": one.dropout, "initializer": one.initializer.replace("_", " "),
            "pixels": "−1 to 1" if one.centered else "0 to 1", "epochs": one.epochs,
        } for one in plan if not one.permuted
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("run")


def cost_table(names: Sequence[str]) -> pd.DataFrame:
    """Return what each network costs, one row each."""
    networks = {title(name): build(name) for name in dict.fromkeys(names)}
    rows = {
        name: {
            "parameters": number(network.num_parameters),
            "in the largest layer": number(largest_share(network), ".1%"),
            "multiplications per image": number(multiplications(network)),
        } for name, network in networks.items()
    }  # fmt: skip
    return percents_once(pd.DataFrame.from_dict(rows, orient="index").rename_axis("network"))


def result_table(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Return the errors after the last epoch, one row per run on pixels in their own order."""
    rows = {
        name: {
            "training error": number(run.train_error, ".1%"), "validation error": shown(run.error),
        } for name, run in runs.items() if not run.recipe.permuted
    }  # fmt: skip
    return percents_once(pd.DataFrame.from_dict(rows, orient="index").rename_axis("run"))


def pair_table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return comparisons, one row each."""
    rows = [
        {
            "run": pair.name, "beside": pair.other,
            "parameters": _times(pair.parameters), "multiplications": _times(pair.multiplications),
            "errors, points": pair.difference, "verdict": pair.found.verdict,
        } for pair in pairs
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index("run")


def _times(ratio: float) -> str:
    """Write how many times the other's number one has."""
    return f"× {number(ratio, '.2f' if ratio >= 0.1 else '.1g')}"
