"""The front matter of a notebook: YAML between two lines ``---`` at its start, as Quarto, MyST and jupytext have it.

It says title, authors, date, language and so on by names that `looks.Looks` has, too; what it says to other tools is
theirs. TeX macros, which MyST has as ``math``, become definitions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml
from nbformat import NotebookNode

from .looks import AUTHOR, LookError, canonical
from .options import NoAliases

FRONT_MATTER = "report_front_matter"
"""The metadata of a notebook under which its front matter stands, once it is taken out of the cell."""

_FENCED = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_OF_OTHERS = {"format", "jupyter", "execute", "kernelspec", "jupytext", "exports", "engine", "keep-ipynb", "keep-md"}
"""What is said to other tools, and nothing of the document."""
_KNOWN = {*_OF_OTHERS, "description", "affiliations", "categories", "license", "math", "tags"}
"""By what else front matter is known: a rule above a heading is none."""
_OF_A_FORMAT = ("toc", "number-sections", "code-fold", "papersize", "lof", "lot")
"""What may be said under the name of a format as well."""
_DAYS = ("today", "now", "last-modified")
"""Dates that Quarto finds out."""


def take(notebook: NotebookNode) -> None:
    """Move the front matter of a notebook from its first cell to its metadata, in place."""
    cell = notebook.cells[0] if notebook.cells else None
    if cell is None or cell.cell_type == "code" or cell.metadata.get("raw_mimetype"):
        return
    found = _FENCED.match(cell.source)
    said = _mapping(found[1]) if found else {}
    if not found or not any(_is_known(key) for key in said):
        return
    notebook.metadata[FRONT_MATTER] = said
    macros = said.get("math")
    definitions = _definitions(macros) if isinstance(macros, Mapping) else ""
    cell.source = definitions + cell.source[found.end() :].lstrip("\n")
    if definitions and cell.cell_type == "raw":
        cell.cell_type = "markdown"


def settings(front: Mapping[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Return what front matter says of the document; `tell` takes one line about all that has no meaning here."""
    execute, formats, named = front.get("execute"), front.get("format"), _named(front.get("affiliations"))
    said: dict[str, Any] = {"echo": execute["echo"]} if isinstance(execute, Mapping) and "echo" in execute else {}
    for one in formats.values() if isinstance(formats, Mapping) else ():
        said |= {key: one[key] for key in _OF_A_FORMAT if isinstance(one, Mapping) and key in one}
    others = []
    for key, value in front.items():
        if _is_setting(key) and not _is_of_pandoc(key, value):
            said[key] = _authors(value, named) if canonical(key) == "authors" else value
        elif key not in (*_OF_OTHERS, "affiliations", "math") and not key.startswith("_"):
            others.append(key)
    if others:
        tell(f"front matter of other tools: {', '.join(others)}")
    return said


def _mapping(text: str) -> dict[str, Any]:
    """Return a text of YAML whose names are texts; nothing where it is something else."""
    try:
        said = yaml.load(text, NoAliases)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and all(isinstance(key, str) for key in said) else {}


def _is_known(key: str) -> bool:
    return key in _KNOWN or _is_setting(key)


def _is_setting(key: str) -> bool:
    try:
        return bool(canonical(key))
    except LookError:
        return False


def _is_of_pandoc(key: str, value: Any) -> bool:
    """Whether a setting of ours has another meaning: a template of LaTeX, a day that another tool finds out."""
    return (key == "template" and not str(value).endswith(".typ")) or (key == "date" and value in _DAYS)


def _definitions(macros: Mapping[Any, Any]) -> str:
    r"""Return TeX macros as a formula that defines them.

    >>> _definitions({r"\R": r"\mathbb{R}", r"\half": r"\frac{#1}{2}"})
    '$$\n\\newcommand{\\R}{\\mathbb{R}}\n\\newcommand{\\half}[1]{\\frac{#1}{2}}\n$$\n\n'
    """
    lines = []
    for name, macro in macros.items():
        text = str(macro.get("macro", "") if isinstance(macro, Mapping) else macro)
        count = max(map(int, re.findall(r"#([1-9])", text)), default=0)
        lines.append(rf"\newcommand{{{name}}}{f'[{count}]' if count else ''}{{{text}}}")
    return "\n".join(["$$", *lines, "$$\n\n"]) if lines else ""


def _authors(said: Any, named: Mapping[str, str]) -> list[Any]:
    """Return authors as `looks.read_authors` takes them: of Quarto's and MyST's fields those that are shown."""
    return [_author(one, named) if isinstance(one, Mapping) else one for one in _listed(said)]


def _author(said: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    name = said.get("name")
    if isinstance(name, Mapping):
        name = name.get("literal") or " ".join(str(name[part]) for part in ("given", "family") if part in name)
    places = [_affiliation(one, named) for one in _listed(said.get("affiliations", said.get("affiliation")))]
    shown = {key: said[key] for key in AUTHOR if isinstance(said.get(key), str | int)}
    return shown | {"name": name, "affiliation": [place for place in places if place]}


def _named(said: Any) -> dict[str, str]:
    """Return affiliations that authors refer to, by their ids."""
    known = [one for one in _listed(said) if isinstance(one, Mapping) and "id" in one]
    return {str(one["id"]): _affiliation(one, {}) for one in known}


def _affiliation(said: Any, named: Mapping[str, str]) -> str:
    if not isinstance(said, Mapping):
        return named.get(str(said), str(said))
    if "ref" in said:
        return named.get(str(said["ref"]), "")
    parts = (said.get(part) for part in ("department", "name", "institution", "city", "country"))
    return ", ".join(str(part) for part in parts if part)


def _listed(said: Any) -> Iterable[Any]:
    return said if isinstance(said, list) else [] if said is None else [said]
