"""The command line: any notebooks to one document, in one command and without settings."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import hand_in
from .errors import ConversionError, one_line
from .exporter import TypstExporter
from .html_exporter import TypstHTMLExporter
from .looks import LOOKS, LookError, read, read_authors
from .pdf import TypstPDFExporter
from .writing import write, zipped

EXPORTERS = {".pdf": TypstPDFExporter, ".html": TypstHTMLExporter, ".typ": TypstExporter}
_METAVARS = {"file": "FILE", "folders": "FOLDERS", "yes or no": "YES/NO", "language": "LANG", "paper": "PAPER"}
MOST_WARNINGS = 10
"""Lines of warnings; a foreign notebook may give one for each of its pictures."""


class UsageError(Exception):
    """A command that cannot be meant; the message says what to write."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0; 1 where the notebooks cannot be typeset; 2 where the command cannot be meant.
    """
    options = _parser().parse_args(arguments)
    try:
        _check(options)
        _run(options)
    except UsageError as error:
        return _fail(2, [str(error)])
    except ConversionError as error:
        return _fail(1, error.problems)
    except OSError as error:
        return _fail(1, [str(error)])
    except KeyboardInterrupt:
        return _fail(130, ["interrupted"])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Typeset notebooks, as they are stored, as one document; of several, each is a chapter.",
        allow_abbrev=False,
    )
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help="an .ipynb file, in their order")
    form = "what to write: .pdf, .html, or .typ for the Typst source with its files beside it"
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help=form)
    author = "an author, or several with commas between them (semicolons, where a name has a comma); may be repeated"
    parser.add_argument("--author", action="append", default=[], metavar="NAME", help=author)
    parser.add_argument("--no-input", action="store_true", help="leave out all code; its outputs stay")
    archive = "write the notebooks and the local files that they show to FILE's name with .zip, too"
    strict = "refuse what is missing or unknown (a picture, a reference, a command of TeX) instead of warning of it"
    parser.add_argument("--strict", action="store_true", help=strict)
    parser.add_argument("--zip", action="store_true", help=archive)
    looks = parser.add_argument_group(
        "looks", "These go before what stands in a notebook's metadata.report; a bare one of YES/NO means yes."
    )
    for name, look in LOOKS.items():
        if name != "authors":
            names = [f"--{one.replace('_', '-')}" for one in (name, *look.also)]
            bare: dict[str, Any] = {"nargs": "?", "const": "yes"} if look.form == "yes or no" else {}
            metavar, text = _METAVARS.get(look.form, "TEXT"), look.help.replace("%", "%%")
            looks.add_argument(*names, metavar=metavar, help=text, **bare)
    return parser


def _check(options: argparse.Namespace) -> None:
    """Raise UsageError for what can be seen before a notebook is read."""
    seen: dict[Path, Path] = {}
    for path in options.notebooks:
        if not path.exists():
            raise UsageError(f"{path} does not exist; expected a notebook")
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name the notebooks in it")
        if first := seen.get(path.resolve()):
            again = "" if first == path else f", first as {first}"
            raise UsageError(f"{path} is given twice{again}")
        seen[path.resolve()] = path
    for path in _targets(options):
        if path.resolve() in seen:
            raise UsageError(f"{path} is one of the notebooks; write to another file")
        if path.is_dir():
            raise UsageError(f"{path} is a folder; expected the name of a file")
    _check_output(options.output)


def _check_output(output: Path) -> None:
    if output.suffix.lower() not in EXPORTERS:
        raise UsageError(f"the output must end in .pdf, .html or .typ, got {output}")
    if not output.parent.is_dir():
        raise UsageError(f"the folder {output.parent} does not exist; make it first")


def _targets(options: argparse.Namespace) -> list[Path]:
    archive = [options.output.with_suffix(".zip")] if options.zip and options.output.name else []
    return [options.output, *archive]


def _run(options: argparse.Namespace) -> None:
    """Typeset, and write what came of it once all of it is there."""
    start = time.monotonic()
    given = _settings(options)
    log, told = logging.Logger("notebooks"), _Warnings(logging.WARNING)
    log.addHandler(told)
    sources = [hand_in.read(path, None if options.strict else log.warning) for path in options.notebooks]
    cells = sum(len(source.notebook.cells) for source in sources)
    _say(f"typesetting {_counted(cells, 'cell')} of {_counted(len(sources), 'notebook')}")
    exporter = EXPORTERS[options.output.suffix.lower()](
        log=log, report=hand_in.settings(sources, given), chapters=len(sources) > 1,
        exclude_input=options.no_input, strict=options.strict,
    )  # fmt: skip
    output = options.output
    body, resources = hand_in.typeset(sources, exporter, output.stem)
    told.end()
    written = {output.parent / name: data for name, data in resources.get("outputs", {}).items()} | {output: body}
    if options.zip:
        written[output.with_suffix(".zip")] = zipped(hand_in.files(sources, resources["pictures"], output.stem))
    for path, data in written.items():
        write(path, data)
    _say(f"{', '.join(map(str, _targets(options)))}: written in {time.monotonic() - start:.1f} s")


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the command line gives."""
    authors = [author for text in options.author for author in read_authors("author", one_line(text))]
    texts = {name: getattr(options, name, None) for name in LOOKS if name != "authors"}
    try:
        return read({name: one_line(text).strip() for name, text in texts.items() if text} | {"authors": authors})
    except LookError as error:
        raise UsageError(str(error)) from None


class _Warnings(logging.Handler):
    """Tells the first warnings, and how many there were more."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        if self.count <= MOST_WARNINGS:
            _say(f"warning: {record.getMessage()}")

    def end(self) -> None:
        """Tell how many warnings were not told."""
        if self.count > MOST_WARNINGS:
            _say(f"and {_counted(self.count - MOST_WARNINGS, 'more warning')}")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _fail(status: int, problems: Sequence[str]) -> int:
    for problem in problems:
        _say(f"error: {problem}")
    return status


def _say(line: Any) -> None:
    print(one_line(str(line)), file=sys.stderr, flush=True)
