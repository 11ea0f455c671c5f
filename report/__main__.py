"""``python -m report``: signals first, then everything else."""

import io
import sys

from report.run import interrupts


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status, once nothing is left to do."""
    from report.cli import attempt  # spares everything, so that signals are heard first

    status, message = attempt(arguments)
    interrupts.settle(0.05 if message else 0.0)
    for line in message.splitlines():
        print(f"error: {line}", file=sys.stderr)
    return status


if __name__ == "__main__":
    interrupts.listen()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path may hold what its encoding has no character for
        sys.stdout.reconfigure(errors="backslashreplace")
    from report.run.processes import adopt_orphans

    adopt_orphans()
    status = main()
    interrupts.ignore()
    sys.exit(status)
