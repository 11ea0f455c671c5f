"""`python -m report student -o folder`: what a teacher hands out, without the solutions."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from report.book.student import without_solutions
from report.book.wording import words_in
from report.errors import ConfigError
from report.run import fingerprint
from report.run import notebook as nb
from report.run.build import execute, locked
from report.run.fingerprint import ROOT
from report.run.store import as_json
from report.run.tasks import SOLUTIONS, Executed, Task, make_tasks
from report.settings import Settings
from report.typst.looks import read_authors
from report.typst.words import Words

Files = dict[str, bytes]

STAMP = ".student-edition"
"""A file by which an edition is known: only such a folder may be replaced."""
ROOMS = ("mlp_core", "report", ".ci/environment", ".ci/signpost.py", "Makefile", "pyproject.toml", "requirements.lock",
         "environment.yml", "LICENSE")  # fmt: skip
"""What of the checkout the notebooks need to run: the packages that they import, and what makes their environment."""
README = """# {title}

The student's edition: {count} notebooks with their outputs and exercises, and what they make, `report.pdf` and
`report.html`. By {authors}.

`make lab` opens the notebooks in JupyterLab, and `make report` makes the report from what you have made of them
(`build/report.pdf`). Either makes the environment that it needs when it is first called; you need Python 3.11 or newer
and make. `mlp_core/` is the library that the notebooks explain, `report/` runs and typesets them.
"""


def student(settings: Settings) -> Path:
    """Write the student's edition.

    Returns
    -------
    Path
        Its folder: there whole, or as it was before.

    Raises
    ------
    ConfigError
        If it cannot be written where it shall be, or is asked for with what it has not.
    ReportError
        As `report.run.build.build`, and if a solution cannot be cut out of a chapter.
    """
    folder = settings.output or settings.build / "student"
    _check(settings, folder)
    plain = replace(settings, target="pdf", solutions="hide", given=settings.given - {"solutions"})
    tasks = make_tasks(plain)
    words = words_in(settings.lang)
    cut = {task.name: without_solutions(task.notebook, task.name, words) for task in tasks}
    with _in_one_step(folder) as part:
        with locked(settings.build):
            executed = [_shown(one, cut, words) for one in execute(tasks, plain)]
            files = _checkout(settings) | _documents(executed, plain)
        files |= {f"notebooks/{name}.ipynb": as_json(notebook) for name, notebook in cut.items()}
        files["README.md"] = _readme(settings, len(tasks)).encode()
        for name, body in {**files, STAMP: b""}.items():
            _write(part / name, body)
        (part / ".ci/environment").chmod(0o755)
    print(f"{folder}: the student's edition, {len(tasks)} notebooks with report.pdf and report.html; see its README.md")
    return folder


def _check(settings: Settings, folder: Path) -> None:
    """Refuse what cannot be meant, before anything runs."""
    where = f"student -o {folder}"
    if settings.only:
        raise ConfigError("student: the edition is of all chapters; leave ONLY out")
    if "solutions" in settings.given and settings.solutions != "hide":
        raise ConfigError(f"student: the edition has no solutions; leave SOLUTIONS={settings.solutions} out")
    if missing := [name for name in ROOMS if not (ROOT / name).exists()]:
        raise ConfigError(f"student: an edition is made from a checkout of the project; {ROOT} has no {missing[0]}")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ConfigError(f"{where}: expected a folder, or nothing there yet; it is a file or a link")
    inside = [place for place in (ROOT / "mlp_core", ROOT / "report", settings.notebooks)
              if folder.resolve().is_relative_to(place.resolve())]  # fmt: skip
    if inside:
        raise ConfigError(f"{where}: lies in {inside[0]}, which the edition is made from; choose a folder elsewhere")
    if not folder.resolve().parent.is_dir() and settings.output:
        raise ConfigError(f"{where}: there is no folder {folder.parent}; make it first")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / STAMP).is_file():
            raise ConfigError(f"{where}: has other files in it; choose an empty folder, or a new one")
        if not settings.replace:
            raise ConfigError(f"{where}: holds an older edition; --replace puts the new one in its place")


def _shown(one: Executed, cut: dict[str, nb.Notebook], words: Words) -> Executed:
    """Return an executed notebook as if its solutions had never been written."""
    task: Task = replace(one.task, notebook=cut[one.name])
    return Executed(task, without_solutions(one.notebook, one.name, words))


def _documents(executed: list[Executed], settings: Settings) -> Files:
    """Typeset the report in both forms; return it with the pictures that its chapters name."""
    from report.book.typesetting import export, merged  # spares all that a refusal does not need

    files: Files = {}
    for target in ("pdf", "html"):
        one = replace(settings, target=target)
        files[f"report.{target}"], pictures = export(merged(executed, one), one)
        for name in pictures:
            place = os.path.normpath(f"notebooks/{name}")
            if place.startswith("..") or f"notebooks/{SOLUTIONS}/" in place:
                wanted = "put it beside the notebooks of the chapters"
                raise ConfigError(f"{name}: a chapter shows this picture, which students would not get; {wanted}")
            files[place] = (settings.notebooks / name).read_bytes()
    return files


def _checkout(settings: Settings) -> Files:
    """Return what of the checkout an edition has, with the settings of this report and the files that they name."""
    paths = [path for name in ROOMS for path in sorted(fingerprint.room(ROOT / name))]
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    files["report/report.yml"] = settings.config.read_bytes()
    for name, path in settings.files.items():
        files[os.path.normpath(f"report/{getattr(settings, name)}")] = path.read_bytes()
    for folder in settings.font_folders:
        for path in sorted(fingerprint.room(folder)):
            files[os.path.normpath(f"report/{os.path.relpath(path, settings.config.parent)}")] = path.read_bytes()
    return files


def _readme(settings: Settings, count: int) -> str:
    authors = ", ".join(author["name"] for author in read_authors("authors", settings.authors))
    return README.format(title=settings.title, count=count, authors=authors)


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


@contextmanager
def _in_one_step(folder: Path) -> Iterator[Path]:
    """Give a new folder to fill, which takes the place of the old one once all is in it."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    part, old = (folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.{end}") for end in ("part", "old"))
    try:
        part.mkdir()
        yield part
        if folder.exists():
            folder.rename(old)
        try:
            part.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        for one in (part, old):
            shutil.rmtree(one, ignore_errors=True)
