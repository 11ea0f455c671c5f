"""From executed notebooks to `report.pdf` or `report.html`, and only when an input changed."""

import json
import logging
import os
import shlex
import sys
import time
from pathlib import Path

from report.config import Config
from report.errors import ReportError, printable
from report.options import Options
from report.run import fingerprint
from report.run import notebook as nb
from report.run.store import write, write_json
from report.run.tasks import Task

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


def typeset(
    tasks: list[Task], executed: list[nb.Notebook], config: Config, options: Options, kind: str, *, code: Stamps
) -> Path:
    """Typeset the executed notebooks, unless the report that is there was made from the same inputs.

    Parameters
    ----------
    tasks : list of Task
    executed : list of dict
        Their executed notebooks, in the same order.
    config : Config
    options : Options
    kind : str
        ``"pdf"`` or ``"html"``.
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
    path = options.build / f"report.{kind}"
    document = merged(tasks, executed, config, options)
    inputs = _inputs(document, config)
    if _is_made_from(path, inputs, options.notebooks):
        print(f"{path} is up to date", flush=True)
        return path
    start = time.monotonic()
    body, pictures = export(document, kind, options.notebooks)
    _stamp(path).unlink(missing_ok=True)
    write(path, body)
    if fingerprint.stamps(fingerprint.typesetting_files()) == code and _inputs(document, config) == inputs:
        made = {"inputs": inputs, "output": fingerprint.digest_file(path), "pictures": pictures}
        write_json(_stamp(path), made)
    print(f"{path}  {len(body) / 1024:.0f} KiB, typeset in {time.monotonic() - start:.1f} s", flush=True)
    return path


def is_current(
    tasks: list[Task], executed: list[nb.Notebook], config: Config, options: Options, kind: str
) -> bool:
    """Say whether the report that is there was made from these inputs; see `typeset`."""
    inputs = _inputs(merged(tasks, executed, config, options), config)
    return _is_made_from(options.build / f"report.{kind}", inputs, options.notebooks)


def _inputs(document: nb.Notebook, config: Config) -> str:
    """Return the hash of all that a report is typeset from, but for the pictures that its text names."""
    bibliography = config.bibliography_path()
    cited = fingerprint.digest_file(bibliography) if bibliography else ""
    code = fingerprint.digest_files(fingerprint.typesetting_files())
    return fingerprint.digest([document, code, cited, _is_strict()])


def _is_strict() -> bool:
    """Return whether a figure without an alternative text is an error: where nobody looks at warnings."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def merged(tasks: list[Task], executed: list[nb.Notebook], config: Config, options: Options) -> nb.Notebook:
    """Return the one notebook that is typeset."""
    from report.book.merge import document_metadata, merge  # spares all that only a stale report needs
    from report.book.provenance import appendix, revision  # spares the same
    from report.chapter.results import of_notebook  # spares the same

    results = {task.name: of_notebook(notebook) for task, notebook in zip(tasks, executed, strict=True)}
    run = {"command": command(config, options), "revision": revision()}
    document = document_metadata(config, options, executed, results)
    return merge(tasks, executed, document, appendix(tasks, executed, run))


def command(config: Config, options: Options) -> str:
    """Return the command that repeats this run."""
    dataset = config.dataset(options.dataset, options.profile)
    words = ["make", "report", f"PROFILE={options.profile}", f"DATASET={dataset}"]
    words += [f"AUTHOR={', '.join(options.authors)}"] if options.authors else []
    words += [f"TITLE={options.title}"] if options.title else []
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


def export(merged: nb.Notebook, kind: str, folder: Path) -> tuple[bytes, dict[str, str]]:
    """Typeset a merged notebook with the project's nbconvert exporter; pictures it names are looked for in `folder`.

    Returns
    -------
    tuple of bytes and dict
        The report, and the hash of each picture by its path from `folder`.
    """
    from report.run.fast_imports import skip_slow_imports  # spares the same

    skip_slow_imports()
    import nbformat

    from report import typst  # spares nbconvert

    # the bibliography of the settings may lie anywhere, one that a notebook names only in its repository
    settings = {"bibliography": merged["metadata"]["report"].get("bibliography")}
    exporter = getattr(typst, EXPORTERS[kind])(strict_alt=_is_strict(), report=settings)
    resources = {"metadata": {"name": "report", "path": str(folder.resolve())}}
    exporter.log.addHandler(WARNINGS)
    try:
        body, resources = exporter.from_notebook_node(nbformat.from_dict(merged), resources=resources)
    except typst.ConversionError as error:
        raise ReportError(str(error)) from None
    except (ValueError, RuntimeError) as error:
        raise ReportError(f"the notebooks cannot be typeset: {error}") from error
    finally:
        exporter.log.removeHandler(WARNINGS)
    pictures = {os.path.relpath(path, folder.resolve()): sha256 for path, sha256 in resources["pictures"].items()}
    return body if isinstance(body, bytes) else body.encode(), pictures
