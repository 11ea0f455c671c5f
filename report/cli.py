"""The command line behind `make report` and its like: its options, and what comes of them."""

import argparse
import os
import traceback
from pathlib import Path
from typing import Any, NoReturn

from report.errors import ConfigError, Interrupted, ReportError, printable
from report.settings import OPTIONS, Settings, read_texts, resolve

SHARED = [one.flags[-1] for one in OPTIONS.values() if one.flags and one.variable]

EPILOG = f"""Each of {", ".join(SHARED[:-1])} and {SHARED[-1]} may also come from the environment,
as REPORT_PROFILE and so on; that is how `make report PROFILE=quick` passes them on. Exit status: 0 the report is
there, 1 a notebook or the typesetting failed, 2 something asked for is wrong, 128 + n ended by signal n."""


def attempt(arguments: list[str] | None) -> tuple[int, str]:
    """Do what the command line asks for; return the exit status, and what is wrong, a line for each thing."""
    build = Settings.build
    try:
        given = read_arguments(arguments)
        build = given.get("build", build)
        run(resolve(**given))
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


def run(settings: Settings) -> None:
    """Do what is asked for."""
    if settings.target == "new":
        from report.run.new import new  # spares all that `--help` does not need

        new(settings)
        return
    if settings.target == "watch":
        from report.run.watch import watch  # spares all that `--help` does not need

        watch(settings)
        return
    if settings.target == "record":
        from report.run.record import keep  # spares all that `--help` does not need

        keep(settings)
        return
    if settings.target != "student" and (more := settings.given & {"output", "replace"}):
        said = " and ".join(f"--{name}" for name in sorted(more))
        raise ConfigError(f"{settings.target}: only `student` takes {said}")
    if settings.topic:
        raise ConfigError(f"{settings.target} {settings.topic[:100]}: only `new` and `watch` take another word")
    if settings.target == "student":
        from report.run.student import student  # spares all that `--help` does not need

        student(settings)
        return
    if settings.target == "notebooks":
        from report.run.refresh import refresh  # spares all that `--help` does not need

        refresh(settings)
        return
    from report.run.build import build  # spares all that `--help` does not need

    build(settings)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as all of the report does."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message[:200]}; see python -m report --help")


def read_arguments(arguments: list[str] | None) -> dict[str, Any]:
    """Read the command line; return the settings that it gives."""
    parser = _Parser("python -m report", description="Make the course report.", epilog=EPILOG)
    for name, one in OPTIONS.items():
        if one.flags:
            named: dict[str, Any] = {"dest": name} if one.flags != (name,) else {}
            otherwise = " (default: as report.yml says)" if one.in_file else ""
            parser.add_argument(*one.flags, **named, help=one.help + otherwise, **one.parser)
    given = vars(parser.parse_args(arguments))
    return read_texts({name: text for name, text in given.items() if text is not None})
