"""What can go wrong with a report, each with the exit status of the command line."""


class ReportError(Exception):
    """A failure that one line explains to the user; the base of all others."""

    exit_status = 1


class ConfigError(ReportError):
    """A wrong setting, option or parameter: found before any notebook runs."""

    exit_status = 2


class NotebookError(ReportError):
    """A notebook file that cannot be used as it is."""

    exit_status = 2


class NotebookFailed(ReportError):
    """A notebook that did not run to its end."""


class Interrupted(BaseException):
    """A signal ends the run (see `report.run.interrupts`); no `except Exception` is to take it for a failure."""


def shown(value: object, limit: int = 80) -> str:
    """Return a value as messages show it: in one line, and cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # more digits than Python writes, or too deep
        text = f"a {type(value).__name__} that is too long to show"
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def printable(message: str) -> str:
    """Return a message with the control characters of foreign text, which would command the terminal, as escapes."""
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in message)
