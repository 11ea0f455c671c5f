"""Report ift6135-a, run again: three starts and a grid of sizes and rates, in the report's settings."""

from report.chapter.replication.ift6135_a.beside import LABEL, REASONS, SETTINGS, ours
from report.chapter.replication.ift6135_a.claims import checked
from report.chapter.replication.ift6135_a.errata import errata_shown
from report.chapter.replication.ift6135_a.pictures import drawn
from report.chapter.replication.ift6135_a.training import SEEDS, experiments

__all__ = ["LABEL", "REASONS", "SEEDS", "SETTINGS", "checked", "drawn", "errata_shown", "experiments", "ours"]
