"""All that a run goes by, in one object, from the command line, the environment and `report.yml`.

An option is one field of `Settings`. What stands there makes the rest: the parser of the command line and its help
(`report.cli`), the reading of the environment and of the file (`resolve`), the file's JSON Schema (`report.schema`).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from report import values
from report.contents import Chapter, read_chapters, read_profiles
from report.errors import ConfigError, shown
from report.run.environment import cores
from report.typst.looks import LOOKS, SOLUTIONS, LookError, Looks, canonical, read_one
from report.values import check_text, check_type, known_dataset, one_of, suggest


@dataclass(frozen=True)
class Option:
    """Where the value of a setting may come from, and how it is read.

    Attributes
    ----------
    help : str
        What it is.
    flags : tuple of str
        Its names on the command line.
    variable : str
        Its variable in the environment.
    in_file : bool
        Whether `report.yml` may hold it.
    read : callable
        ``read(label, text)`` returns the value of a text, or raises ConfigError.
    choices : list of str
        The values that it may have, where there are only some.
    empty : bool
        Whether an empty text is read, too; else it stands for none.
    parser : dict
        More for `argparse`.
    """

    help: str
    flags: tuple[str, ...] = ()
    variable: str = ""
    in_file: bool = False
    read: Callable[[str, Any], Any] = lambda label, text: text
    choices: list[str] = field(default_factory=list)
    empty: bool = False
    parser: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What messages call it: as `make` does, else by its flag."""
        return self.variable.removeprefix("REPORT_") or self.flags[0]


def option(help: str, *flags: str, default: Any = MISSING, factory: Any = MISSING, **more: Any) -> Any:
    """Return a field of `Settings`; one of the file without default must stand there."""
    return field(default=default, default_factory=factory, metadata={"option": Option(help, flags, **more)})


in_file = partial(option, in_file=True)
TARGETS = ["pdf", "html", "notebooks", "new", "watch", "record", "student"]
MANY = {"action": "append", "metavar": "NOTEBOOK"}
PATH: dict[str, Any] = {"read": lambda label, text: Path(text), "empty": True}
SECONDS: dict[str, Any] = {
    "read": partial(values.whole_number, largest=10_000_000), "empty": True, "parser": {"metavar": "SECONDS"},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings(Looks):
    """What a run goes by: each field with its words, and `given`, those that command line or environment set.

    The looks of the report are the settings of the exporters, all of which `report.yml` may hold.
    """

    given: frozenset[str] = frozenset()
    target: str = option("the report as PDF (default) or HTML; or run the notebooks as they are and store outputs; or "
        "make a new chapter; or make the report after every save; or record a whole run of the profile published; or "
        "write the edition without solutions that students get",
        "target", default="pdf", parser={"nargs": "?", "choices": TARGETS})  # fmt: skip
    topic: str = option("with `new`: what the chapter is about, such as depth; with `watch`: pdf (default) or html",
        "topic", default="", parser={"nargs": "?"})  # fmt: skip
    profile: str = option("quick, standard (default) or published; see report/report.yml",
        "--profile", variable="REPORT_PROFILE", default="standard", empty=True)  # fmt: skip
    dataset: str = option("the data set (default: the profile's, else mnist-5k)",
        "--dataset", variable="REPORT_DATASET", default="", empty=True)  # fmt: skip
    title: str = in_file("the report's title", "--title", variable="REPORT_TITLE")
    authors: list[Any] = in_file(LOOKS["authors"].help, "--author", variable="REPORT_AUTHOR", read=values.names)
    jobs: int = option(f"notebooks that run at once (default: one per core, {cores()} here)",
        "--jobs", variable="REPORT_JOBS", factory=cores, read=partial(values.whole_number, largest=1000))  # fmt: skip
    scheduler: str = option("address of a Dask scheduler for the searches: tcp://host:port",
        "--scheduler", variable="REPORT_SCHEDULER", default="")  # fmt: skip
    overrides: dict[str, dict[str, Any]] = option(
        "a parameter for this run, such as 02-initialization.epochs=3; may be repeated", "-p", "--parameter",
        factory=dict, read=values.overrides, parser=MANY | {"metavar": "NOTEBOOK.NAME=VALUE"})  # fmt: skip
    only: list[str] = option("just these chapters, with spaces or commas between them; may be repeated",
        "--only", variable="REPORT_ONLY", factory=list, read=values.listed, parser=MANY)  # fmt: skip
    notebooks: Path = option("folder of the notebooks (default: the one beside the settings or above them)",
        "--notebooks", default=Path("notebooks"), **PATH)  # fmt: skip
    build: Path = option("folder for everything made (default: build, beside the notebooks)",
        "--build", default=Path("build"), **PATH)  # fmt: skip
    output: Path | None = option("with `student`: the folder to write, empty or new (default: student, in that of "
        "everything made)", "-o", "--output", default=None, **PATH)  # fmt: skip
    replace: bool = option("with `student`: put the new edition in the place of an older one", "--replace",
        default=False, read=lambda label, text: True,
        parser={"action": "store_const", "const": "yes"})  # fmt: skip
    config: Path = option("the settings (default: report/report.yml)",
        "--config", default=Path(__file__).with_name("report.yml"), **PATH)  # fmt: skip
    cell_timeout: int = in_file("longest time a cell may run", "--cell-timeout", default=3600, **SECONDS)
    start_timeout: int = option("longest time a kernel may take to start (default: 60)",
        "--start-timeout", default=60, **SECONDS)  # fmt: skip
    source_date: int | None = option("the report's date in seconds since 1970",
        variable="SOURCE_DATE_EPOCH", default=None, read=values.date)  # fmt: skip
    strict: bool = option("whether a figure without an alternative text is an error",
        variable="CI", default=False, read=lambda label, text: text.lower() not in ("0", "false"))  # fmt: skip
    lang: str = in_file(LOOKS["lang"].help, default="en")
    solutions: str = in_file(LOOKS["solutions"].help, "--solutions", variable="REPORT_SOLUTIONS", default="inline",
        read=partial(one_of, allowed=[*SOLUTIONS]), choices=[*SOLUTIONS])  # fmt: skip
    datasets: list[str] = in_file("the data sets that DATASET may name; the first is the default")
    chapters: list[Chapter] = in_file("notebooks in the order of the report, without .ipynb")
    profiles: dict[str, dict[str, Any]] = in_file("parameters by profile and notebook, and the profile's `dataset`")

    def parameters(self, chapter: str) -> dict[str, Any]:
        """Return the parameters that the profile gives to a chapter's notebook."""
        return self.profiles[self.profile].get(chapter) or {}

    @property
    def bibliography_path(self) -> Path | None:
        """The bibliography file, or None where the report has none."""
        return self.files.get("bibliography")

    @property
    def files(self) -> dict[str, Path]:
        """The files that the settings name for the looks of the report, by the setting."""
        named = {name: getattr(self, name) for name, look in LOOKS.items() if look.form == "file"}
        if not self.csl.endswith(".csl"):  # but a name that Typst knows
            del named["csl"]
        return {name: self.config.parent / file for name, file in named.items() if file}

    @property
    def font_folders(self) -> list[Path]:
        """The folders with fonts that the settings name."""
        return [self.config.parent / folder for folder in self.font_paths]

    @property
    def looks(self) -> dict[str, Any]:
        """What the settings say of the looks of the report."""
        said = {one.name: getattr(self, one.name) for one in fields(Looks)}
        return {name: value for name, value in said.items() if value not in ("", [], None)}


def _option(one: Field[Any]) -> Option:
    """Return the option that a field is: its own, or one of the file alone where it is a setting of the exporters."""
    return one.metadata.get("option") or Option(one.metadata["look"].help, in_file=True)


OPTIONS: dict[str, Option] = {one.name: _option(one) for one in fields(Settings) if one.metadata}
IN_FILE = {one.name: one for one in fields(Settings) if one.metadata and OPTIONS[one.name].in_file}
NEEDED = [name for name, one in IN_FILE.items() if one.default is one.default_factory]
"""What the file must have: neither default nor factory is there."""


def resolve(**given: Any) -> Settings:
    """Return the settings of a run.

    Parameters
    ----------
    **given
        Values of fields; they go before the environment, which goes before `report.yml`. None stands for none.

    Raises
    ------
    ConfigError
        In one line: what is wrong, where, and what is expected.
    """
    variables = {name: one.variable for name, one in OPTIONS.items() if name not in given}
    environment = {name: os.environ[one] for name, one in variables.items() if one in os.environ}
    given = {name: value for name, value in (read_texts(environment) | given).items() if value is not None}
    config = given.get("config", Settings.config)
    found = read_file(config) | ({} if "notebooks" in given else _folders(config)) | given
    if given.get("target") not in ("notebooks", "new"):  # which are taken as they are
        found["profile"] = one_of("PROFILE", found.get("profile", Settings.profile), [*found["profiles"]])
        first = found["profiles"][found["profile"]].get("dataset", found["datasets"][0])
        found["dataset"] = known_dataset("DATASET", found.get("dataset", first), found["datasets"])
    return Settings(given=frozenset(given), **found)


def _folders(config: Path) -> dict[str, Path]:
    """Return where the notebooks are, and where all that is made goes: paths from the working folder."""
    near = Path(os.path.abspath(config)).parents[:2]
    places = [Path(os.path.relpath(folder)) for folder in near if (folder / "notebooks").is_dir()]
    return {"notebooks": places[0] / "notebooks", "build": places[0] / "build"} if places else {}


def read_texts(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the command line or the environment says of fields; None stands for none."""
    found = {}
    for name, given in texts.items():
        one = OPTIONS[name]
        for text in given if isinstance(given, list) else [given]:
            check_text(one.flags[-1].strip("-") if one.flags else one.variable, text)
        found[name] = one.read(one.label, given) if given or one.empty else None
    return found


def _name(path: Path, key: Any) -> str:
    """Return the name of a setting, which may be written as Quarto writes it."""
    try:
        name = key if key in IN_FILE else canonical(str(key))
    except LookError:
        name = ""
    if name in IN_FILE:
        return str(name)
    raise ConfigError(f"{path}: unknown key {shown(key)}; {suggest(key, [*IN_FILE])}")


def _look(path: Path, key: str, value: Any) -> Any:
    """Return a setting of the exporters in its form; authors as they are written, which a command line repeats."""
    try:
        found = read_one(key, value)
    except LookError as error:
        raise ConfigError(f"{path}: {error}") from None
    if key == "csl" and not value.endswith(".csl") and value != "ieee":
        wanted = "a .csl file, which PDF and page take alike, or ieee"
        raise ConfigError(f"{path}: csl: expected {wanted}, got {shown(value)}")
    if key != "authors":
        return found
    if len(found) < len(value):
        raise ConfigError(f"{path}: authors: expected a name for each, got {shown(value)}")
    return value


def read_file(path: Path) -> dict[str, Any]:
    """Read and check `report.yml`."""
    from report.strict_yaml import read_yaml  # spares yaml

    found = read_yaml(path)
    check_type(str(path), found, dict)
    keys: dict[str, Any] = {}
    for key in found:
        if (other := keys.setdefault(_name(path, key), key)) != key:
            raise ConfigError(f"{path}: {other} and {key} are one setting; keep one of them")
    found = {name: found[key] for name, key in keys.items()}
    for key, value in found.items():
        check_type(f"{path}: {key}", value, IN_FILE[key].type)
        if type(value) is int or OPTIONS[key].choices:
            OPTIONS[key].read(f"{path}: {key}", str(value))
        if key in LOOKS and value:
            found[key] = _look(path, key, value)
    for key in NEEDED:
        if not found.get(key):
            raise ConfigError(f"{path}: key {key!r} is missing or empty")
    found["chapters"] = read_chapters(path, found["chapters"])
    found["profiles"] = read_profiles(path, found["profiles"], found["chapters"], found["datasets"])
    return found
