"""Check what was noted: every reference has its label, every label stands once, every citation its entry."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode

from .boxes.kinds import LABEL, name_of
from .errors import place
from .options import OPTIONS

_KIND_NAMES = {"fig": "figures", "tbl": "tables", "eq": "equations", "sec": "sections", "lst": "listings"}


def reference_problems(notes: Mapping[str, list[dict[str, Any]]], citable: Iterable[str]) -> list[str]:
    """Return one line for each doubled label, unknown reference and unknown citation.

    Parameters
    ----------
    notes : mapping
        ``labels``, ``references`` and ``citations``: entries with ``name``, ``notebook`` and ``cell``; ``headings``:
        names of headings without a label.
    citable : iterable of str
        The keys of the bibliography.
    """
    labels: dict[str, list[str]] = defaultdict(list)
    for entry in notes.get("labels", []):
        labels[entry["name"]].append(_place(entry))
    doubled = {name: places for name, places in labels.items() if len(places) > 1}
    problems = [f"{places[1]}: label {name} stands already in {places[0]}" for name, places in doubled.items()]
    headings = [entry["name"] for entry in notes.get("headings", [])]
    problems += [
        f"{_place(entry)}: unknown reference @{entry['name']}; {_known(entry['name'], {*labels, *headings})}"
        for entry in notes.get("references", [])
        if entry["name"] not in labels
    ]
    keys = sorted(citable)
    problems += [
        f"{_place(entry)}: unknown citation @{entry['name']}; "
        f"the bibliography has: {_listed(keys)}{_near(entry['name'], keys)}"
        for entry in notes.get("citations", [])
        if entry["name"] not in keys
    ]
    return problems


def unused_labels(notebook: NotebookNode, labels: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a warning for each cell whose label or caption has nothing to stand at, since it made no such output."""
    known = {entry["name"] for entry in labels}
    shown = [cell for cell in notebook.cells if cell.metadata[OPTIONS].get("include", True)]
    return [
        {**cell.metadata.source, "text": f"the cell has the label {label}, but shows nothing that could bear it"}
        for cell in shown
        if (label := cell.metadata[OPTIONS].get("label")) and label not in known
    ]


def _place(entry: Mapping[str, Any]) -> str:
    return place(entry["notebook"], entry["cell"], entry.get("line", ""))


def _known(name: str, labels: Iterable[str]) -> str:
    kind = name.partition("-")[0].partition(":")[0]
    same = sorted(label for label in labels if label.startswith((f"{kind}-", f"{kind}:")))
    named = _KIND_NAMES.get(kind) or (f"labels of this kind ({name_of(kind, 'en')})" if LABEL.match(name) else "labels")
    return f"known {named}: {_listed(same)}{_near(name, same, len(kind) + 1)}"


def _near(name: str, known: list[str], start: int = 0) -> str:
    """Return a guess what was meant, by what of the names follows their kind."""
    close = difflib.get_close_matches(name[start:], [one[start:] for one in known], n=1)
    return f" (did you mean @{name[:start]}{close[0]}?)" if close else ""


def _listed(names: list[str], limit: int = 12) -> str:
    if not names:
        return "none"
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")
