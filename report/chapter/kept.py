"""Choose on validation images, test once: chapters keep their final networks' answers, the conclusion marks them.

What is kept are the answers to the test images, a number per image instead of a network's megabytes. No chapter holds
them against the labels: that is done once, for all of them together, by :func:`load` and :meth:`Kept.hits`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core import Dataset, Sequential
from report.chapter.stored import dataset_of, in_folder, of_type

MIME = "application/vnd.course-report.kept+json"


@dataclass(frozen=True)
class Kept:
    """The answers of one final network, trained from one or several seeds.

    Attributes
    ----------
    chapter, name : str
        The notebook that kept it, and what it called it.
    dataset : str
        The name of the data set whose test images were asked.
    answers : ndarray, shape (seeds, images), int
    labels_sha256 : str
        Of the test labels, as hexadecimal digits: tells whether a data set is the one that was asked.
    parameters : int
        How many numbers training could change.
    trained_on, updates : int or None
        By how many images, and updates with them; None where the chapter did not say.
    parameter : str
        What the chapter's parameter `dataset` said: a name, or the path of a data set of one's own; empty for nothing.
    """

    chapter: str
    name: str
    dataset: str
    answers: np.ndarray
    labels_sha256: str
    parameters: int
    trained_on: int | None = None
    updates: int | None = None
    parameter: str = ""

    @property
    def source(self) -> str:
        """What `load_dataset` finds the data set by."""
        return self.parameter or self.dataset

    def hits(self, data: Dataset) -> np.ndarray:
        """Return which answers are right, shape (seeds, images), bool; ValueError for another data set's labels."""
        if _labels_sha256(data) != self.labels_sha256:
            raise ValueError(
                f"{self.name} of {self.chapter} was asked about the test images of {self.dataset} as they were then, "
                f"not about those of {data.name}: run {self.chapter} again, or name the data set that it used"
            )
        return self.answers == data.test.labels


def keep(
    name: str, networks: Sequential | Sequence[Sequential], data: Dataset, images: np.ndarray | None = None, *,
    trained_on: int | None = None, updates: float | None = None,
) -> None:  # fmt: skip
    """Keep what a chapter's final network says about the test images, for the conclusion; says nothing about it here.

    Parameters
    ----------
    name : str
        What the conclusion's table is to call it.
    networks : Sequential or sequence of them
        The network, or one per seed.
    data : Dataset
        Whose test images are asked.
    images : ndarray, shape (n, ...), float, optional
        The test images as the network wants them, if otherwise than `data` has them (centered, for instance).
    trained_on : int, optional
        How many training images the network saw.
    updates : float, optional
        How many updates it made; a mean over the seeds is rounded.

    Raises
    ------
    ValueError
        If there is no network, or not one image for each test label.
    FloatingPointError
        If a network has diverged.
    """
    from IPython.display import display

    networks = [networks] if isinstance(networks, Sequential) else list(networks)
    images = data.test.images if images is None else images
    if not networks or len(images) != len(data.test):
        raise ValueError(
            f"expected a network and {len(data.test):,} test images for {name!r}, "
            f"got {len(networks)} and {len(images):,}"
        )
    answers = [" ".join(map(str, network.predict(images))) for network in networks]
    record = {
        "dataset": data.name, "labels_sha256": _labels_sha256(data), "parameters": networks[0].num_parameters,
        "trained_on": trained_on, "updates": None if updates is None else round(updates), "answers": answers,
    }  # fmt: skip
    display({MIME: {name: record}, "text/plain": f"kept: {name}"}, raw=True)


def load(folder: str | Path = ".") -> list[Kept]:
    """Return what all executed notebooks in a folder kept, in the order of the notebooks and of their cells.

    Raises
    ------
    FileNotFoundError
        If the folder holds no notebook.
    """
    notebooks = in_folder(folder).items()
    return [
        _kept(chapter, *item, dataset_of(notebook))
        for chapter, notebook in notebooks for item in of_type(notebook, MIME).items()
    ]  # fmt: skip


def _kept(chapter: str, name: str, record: dict[str, Any], parameter: str) -> Kept:
    """Return one record with its answers as numbers."""
    answers = np.array([[int(answer) for answer in line.split()] for line in record["answers"]])
    return Kept(chapter, name, **{**record, "answers": answers}, parameter=parameter)


def _labels_sha256(data: Dataset) -> str:
    """Return the hash of a data set's test labels."""
    return hashlib.sha256(np.ascontiguousarray(data.test.labels).tobytes()).hexdigest()
