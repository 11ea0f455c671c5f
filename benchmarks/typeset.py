"""Speed of the exporter beside its peers: ``python -m benchmarks.typeset``, some minutes; ``--quick`` for one round.

Every run is a process of its own, and the routes take turns: what is compared are the times of one round. A route is
left out where its program is missing (nbconvert's webpdf needs a browser). Words kept are those of the notebook's
Markdown and printed outputs that the document has, in any order.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from benchmarks.race import ROOT, paired_ratio, pin_to_two_processors

Command = Callable[[list[Path], Path], list[str]]


@dataclass(frozen=True)
class Run:
    """Wall and processor seconds, the peak of the largest process in MB, pages (0 for a web page), words kept."""

    wall: float
    cpu: float
    megabytes: float
    pages: int
    words: float


def ours(paths: list[Path], output: Path) -> list[str]:
    return [sys.executable, "-m", "report.typst", *map(str, paths), "-o", str(output)]


def nbconvert(form: str) -> Command:
    def command(paths: list[Path], output: Path) -> list[str]:
        where = ["--output-dir", str(output.parent), "--output", output.stem]
        return [sys.executable, "-m", "nbconvert", "--to", form, str(paths[0]), *where]

    return command


def pandoc(paths: list[Path], output: Path) -> list[str]:
    """Let pandoc write Typst and the same compiler as ours set it."""
    import pypandoc

    typ = output.with_suffix(".typ")
    convert = [pypandoc.get_pandoc_path(), str(paths[0]), "-s", "-t", "typst", "-o", str(typ)]
    convert += ["--extract-media", str(output.parent / "media")]
    program = f"import subprocess, typst; subprocess.run({convert!r}, check=True); "
    program += f"typst.compile({str(typ)!r}, output={str(output)!r}, root='/', ignore_system_fonts=True)"
    return [sys.executable, "-c", program]


ROUTES: dict[str, tuple[str, Command]] = {
    "our PDF": (".pdf", ours),
    "our page": (".html", ours),
    "nbconvert html": (".html", nbconvert("html")),
    "nbconvert webpdf": (".pdf", nbconvert("webpdf")),
    "pandoc and typst": (".pdf", pandoc),
}
OURS = ("our PDF", "our page")


def cases(folder: Path) -> dict[str, list[Path]]:
    """Return the notebooks of each case, copied to a folder: chapters alone, a long table, a merge of 200 pages."""
    chapters = [_bare(path, folder) for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
    large = max(chapters, key=lambda path: path.stat().st_size)
    return {
        "chapter 02": [path for path in chapters if path.name.startswith("02")],
        f"largest chapter, {large.stem}": [large],
        "table of 3,000 rows, one column bold": [_table(folder)],
        "merge of our chapters, twice": [*chapters, *(_again(path) for path in chapters)],
    }


def _bare(path: Path, folder: Path) -> Path:
    """Copy a notebook without settings and references that lead to files and chapters beside it."""
    notebook = nbformat.read(path, 4)
    notebook.metadata.pop("report", None)
    for cell in notebook.cells:
        cell.source = _REFERENCE.sub("above", cell.source) if cell.cell_type == "markdown" else cell.source
    nbformat.write(notebook, folder / path.name)
    return folder / path.name


_LABEL = re.compile(r"\b(?:alg|cor|def|eq|exm|exr|fig|lem|lst|prp|rem|sec|sol|tbl|thm)[-:][\w-]*\w")
_HEADING = re.compile(r"^(#+ [^\n{]*?)[ \t]*(?=\{|$)", re.MULTILINE)
_REFERENCE = re.compile(r"\\(?:eqref|ref|cref)\{[^}]*\}|@[A-Za-z]+-[\w:-]*\w")


def _again(path: Path) -> Path:
    """Copy a notebook with other labels, which one document may hold once only."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.source = _HEADING.sub(r"\1 again ", _LABEL.sub(r"\g<0>-again", cell.source))
    copy = path.with_stem(f"{path.stem}-again")
    nbformat.write(notebook, copy)
    return copy


def _table(folder: Path, rows: int = 3000) -> Path:
    row = "<tr><th>{0}</th><td><b>{1}</b></td><td>name {0}</td><td>{2:.3f}</td></tr>"
    cells = (row.format(k, k * 7 % 1000, k / 7) for k in range(rows))
    head = "<thead><tr><th></th><th>a</th><th>b</th><th>c</th></tr></thead>"
    html = f"<table>{head}<tbody>{''.join(cells)}</tbody></table>"
    output = new_output("execute_result", data={"text/html": html, "text/plain": "a table"})
    notebook = new_notebook(cells=[new_markdown_cell("# A long table"), new_code_cell("table", outputs=[output])])
    nbformat.write(notebook, folder / "table.ipynb")
    return folder / "table.ipynb"


def run(route: str, paths: list[Path], folder: Path) -> Run | str:
    """Run a route once; return why where it fails."""
    suffix, command = ROUTES[route]
    output = folder / f"{route.replace(' ', '-')}{suffix}"
    output.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as log:
        start = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        child = subprocess.Popen(command(paths, output), cwd=folder, env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        message = log.read().decode("utf-8", "replace").strip().splitlines()
    if status or not output.exists():
        return message[-1][:100] if message else f"status {status}"
    pages, text = read(output)
    wanted = words(paths)
    kept = len(wanted & set(_WORD.findall(text))) / len(wanted)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, pages, kept)


_WORD = re.compile(r"[A-Za-z]{3,}")
_NO_PROSE = re.compile(r"\$.*?\$|`.*?`|\\\w+(\{.*?\})?|\(.*?\)|\{.*?\}|[@<].*?[\s>]", re.DOTALL)


def read(output: Path) -> tuple[int, str]:
    """Return the pages and the text of a document."""
    if output.suffix == ".html":
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", output.read_text(encoding="utf-8"))
        return 0, unescape(text)
    from pypdf import PdfReader

    pages = PdfReader(output).pages
    return len(pages), re.sub(r"-\s*\n", "", "\n".join(page.extract_text() for page in pages)).replace("\u00ad", "")


def words(paths: list[Path]) -> set[str]:
    """Return the words of what a reader of the notebooks sees as prose or printed text; no formulas, links and code."""
    found: set[str] = set()
    for cell in (cell for path in paths for cell in nbformat.read(path, 4).cells):
        if cell.cell_type == "markdown":
            found |= set(_WORD.findall(_NO_PROSE.sub(" ", cell.source)))
        for output in cell.get("outputs", []):
            found |= set(_WORD.findall(output.get("text", "")))
    return found


def compare(paths: list[Path], rounds: int, folder: Path) -> dict[str, list[Run] | str]:
    """Return the runs of each route, or why it has none; who begins a round changes from round to round."""
    able = [name for name in ROUTES if len(paths) == 1 or name in OURS]
    found: dict[str, list[Run] | str] = {name: [] for name in able}
    for number in range(rounds):
        for name in able[number % len(able) :] + able[: number % len(able)]:
            runs = found[name]
            if isinstance(runs, list):
                made = run(name, paths, folder)
                found[name] = [*runs, made] if isinstance(made, Run) else made
    return found


def table(results: dict[str, dict[str, list[Run] | str]]) -> str:
    """Return a row a case and route: medians, and our times over each peer's, taken round by round."""
    head = "notebooks | route | s | processor s | MB | pages | words kept | our PDF, our page : it"
    lines = [f"| {head} |", "|---" * 8 + "|"]
    for case, routes in results.items():
        for name, runs in routes.items():
            lines.append(f"| {case} | {name} | {runs if isinstance(runs, str) else row(runs, routes)} |")
    return "\n".join(lines)


def row(runs: list[Run], routes: dict[str, list[Run] | str]) -> str:
    ratios = [paired_ratio([a.cpu for a in routes[our]], [b.cpu for b in runs]) for our in OURS if len(runs) > 1]
    middle = {key: statistics.median(getattr(made, key) for made in runs) for key in ("wall", "cpu", "megabytes")}
    told = ", ".join(f"{ratio['median']:.2f}" for ratio in ratios) or "–"
    last = f"{runs[-1].pages or '–'} | {runs[-1].words:.1%} | {told}"
    return f"{middle['wall']:.2f} | {middle['cpu']:.2f} | {middle['megabytes']:.0f} | {last}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.typeset", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of turns")
    parser.add_argument("--output", type=Path, default=Path("build/typeset.json"))
    options = parser.parse_args()
    pin_to_two_processors()
    if not importlib.util.find_spec("playwright"):
        print("nbconvert's webpdf is left out: it needs playwright and a browser")
        del ROUTES["nbconvert webpdf"]
    results = {}
    with tempfile.TemporaryDirectory() as name:
        for case, paths in cases(Path(name)).items():
            print(f"{case} ...", flush=True)
            results[case] = compare(paths, 1 if options.quick else options.rounds, Path(name))
    print("\n" + table(results))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(results, indent=1, default=vars) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
