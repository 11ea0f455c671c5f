"""Sentences whose words alone were changed: they are said anew from the values of the last run.

The template of a `say("…")` that is a statement of its own decides nothing but what is said there. So it does not count
among a notebook's code (`without_templates`), as long as the last run kept what the new one asks for (`why_run`).
"""

import ast
from inspect import cleandoc
from typing import Any

from report.chapter import say
from report.chapter.sentence import fields, fill
from report.errors import NotebookFailed
from report.run import notebook as nb
from report.run.tasks import Task


class Unknown(Exception):
    """What a changed sentence would say takes a run to know; the message says why."""


def without_templates(source: str) -> str:
    """Return Python code with the templates of its sentences left empty; what is nested too deep for it stays."""
    tree, calls = _sentences(source)
    for call in calls:
        call.args = [ast.Constant("")]
    try:
        return ast.unparse(tree) if calls else source
    except RecursionError:
        return source


def why_run(task: Task, run: nb.Notebook) -> str | None:
    """Say why the changed sentences of a notebook take a run; None if they do not.

    Parameters
    ----------
    task : Task
    run : dict
        The executed notebook of the last run, whose code was the same but for templates.

    Raises
    ------
    NotebookFailed
        If a run would fail at one of them, with what it would say.
    """
    reasons = []
    positions = {id(cell): position for position, cell in nb.code_cells(task.notebook)}
    for cell, ran in zip(nb.running_cells(task.notebook), nb.running_cells(run), strict=True):
        where = nb.name_cell(task.notebook, positions[id(cell)])
        try:
            outputs(cell, ran)
        except Unknown as reason:
            reasons.append(f"{where}: {reason}")
        except (TypeError, ValueError, OverflowError) as error:
            told = f"{type(error).__name__}: {error}".splitlines()[0]
            raise NotebookFailed(f"{task.name}, {where}: {told}") from None
    return next(iter(reasons), None)


def outputs(cell: nb.Cell, ran: nb.Cell) -> list[dict[str, Any]]:
    """Return the outputs that a cell has run to, but what its sentences say as the cell has them now.

    Raises
    ------
    Unknown
        If the run did not keep what a changed sentence asks for.
    TypeError, ValueError, OverflowError
        As `report.chapter.say.say` does.
    """
    now, then = (_templates(one["source"]) for one in (cell, ran))
    found = [*ran["outputs"]]
    for template, before, place in zip(now, then, _places(then, found), strict=True):
        if template != before:
            if place is None:
                raise Unknown("the changed sentence was not said by the last run")
            found[place] = _said(template, found[place])
    return found


def _sentences(source: str) -> tuple[ast.Module, list[ast.Call]]:
    """Return the tree of a cell's code and its sentences; none, if it does more with `say` than to call it."""
    try:
        tree = ast.parse(nb.python(source)) if "say(" in source else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], []), []
    calls = []
    for statement in tree.body:
        match statement:
            case ast.Expr(ast.Call(ast.Name("say"), [ast.Constant(str())]) as call):
                calls.append(call)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "say"]
    return tree, calls if len(calls) == len(names) else []


def _templates(source: str) -> list[str]:
    return [ast.literal_eval(call.args[0]) for call in _sentences(source)[1]]


def _places(templates: list[str], outputs: list[dict[str, Any]]) -> list[int | None]:
    """Return which output is each sentence's; None where it was not said, or may be another's."""
    said = [_template(output) for output in outputs]
    ours = [cleandoc(template).strip() for template in templates]
    places = {one: [place for place, other in enumerate(said) if other == one] for one in ours}
    whole = {one for one in ours if len(places[one]) == ours.count(one)}
    return [places[one].pop(0) if one in whole else None for one in ours]


def _template(output: dict[str, Any]) -> str | None:
    """Return what an output was said by; None if it is no sentence."""
    match output:
        case {"data": dict(), "metadata": {say.METADATA: {"template": str(template), "values": dict()}}}:
            return template
    return None


def _said(template: str, output: dict[str, Any]) -> dict[str, Any]:
    """Return an output as another template makes it of the same values, in the form in which notebooks are stored."""
    values = output["metadata"][say.METADATA]["values"]
    asked = fields(template)
    if new := [field for field in asked if field not in values]:
        raise Unknown(f"the sentence did not ask for {{{new[0]}}} in the last run")
    data = {"text/markdown": fill(template, values).splitlines(keepends=True)}
    kept = {"template": cleandoc(template).strip(), "values": {field: values[field] for field in asked}}
    return output | {"data": output["data"] | data, "metadata": output["metadata"] | {say.METADATA: kept}}
