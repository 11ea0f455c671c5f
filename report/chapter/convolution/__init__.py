"""Convolution against full connection: networks by name, what they cost, and what may be said about their errors."""

from report.chapter.convolution.architectures import build, largest_share, multiplications, permute, title
from report.chapter.convolution.moved import Mover, drifts, move, moved_pair
from report.chapter.convolution.pictures import first_maps, learned, price
from report.chapter.convolution.recipes import Recipe, again_permuted, check_parameters, recipes
from report.chapter.convolution.runs import (
    Pair,
    Run,
    against,
    best,
    kinds,
    leaders,
    orders,
    permuted_pair,
    permuted_results,
    remedies,
    told_alone,
)
from report.chapter.convolution.subsets import as_long, cheapest, draw, enough, images_figure, power, smaller
from report.chapter.convolution.tables import (
    cost_table,
    pair_table,
    recipe_table,
    result_table,
    shared_settings,
)
from report.chapter.convolution.words import confusions, measured, shown, silence

__all__ = [
    "Mover",
    "Pair",
    "Recipe",
    "Run",
    "again_permuted",
    "against",
    "as_long",
    "best",
    "build",
    "cheapest",
    "check_parameters",
    "confusions",
    "cost_table",
    "draw",
    "drifts",
    "enough",
    "first_maps",
    "images_figure",
    "kinds",
    "largest_share",
    "leaders",
    "learned",
    "measured",
    "move",
    "moved_pair",
    "multiplications",
    "orders",
    "pair_table",
    "permute",
    "permuted_pair",
    "permuted_results",
    "power",
    "price",
    "recipe_table",
    "recipes",
    "remedies",
    "result_table",
    "shared_settings",
    "shown",
    "silence",
    "smaller",
    "title",
    "told_alone",
]
