"""What `report.yml` says of the chapters of a report, and of the parameters that its profiles give them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import ConfigError, shown
from report.values import check_type, known_dataset, one_of, suggest

PLACES = {"after": "all", "start": "first", "place": "appendix"}
"""What an entry may say beside the notebook's name: when it runs, where it stands."""


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
    in_appendix : bool
        Whether it stands behind the list of references, as an appendix with a letter.
    solves : str
        Of a notebook that holds solutions of exercises: the name of their chapter.
    """

    name: str
    after_all: bool = False
    starts_first: bool = False
    in_appendix: bool = False
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
        case {"notebook": str(name), **more} if more and more.items() <= PLACES.items():
            return Chapter(name, "after" in more, "start" in more, "place" in more)
    places = " or ".join(f"`{{notebook: name, {key}: {value}}}`" for key, value in PLACES.items())
    raise ConfigError(f"{path}: chapters: expected a notebook's name, or {places}, got {shown(entry)}")


def read_profiles(
    path: Path, profiles: dict[str, Any], chapters: list[Chapter], datasets: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the profiles; refuse one with an unknown notebook or data set, or parameters that are no mapping."""
    keys = ["dataset", "extends", *(chapter.name for chapter in chapters)]
    for name, profile in profiles.items():
        check_type(f"{path}: profiles", name, str)
        where = f"{path}: profile {name}"
        if profile is not None:
            check_type(where, profile, dict)
        for key, value in (profile or {}).items():
            if key == "dataset":
                known_dataset(f"{where}: dataset", value, datasets)
            elif key == "extends":
                one_of(f"{where}: extends", value, [other for other in profiles if other != name])
            elif key not in keys:
                raise ConfigError(f"{where}: unknown notebook {shown(key)}; {suggest(key, keys)}")
            elif value is not None:
                check_type(f"{where}: {key}", value, dict)
    plain = {name: profile or {} for name, profile in profiles.items()}
    return {name: _extended(plain, name, path) for name in plain}


def _extended(profiles: dict[str, dict[str, Any]], name: str, path: Path) -> dict[str, Any]:
    """Return a profile with what it leaves to the one that it extends, parameter by parameter."""
    own = {key: value for key, value in profiles[name].items() if key != "extends"}
    if (base := profiles[name].get("extends")) is None:
        return own
    if "extends" in profiles[base]:
        raise ConfigError(f"{path}: profile {name}: {base} extends a profile itself; name one that does not")
    found: dict[str, Any] = dict(profiles[base])
    for key, value in own.items():
        found[key] = (found.get(key) or {}) | (value or {}) if key != "dataset" else value
    return found
