"""What a student meets in JupyterLab: prose that is prose, short lines, hidden code folded, test images left alone."""

import ast
from collections.abc import Iterator

from report.book.sentences import unsaid_lines
from report.run import notebook as nb
from report.run.refresh import HIDING

MAX_WIDTH = 100
MOST_HIDDEN = 0.25
"""The share of code lines that print may hide."""

AS_PUBLISHED = "test-as-published"
"""Tag of a cell that measures a test figure which a course report itself printed."""


def reading_problems(notebook: nb.Notebook, *, conclusion: bool = False) -> list[str]:
    """Return where a notebook is hard to read, or looks at test images that only the conclusion marks."""
    problems = []
    for position, cell in nb.code_cells(notebook):
        found = [*_layout(cell), *_sentences(cell["source"])]
        if not conclusion and AS_PUBLISHED not in nb.tags(cell):
            found += _looks_at_test(cell["source"])
        problems += [f"{nb.name_cell(notebook, position)}: {problem}" for problem in found]
    share = hidden_share(notebook)
    if share > MOST_HIDDEN:
        problems.append(f"{share:.0%} of the code lines are hidden in print, at most {MOST_HIDDEN:.0%}: show them or "
                        "move them to a tested function of report.chapter")
    return problems


def hidden_share(notebook: nb.Notebook) -> float:
    """Return the share of code lines that print hides: options of cells included, sentences in `say` left out."""
    lines = {True: 0, False: 0}
    for _, cell in nb.code_cells(notebook):
        lines[bool(HIDING & {*nb.tags(cell)})] += sum(bool(line.strip()) for line in unsaid_lines(cell["source"]))
    return lines[True] / max(1, sum(lines.values()))


def _layout(cell: nb.Cell) -> Iterator[str]:
    """Say where lines are long, or hidden code stands open."""
    if (widest := max(map(len, cell["source"].splitlines()))) > MAX_WIDTH:
        yield f"a line of {widest} characters, at most {MAX_WIDTH}"
    if HIDING & {*nb.tags(cell)} and not cell["metadata"].get("jupyter", {}).get("source_hidden"):
        yield "is hidden in print but open in JupyterLab; run `make notebooks`"


def _sentences(source: str) -> Iterator[str]:
    """Say where code builds sentences that `say` would hold as they read."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.IfExp() if any(isinstance(part, ast.IfExp) for part in ast.walk(node) if part is not node):
                yield "nests conditional expressions: two `say(…, when=…)`, or a function of report.chapter"
            case ast.JoinedStr() if node.end_lineno != node.lineno:
                yield "has an f-string over several lines: use say"
            case ast.Call(func=ast.Name("Markdown")):
                yield "displays a sentence built by code: use say"


def _looks_at_test(source: str) -> Iterator[str]:
    """Say where test images are used otherwise than counted or kept for the conclusion."""
    tree = ast.parse(source)
    counted = {id(part) for node in ast.walk(tree) for part in _harmless(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "test" and id(node) not in counted:
            yield "looks at test images: choose on the validation images and `results.keep` the network"


def _harmless(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the uses of test images within a node that say nothing about a network: sizes, labels, what is kept."""
    match node:
        case ast.Call(func=ast.Name("len"), args=[test]):
            yield test
        case ast.Attribute(value=test, attr="labels"):
            yield test
        case ast.Call(func=ast.Attribute(attr="keep")):
            yield from ast.walk(node)
