"""The command line behind `make report`, `make html` and `make notebooks`: its options, and what comes of them."""

import argparse
import os
import traceback
from pathlib import Path
from typing import Any, NoReturn

from report.errors import ConfigError, Interrupted, ReportError, printable, shown
from report.options import (
    START_TIMEOUT,
    Options,
    check_epoch,
    cores,
    parse_authors,
    parse_override,
    seconds,
    whole_number,
)

LONGEST = 10_000

EPILOG = """Each of --profile, --dataset, --title, --author, --jobs and --scheduler may also come from the environment,
as REPORT_PROFILE and so on; that is how `make report PROFILE=quick` passes them on. Exit status: 0 the report is
there, 1 a notebook or the typesetting failed, 2 something asked for is wrong, 128 + n ended by signal n."""


def attempt(arguments: list[str] | None) -> tuple[int, str]:
    """Do what the command line asks for; return the exit status, and what is wrong, a line for each thing."""
    build = Options.build
    try:
        given = parser().parse_args(arguments)
        build = given.build
        run(given.target, given.only, to_options(given))
    except ReportError as error:
        return error.exit_status, printable(str(error))
    except Interrupted:
        return 1, "interrupted"
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read the progress has gone, and gets no more of it
        return 1, "standard output was closed before the end"
    except OSError as error:
        where = error.filename2 or error.filename or f"somewhere in {build}"  # of a copy, where it was to go
        return 1, printable(f"{error.strerror or error}: {where}")
    except Exception as error:
        return 1, printable(_internal_error(error, build))
    return 0, ""


def _internal_error(error: Exception, build: Path) -> str:
    """Keep the traceback of a mistake of this program for who is to mend it; return the one line that says so."""
    log = build / "logs" / "internal-error.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return f"internal error: {type(error).__name__}: {error}; please report it"
    return f"internal error: {type(error).__name__}: {error}; please report it, with {log}"


def run(target: str, only: list[str], options: Options) -> None:
    """Do what the command line asks for."""
    if target == "notebooks":
        from report.run.refresh import refresh  # spares all that `--help` does not need

        refresh(options, only)
        return
    from report.run.build import build  # spares all that `--help` does not need

    if only:
        raise ConfigError(f"--only goes with `notebooks`: a {target} report needs every chapter, and runs what changed")
    build(options, target)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as all of the report does."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message[:200]}; see python -m report --help")


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser; defaults of None are left to `report.yml`."""

    def preset(name: str) -> str | None:
        return os.environ.get(f"REPORT_{name}")

    made = _Parser("python -m report", description="Make the course report.", epilog=EPILOG)
    add = made.add_argument
    add("target", nargs="?", choices=["pdf", "html", "notebooks"], default="pdf",
        help="the report as PDF (default) or HTML; or run the notebooks as they are and store outputs")  # fmt: skip
    add("--profile", default=preset("PROFILE"), help="quick, standard (default) or published; see report/report.yml")
    add("--dataset", default=preset("DATASET"), help="the data set (default: the profile's, else mnist-5k)")
    add("--title", default=preset("TITLE"), help="title instead of the one in report.yml")
    add("--author", default=preset("AUTHOR"), help="authors instead of those in report.yml, with commas between them")
    add("--jobs", default=preset("JOBS"), help=f"notebooks that run at once (default: one per core, {cores()} here)")
    add("--scheduler", default=preset("SCHEDULER"), help="address of a Dask scheduler for the searches: tcp://host:port")
    add("-p", "--parameter", action="append", default=[], metavar="NOTEBOOK.NAME=VALUE",
        help="a parameter for this run, such as 02-initialization.epochs=3; may be repeated")  # fmt: skip
    add("--only", action="append", default=[], metavar="NOTEBOOK", help="with `notebooks`: just this; may be repeated")
    add("--notebooks", type=Path, default=Options.notebooks, help="folder of the notebooks (default: notebooks)")
    add("--build", type=Path, default=Options.build, help="folder for everything made (default: build)")
    add("--config", type=Path, default=Options.config, help="the settings (default: report/report.yml)")
    add("--cell-timeout", metavar="SECONDS", help="longest time a cell may run (default: as report.yml says)")
    add("--start-timeout", default=str(START_TIMEOUT), metavar="SECONDS",
        help=f"longest time a kernel may take to start (default: {START_TIMEOUT})")  # fmt: skip
    return made


def to_options(given: argparse.Namespace) -> Options:
    """Check the command line's values, and what the environment adds, and turn them into `Options`."""
    check_epoch()
    for name, value in vars(given).items():
        for text in value if isinstance(value, list) else [value]:
            _check_text(name, text)
    overrides: dict[str, dict[str, Any]] = {}
    for text in given.parameter:
        notebook, name, value = parse_override(text)
        overrides.setdefault(notebook, {})[name] = value
    chosen = {} if given.profile is None else {"profile": given.profile}
    return Options(
        dataset=given.dataset, title=given.title or None, scheduler=given.scheduler or None,
        authors=parse_authors(given.author) if given.author else None, overrides=overrides,
        jobs=whole_number("JOBS", given.jobs, 1000) if given.jobs else cores(),
        notebooks=given.notebooks, build=given.build, config=given.config,
        cell_timeout=None if given.cell_timeout is None else seconds("--cell-timeout", given.cell_timeout),
        start_timeout=seconds("--start-timeout", given.start_timeout), **chosen,
    )  # fmt: skip


def _check_text(name: str, value: object) -> None:
    """Raise ConfigError for a value that is no text, or one beyond all measure."""
    text = str(value)
    if len(text) > LONGEST or any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(f"{name}: expected UTF-8 text of at most {LONGEST:,} characters, got {shown(text)}")
