"""The chapter's tables: settings, costs, errors, comparisons, and published numbers beside ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from report.chapter import published
from report.chapter.convolution.architectures import build, largest_share, multiplications, title
from report.chapter.convolution.recipes import Recipe
from report.chapter.convolution.runs import Pair, Run, orders
from report.chapter.convolution.words import shown
from report.chapter.number import MISSING, number


def recipe_table(plan: Sequence[Recipe]) -> pd.DataFrame:
    """Return the runs and their settings, one row each."""
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
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("network")


def result_table(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Return the errors after the last epoch, one row per run on pixels in their own order."""
    rows = {
        name: {
            "training error": number(run.train_error, ".1%"), "validation error": shown(run.error),
        } for name, run in runs.items() if not run.recipe.permuted
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("run")


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


def order_table(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Return the errors of plain runs with pixels in their own order and permuted; a dash where none were permuted."""
    pairs = {pair.other: pair for pair in orders(runs)}
    rows = {
        name: {
            "as it is": shown(run.error),
            "permuted": shown(pairs[name].first.error) if name in pairs else MISSING,
            "difference, points": pairs[name].difference if name in pairs else MISSING,
            "permuted is": pairs[name].found.verdict if name in pairs else MISSING,
        } for name, run in runs.items() if run.recipe.plain and not run.recipe.permuted
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("run")


def published_table(beside: pd.DataFrame) -> pd.DataFrame:
    """Return the table of :func:`beside_published` as it is printed."""
    shorter = beside["quantity"].str.replace(", validation error", "")
    rates = {name: [number(value, ".2%") for value in beside[name]] for name in ("published", "ours")}
    return pd.DataFrame({"report": beside["report"], "validation error of": shorter, **rates}).set_index("report")


def beside_published(runs: Mapping[str, Run], *, full: bool) -> pd.DataFrame:
    """Return the numbers that two course reports printed beside ours, NaN where nothing like it was trained.

    Parameters
    ----------
    full : bool
        Whether the images are those of the reports: all training images of MNIST.
    """
    rows = []
    names = {"cnn": {"ift6135-b": "CNN b", "ift6135-c": "CNN c"}, "cnn + L2": {"ift6135-c": "CNN c + L2"}}
    for one in published.load("cnn_vs_mlp").to_dict("records"):
        name = names.get(one["model"], {}).get(one["report"], "MLP 512-256")
        epoch = None if one["metric"].startswith("best") else int(one["epoch"])
        when = f"epoch {epoch}" if epoch else "best epoch"
        rows.append(published.row(
            one["report"], f"{name}, validation error, {when}",
            1 - one["value"] if one["metric"] == "accuracy" else one["value"],
            _errors(runs.get(name), epoch), 0.02 if epoch == 1 else 0.005,
            comparable=full and name in runs and _as_published(runs[name].recipe, one["report"]),
        ))  # fmt: skip
    return pd.DataFrame(rows)


def _errors(run: Run | None, epoch: int | None) -> list[float]:
    """Return each seed's validation error after an epoch, or the lowest of all; NaN where there is none."""
    curves = [[1 - accuracy for accuracy in history.valid_accuracy] for history in run.histories] if run else [[]]
    if epoch is None:
        return [min(curve, default=math.nan) for curve in curves]
    return [curve[epoch - 1] if len(curve) >= epoch else math.nan for curve in curves]


def _as_published(recipe: Recipe, report: str) -> bool:
    """Return whether a run has the settings that a report printed."""
    settings = (recipe.learning_rate, recipe.momentum, recipe.batch_size, recipe.centered)
    return settings == {"ift6135-b": (0.01, 0.0, 32, False), "ift6135-c": (0.003, 0.9, 256, True)}[report]
