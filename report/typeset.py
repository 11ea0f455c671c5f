"""From executed notebooks to `report.pdf` or `report.html`, and only when an input changed."""

import json
import os
import shlex
import time
from pathlib import Path

from report import fingerprint
from report import notebook as nb
from report.config import Config
from report.errors import ReportError
from report.options import Options
from report.store import write, write_json
from report.tasks import Task

EXPORTERS = {"pdf": "TypstPDFExporter", "html": "TypstHTMLExporter"}


def typeset(tasks: list[Task], executed: list[nb.Notebook], config: Config, options: Options, kind: str) -> Path:
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
    merged = _merged(tasks, executed, config, options)
    inputs = fingerprint.digest([merged, fingerprint.typesetting_code(), _bibliography_digest(config)])
    if _is_current(path, inputs):
        print(f"{path} is up to date", flush=True)
        return path
    start = time.monotonic()
    body = export(merged, kind, options.notebooks)
    write(path, body)
    write_json(_stamp(path), {"inputs": inputs, "output": fingerprint.digest_files([path], root=path.parent)})
    print(f"{path}  {len(body) / 1024:.0f} KiB, typeset in {time.monotonic() - start:.1f} s", flush=True)
    return path


def _merged(tasks: list[Task], executed: list[nb.Notebook], config: Config, options: Options) -> nb.Notebook:
    """Return the one notebook that is typeset."""
    from report.merge import document_metadata, merge
    from report.provenance import appendix, revision
    from report.results import of_notebook

    results = {task.name: of_notebook(notebook) for task, notebook in zip(tasks, executed, strict=True)}
    run = {"command": command(config, options), "revision": revision()}
    document = document_metadata(config, options, executed, results)
    return merge(tasks, executed, document, appendix(tasks, executed, run))


def _bibliography_digest(config: Config) -> str:
    """Return the hash of the bibliography; of nothing, where the report has none."""
    path = config.bibliography_path()
    return fingerprint.digest_files([path], root=path.parent) if path else ""


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


def _is_current(path: Path, inputs: str) -> bool:
    """Return whether a report is there, whole, and made from these inputs."""
    try:
        stamp = json.loads(_stamp(path).read_bytes())
    except (OSError, ValueError):
        return False
    return stamp == {"inputs": inputs, "output": fingerprint.digest_files([path], root=path.parent)}


def export(merged: nb.Notebook, kind: str, folder: Path) -> bytes:
    """Typeset a merged notebook with the project's nbconvert exporter; pictures it names are looked for in `folder`."""
    from report.fast_imports import skip_slow_imports

    skip_slow_imports()
    import nbformat

    from report import typst

    # where nobody looks at warnings, a figure without an alternative text is an error
    settings = {"bibliography": merged["metadata"]["report"].get("bibliography")}
    exporter = getattr(typst, EXPORTERS[kind])(strict_alt="CI" in os.environ, report=settings)
    resources = {"metadata": {"name": "report", "path": str(folder.resolve())}}
    try:
        body, _ = exporter.from_notebook_node(nbformat.from_dict(merged), resources=resources)
    except (ValueError, RuntimeError) as error:
        raise ReportError(f"the notebooks ran, but cannot be typeset: {error}") from error
    return body if isinstance(body, bytes) else body.encode()
