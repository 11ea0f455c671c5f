"""Where a report comes from: machine, versions, data, revision; and the appendix that says so."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from report.book.outdated import shows_record
from report.book.wording import ENGLISH
from report.run.fingerprint import ROOT
from report.run.tasks import Executed
from report.typst.words import Words

PACKAGES = (
    "numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "joblib", "mlxtend", "ipykernel", "nbclient", "nbconvert",
    "papermill", "pypandoc_binary", "typst",
)  # fmt: skip

REMOTE = re.compile(r"(?:https?://(?:[^@/]*@)?|(?:ssh://)?git@)(?P<host>[^:/]+)(?:[:/])(?P<path>.+?)(?:\.git)?/?")
"""How git writes where a repository lies on the net: with a user's name and password, at times."""

WIDEST = 36
"""Characters that a column of a table asks for at most."""


def machine() -> dict[str, str]:
    """Describe the machine and the linear algebra library that compute here."""
    import numpy  # noqa: F401  threadpoolctl sees only what is loaded
    import psutil
    from threadpoolctl import threadpool_info

    infos = threadpool_info()
    libraries = {f"{info['internal_api']} {info['version']}, kernel {info.get('architecture')}" for info in infos}
    return {
        "Processor": _processor(),
        "Cores": str(os.cpu_count()),
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "System": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "BLAS": "; ".join(sorted(libraries)) or "unknown",
    }


def _processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions() -> dict[str, str]:
    """Return the installed versions of the packages that a result depends on."""
    return {package: metadata.version(package) for package in PACKAGES}


def dataset(name: str, beside: Path) -> dict[str, Any]:
    """Load a data set, to be sure that it is there, and describe it: sizes of splits, SHA-256, shape of images.

    One that is named by its path lies where the notebooks in the folder `beside` look for it.
    """
    from mlp_core.datasets import NAMES, load_dataset  # spares NumPy

    path = beside / name
    own = name not in NAMES and (path.exists() or path.suffix or len(Path(name).parts) > 1)
    data = load_dataset(path if own else name)
    sizes = [len(split.labels) for split in (data.train, data.valid, data.test)]
    return {"name": name, "sizes": sizes, "sha256": getattr(data, "sha256", ""), "shape": list(data.image_shape)}


def revision(words: Words = ENGLISH) -> str:
    """Return the git revision of the project, and whether the tracked files are as committed, in a language's words."""
    head, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    if head is None:
        return str(words["no_checkout"])
    return f"{head[:12]}, {words['changed' if status else 'clean']}"


def address() -> str:
    """Return where the project's repository lies on the net, as a page to open; empty where that is not known."""
    found = REMOTE.fullmatch(_git("remote", "get-url", "origin") or "")
    return f"https://{found['host']}/{found['path']}" if found else ""


def _git(*arguments: str) -> str | None:
    """Return what a git command prints; None where there is no git or no repository."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def appendix(executed: list[Executed], run: dict[str, str], words: Words = ENGLISH, *, timed: bool) -> str:
    """Write the provenance appendix.

    Parameters
    ----------
    executed : list of Executed
    run : dict
        `command` and `revision` of the run, and the `address` of its repository where there is one.
    words : dict
        The words of the report's language.
    timed : bool
        Whether to tell the wall times, the one thing that differs between two runs of the same inputs on the same
        machine.

    Returns
    -------
    str
        Markdown with numbered tables.
    """
    sections = (_parameters_section(executed, words), _machine_section(executed, words, timed=timed))
    return "\n\n".join([_run_section(run, executed, words), *sections])


def _run_section(run: dict[str, str], executed: list[Executed], words: Words) -> str:
    """Say which command, source and data made the report, and which of its numbers were recorded before."""
    data = {one["name"]: one for ran in executed if (one := ran.facts.get("data"))}
    rows = [(words["dataset"].format(name=name), _describe_data(one, words)) for name, one in sorted(data.items())]
    source = [words["revision"].format(revision=run["revision"]), run.get("address", "")]
    rows = [(words["source"], "; ".join(filter(None, source))), *rows]
    but, record_table = _recorded(executed, words)
    parts = [
        f"# {words['provenance']} {{#sec-provenance}}",
        words["origin"].format(notebooks=_count(executed, words), but=but),
        f"````sh\n{run['command']}\n````",  # no table: that would put breaks into long words
        table((words["what"], words["value"]), rows, words["run"], "tbl-run"),
    ]
    return "\n\n".join([*parts, *filter(None, [record_table])])


def _count(executed: list[Executed], words: Words) -> str:
    """Say how many notebooks ran, and how many of them hold solutions."""
    if len(executed) == 1:
        return str(words["one_notebook"])
    solutions = sum(bool(one.task.chapter.solves) for one in executed)
    return str(words["with_solutions" if solutions else "notebooks"].format(count=len(executed), solutions=solutions))


def _recorded(executed: list[Executed], words: Words) -> tuple[str, str]:
    """Return which notebooks show numbers of the recorded run, and a table of where it comes from; nothing for none."""
    from report.chapter import recorded  # spares NumPy

    reading = [code(one.name) for one in executed if shows_record(one)]
    if not reading or not (kept := recorded.read()):
        return "", ""
    head, _, state = kept["revision"].partition(", ")
    since = [one["revision"] for entry in kept["reports"].values() for one in entry.get("confirmed", ())]
    head = ", ".join(dict.fromkeys([head, *(one.partition(", ")[0] for one in since)]))  # which give the same numbers
    if state:
        head += f", {words['clean' if state == ENGLISH['clean'] else 'changed']}"
    rows = [
        (words["source"], words["revision"].format(revision=head)),
        *_machine_rows(kept["machine"], words),
        (
            words["processor_time"],
            "; ".join(f"{name} {one['processor_seconds']:,.0f}" for name, one in kept["reports"].items()),
        ),
    ]
    caption = words["recorded"].format(date=kept["date"])
    but = words["but_recorded"].format(where=", ".join(reading), date=kept["date"])
    return but, table((words["what"], words["value"]), rows, caption, "tbl-record")


def _machine_rows(machine: dict[str, str], words: Words) -> list[tuple[str, str]]:
    """Write facts about a machine as rows of a table."""
    return [(words.get(name.lower(), name), escape(value)) for name, value in machine.items()]


def _describe_data(data: dict[str, Any], words: Words) -> str:
    """Write sizes and hash of a data set."""
    sizes = " / ".join(f"{size:,}" for size in data["sizes"])
    return words["sizes"].format(sizes=sizes) + (f"; SHA-256 {code(data['sha256'])}" if data["sha256"] else "")


def _parameters_section(executed: list[Executed], words: Words) -> str:
    """Write a table of parameters for each notebook."""
    parts = [f"## {words['parameters']}", words["bold"]]
    head = (words["parameter"], words["value"], words["meaning"])
    for task in (one.task for one in executed):
        rows = []
        for name, value in task.values.items():
            shown = code(value, words["empty"])
            shown = f"**{shown}**" if name in task.changed else shown
            rows.append((code(name), shown, escape(task.declared[name].meaning)))
        caption = words["parameters_of"].format(notebook=code(task.name))
        parts.append(table(head, rows, caption, f"tbl-parameters-{task.name.replace('/', '-')}"))
    return "\n\n".join(parts)


def _machine_section(executed: list[Executed], words: Words, *, timed: bool) -> str:
    """Write machine and package versions, each as the notebooks found them, and where wanted the times."""
    rows = _machine_rows(_merged("machine", executed, words), words)
    packages = [(code(name), escape(value)) for name, value in _merged("versions", executed, words).items()]
    return "\n\n".join([
        f"## {words['environment']}",
        words["environment_tables"] + f" {words['times_table']}" * timed,
        table((words["what"], words["value"]), rows, words["machine"], "tbl-machine"),
        table((words["package"], words["version"]), packages, words["versions"], "tbl-versions"),
        *([_times_table(executed, words)] * timed),
    ])  # fmt: skip


def _merged(key: str, executed: list[Executed], words: Words) -> dict[str, str]:
    """Join a kind of facts over all notebooks; where they differ, each value is named."""
    merged: dict[str, list[str]] = {}
    for one in executed:
        for name, value in one.facts.get(key, {}).items():
            if value not in merged.setdefault(name, []):
                merged[name].append(value)
    return {name: f" {words['or']} ".join(values) for name, values in merged.items()}


def _times_table(executed: list[Executed], words: Words) -> str:
    """Write how long each notebook took, and with how many threads: once where they all had as many."""
    threads = [one.facts["threads"] for one in executed]
    alike = len({*threads}) == 1
    rows = [
        (code(one.name), f"{one.facts['seconds']:.1f}", *([] if alike else [count]))
        for one, count in zip(executed, threads, strict=True)
    ]
    head = (words["notebook"], words["seconds"], *([] if alike else [words["threads"]]))
    caption = words["times_alike"].format(threads=threads[0]) if alike else words["times"]
    return table(head, rows, caption, "tbl-times", numbers=len(head) - 1)


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]], caption: str, label: str, *, numbers: int = 0) -> str:
    """Write a table as Markdown that stays where it is; columns share the line as their texts need it.

    The last `numbers` columns stand right, so that digits of equal weight are below each other.
    """
    widths = [max(min(max(len(str(row[column])) for row in [head, *rows]), WIDEST), 2) for column in range(len(head))]
    right = [column >= len(head) - numbers for column in range(len(head))]
    rule = tuple(
        "-" * width + ":" if of_numbers else ":" + "-" * width for width, of_numbers in zip(widths, right, strict=True)
    )
    lines = [head, rule, *rows]
    return f"{lines_of(lines)}\n\n: {caption} {{#{label} placement=none}}"


def lines_of(rows: Iterable[Iterable[Any]]) -> str:
    """Write the rows of a table, the line below its head among them, as Markdown."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def escape(text: Any) -> str:
    """Escape what Markdown would take for markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|$@^~" else char for char in str(text))


def code(value: Any, empty: str = "") -> str:
    """Write a value as code, or as plain text where code in a table could not hold it."""
    text = str(value) or empty
    return escape(text) if "`" in text or "|" in text else f"`{text}`"
