"""From executed notebooks to `report.pdf` or `report.html`, and only when an input changed."""

import json
import logging
import os
import shlex
import sys
import time
from pathlib import Path

from report.errors import ReportError, printable
from report.run import fingerprint
from report.run import notebook as nb
from report.run.store import write, write_json
from report.run.tasks import Executed
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


def typeset(executed: list[Executed], settings: Settings, *, code: Stamps) -> Path:
    """Typeset the executed notebooks, unless the report that is there was made from the same inputs.

    Parameters
    ----------
    executed : list of Executed
    settings : Settings
    code : dict
        The stamps of the code that typesets, from when it was loaded.

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
    document = merged(executed, settings)
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
    cited = fingerprint.digest_file(settings.bibliography_path) if settings.bibliography_path else ""
    code = fingerprint.digest_files(fingerprint.typesetting_files())
    return fingerprint.digest([document, code, cited, settings.strict])


def merged(executed: list[Executed], settings: Settings) -> nb.Notebook:
    """Return the one notebook that is typeset."""
    from report.book.merge import document_metadata, merge  # spares all that only a stale report needs
    from report.book.provenance import appendix, revision  # spares the same
    from report.chapter.results import of_notebook  # spares the same

    results = {one.name: of_notebook(one.notebook) for one in executed}
    run = {"command": command(settings), "revision": revision()}
    document = document_metadata(settings, executed, results)
    return merge(executed, document, appendix(executed, run, timed=settings.source_date is None))


def command(settings: Settings) -> str:
    """Return the command that repeats this run."""
    words = ["make", "report", f"PROFILE={settings.profile}", f"DATASET={settings.dataset}"]
    words += [f"AUTHOR={', '.join(settings.authors)}"] if "authors" in settings.given else []
    words += [f"TITLE={settings.title}"] if "title" in settings.given else []
    words += [f"SOLUTIONS={settings.solutions}"] if "solutions" in settings.given else []
    return shlex.join(words)


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
    from report.run.fast_imports import skip_slow_imports  # spares the same

    skip_slow_imports()
    import nbformat

    from report import typst  # spares nbconvert

    # the bibliography of the settings may lie anywhere, one that a notebook names only in its repository
    own = {"bibliography": merged["metadata"]["report"].get("bibliography")}
    exporter = getattr(typst, EXPORTERS[settings.target])(strict_alt=settings.strict, report=own)
    folder = settings.notebooks.resolve()
    resources = {"metadata": {"name": "report", "path": str(folder)}}
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
