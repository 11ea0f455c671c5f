"""What no executed notebook may show, whatever its parameters: words for missing numbers, broken sentences, nothing."""

import re
from collections.abc import Iterator

from report.run import notebook as nb

COUNTED = "epoch|update|step|seed|image|run|network|setting|trial|passe|size|fold|point|unit|layer"

NOT_SAID = {
    r"\b(nan|NaN|None(?! of)|inf|NaT)\b": "a value that is no word",
    r"(?<![\w–])–(?![\w–])": "a dash where a number was to be",
    r"[{}]": "a brace",
    rf"(?<![\d.,])(?<!of )1 (?:\w+ )?({COUNTED})s\b": "one of something in the plural",
    r"\b(?:none of (?:its|the)|among) 1 ": "one of something where there should be several",
    r"\S  +\S": "two spaces",
    r"\w [,.;:](?=\s|$)": "a space before a comma or a point",
    r"\(\s*\)|\(\s*[,;]|[,;]\s*\)": "a parenthesis with nothing in it",
    r"\b(and|or|of|than)\s*[.,;:]": "a sentence that breaks off",
    r"\b(\w+) \1\b": "a word twice",
    r"(?:between|from|\() ?(\S+)(?:\s%)? (?:and|to) \1(?!\d|[.,]\d)": "an interval without a width",
    r"\u2212\d[\d.,]*\s%": "a share below zero",
}  # fmt: skip
"""Patterns of what a sentence may not have outside code and formulas."""

IN_TABLES = r"\b(nan|None|inf|NaT)\b|Empty DataFrame|\(\s*\)|\((\S+) to \2\)|\u2212\d[\d.,]*\s%"
VERDICT = re.compile(r"\bis (better|worse) than\b")
SINGLE = re.compile(r"\b(one|single) (seed|start|network)", re.IGNORECASE)


def wording_problems(notebook: nb.Notebook, *, one_seed: bool = False) -> list[str]:
    """Return what an executed notebook's outputs show that no reader should meet.

    Parameters
    ----------
    one_seed : bool
        Whether it ran from one seed, so that it must say so where it calls something better or worse.
    """
    shown = [(nb.first_line(cell), output) for _, cell in nb.code_cells(notebook) for output in cell["outputs"]]
    problems = [f"`{where}` {problem}" for where, output in shown for problem in _of_output(output)]
    said = " ".join(_data(output, "text/markdown") for _, output in shown)
    if one_seed and VERDICT.search(said) and not SINGLE.search(said):
        problems.append("calls something better or worse without saying that it ran from one seed")
    return problems


def _of_output(output: dict) -> Iterator[str]:
    """Say what is wrong with one output: a sentence, a table, a figure in words, or anything on standard error."""
    if output.get("name") == "stderr":
        yield f"has on standard error: {output['text']}"
    if sentence := _data(output, "text/markdown"):
        prose = re.sub(r"\$[^$]*\$|`[^`]*`", "x", sentence)
        for pattern, what in NOT_SAID.items():
            if found := re.search(pattern, prose, re.MULTILINE):
                yield f"has {what}, `{found[0]}`: {sentence}"
    elif text := _data(output, "text/plain"):
        if text.startswith("Figure of"):
            yield from _of_figure(text)
        elif _data(output, "text/html") and (found := re.search(IN_TABLES, text)):
            yield f"has `{found[0]}` in a table:\n{text}"


def _of_figure(text: str) -> Iterator[str]:
    """Say which panels of a figure, by its data in words, show nothing."""
    panels = re.split(r"\n(?=\d+\. )", text)[1:]
    if not panels:
        yield "has a figure without a panel"
    for panel in panels:
        series = panel.split("\n   ")[1:]
        if not any("values)" in one or "differs from machine" in one for one in series):
            yield f"has a panel without data: {panel}"


def _data(output: dict, kind: str) -> str:
    """Return an output's text of one kind; empty if it has none."""
    return "".join(output.get("data", {}).get(kind, ""))
