"""Cell options: ``#| key: value`` lines, tags, and cell metadata, gathered into one dictionary a cell."""

import json
import re
from collections.abc import Callable
from typing import Any

import yaml
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from .errors import ConversionError, first_line, one_line, place

OPTIONS = "report_options"
"""The cell metadata under which the gathered options stand."""

CHOICES = {"placement": ("auto", "top", "bottom", "none"), "code-fold": (True, False, "show")}
"""Where a figure or table stands: where there is room, at the top or the bottom of a page, or where its cell is.

Whether the code folds on a page: closed, not at all, or open to begin with.
"""

_OPTION_LINE = re.compile(r"^\s*(?:#|//|--|%)\|\s?(.*)$")
_PROSE = re.compile(r"^((?:(?:\w+-)?(?:cap|subcap|alt|scap)|code-summary):\s*)(.*)$")
_ITEM = re.compile(r"^(\s*-\s+)(.*)$")
HIDING_TAGS = {
    "include": {"remove-cell", "hide-cell", "parameters", "injected-parameters", "papermill-error-cell-tag"},
    "echo": {"remove-input"},
    "print-code": {"hide-input"},
    "output": {"remove-output", "hide-output"},
}
"""The tags that say no to an option; code that is hidden, not removed, folds on a page, and is not printed."""


_NBDEV = re.compile(r"[A-Za-z]\w*(?:[ \t]+[\w.,*-]+)*\s*")
"""A directive of nbdev: a bare word, perhaps with names behind it. Those that say what is shown have their meaning.

It is not indented: words that are go on with what stands above them, such as a caption.
"""
_NBDEV_HIDES = {"hide": "include", "hide_input": "echo", "hide_output": "output"}
_NBDEV_COLON = re.compile(r"^(\w[\w-]*):(?=\S)", re.MULTILINE)
"""`#|eval:false`, which nbdev takes, and YAML does not."""
_TOP_LINE = re.compile(r"\n(?=\S)")


class NoAliases(yaml.SafeLoader):
    """YAML without aliases, by which a short text becomes an endless list."""

    def compose_node(self, parent: Any, index: int) -> Any:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


class CellOptionsPreprocessor(Preprocessor):
    """Gather the options of every cell in ``cell.metadata["report_options"]`` and take them out of its source.

    What an option line cannot mean is left out with a warning, unless the exporter is strict.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Treat every cell; a cell without ``metadata.source`` is named by its position."""
        name = resources.get("metadata", {}).get("name") or "notebook"
        for index, cell in enumerate(nb.cells):
            cell.metadata["source"] = _source(cell, f"{name}.ipynb", index)
            cell.metadata[OPTIONS] = cell_options(cell, None if getattr(self.parent, "strict", True) else self._warn)
        return nb, resources

    def _warn(self, problem: str) -> None:
        self.log.warning("%s; it is left out", problem)


def _source(cell: NotebookNode, notebook: str, index: int) -> dict[str, Any]:
    """Return where a cell comes from: from another notebook, where its metadata say so, and else from this one."""
    given = cell.metadata.get("source")
    if isinstance(given, dict) and isinstance(given.get("notebook"), str) and isinstance(given.get("cell"), int):
        notebook, index = given["notebook"], given["cell"]
    return {"notebook": one_line(notebook), "cell": index, "line": first_line(cell.source)}


def cell_options(cell: NotebookNode, tell: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Return the options of a cell: its option lines over its metadata; tags can only hide.

    Parameters
    ----------
    cell : NotebookNode
    tell : callable, optional
        Takes one line for each option that cannot be meant, which is left out.

    Raises
    ------
    ConversionError
        If the option lines are no YAML mapping or an option cannot be meant, and nobody is to be told.
    """
    options = _from_metadata(cell, tell)
    if cell.cell_type == "code":
        options.update(_take_option_lines(cell, tell))
    tags = {str(tag).replace("_", "-") for tag in cell.metadata.get("tags", ())}
    for option, hiding in HIDING_TAGS.items():
        if tags & hiding:
            options[option] = False
    return options


def hide(notebook: NotebookNode, *, source: bool, outputs: bool) -> None:
    """Hide the source or the outputs of all cells, whatever their options say; a label goes with what it names."""
    for options in (cell.metadata[OPTIONS] for cell in notebook.cells if cell.cell_type == "code"):
        options |= {name: False for name, hidden in (("echo", source), ("output", outputs)) if hidden}
        if source if str(options.get("label")).startswith("lst") else outputs:
            options.pop("label", None)


def _from_metadata(cell: NotebookNode, tell: Callable[[str], None] | None) -> dict[str, Any]:
    """Read what other tools store in cell metadata: nbconvert's ``alt``, Jupyter's hidden source and outputs."""
    metadata, hidden = cell.metadata, cell.metadata.get("jupyter", {})
    options = {key: metadata[key] for key in ("label", "fig-cap", "tbl-cap", "lst-cap", "fig-alt") if key in metadata}
    try:
        _check(options, cell)
    except ConversionError as error:
        if tell is None:
            raise
        tell(error.problems[0])
        del options["label"]
    if metadata.get("alt"):
        options.setdefault("fig-alt", metadata["alt"])
    if hidden.get("source_hidden"):
        options["echo"] = False
    if hidden.get("outputs_hidden"):
        options["output"] = False
    return options


def _take_option_lines(cell: NotebookNode, tell: Callable[[str], None] | None) -> dict[str, Any]:
    lines = cell.source.split("\n")
    count = 0
    while count < len(lines) and _OPTION_LINE.match(lines[count]):
        count += 1
    if count == 0:
        return {}
    cell.source = "\n".join(lines[count:]).lstrip("\n")
    block = "\n".join(match.group(1) for line in lines[:count] if (match := _OPTION_LINE.match(line)))
    return _parse(block, cell) if tell is None else _parse_what_can_be(block, cell, tell)


def _parse_what_can_be(block: str, cell: NotebookNode, tell: Callable[[str], None]) -> dict[str, Any]:
    """Read the options, one by one where one of them cannot be meant."""
    options = {name: False for line in block.split("\n") if (name := _NBDEV_HIDES.get(line.rstrip()))}
    plain = "\n".join(line for line in block.split("\n") if not _NBDEV.fullmatch(line))
    try:
        return _parse(_NBDEV_COLON.sub(r"\1: ", plain), cell) | options
    except ConversionError:
        pieces = _TOP_LINE.split(plain)
    for piece in pieces:
        try:
            options |= _parse(piece, cell)
        except ConversionError as error:
            tell(error.problems[0])
    return options


def quote_prose(block: str) -> str:
    r"""Quote captions and alternative texts, so that `: ` and ` #` in them are text, not YAML; each becomes one line.

    >>> quote_prose("fig-cap: Loss: training # epochs")
    'fig-cap: "Loss: training # epochs"'
    >>> quote_prose("fig-cap: Loss: training\n  and validation")
    'fig-cap: "Loss: training and validation"'
    """
    lines: list[str] = []
    in_list = False
    head, plain = "", ""  # of the line before, if its text may go on in this one
    for line in block.split("\n"):
        line = line.rstrip()
        match = _PROSE.match(line)
        item = _ITEM.match(line) if in_list else None
        if match or item:
            head, text = (match or item).groups()  # type: ignore[union-attr]
            in_list = bool(item) or not text
            plain = "" if not text or _is_yaml(text) else text
            line = head + (_quoted(plain) if plain else text)
        elif plain and line.startswith((" ", "\t")):
            plain += " " + line.strip()
            lines.pop()
            line = head + _quoted(plain)
        else:
            plain = ""
        lines.append(line)
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return text if _is_yaml(text) else json.dumps(text, ensure_ascii=False)


def _is_yaml(text: str) -> bool:
    """Whether a text is written as a YAML string, list or block, rather than plainly."""
    if text[0] in "|>" and len(text) <= 2:
        return True
    return len(text) > 1 and (text[0] + text[-1]) in ('""', "''", "[]")


def _where(cell: NotebookNode) -> str:
    return place(**cell.metadata.get("source", {"notebook": "notebook", "cell": 0}))


def _parse(block: str, cell: NotebookNode) -> dict[str, Any]:
    where = _where(cell)
    try:
        options = yaml.load(quote_prose(block), NoAliases) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = block.splitlines()[mark.line] if mark and mark.line < len(block.splitlines()) else block
        message = f"{where}: cell option is no YAML: `#| {line}` (quote a text that holds `: `)"
        raise ConversionError([message]) from None
    if not isinstance(options, dict):
        raise ConversionError([f"{where}: cell options must read `#| key: value`, got `#| {block}`"])
    _check(options, cell)
    return options


def _check(options: dict[str, Any], cell: NotebookNode) -> None:
    """Refuse what an option cannot be."""
    for name, allowed in CHOICES.items():
        value = options.get(name)
        if value is not None and value not in allowed:
            expected = " or ".join(str(one).lower() for one in allowed)
            raise ConversionError([f"{_where(cell)}: {name} must be {expected}, got {one_line(str(value))}"])
    if isinstance(label := options.get("label"), list | dict):
        raise ConversionError([f"{_where(cell)}: label must be a name, got {one_line(str(label))}"])
