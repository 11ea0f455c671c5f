"""What `report.yml` says of the chapters of a report, and of the parameters that its profiles give them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import ConfigError, shown
from report.values import check_type, one_of, suggest


@dataclass(frozen=True)
class Chapter:
    """A notebook of the report.

    Attributes
    ----------
    name : str
        The notebook's file name without `.ipynb`.
    after_all : bool
        Whether it runs after all others and reads their results (its parameter `results_folder` says where they are).
    starts_first : bool
        Whether it starts before the others: it takes long, and the others find room beside it.
    solves : str
        Of a notebook that holds solutions of exercises: the name of their chapter.
    """

    name: str
    after_all: bool = False
    starts_first: bool = False
    solves: str = ""


def read_chapters(path: Path, entries: list[Any]) -> list[Chapter]:
    """Return the chapters; refuse one that stands twice or is more than a file name."""
    chapters = [_chapter(path, entry) for entry in entries]
    seen: set[str] = set()
    for name in (chapter.name for chapter in chapters):
        if name in seen:
            raise ConfigError(f"{path}: chapter {shown(name)} stands twice")
        if Path(name).name != name or name.endswith(".ipynb") or len(name) > 100:
            wanted = "write the name, of at most 100 characters, without folder and .ipynb"
            raise ConfigError(f"{path}: chapter {shown(name)}: {wanted}")
        seen.add(name)
    return chapters


def _chapter(path: Path, entry: Any) -> Chapter:
    """Turn an entry of `chapters`, a name or a mapping, into a `Chapter`."""
    match entry:
        case str(name):
            return Chapter(name)
        case {"notebook": str(name), "after": "all"} if len(entry) == 2:
            return Chapter(name, after_all=True)
        case {"notebook": str(name), "start": "first"} if len(entry) == 2:
            return Chapter(name, starts_first=True)
    raise ConfigError(f"{path}: chapters: expected a notebook's name, `{{notebook: name, after: all}}` or "
                      f"`{{notebook: name, start: first}}`, got {shown(entry)}")


def read_profiles(
    path: Path, profiles: dict[str, Any], chapters: list[Chapter], datasets: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the profiles; refuse one with an unknown notebook or data set, or parameters that are no mapping."""
    keys = ["dataset", *(chapter.name for chapter in chapters)]
    for name, profile in profiles.items():
        check_type(f"{path}: profiles", name, str)
        where = f"{path}: profile {name}"
        if profile is not None:
            check_type(where, profile, dict)
        for key, value in (profile or {}).items():
            if key == "dataset":
                one_of(f"{where}: dataset", value, datasets)
            elif key not in keys:
                raise ConfigError(f"{where}: unknown notebook {shown(key)}; {suggest(key, keys)}")
            elif value is not None:
                check_type(f"{where}: {key}", value, dict)
    return {name: profile or {} for name, profile in profiles.items()}
