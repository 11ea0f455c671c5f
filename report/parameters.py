"""The parameters cell of a notebook: what it declares, and which values it takes."""

import ast
import io
import tokenize
from typing import Any

from report.conversion import Parameter, convert
from report.errors import ConfigError, NotebookError, shown
from report.run.notebook import Notebook, tags
from report.values import suggest

FORM = "`name: type = value  # what it is`"


def declared(notebook: Notebook, where: str) -> dict[str, Parameter]:
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    notebook : dict
        The notebook, as `report.run.notebook.read` gives it.
    where : str
        Its name, for messages.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    NotebookError
        If there is not exactly one cell tagged `parameters`, or a line of it is not of the form
        ``name: type = value  # what it is``.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "parameters" in tags(cell)]
    if len(cells) != 1:
        raise NotebookError(f"{where}: expected one code cell tagged `parameters`, found {len(cells)}")
    source = cells[0]["source"]
    try:
        statements, comments = ast.parse(source).body, _comments(source)
    except SyntaxError as error:
        raise NotebookError(f"{where}: line {error.lineno} of the parameters cell is not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise NotebookError(f"{where}: the parameters cell is not Python: {error or 'nested too deeply'}") from None
    parameters: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _declaration(statement, comments, where)
        if parameter.name in parameters:
            line = f"{where}: line {statement.lineno} of the parameters cell"
            raise NotebookError(f"{line}: {parameter.name} stands twice; one line a parameter")
        parameters[parameter.name] = parameter
    return parameters


def _declaration(statement: ast.stmt, comments: dict[int, str], where: str) -> Parameter:
    """Turn one statement of the parameters cell into a `Parameter`."""
    line = f"{where}: line {statement.lineno} of the parameters cell"
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            pass
        case _:
            raise NotebookError(f"{line}: expected {FORM}, got `{_unparsed(statement)}`")
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError):
        raise NotebookError(f"{line}: expected a plain value, got `{_unparsed(value)}`") from None
    parameter = Parameter(name, ast.unparse(annotation), default, comments.get(statement.end_lineno or 0, ""))
    try:
        converted = convert(parameter, default)
    except ConfigError as error:
        raise NotebookError(f"{line}: {error}") from None
    if converted != default or isinstance(default, tuple):
        better = f"write its value as {shown(converted)}"
        raise NotebookError(f"{line}: {name} is declared {parameter.annotation}; {better}")
    return parameter


def _unparsed(node: ast.AST) -> str:
    """Return the first line of a piece of code, for a message."""
    try:
        return shown(ast.unparse(node).splitlines()[0])[1:-1]
    except (ValueError, RecursionError):
        return "something too deep to show"


def _comments(source: str) -> dict[int, str]:
    """Return the comment of every line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}


def resolve(parameters: dict[str, Parameter], given: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the value of every parameter: the given one where there is one, else the notebook's own.

    Raises
    ------
    ConfigError
        If a given name is not declared, or a value is not of its declared type or out of range.
    """
    for name in given:
        if name not in parameters:
            raise ConfigError(f"{where} has no parameter {shown(name)}; {suggest(name, list(parameters))}")
    values = {name: parameter.default for name, parameter in parameters.items()}
    for name, value in given.items():
        try:
            values[name] = convert(parameters[name], value)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from None
    return values
