"""The files that settings name: where they lie, and what they are in a document."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from . import local_files
from .errors import ConversionError
from .images import ImageStore
from .looks import LOOKS

TEMPLATES = Path(__file__).parent / "templates"
FILES = [name for name, look in LOOKS.items() if look.form in ("file", "folders")]
"""The settings that name files."""

Tell = Callable[[str], None]


def located(settings: dict[str, Any], folder: Path, tell: Tell | None) -> dict[str, Any]:
    """Return settings with the full paths of the files that they name.

    Parameters
    ----------
    settings : dict
    folder : Path
        Where a notebook's paths start.
    tell : callable, optional
        Takes a line for each file that cannot be had, which is left out: the settings are a notebook's own, which may
        name files of its repository. Without it they are anyone's, and name files as a shell does.

    Raises
    ------
    ConversionError
        If a file cannot be had, and nobody is to be told.
    """
    found = dict(settings)
    for name in FILES:
        value = settings.get(name)
        if not value or (name == "csl" and not value.endswith(".csl")):
            continue
        try:
            paths = [
                _path(one, folder, anywhere=tell is None) for one in ([value] if isinstance(value, str) else value)
            ]
            for path in paths:
                _check(name, Path(path))
            found[name] = paths[0] if isinstance(value, str) else paths
        except local_files.FileError as error:
            problem = f"the {name} {value} {error}"
            if tell is None:
                raise ConversionError([f"the settings: {problem}"]) from None
            tell(problem)
            del found[name]
    return found


def _path(name: str, folder: Path, *, anywhere: bool) -> str:
    """Return the full path of a file: of the notebook's repository, or of anywhere, from its or the working folder."""
    if not anywhere:
        return str(local_files.find(name, folder, authored=True))
    for path in (Path(name), folder / name):
        if path.exists():
            return str(path.resolve())
    raise local_files.FileError("does not exist")


def _check(name: str, path: Path) -> None:
    """Refuse what is not of the kind that a setting names before anything is typeset with it."""
    if LOOKS[name].form == "folders":
        if not path.is_dir():
            raise local_files.FileError("is no folder")
        return
    data = local_files.read(path)
    if name == "logo":
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise local_files.FileError(f"is not UTF-8: {error.reason} at byte {error.start}") from None
    if name == "csl":
        _check_style(data)


def _check_style(data: bytes) -> None:
    """Refuse a file that is no style of citations."""
    try:
        root = ElementTree.fromstring(data).tag.rpartition("}")[2]
    except ElementTree.ParseError as error:
        raise local_files.FileError(f"is no CSL style: {error}") from None
    if root != "style":
        raise local_files.FileError(f"is no CSL style: it must begin with <style>, got <{root}>")


def used(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the full paths of the files that a document is made from, of fonts none."""
    for name in FILES:
        if name != "font_paths" and Path(path := settings.get(name, "")).is_file():
            yield path


def template(settings: Mapping[str, Any]) -> Path:
    """Return the Typst file with the look."""
    return Path(settings.get("template") or TEMPLATES / "report.typ")


def style_of_citations(settings: Mapping[str, Any], store: ImageStore) -> str:
    """Return the style of citations by Typst's name, or as a file of the document."""
    csl = str(settings.get("csl", "ieee"))
    if not csl.endswith(".csl"):
        return csl
    store.files[f"{store.prefix}/style.csl"] = Path(csl).read_bytes()
    return f"{store.prefix}/style.csl"
