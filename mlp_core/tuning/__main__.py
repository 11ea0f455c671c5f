"""``python -m mlp_core.tuning``: list and clear the cache of a search."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mlp_core.tuning.store import Record, TrialStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m mlp_core.tuning", description="Look after the cache of a search.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="list the finished trials, the oldest first")
    listing.set_defaults(action=list_trials)
    clearing = commands.add_parser("clear", help="remove trials: all of them, or those that the options name")
    clearing.add_argument("--failed", action="store_true", help="only trials that failed")
    clearing.add_argument("--key", nargs="+", default=[], help="only trials whose keys begin so")
    clearing.set_defaults(action=clear_trials)
    for command in (listing, clearing):
        command.add_argument("cache", type=Path, help="the cache folder")
    options = parser.parse_args(arguments)
    if not (options.cache / "trials").is_dir():
        print(f"{options.cache} is no cache of a search: it has no folder `trials`")
        return 1
    options.action(TrialStore(options.cache), options)
    return 0


def list_trials(store: TrialStore, _: argparse.Namespace) -> None:
    """Print one line per trial, and a summary."""
    records = list(store.records())
    for record in records:
        print(describe(record))
    damaged = len(list(store.folder.glob("trials/*.json"))) - len(records)
    size = sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
    faults = f", {damaged} damaged files" if damaged else ""
    print(f"{len(records)} trials{faults}; {size / 1e6:,.1f} MB with the data set")


def describe(record: Record) -> str:
    """Return a trial's line: key, when it ended, status, seconds, last validation accuracy, settings."""
    settings = ", ".join(f"{name}={value}" for name, value in record["settings"].items())
    seconds = float("nan") if record["seconds"] is None else record["seconds"]
    accuracy = ((record["history"] or {}).get("valid_accuracy") or ["nan"])[-1]
    result = record["reason"] if record["status"] != "ok" else f"valid_accuracy {float(accuracy):.4f}"
    place = f"{record['key'][:8]}  {record['finished']}  {record['status']:8}  {seconds:8.2f} s"
    line = f"{place}  {record['epochs']:3} epochs  seed {record['seed']}  {settings}  {result}"
    return " ".join(line.splitlines()).encode(errors="backslashreplace").decode()  # a reason may hold any text


def clear_trials(store: TrialStore, options: argparse.Namespace) -> None:
    """Remove trials, and say how many."""
    if options.failed or options.key:
        chosen = [one for one in store.records() if one["status"] == "failed" or not options.failed]
        paths = [store.path(one["key"]) for one in chosen if one["key"].startswith(tuple(options.key) or "")]
        for path in paths:
            path.unlink(missing_ok=True)
    else:
        paths = list(store.folder.glob("trials/*.json"))
        store.clear()
    print(f"removed {len(paths)} trials from {store.folder}")


if __name__ == "__main__":
    sys.exit(main())
