"""Where a report comes from: machine, versions, data, revision; and the appendix that says so."""

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from report.run.fingerprint import ROOT
from report.run.tasks import Executed

PACKAGES = (
    "numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "joblib", "mlxtend", "ipykernel", "nbclient", "nbconvert",
    "papermill", "pypandoc_binary", "typst",
)  # fmt: skip

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
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
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
    """Load a data set, to be sure that it is there, and describe it: sizes of its splits and SHA-256 of its content.

    One that is named by its path lies where the notebooks in the folder `beside` look for it.
    """
    from mlp_core.datasets import NAMES, load_dataset  # spares NumPy

    path = beside / name
    data = load_dataset(path if name not in NAMES and path.exists() else name)
    sizes = [len(split.labels) for split in (data.train, data.valid, data.test)]
    return {"name": name, "sizes": sizes, "sha256": getattr(data, "sha256", "")}


def revision() -> str:
    """Return the git revision of the project, and whether the tracked files are as committed."""
    head, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    if head is None:
        return "not a git checkout"
    return f"{head[:12]}, {'with uncommitted changes' if status else 'clean'}"


def _git(*arguments: str) -> str | None:
    """Return what a git command prints; None where there is no git or no repository."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def appendix(executed: list[Executed], run: dict[str, str], *, timed: bool) -> str:
    """Write the provenance appendix.

    Parameters
    ----------
    executed : list of Executed
    run : dict
        `command` and `revision` of the run.
    timed : bool
        Whether to tell the wall times, the one thing that differs between two runs of the same inputs on the same
        machine.

    Returns
    -------
    str
        Markdown with numbered tables.
    """
    parts = [_run_section(run, executed), _parameters_section(executed), _machine_section(executed)]
    return "\n\n".join([*parts, _times_table(executed)] if timed else parts)


def _run_section(run: dict[str, str], executed: list[Executed]) -> str:
    """Say which command, source and data made the report."""
    data = {one["name"]: one for ran in executed if (one := ran.facts.get("data"))}
    rows = [(f"Data set `{name}`", _describe_data(one)) for name, one in sorted(data.items())]
    rows = [("Source", f"git revision {run['revision']}"), *rows]
    count = f"{len(executed)} notebooks" if len(executed) > 1 else "one notebook"
    intro = (
        f"Every table and figure of this report, and every number that it found, comes from the execution of {count}, "
        "from the top, in fresh kernels. With the source and the data of @tbl-run, this command repeats it:"
    )
    repeated = f"````sh\n{run['command']}\n````"  # no table: that would put breaks into long words
    run_table = table(("What", "Value"), rows, "The run.", "tbl-run")
    return f"# Provenance {{#sec-provenance}}\n\n{intro}\n\n{repeated}\n\n{run_table}"


def _describe_data(data: dict[str, Any]) -> str:
    """Write sizes and hash of a data set."""
    sizes = " / ".join(f"{size:,}" for size in data["sizes"])
    halves = f"{data['sha256'][:32]} {data['sha256'][32:]}".strip()
    return f"{sizes} images to train, validate and test" + (f"; SHA-256 {halves}" if halves else "")


def _parameters_section(executed: list[Executed]) -> str:
    """Write a table of parameters for each notebook."""
    parts = ["## Parameters", "Values in bold are those that this run set; the others stand in the notebooks."]
    for task in (one.task for one in executed):
        rows = []
        for name, value in task.values.items():
            shown = f"**{code(value)}**" if name in task.changed else code(value)
            rows.append((code(name), shown, escape(task.declared[name].meaning)))
        caption, label = f"Parameters of {code(task.name)}.", f"tbl-parameters-{task.name.replace('/', '-')}"
        parts.append(table(("Parameter", "Value", "Meaning"), rows, caption, label))
    return "\n\n".join(parts)


def _machine_section(executed: list[Executed]) -> str:
    """Write machine and package versions, each as the notebooks found them."""
    rows = [(name, escape(value)) for name, value in _merged("machine", executed).items()]
    packages = [(code(name), escape(value)) for name, value in _merged("versions", executed).items()]
    return "\n\n".join([
        "## Environment",
        table(("What", "Value"), rows, "The machine that ran the notebooks.", "tbl-machine"),
        table(("Package", "Version"), packages, "Versions of the packages.", "tbl-versions"),
    ])  # fmt: skip


def _merged(key: str, executed: list[Executed]) -> dict[str, str]:
    """Join a kind of facts over all notebooks; where they differ, each value is named."""
    merged: dict[str, list[str]] = {}
    for one in executed:
        for name, value in one.facts.get(key, {}).items():
            if value not in merged.setdefault(name, []):
                merged[name].append(value)
    return {name: " or ".join(values) for name, values in merged.items()}


def _times_table(executed: list[Executed]) -> str:
    """Write how long each notebook took."""
    rows = [(code(one.name), f"{one.facts['seconds']:.1f}", one.facts["threads"]) for one in executed]
    caption = "Wall time and threads of each notebook."
    return table(("Notebook", "Wall time (s)", "Threads"), rows, caption, "tbl-times")


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]], caption: str, label: str) -> str:
    """Write a table as Markdown that stays where it is; columns share the line as their texts need it."""
    widths = [min(max(len(str(row[column])) for row in [head, *rows]), WIDEST) for column in range(len(head))]
    lines = [head, tuple(":" + "-" * max(width, 2) for width in widths), *rows]
    return f"{lines_of(lines)}\n\n: {caption} {{#{label} placement=none}}"


def lines_of(rows: Iterable[Iterable[Any]]) -> str:
    """Write the rows of a table, the line below its head among them, as Markdown."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def escape(text: Any) -> str:
    """Escape what Markdown would take for markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|$@^~" else char for char in str(text))


def code(value: Any) -> str:
    """Write a value as code, or as plain text where code in a table could not hold it."""
    text = str(value) or "(empty)"
    return escape(text) if "`" in text or "|" in text else f"`{text}`"
