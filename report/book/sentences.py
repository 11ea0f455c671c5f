"""What `say` says stands in the report as a sentence, so the call that says it is not printed as code beside it."""

import ast

from report.run import notebook as nb


def unsaid(cell: nb.Cell) -> nb.Cell:
    """Return a code cell without its calls of `say`; the rest of its code, and its outputs, stay."""
    if cell["cell_type"] != "code" or "say(" not in cell["source"]:
        return cell
    return cell | {"source": "\n".join(unsaid_lines(cell["source"])).strip("\n")}


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
