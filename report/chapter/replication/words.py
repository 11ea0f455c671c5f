"""What the notebooks that run a report again say in the same words: whose numbers they show, and on which settings."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from report.chapter.replication.record import Replicated
from report.chapter.replication.tables import typeset


def whose(replicated: Replicated, *, full: bool) -> str:
    """Return whose numbers stand beside the printed ones, as a sentence."""
    if full:
        return "The numbers beside the printed ones are those of this run."
    if replicated.recorded:
        return f"The numbers beside the printed ones are those of the run recorded on {replicated.recorded}."
    return (
        "No whole run has been recorded, so that nothing stands beside the printed numbers, and what else is shown of "
        "the report's experiments is a rehearsal's, of few images and small networks."
    )


def settings(settings: Mapping[str, str]) -> pd.DataFrame:
    """Return the settings of a report's runs, each with where it comes from."""
    values = {name: typeset(value) for name, value in settings.items()}
    return pd.DataFrame({"value, and where it comes from": values}).rename_axis("setting")
