"""`python -m report new batch-size`: the next chapter, from a kit that runs as it is, and its entry in the settings."""

import os
import re
from pathlib import Path
from typing import Any

import yaml

from report.errors import ConfigError
from report.run import notebook as nb
from report.run.refresh import HIDING
from report.run.store import write, write_json
from report.settings import Settings
from report.strict_yaml import parse_yaml

KIT = Path(__file__).with_name("kit.md")
"""The chapter's text, in capitals what is filled in; a code cell's tag stands behind its fence."""

CELL = re.compile(r"^```python *(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"^(\d+)-")
LONGEST = 60


def new(settings: Settings) -> Path:
    """Make the next chapter.

    Returns
    -------
    Path
        Its notebook.

    Raises
    ------
    ConfigError
        If its name is no name or taken, or the settings cannot be added to.
    """
    name = f"{_next_number(settings):02}-{_free(settings.topic, settings)}"
    path = settings.notebooks / f"{name}.ipynb"
    entries = _with_chapter(settings, name)
    write_json(path, kit(name, settings))
    try:
        write(settings.config, entries.encode())
    except OSError:
        path.unlink()
        raise
    print(f"{path}: made, and named in {settings.config}\nnext: make report ONLY={name}; make notebooks ONLY={name}")
    return path


def _next_number(settings: Settings) -> int:
    """Return the number behind the highest chapter's, or behind their count; appendices have numbers of their own."""
    chapters = [chapter.name for chapter in settings.chapters if not chapter.in_appendix]
    numbers = [int(found[1]) for name in chapters if (found := NUMBER.match(name))]
    return max(numbers, default=len(chapters)) + 1


def _free(topic: str, settings: Settings) -> str:
    """Return a topic that can name a chapter."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", topic) or len(topic) > LONGEST:
        better = re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-0123456789")[:LONGEST] or "batch-size"
        wanted = f"small letters, digits and hyphens, at most {LONGEST}, such as {better}"
        raise ConfigError(f"new {topic[:100]}".rstrip() + f": expected a topic of {wanted}")
    files = {path.stem for path in settings.notebooks.glob("*.ipynb")}
    names = {chapter.name for chapter in settings.chapters} | files
    if taken := sorted(name for name in names if NUMBER.sub("", name) == topic):
        raise ConfigError(f"new {topic}: there is {taken[0]} already; choose another topic, or edit that notebook")
    return topic


def kit(name: str, settings: Settings) -> nb.Notebook:
    """Return the notebook of a new chapter."""
    topic = NUMBER.sub("", name)
    cited = settings.bibliography_path
    keys = re.findall(r"^@\w+\{([\w:-]+),", cited.read_text(encoding="utf-8"), re.MULTILINE) if cited else []
    key = "goodfellow2016" if "goodfellow2016" in keys else "".join(keys[:1])
    filled = {
        "TITLE": topic.replace("-", " ").capitalize(), "TOPIC": topic, "DATASET": settings.datasets[0],
        "FIRST": settings.chapters[0].name, "CITATION": f" [@{key}]" if key else "",
    }  # fmt: skip
    text = re.sub("|".join(filled), lambda found: filled[found[0]], KIT.read_text(encoding="utf-8"))
    cells = [_cell(index, *cell) for index, cell in enumerate(_cells(text))]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel} | ({"report": {"bibliography": _beside(cited, settings)}} if cited else {})
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _beside(path: Path, settings: Settings) -> str:
    """Return a path as a notebook writes it."""
    return Path(os.path.relpath(path, settings.notebooks)).as_posix()


def _cells(text: str) -> list[tuple[str | None, str]]:
    """Split a kit into cells: the tag of code, or None for Markdown, and the source."""
    cells: list[tuple[str | None, str]] = []
    done = 0
    for code in [*CELL.finditer(text), None]:
        prose = text[done : code.start() if code else len(text)].strip()
        cells += [(None, prose)] if prose else []
        if code:
            cells.append((code[1], code[2].rstrip()))
            done = code.end()
    return cells


def _cell(index: int, tag: str | None, source: str) -> dict[str, Any]:
    """Return a cell as it is stored."""
    lines = source.splitlines(keepends=True)
    folded = {"jupyter": {"source_hidden": True}} if tag in HIDING else {}
    cell = {"id": f"cell-{index:02}", "metadata": folded | {"tags": [tag] if tag else []}, "source": lines}
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | ({"cell_type": "markdown"} if tag is None else code)


def _with_chapter(settings: Settings, name: str) -> str:
    """Return the text of the settings with one more chapter, before the appendices, and all else as it is."""
    config = settings.config
    text = config.read_bytes().decode("utf-8-sig")
    places = [index + 1 for index, one in enumerate(settings.chapters) if not one.in_appendix]
    place = max(places, default=len(settings.chapters))
    root: Any = yaml.compose(text)
    nodes = {key.value: value for key, value in root.value}
    added = _inserted(text, nodes["chapters"], name, place)
    before, after = parse_yaml(text), parse_yaml(added)
    chapters = before["chapters"]
    if after != before | {"chapters": [*chapters[:place], name, *chapters[place:]]}:
        raise ConfigError(f"{config}: cannot add to the list of chapters as it is written there; add {name} by hand")
    return added


def _inserted(text: str, chapters: yaml.SequenceNode, name: str, place: int) -> str:
    """Put one more item into a list of YAML, behind the first so many."""
    last = chapters.value[place - 1]
    if chapters.flow_style:
        return f"{text[: last.end_mark.index]}, {name}{text[last.end_mark.index :]}"
    while not isinstance(last, yaml.ScalarNode) and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    end = next(re.compile(r"\r?\n|\Z").finditer(text, last.end_mark.index))
    indent = " " * chapters.start_mark.column
    return f"{text[: end.start()]}{end[0] or chr(10)}{indent}- {name}{text[end.start() :]}"
