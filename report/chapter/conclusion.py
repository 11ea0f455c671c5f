"""What the chapters found, and their final networks, marked once on the test images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from mlp_core import load_dataset
from report.chapter import evidence, figures, results
from report.chapter.kept import Kept
from report.chapter.number import in_percent, number


@dataclass(frozen=True)
class Final:
    """A chapter's final network with its mark.

    Attributes
    ----------
    name : str
        What it is called, with its chapter where two chapters use the name.
    kept : Kept
        What its chapter kept of it.
    hits : ndarray, shape (seeds, images), bool
        Which of its answers are right.
    """

    name: str
    kept: Kept
    hits: np.ndarray

    @property
    def accuracy(self) -> evidence.Estimate:
        """The test accuracy over seeds and images; of one run, over images alone."""
        return evidence.share(self.hits)


def published(folder: str | Path, chapters: int = 8) -> list[SimpleNamespace | None]:
    """Return what each chapter published, by its number, for sentences such as ``{c2.class_prior:.2f}``.

    A chapter without results in the folder is None, so that a sentence about it is left out with ``when=c2``.
    """
    found = {name.partition("-")[0]: values for name, values in results.load(folder).items()}
    return [SimpleNamespace(**found[key]) if (key := f"{k:02}") in found else None for k in range(chapters)]


def from_one_seed(chapters: Sequence[SimpleNamespace | None]) -> list[str]:
    """Return the numbers of the chapters that ran from a single seed, whose verdicts are about single networks."""
    return [str(k) for k, chapter in enumerate(chapters) if getattr(chapter, "seeds", None) == 1]


def mark(kept: Sequence[Kept]) -> list[Final]:
    """Hold what chapters kept against the test labels, the best first; a name that two chapters use gets the chapter.

    Raises
    ------
    ValueError
        If no chapter kept anything.
    """
    if not kept:
        raise ValueError("results_folder: expected chapters that kept a network, found none there; run some first")
    names = [one.name for one in kept]
    datasets = {source: load_dataset(source) for source in {one.source for one in kept}}
    finals = [
        Final(
            one.name if names.count(one.name) == 1 else f"{one.name} (chapter {chapter_number(one.chapter)})",
            one, one.hits(datasets[one.source]),
        )
        for one in kept
    ]  # fmt: skip
    return sorted(finals, key=lambda final: -final.accuracy.value)


def table(finals: list[Final]) -> pd.DataFrame:
    """Return a row per network: chapter, data set where there are several, what it was trained by, accuracy, interval.

    What is the same for all networks is no column: the title of the accuracies says of how many runs they are.
    """
    first, *others = {len(final.hits) for final in finals}
    of_runs = "" if others else f" of {first} run{'s' * (first != 1)}"
    rows = pd.DataFrame(
        {
            "chapter": [chapter_number(final.kept.chapter) for final in finals],
            "data set": [final.kept.dataset for final in finals],
            "parameters": [number(final.kept.parameters) for final in finals],
            "images": [number(final.kept.trained_on) for final in finals],
            "updates": [number(final.kept.updates) for final in finals],
            "runs": [len(final.hits) for final in finals],
            f"test accuracy{of_runs}, %": [in_percent(final.accuracy) for final in finals],
        },
        index=pd.Index([final.name for final in finals], name="network"),
    )
    told = ("data set", "images", "updates", "runs")
    return rows.drop(columns=[name for name in told if rows[name].nunique() == 1])


def best_group(finals: list[Final]) -> evidence.Group:
    """Return which networks cannot be told from the best on the test images; their seeds are no pairs.

    One run shows no spread between seeds, so a network of one run cannot be told from any other.
    """
    return evidence.best_group({final.name: final.hits for final in finals}, same_seeds=False)


def varied(finals: list[Final]) -> tuple[Final, Final] | None:
    """Return the worst network that cannot be told from the best, and one told from it that is better than that one.

    None where the group is a run of the ranks: a network in it that lies below others varies more from seed to seed.
    """
    group = best_group(finals)
    last = [final for final in finals if final.name in group.names][-1]
    ahead = [final for final in finals[: finals.index(last)] if final.name in group.others]
    return (last, ahead[0]) if ahead else None


def headlines(finals: list[Final]) -> dict[str, object]:
    """Return what the conclusion publishes: counts, the best network and its group."""
    group = best_group(finals)
    return {
        "networks": len(finals),
        "runs": sum(len(final.hits) for final in finals),
        "best": group.best,
        "best_accuracy": finals[0].accuracy.value,
        "best_group": list(group.names),
        "worse": list(group.others),
    }


def chapter_number(chapter: str) -> str:
    """Return the number of a chapter by its notebook's name.

    >>> chapter_number("05-cnn-vs-mlp")
    '5'
    """
    return chapter.partition("-")[0].lstrip("0")


def draw(finals: list[Final]) -> Axes:
    """Draw the test accuracy of each network with its interval, the best on top; its group has full dots."""
    _, ax = plt.subplots(figsize=(figures.TEXT_WIDTH, 0.6 + 0.24 * len(finals)))
    group = best_group(finals).names
    for height, final in enumerate(reversed(finals)):
        rate, inside = final.accuracy, final.name in group
        color, face = ("C0", "C0") if inside else (figures.GREY, "white")
        ax.plot([100 * rate.low, 100 * rate.high], [height, height], color=color, linestyle="-", marker="")
        ax.plot([100 * rate.value], [height], color=color, marker="o", markerfacecolor=face, linestyle="")
    ax.set(yticks=range(len(finals)), yticklabels=[final.name for final in reversed(finals)])
    ax.set_xlabel("test accuracy, %")
    return ax
