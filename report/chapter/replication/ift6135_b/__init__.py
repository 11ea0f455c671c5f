"""Report ift6135-b, run again: its runs, its printed numbers and claims beside them, its errata."""

from report.chapter.replication.ift6135_b.beside import LABEL, REASONS, SETTINGS, SPREAD, ours
from report.chapter.replication.ift6135_b.found import SEEDS, experiments
from report.chapter.replication.ift6135_b.slips import errata_shown
from report.chapter.replication.ift6135_b.verdicts import Floors, checked, drawn, question

__all__ = [
    "LABEL", "REASONS", "SEEDS", "SETTINGS", "SPREAD", "Floors", "checked", "drawn", "errata_shown", "experiments",
    "ours", "question",
]  # fmt: skip
