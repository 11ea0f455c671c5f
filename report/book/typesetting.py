"""From executed notebooks to `report.pdf` or `report.html`, and only when an input changed."""

import json
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from report.command import command
from report.errors import ReportError, printable
from report.run import fingerprint
from report.run import notebook as nb
from report.run.fast_imports import skip_slow_imports
from report.run.store import write, write_json
from report.run.tasks import Executed, chosen, make_tasks, notebooks
from report.settings import Settings

Stamps = dict[str, tuple[int, ...]]
EXPORTERS = {"pdf": "TypstPDFExporter", "html": "TypstHTMLExporter", "typst": "TypstExporter"}


class _Warnings(logging.Handler):
    """Prints the exporter's warnings, each once: the rehearsal has them, too."""

    said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a warning."""
        message = printable(record.getMessage())
        if message not in self.said:
            print(f"warning: {message}", file=sys.stderr, flush=True)
        self.said.add(message)


WARNINGS = _Warnings(logging.WARNING)


def revision(settings: Settings) -> str:
    """Return the git revision of the project in the report's language."""
    from report.book import provenance  # spares NumPy
    from report.book.wording import words_in  # spares the same

    return provenance.revision(words_in(settings.lang))


def typeset(executed: list[Executed], settings: Settings, *, code: Stamps, at: str) -> Path:
    """Typeset the executed notebooks, unless the report that is there was made from the same inputs.

    Parameters
    ----------
    executed : list of Executed
    settings : Settings
    code : dict
        The stamps of the code that typesets, from when it was loaded.
    at : str
        The `revision` from when the notebooks were read: somebody may have committed since.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    ReportError
        If a notebook is not complete or something in it cannot be typeset; an earlier report stays as it is.
    """
    path = settings.build / f"report.{settings.target}"
    document = merged(executed, settings, at)
    inputs = _inputs(document, settings)
    if _is_made_from(path, inputs, settings.notebooks):
        print(f"{path} is up to date", flush=True)
        return path
    start = time.monotonic()
    body, pictures = export(document, settings)
    _stamp(path).unlink(missing_ok=True)
    write(path, body)
    if fingerprint.stamps(fingerprint.typesetting_files()) == code and _inputs(document, settings) == inputs:
        made = {"inputs": inputs, "output": fingerprint.digest_file(path), "pictures": pictures}
        write_json(_stamp(path), made)
    print(f"{path}  {len(body) / 1024:.0f} KiB, typeset in {time.monotonic() - start:.1f} s", flush=True)
    return path


def is_current(executed: list[Executed], settings: Settings) -> bool:
    """Say whether the report that is there was made from these inputs; see `typeset`."""
    inputs = _inputs(merged(executed, settings), settings)
    return _is_made_from(settings.build / f"report.{settings.target}", inputs, settings.notebooks)


def _inputs(document: nb.Notebook, settings: Settings) -> str:
    """Return the hash of all that a report is typeset from, but for the pictures that its text names."""
    named = [fingerprint.digest_file(path) for path in settings.files.values()]
    named += [fingerprint.digest_files(dict.fromkeys(fingerprint.room(path), "")) for path in settings.font_folders]
    code = fingerprint.digest_files(fingerprint.typesetting_files())
    return fingerprint.digest([document, code, named, settings.strict])


def merged(executed: list[Executed], settings: Settings, at: str = "") -> nb.Notebook:
    """Return the one notebook that is typeset: the chosen chapters, and where all that ran comes from.

    The `revision` of the project is the present one, unless it is given.
    """
    from report.book.excerpt import elsewhere  # spares all that only a stale report needs
    from report.book.merge import document_metadata, merge  # spares the same
    from report.book.provenance import address, appendix  # spares the same
    from report.book.wording import words_in  # spares the same
    from report.chapter.results import of_notebook  # spares the same

    skip_slow_imports()
    shown = [one for one in executed if one.name in chosen(settings)]
    results = {one.name: of_notebook(one.notebook) for one in shown}
    words = words_in(settings.lang)
    told = command(_told(settings, executed))
    run = {"command": told, "revision": at or revision(settings), "address": address()}
    document = document_metadata(settings, shown, results)
    joined = merge(shown, document, appendix(executed, run, words, timed=settings.source_date is None))
    joined["metadata"]["elsewhere"] = elsewhere(settings, joined)
    return joined


def _told(settings: Settings, executed: list[Executed]) -> Settings:
    """Return the settings as a command tells them: without the overrides that set what would be there anyway."""
    shown = chosen(settings) if settings.only else []
    only = [one.name for one in notebooks(settings) if one.name in shown and one.solves not in shown]
    if not settings.overrides:
        return replace(settings, only=only)
    plain = {task.name: task.values for task in make_tasks(replace(settings, overrides={}))}
    kept = {
        one.name: {name: text for name, text in settings.overrides.get(one.name, {}).items()
                   if one.task.values[name] != plain[one.name][name]}
        for one in executed
    }  # fmt: skip
    return replace(settings, only=only, overrides=kept)


def _stamp(path: Path) -> Path:
    """Return the file that says what a report was made from."""
    return path.with_name(f".{path.name}.json")


def _is_made_from(path: Path, inputs: str, notebooks: Path) -> bool:
    """Return whether a report is there, whole, and made from these inputs, its pictures as they are now."""
    try:
        made = json.loads(_stamp(path).read_bytes())
        pictures = {name: fingerprint.digest_file(notebooks.resolve() / name) for name in made["pictures"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return made == {"inputs": inputs, "output": fingerprint.digest_file(path), "pictures": pictures}


def export(merged: nb.Notebook, settings: Settings) -> tuple[bytes, dict[str, str]]:
    """Typeset a merged notebook with the project's nbconvert exporter.

    Returns
    -------
    tuple of bytes and dict
        The report, and the hash of each picture by its path from the folder of the notebooks.
    """
    import nbformat

    from report import typst  # spares nbconvert

    # files of the settings may lie anywhere, those that a notebook names only in its repository
    own: dict[str, Any] = {name: str(path.resolve()) for name, path in settings.files.items()}
    own["font_paths"] = [str(path.resolve()) for path in settings.font_folders]
    more = {"strict": True, "strict_alt": settings.strict, "elsewhere": merged["metadata"]["elsewhere"]}
    exporter = getattr(typst, EXPORTERS[settings.target])(report=own, **more)
    folder = settings.notebooks.resolve()
    names = {cell["metadata"]["source"]["notebook"] for cell in merged["cells"]}
    folders = {name: (folder / name).parent for name in names}
    resources = {"metadata": {"name": "report", "path": str(folder)}, "folders": folders}
    exporter.log.addHandler(WARNINGS)
    try:
        body, resources = exporter.from_notebook_node(nbformat.from_dict(merged), resources=resources)
    except typst.ConversionError as error:
        raise ReportError(str(error)) from None
    except (ValueError, RuntimeError) as error:
        raise ReportError(f"the notebooks cannot be typeset: {error}") from error
    finally:
        exporter.log.removeHandler(WARNINGS)
    pictures = {os.path.relpath(path, folder): sha256 for path, sha256 in resources["pictures"].items()}
    return body if isinstance(body, bytes) else body.encode(), pictures
