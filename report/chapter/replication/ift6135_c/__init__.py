"""Report ift6135-c run again: its starts, its grid of 36, its gradient check and its convolutional network."""

from report.chapter.replication.ift6135_c.beside import LABEL as LABEL
from report.chapter.replication.ift6135_c.beside import REASONS as REASONS
from report.chapter.replication.ift6135_c.beside import fits as fits
from report.chapter.replication.ift6135_c.beside import ours as ours
from report.chapter.replication.ift6135_c.claims import checked as checked
from report.chapter.replication.ift6135_c.drawing import drawn as drawn
from report.chapter.replication.ift6135_c.errata import errata_shown as errata_shown
from report.chapter.replication.ift6135_c.experiments import SEEDS as SEEDS
from report.chapter.replication.ift6135_c.experiments import experiments as experiments
from report.chapter.replication.ift6135_c.settings import SETTINGS as SETTINGS
