"""Report ece421's printed numbers beside ours: what was run for each, and how far the two may differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report.chapter import published
from report.chapter.number import number
from report.chapter.replication.ece421.training import ALPHA, IMAGES, MOMENTUM, SEEDS, SIZES, TINY, UPDATES
from report.chapter.replication.rows import Basis, Ours, tolerance

LABEL = "ece421"
NAMES = {"train": "train", "validation": "valid", "test": "test"}

SPREAD = {
    "train_loss": 0.033, "train_accuracy": 0.011, "valid_loss": 0.085, "valid_accuracy": 0.003, "test_loss": 0.05,
    "test_accuracy": 0.003,
}  # fmt: skip
"""Standard deviation between seeds with 100 units: `trained` in full from the seeds 100 to 102, not among ours."""

IMAGES_THEN = {"train": IMAGES, "valid": 1000, "test": 2724}
"""Images that each printed accuracy is of."""

TIMES = "seconds of another machine"


def ours(found: Mapping[str, Any]) -> dict[str, Ours]:
    """Return what the experiments give for the printed numbers; the training figures are before the last update."""
    table = published.load("capacity_notmnist_measured")
    rows = {}
    for index, row in table.iterrows():
        runs = found["sizes"][str(row["hidden_units"])]
        if row["quantity"] == "time":
            one = Ours([run["seconds"] for run in runs], 0.0, "other", TIMES)
        else:
            name = f"{NAMES[row['data_set']]}_{row['quantity']}"
            one = _figure(name, [run[name][-1] for run in runs], row["value_printed"], found["images"])
        rows[f"capacity_notmnist_measured/{index}/value_printed"] = one
    return rows


def _figure(name: str, runs: list[float], theirs: float, images: int) -> Ours:
    """Return a loss, or an accuracy in per cent; the tolerance counts where the images are the report's."""
    basis, note = basis_of(name, images)
    if name.endswith("loss"):
        return Ours(runs, tolerance(SPREAD[name], len(runs)), basis, note)
    of = IMAGES_THEN[name.split("_")[0]]
    bound = 100 * tolerance(SPREAD[name], len(runs), share=theirs / 100, images=of)
    return Ours([100 * run for run in runs], bound, basis, note)


def basis_of(name: str, images: int) -> tuple[Basis, str]:
    """Return where the settings of a quantity come from, and what the reader has to know.

    >>> basis_of("train_loss", 15_000)[0], basis_of("train_accuracy", 15_000)[0], basis_of("train_loss", 8_000)[0]
    ('assumed', 'stated', 'other')
    """
    if images != IMAGES:
        return "other", f"{number(images)} training images of the same letters instead of {number(IMAGES)}"
    if name.endswith("loss"):
        return "assumed", f"TINY is not legible: {number(TINY)} assumed"
    return "stated", "another draw of the first weights"


SETTINGS = {
    "images": "letters A to J: 15,000 training, 1,000 validation, 2,724 test images (stated); at hand are 8,000, 1,000 "
    "and 1,000 of the same kind (other)",
    "pixels": "divided by 255 (stated)",
    "network": f"784-F-10 with F = {', '.join(map(str, SIZES))}, ReLU (stated)",
    "softmax": "without its maximum subtracted (stated)",
    "start": "weights and biases of a layer normal with variance 2 / (inputs + outputs) (stated); the stream of random "
    "numbers is lost, other draws (other)",
    "step": f"summed gradient of all images, alpha = {ALPHA:g} for 15,000 images, which is {number(ALPHA * IMAGES)} on "
    "the mean gradient (stated); with fewer images the step on the mean gradient is kept, so that alpha is larger "
    "(other: the same alpha would take shorter steps)",
    "momentum": f"{MOMENTUM} for weights, none for biases (stated)",
    "loss": f"mean of −log(p + TINY) (stated); TINY = {number(TINY)} (assumed: its cell is empty, and the printed "
    "losses need less than 3.8e-15)",
    "iterations": f"{UPDATES}; training figures before the update, the others after it (stated)",
    "seeds": f"{', '.join(map(str, SEEDS))} for 100 and 500 units, {SEEDS[0]} for the larger ones (ours)",
    "precision": "float32, the softmax in float64 (ours; the report's is float64)",
}
REASONS: dict[str, str] = {}
