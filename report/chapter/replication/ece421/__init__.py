"""Report ece421, run again: one hidden layer of four sizes on letters, by its own update."""

from report.chapter.replication.ece421.beside import LABEL, REASONS, SETTINGS, ours
from report.chapter.replication.ece421.claims import checked
from report.chapter.replication.ece421.errata import errata_shown
from report.chapter.replication.ece421.pictures import drawn
from report.chapter.replication.ece421.training import SEEDS, experiments

__all__ = ["LABEL", "REASONS", "SEEDS", "SETTINGS", "checked", "drawn", "errata_shown", "experiments", "ours"]
