"""What a notebook lacks, in its own words: told in warnings, and shown where it stands, rather than refused."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from nbformat import NotebookNode

from .errors import ConversionError
from .images import Place

T = TypeVar("T")

_LINK = re.compile(r".*?: (link to (.+?) leads to (?:nothing|(a notebook)).*)")
_PLACE = re.compile(r", cell (\d+)")


def without_faults(convert: Callable[[frozenset[Place]], T], tell: Callable[[str], None], *, strict: bool) -> T:
    """Convert a document; cells at fault are shown as they are typed.

    Parameters
    ----------
    convert : callable
        Converts all but the cells it is given, which it shows as they are typed; raises `ConversionError`.
    tell : callable
        Takes one warning for each thing that is wrong with a cell.
    strict : bool
        Whether any fault is an error.
    """
    plain: frozenset[Place] = frozenset()
    while True:
        try:
            return convert(plain)
        except ConversionError as error:
            if strict or error.cells <= plain:
                raise
            plain |= error.cells
            for problem in error.problems:
                tell(f"{problem}; the cell is shown as it is typed")


def typed(cell: NotebookNode) -> list[dict[str, Any]]:
    """Return a cell as plain text: its source, and its outputs as a terminal would show them."""
    stream = "result" if cell.cell_type == "raw" else "stdout"
    parts = [_text(cell.source, stream)]
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        text = output.get("text") or data.get("text/plain") or output.get("traceback") or ", ".join(sorted(data))
        parts.append(_text("\n".join(text) if output.output_type == "error" else "".join(text), "result"))
    return parts


def _text(text: str, stream: str) -> dict[str, Any]:
    return {"kind": "terminal", "stream": stream, "text": text}


def together(missing_alts: Iterable[str]) -> list[str]:
    """Return one warning for all figures without alternative text.

    >>> together(["a.ipynb, cell 3 (`x`): figure without fig-alt", "a.ipynb, cell 5: figure without fig-alt"])
    ['2 figures without fig-alt, in cells 3, 5: a screen reader has nothing to tell of them']
    """
    found = list(missing_alts)
    if len(found) < 2:
        return found
    cells = list(dict.fromkeys(match[1] for line in found if (match := _PLACE.search(line))))
    named = ", ".join(cells[:12]) + (f" and {len(cells) - 12} more" if len(cells) > 12 else "")
    where = f"cell{'s' if len(cells) > 1 else ''} {named}"
    return [f"{len(found)} figures without fig-alt, in {where}: a screen reader has nothing to tell of them"]


def links_together(warnings: Iterable[str]) -> list[str]:
    """Return warnings with one for all links to notebooks elsewhere, and one for each other target of lost links.

    >>> lost = "leads to a notebook that is no part of this document; its text is kept"
    >>> links_together([f"a.ipynb, cell 1: link to b.ipynb {lost}", "x", f"a.ipynb, cell 2: link to c.ipynb#d {lost}"])
    ['x', '2 links lead to notebooks that are no part of this document (b.ipynb, c.ipynb); their text is kept']
    """
    kept: dict[str, str] = {}
    lost: set[str] = set()
    elsewhere: list[str] = []
    for line in warnings:
        found = _LINK.fullmatch(line)
        if found and found[3]:
            elsewhere.append(found[2].partition("#")[0])
            lost.add(found[1])
        kept.setdefault(found[1] if found else line, line)
    if len(elsewhere) < 2:
        return [*kept.values()]
    names = list(dict.fromkeys(elsewhere))
    named = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    told = f"{len(elsewhere)} links lead to notebooks that are no part of this document ({named}); their text is kept"
    return [*(line for name, line in kept.items() if name not in lost), told]
