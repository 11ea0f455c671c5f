"""What `say` says stands in the report as a sentence, so the call that says it is not printed as code beside it.

Sentences that one cell says one after the other are one paragraph there.
"""

import ast
import re
from collections.abc import Iterable
from typing import Any

from report.chapter.say import METADATA
from report.run import notebook as nb

_BLOCK = re.compile(r"\s*(?:[-+>#|~:]|\*(?!\*)\s|\$\$|\d+[.)]\s|```)|.*\n\s*(?:\n|[-+*>#|]\s|\$\$)", re.DOTALL)
"""What makes Markdown more than one paragraph of sentences."""


def unsaid(cell: nb.Cell) -> nb.Cell:
    """Return a code cell without its calls of `say`; the rest of its code, and its outputs, stay."""
    if cell["cell_type"] != "code" or "say(" not in cell["source"]:
        return cell
    source = "\n".join(unsaid_lines(cell["source"])).strip("\n")
    return cell | {"source": source, "outputs": _paragraphs(cell["outputs"])}


def _paragraphs(outputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return outputs with sentences that follow each other as one."""
    out: list[dict[str, Any]] = []
    for output in outputs:
        if out and _is_sentence(out[-1]) and _is_sentence(output) and not _text(output).startswith("**"):
            text = f"{_text(out[-1]).rstrip()} {_text(output).lstrip()}"
            out[-1] = out[-1] | {"data": {"text/markdown": text}}
        else:
            out.append(output)
    return out


def _is_sentence(output: dict[str, Any]) -> bool:
    return METADATA in output.get("metadata", {}) and not _BLOCK.match(_text(output))


def _text(output: dict[str, Any]) -> str:
    return "".join(output["data"]["text/markdown"])


def unsaid_lines(source: str) -> list[str]:
    """Return the lines of code that are not those of a call of `say` alone."""
    lines = source.split("\n")
    try:
        body = ast.parse(source).body
    except SyntaxError:  # IPython's own commands
        return lines
    said, other = ({line for node in body if _is_said(node) is kind for line in _lines(node)} for kind in (True, False))
    return [line for number, line in enumerate(lines, 1) if number not in said - other]


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _is_said(node: ast.stmt) -> bool:
    """Return whether a statement is a call of `say`."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name("say") | ast.Attribute(attr="say"))):
            return True
    return False
