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


class Interrupted(ReportError):
    """Ctrl-C or a termination signal; the status is 128 plus the signal, as shells have it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted")
        self.exit_status = 128 + signal_number
