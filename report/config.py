"""`report.yml`: the report's title page, its chapters in order, and the parameters of each profile."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.errors import ConfigError, shown
from report.options import seconds
from report.parameters import suggest
from report.strict_yaml import read_yaml

# Key, type, and whether the file must have it.
KEYS: dict[str, tuple[type, bool]] = {
    "title": (str, True),
    "subtitle": (str, False),
    "course": (str, False),
    "institution": (str, False),
    "authors": (list, True),
    "keywords": (list, False),
    "lang": (str, False),
    "abstract": (str, False),
    "list_of_figures": (bool, False),
    "list_of_tables": (bool, False),
    "bibliography": (str, False),
    "datasets": (list, True),
    "cell_timeout": (int, False),
    "chapters": (list, True),
    "profiles": (dict, True),
}


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
    """

    name: str
    after_all: bool = False
    starts_first: bool = False


@dataclass(frozen=True)
class Config:
    """What `report.yml` says; see the comments in that file."""

    path: Path
    title: str
    authors: list[str]
    datasets: list[str]
    chapters: list[Chapter]
    profiles: dict[str, dict[str, Any]]
    subtitle: str = ""
    course: str = ""
    institution: str = ""
    keywords: list[str] = field(default_factory=list)
    lang: str = "en"
    abstract: str = ""
    list_of_figures: bool = False
    list_of_tables: bool = False
    bibliography: str = ""
    cell_timeout: int = 3600

    def profile(self, name: str) -> dict[str, Any]:
        """Return the settings of a profile, or raise ConfigError with the profiles that there are."""
        return self.profiles[one_of("PROFILE", name, list(self.profiles))]

    def dataset(self, given: str | None, profile: str) -> str:
        """Return the data set to use: the given one, else the profile's, else the first of `datasets`."""
        name = self.profile(profile).get("dataset", self.datasets[0]) if given is None else given
        return one_of("DATASET", name, self.datasets)

    def own_parameters(self, profile: str, chapter: str) -> dict[str, Any]:
        """Return the parameters that a profile gives to a chapter's notebook."""
        return self.profile(profile).get(chapter) or {}

    def bibliography_path(self) -> Path | None:
        """Return the bibliography file, or None where the report has none."""
        return self.path.parent / self.bibliography if self.bibliography else None


def one_of(what: str, value: Any, allowed: list[str]) -> str:
    """Return `value` if it is allowed, else raise ConfigError that names it, the allowed ones and a near one."""
    if value in allowed:
        return str(value)
    said = f"{what}={str(value)[:100]} is unknown" if value else f"{what} is empty"
    raise ConfigError(f"{said}; {suggest(value, allowed)}")


def load_config(path: Path) -> Config:
    """Read and check `report.yml`.

    Raises
    ------
    ConfigError
        In one line: what is wrong, where, and what is expected.
    """
    settings = read_yaml(path)
    _check_type(str(path), settings, dict)
    for key, value in settings.items():
        if key not in KEYS:
            raise ConfigError(f"{path}: unknown key {shown(key)}; {suggest(key, list(KEYS))}")
        _check_type(f"{path}: {key}", value, KEYS[key][0])
    for key, (_, required) in KEYS.items():
        if required and not settings.get(key):
            raise ConfigError(f"{path}: key {key!r} is missing or empty")
    for key in ("authors", "keywords", "datasets"):
        for item in settings.get(key, []):
            _check_type(f"{path}: {key}", item, str)
    if "cell_timeout" in settings:
        seconds(f"{path}: cell_timeout", str(settings["cell_timeout"]))
    settings["chapters"] = [_chapter(f"{path}: chapters", entry) for entry in settings["chapters"]]
    config = Config(path=path, **settings)
    _check_chapters(config)
    _check_profiles(config)
    return config


def _check_type(where: str, value: Any, expected: type) -> None:
    """Raise ConfigError if `value` is not of the expected type (True is no int)."""
    if type(value) is not expected:
        raise ConfigError(f"{where}: expected {expected.__name__}, got {shown(value)} ({type(value).__name__})")


def _chapter(where: str, entry: Any) -> Chapter:
    """Turn an entry of `chapters`, a name or a mapping, into a `Chapter`."""
    if isinstance(entry, str):
        return Chapter(entry)
    match entry:
        case {"notebook": str(name), "after": "all"} if len(entry) == 2:
            return Chapter(name, after_all=True)
        case {"notebook": str(name), "start": "first"} if len(entry) == 2:
            return Chapter(name, starts_first=True)
    raise ConfigError(f"{where}: expected a notebook's name, `{{notebook: name, after: all}}` or "
                      f"`{{notebook: name, start: first}}`, got {shown(entry)}")


def _check_chapters(config: Config) -> None:
    """Refuse a chapter that stands twice or is more than a file name."""
    seen: set[str] = set()
    for chapter in config.chapters:
        if chapter.name in seen:
            raise ConfigError(f"{config.path}: chapter {shown(chapter.name)} stands twice")
        if Path(chapter.name).name != chapter.name or chapter.name.endswith(".ipynb") or len(chapter.name) > 100:
            wanted = "write the name, of at most 100 characters, without folder and .ipynb"
            raise ConfigError(f"{config.path}: chapter {shown(chapter.name)}: {wanted}")
        seen.add(chapter.name)


def _check_profiles(config: Config) -> None:
    """Refuse a profile that names an unknown notebook or data set, or parameters that are no mapping."""
    chapters = [chapter.name for chapter in config.chapters]
    for name, profile in config.profiles.items():
        _check_type(f"{config.path}: profiles", name, str)
        where = f"{config.path}: profile {name}"
        config.profiles[name] = profile = {} if profile is None else profile
        _check_type(where, profile, dict)
        for key, value in profile.items():
            if key == "dataset":
                one_of(f"{where}: dataset", value, config.datasets)
            elif key not in chapters:
                raise ConfigError(f"{where}: unknown notebook {shown(key)}; {suggest(key, ['dataset', *chapters])}")
            elif value is not None:
                _check_type(f"{where}: {key}", value, dict)
