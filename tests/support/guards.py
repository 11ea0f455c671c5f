"""What a committed notebook must be, beyond what nbval compares: executed, honest, and in the house's style."""

import ast
from typing import Any

from report.errors import ReportError
from report.parameters import declared
from report.run import notebook as nb

MAX_LINES = 15
"""Lines of a code cell, without its options for the report."""

IGNORING = {"nbval-skip", "nbval-ignore-output", "pytest-validate-ignore-output"}
"""Tags, and in capitals comments, with which nbval passes a cell whatever comes out of it."""

PROMISES = {"raises-exception", "nbval-raises-exception"}
"""Those that promise an exception."""

MAX_RUN = 4
"""Code cells with visible code and no word between them."""


def cell_problem(cell: nb.Cell) -> str | None:
    """Say why comparing a code cell with its stored outputs would prove nothing; None if it proves something.

    nbval passes a cell that was never run, compares stored warnings with paths in them, and does not ask for the
    exception that a tag promises.
    """
    if cell["cell_type"] != "code" or not "".join(cell["source"]).strip():
        return None
    if not isinstance(cell.get("execution_count"), int):
        return "stored without having been run; run `make notebooks`"
    if any(output.get("name") == "stderr" for output in cell["outputs"]):
        return "has stored output on standard error; mend its cause and run `make notebooks`"
    raised = any(output["output_type"] == "error" for output in cell["outputs"])
    marked = markers(cell)
    if marked & PROMISES and not raised:
        return "is tagged raises-exception, but stores none"
    if marked & IGNORING and not _gives_reason(cell):
        said = f"is marked {', '.join(sorted(marked & IGNORING))}, so that nothing is compared"
        return f"{said}; compare it, or say why not in a comment beside the mark"
    return None


def markers(cell: nb.Cell) -> set[str]:
    """Return the marks of a cell that change what nbval does, comments and tags alike, as tags are written."""
    comments = {line.strip().strip("# \t") for line in cell["source"].splitlines() if line.strip().startswith("#")}
    return {mark.lower().replace("_", "-") for mark in comments | set(nb.tags(cell))} & (IGNORING | PROMISES)


def _gives_reason(cell: nb.Cell) -> bool:
    """Return whether a comment of some words stands right beside the mark; for a tag, before the code."""
    lines = [line.strip() for line in cell["source"].splitlines() if not line.startswith("#|")]
    marks = [number for number, line in enumerate(lines) if line.strip("# \t").lower().replace("_", "-") in IGNORING]
    beside = [lines[number + step] for number in marks for step in (-1, 1) if 0 <= number + step < len(lines)]
    comments = [line.strip("# ") for line in beside + lines[:1] * (not marks) if line.startswith("#")]
    return any(len(comment.split()) > 2 for comment in comments)


def notebook_problems(notebook: nb.Notebook, name: str, *, may_define: bool = False) -> list[str]:
    """Return everything about a committed notebook that is not as it must be.

    Parameters
    ----------
    notebook : dict
        As `report.run.notebook.read` gives it.
    name : str
        Its name, for the messages.
    may_define : bool
        Whether it may hold `def` and `class`, as a solution may: what an exercise asks for belongs into no package.

    Returns
    -------
    list of str
        One line a problem: cells not run or not in order, warnings, hollow tags, a wrong parameters cell, `def` or
        `class`, long cells, pictures without their data in words, a first cell that is no text, no heading, or several
        code cells without prose between them.
    """
    problems = []
    if incomplete := nb.first_problem(notebook):
        problems.append(f"{nb.name_cell(notebook, incomplete.position)}: {incomplete.text}")
    for position, cell in nb.code_cells(notebook):
        found = [cell_problem(cell), *_style_problems(cell, may_define)]
        problems += [f"{nb.name_cell(notebook, position)}: {problem}" for problem in found if problem]
    try:
        declared(notebook, name)
    except ReportError as error:
        problems.append(str(error))
    return problems + _structure_problems(notebook)


def _style_problems(cell: nb.Cell, may_define: bool) -> list[str]:
    """Return where one code cell is not as thin as a notebook's cells are."""
    lines = [line for line in cell["source"].splitlines() if line.strip() and not line.startswith("#|")]
    problems = []
    if len(lines) > MAX_LINES and "parameters" not in nb.tags(cell):
        problems.append(f"{len(lines)} lines, at most {MAX_LINES}: move what it does to mlp_core or report.chapter")
    try:
        tree = ast.parse(cell["source"])
    except SyntaxError as error:
        return [*problems, f"is not plain Python: {error.msg}"]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = [node.name for node in ast.walk(tree) if isinstance(node, kinds) and not may_define]
    if any(_is_bare_picture(output) for output in cell["outputs"]):
        problems.append("stores a picture without its data in words; call figures.use_style() and run `make notebooks`")
    return problems + [f"defines {one}: it belongs into mlp_core or report.chapter, with a test" for one in defined]


def _is_bare_picture(output: dict[str, Any]) -> bool:
    """Say whether an output is a picture of which nbval could compare nothing: its pixels it leaves out."""
    data = output.get("data", {})
    pictured = any(kind.startswith("image/") for kind in data)
    return pictured and "".join(data.get("text/plain", "<")).startswith("<")


def _structure_problems(notebook: nb.Notebook) -> list[str]:
    """Return where the sequence of cells does not read as a chapter."""
    cells = [cell for cell in notebook["cells"] if cell["source"].strip()]
    problems = []
    if not cells or cells[0]["cell_type"] != "markdown" or not cells[0]["source"].startswith("# "):
        problems.append("the first cell must be text that begins with `# Title`")
    bare = 0
    for cell in cells:
        hidden = {"parameters", "remove-input", "remove-cell"} & set(nb.tags(cell))
        bare = 0 if cell["cell_type"] == "markdown" or hidden else bare + 1
        if bare > MAX_RUN:
            problems.append(f"`{nb.first_line(cell)}`: more than {MAX_RUN} code cells without a word between them")
    for cell in cells:
        for parameter in _undocumented(cell, notebook):
            problems.append(f"parameter {parameter} has no comment that says what it is")
    return problems


def _undocumented(cell: nb.Cell, notebook: nb.Notebook) -> list[Any]:
    """Return the parameters of a parameters cell that lack their comment."""
    if "parameters" not in nb.tags(cell):
        return []
    try:
        return [one.name for one in declared(notebook, "").values() if not one.meaning]
    except ReportError:
        return []
