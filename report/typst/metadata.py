"""What stands on the title page and in the document's properties, with defaults for a notebook that has none."""

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from . import front_matter
from .errors import ConversionError
from .fences import outside_fences
from .front_matter import FRONT_MATTER
from .looks import AUTHOR, LookError, language, read, wrong
from .own_files import Tell, located
from .sheet import text_size
from .words import words_of

_FIELDS = (
    "subtitle", "short_title", "course", "institution", "date", "abstract", "dataset_note", "keywords", "authors",
)  # fmt: skip
_SWITCHES = {
    "titled": "titled", "titlepage": "titlepage", "contents": "contents", "lof": "list_of_figures",
    "lot": "list_of_tables", "numbered": "numbered", "floats": "floats", "run_on": "run_on", "from_zero": "from_zero",
}  # fmt: skip
"""What the template switches on or off, and the setting that says so."""
_IMAGE = r"!\[[^\]]*\]\((?:[^()]|\([^()]*\))*\)"
_NO_TEXT = re.compile(
    rf"(?> \s+ | <[^>]*> | {_IMAGE} | \[{_IMAGE}\]\([^)]*\) | \$\$(?:(?!\$\$).)*\$\$ | \([^()\n]+\)=[ \t]*$ )*+ \#\ ",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
"""What may stand before the heading that is a notebook's title: badges, anchors, MyST's targets, TeX's definitions."""
_HEADING = re.compile(
    r"""[ ]{0,3} (?P<level>\#{1,6}) [ \t]+ (?:<[^<>]*>|[*_])*
    (?P<number> (?:[A-Z]\.)? \d{1,2} (?P<sign> (?:\.\d{1,2})+[.):]? | [.):] )? (?=\s) | [A-Z]\.\s | [IVX]+[.)]\s )?""",
    re.VERBOSE,
)
"""A heading of Markdown, with the number that its author gave it; its sign tells it from words such as "3 ways"."""


def gathered(
    notebook: Mapping[str, Any], given: Mapping[str, Any], folder: Path, tell: Tell | None = None
) -> dict[str, Any]:
    """Return the settings of a document by their names (see `looks.Looks`), their files by full paths.

    Parameters
    ----------
    notebook : mapping
        The notebook's metadata: ``title``, ``authors`` (a list of ``{"name": ...}``), what `front_matter.take` put
        there, ``report`` (a mapping), which goes before.
    given : mapping
        Settings of the exporter; they go before the notebook's own, and name files as a shell does.
    folder : Path
        That of the notebook, which may name the files of its repository.
    tell : callable, optional
        Takes a line for each setting of the notebook that cannot be meant; it is left out.

    Raises
    ------
    ConversionError
        If a setting cannot be meant, and nobody is to be told.
    """
    own, front = notebook.get("report") or {}, notebook.get(FRONT_MATTER) or {}
    outer = {"title": notebook.get("title"), "authors": [_author(one) for one in notebook.get("authors") or []]}

    def told(problem: str) -> None:
        if tell is None:
            raise ConversionError([f"the settings: {problem}"])
        tell(f"the settings: {problem}; it is left out")

    if not isinstance(own, Mapping):
        told(str(wrong("report", "a mapping", own)))
        own = {}
    try:
        read_given = read(given)
    except LookError as error:
        raise ConversionError([f"the settings: {error}"]) from None
    said = read(outer, told) | read(front_matter.settings(front, told), told) | read(own, told)
    shown = {name: value for name, value in said.items() if name not in read_given}
    return located(shown, folder, told) | located(read_given, folder, None)


def _author(said: Any) -> Any:
    """Return what is taken of an author in a notebook's metadata, where Jupyter lets anything stand."""
    return {key: said[key] for key in AUTHOR if key in said} if isinstance(said, Mapping) else said


def document_metadata(
    settings: Mapping[str, Any], name: str, heading: str = "", *, numbered: bool = True
) -> dict[str, Any]:
    """Return the metadata of the document.

    Parameters
    ----------
    settings : mapping
        From `gathered`.
    name : str
        The title of a notebook that names none, where there is no `heading` either.
    heading : str
        The notebook's only heading of level 1, if any; it is printed in its place, and no title above it.
    numbered : bool
        Whether headings have numbers where no setting says so.
    """
    lang, region = language(settings.get("lang", "en"))
    words = words_of(lang)
    metadata: dict[str, Any] = {"authors": [], "keywords": []}
    metadata |= {key: settings[key] for key in _FIELDS if key in settings}
    metadata["authors"] = [one if len(one) > 1 else one["name"] for one in metadata["authors"]]
    metadata["title"] = settings.get("title") or heading or name
    metadata["lang"], paper = lang, settings.get("papersize")
    metadata |= {"paper": paper} if paper else {}
    metadata |= {"region": region} if (region := region or _region(settings)) else {}
    metadata["text_width"], metadata["text_height"] = map(str, text_size(paper or "a4"))
    metadata["solutions"] = settings.get("solutions", "inline")
    metadata["words"] = {key: word for key, word in words.items() if isinstance(word, str)}
    is_report = any(settings.get(key) for key in ("abstract", "course", "institution", "logo"))
    said = {"numbered": numbered, "titlepage": is_report, "contents": is_report, **settings}
    said["titled"] = metadata["title"] != heading
    metadata["switches"] = {key: "true" if said.get(setting) else "false" for key, setting in _SWITCHES.items()}
    return metadata


def _region(settings: Mapping[str, Any]) -> str:
    region = str(settings.get("region", "")).upper()
    if not re.fullmatch("([A-Z]{2})?", region):
        raise ConversionError([f"the settings: region must be the code of a country such as BR, got {region[:20]!r}"])
    return region


def only_heading(notebook: NotebookNode) -> str:
    """Return the heading of level 1 with which a notebook's text starts, if it has no other: badges are no text."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lines = [line for line in outside_fences("\n".join(texts)) if line.startswith("# ")]
    starts = _NO_TEXT.match("\n".join(texts))
    heading = lines[0][2:].strip() if len(lines) == 1 and starts else ""
    heading = heading.rstrip("#").rstrip()
    return heading.rpartition("{")[0].rstrip() or heading if heading.endswith("}") else heading


def numbered_by_hand(notebook: NotebookNode) -> bool:
    """Return whether the headings of a notebook have numbers of their author: half of them, or all of level 1."""
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = [match for line in outside_fences(texts) if (match := _HEADING.match(line))]
    numbers = [bool(match["number"]) for match in found]
    tops = [bool(match["sign"]) for match in found if len(match["level"]) == 1]
    return (sum(numbers) > 1 and 2 * sum(numbers) >= len(numbers)) or (bool(tops) and all(tops))


def timestamp(settings: Mapping[str, Any]) -> int | None:
    """Return the date of a document in seconds: ``SOURCE_DATE_EPOCH``, or that of its settings; None is now."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH") or settings.get("timestamp")
    if not stamp:
        return None
    try:
        seconds = int(stamp)
        datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        error = wrong("SOURCE_DATE_EPOCH or report.timestamp", "seconds since 1970", stamp)
        raise ConversionError([f"the settings: {error}"]) from None
    return seconds
