"""``python -m report.run.confirm CHECKOUT``: let the record hold for the present code, which gives the same numbers.

CHECKOUT has the code that the record is of. All experiments of the five reports are rehearsed, on few images and with
small networks, by its code and by the present one. Where every number is the same, bit for bit, the record says of the
present code that it was confirmed so. A change that only a run in full would meet wants the record made anew.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from report.book.provenance import revision
from report.chapter import recorded
from report.errors import ReportError
from report.run.fingerprint import ROOT
from report.run.store import write_json

TIMES = ("seconds",)
"""What a rehearsal measures that no two runs have alike."""


def confirm(checkout: Path) -> dict[str, int]:
    """Confirm the record for the present code; return how many numbers of each report are the same.

    Raises
    ------
    ReportError
        If the checkout's code is not that of the record, or a report's numbers differ.
    """
    record, (before, now) = recorded.read(), (rehearsed(folder) for folder in (checkout, ROOT))
    if strangers := [name for name, entry in record["reports"].items() if before[name]["code"] != entry["code"]]:
        raise ReportError(f"{checkout}: the code of {', '.join(strangers)} there is not that of the record")
    numbers = {name: values(one["found"]) for name, one in now.items()}
    if changed := [name for name, one in before.items() if values(one["found"]) != numbers[name]]:
        raise ReportError(f"{', '.join(changed)}: the present code gives other numbers; {recorded.RENEW}")
    counts, at = {name: len(found) for name, found in numbers.items()}, revision()
    for name, entry in record["reports"].items():
        if now[name]["code"] not in recorded.codes(entry):
            found = {"code": now[name]["code"], "revision": at, "numbers": counts[name]}
            entry["confirmed"] = [*entry.get("confirmed", ()), found]
    write_json(recorded.PATH, record | {"sha256": recorded.seal(record)})
    return counts


def rehearsed(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the code of a checkout gives in a rehearsal, by report: its hash, and all numbers."""
    variables = os.environ | {"PYTHONPATH": str(folder.resolve()), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-P", str(Path(__file__).with_name("rehearsed.py"))]
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, encoding="utf-8", check=False)
    if result.returncode:
        raise ReportError(f"{folder}: the rehearsal fails: {(result.stderr.strip().splitlines() or ['?'])[-1][:300]}")
    return {one["report"]: one for one in map(json.loads, result.stdout.splitlines())}


def values(found: Any, place: str = "") -> dict[str, str]:
    """Return all that a rehearsal gave but its times, each by its place; numbers as they are told apart bit for bit.

    >>> values({"loss": [0.5, 1], "seconds": 3.0})
    {'.loss.0': '0.5', '.loss.1': '1'}
    """
    if isinstance(found, dict):
        items = [(name, one) for name, one in found.items() if name not in TIMES]
    elif isinstance(found, list):
        items = [(str(index), one) for index, one in enumerate(found)]
    else:
        return {place: repr(found)}
    return {key: text for name, one in items for key, text in values(one, f"{place}.{name}").items()}


if __name__ == "__main__":
    try:
        told = confirm(Path(sys.argv[1]))
    except (ReportError, ValueError) as error:
        sys.exit(f"error: {error}")
    print(", ".join(f"{name}: {count:,} numbers are the same" for name, count in told.items()))
