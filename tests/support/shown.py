"""What a notebook shows: every figure and table with its caption, and every column of a table with something to say."""

import re
from collections.abc import Iterator

from report.run import notebook as nb
from report.typst.tables import plain_grid

FEW = 2
"""Rows of a table in which a column may say the same by chance."""
NOTHING = {"–", "not comparable", "cannot be told", "not run", "no whole run has been recorded", ""}
"""What stands for a run that was not made: another run of the notebook says more."""


def shown_problems(notebook: nb.Notebook) -> dict[str, list[str]]:
    """Return by label of a cell what is missing from what it shows, and which columns say too little or too often."""
    problems = {}
    for position, cell in nb.code_cells(notebook):
        found = re.search(r"#\| label: (\S+)", cell["source"])
        name = found[1] if found else nb.name_cell(notebook, position)
        outputs = [output.get("data", {}) for output in cell["outputs"]]
        if said := [problem for data in outputs for problem in _problems(cell["source"], data)]:
            problems[name] = said
    return problems


def _problems(source: str, data: dict[str, str]) -> Iterator[str]:
    """Say what is wrong with one output."""
    if any(kind.startswith("image/") for kind in data) and "#| fig-cap:" not in source:
        yield "a figure without a caption"
    if "<table" in (html := "".join(data.get("text/html", ""))):
        if "#| tbl-cap:" not in source:
            yield "a table without a caption"
        yield from _columns(html)


def _columns(html: str) -> Iterator[str]:
    """Say which columns of a table say the same in every row, or repeat a unit that belongs in the header."""
    table = re.search("<table.*</table>", html, re.DOTALL)
    grid = plain_grid(table[0].replace("$", "")) if table else None  # formulas are words here
    if grid is None:
        return
    rows = [[cell if isinstance(cell, str) else cell[0] for cell in row] for row in grid["body"]]
    rows = [row for row in rows if len(row) == max(map(len, rows))]
    for column in list(zip(*rows, strict=True))[grid["stubs"] :]:
        if len(column) > FEW and len({*column}) == 1 and column[0] not in NOTHING:
            yield f"a column says {column[0]!r} in every row"
        told = [text for text in column if text not in NOTHING]
        if len(told) > 1 and all(text.endswith("%") for text in told):
            yield f"per cents in every row, such as {told[0]!r}: once, in the header"
