"""The file with one whole run of the five reports: `python -m report record` writes it, chapters show it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlp_core.tuning.fingerprint import digest

PATH = Path(__file__).parents[1] / "recorded" / "published.json"
RENEW = "make it anew: `make report PROFILE=published`, then `python -m report record`"


def read(path: Path = PATH) -> dict[str, Any]:
    """Read the record.

    Returns
    -------
    dict
        ``date``, ``revision``, ``machine``, and ``reports``: an entry each, as
        `report.chapter.replication.record` makes them. Empty if no run has been recorded.

    Raises
    ------
    ValueError
        If it is not as it was written.
    """
    if not path.is_file():
        return {}
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        sealed = record.get("sha256") == seal(record)
    except (ValueError, AttributeError):
        sealed = False
    if not sealed:
        raise ValueError(f"{path}: this record is not as it was written (its hash differs); {RENEW}")
    return record


def codes(entry: Mapping[str, Any]) -> set[str]:
    """Return the hashes of the code that gives a report's entry: that of the run, and what was confirmed since."""
    return {entry["code"], *(one["code"] for one in entry.get("confirmed", ()))}


def seal(record: Mapping[str, Any]) -> str:
    """Return the hash of a record without the hash in it."""
    return digest(json.dumps({name: value for name, value in record.items() if name != "sha256"}, sort_keys=True))
