"""Mutated Markdown, HTML, formulas, drawings, pictures and settings: a PDF, or one line for each problem."""

import base64
import json
import random
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from nbformat import NotebookNode
from typst_documents import SVG, code, markdown, notebook, png, problems, shown

from report.typst import ConversionError, TypstHTMLExporter

MARKDOWN = """# Title {#sec-a}

Some *text* with `code`, [a link](https://e.org), $x_i^2$ and **bold**[^n].

| a | b |
|---|---|
| 1 | $\\frac{1}{2}$ |

- item
  1. inner <b>html</b> <br> H~2~O

::: {#exr-a name="Sums"}
Sum, as in @exr-a.
:::

```{solution} exr-a
:class: dropdown
Done.
```

> quoted \\begin{align} a &= b \\\\ c &= d \\end{align}

```python
x = 1
```

[^n]: Note."""
HTML = (
    '<div class="a" style="b"><table border="1"><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>1</td>'
    "<td><b>x</b> &amp; $y$</td></tr></tbody></table></div><p>text <i>in</i> <a href='#x'>link</a><br><ul><li>a</ul>"
)
FORMULA = (
    "$$\\begin{pmatrix} \\alpha_{i}^{2} & \\sqrt[3]{x} \\\\ \\left( \\frac{a}{b} \\right) & \\text{if $x$} "
    "\\end{pmatrix} \\newcommand{\\norm}[1]{\\lVert #1 \\rVert} \\norm{x} \\color{red} \\mathbb{R} \\label{eq-a}$$"
)
FIGURE = "#| label: fig-a\n#| fig-cap: A *caption*\n#| fig-width: 50%\nx"
SETTINGS: dict[str, Any] = {
    "title": "Title", "authors": [{"name": "A"}],
    "kernelspec": {"name": "x", "display_name": "y", "language": "python"},
    "report": {"abstract": "Words", "lang": "en", "keywords": ["a"], "paper": "a4", "timestamp": 1, "lof": True},
}  # fmt: skip
NASTY = [
    "\x00", "\u2028", "\ud800", "\ue002", "&#xE002;", "#", "$", "$$", "`", "```", "\\", "{", "}", "[", "]", "](", "<",
    ">", "<!--", "-->", "</", "|", "@", "@fig-a", "{#fig-a}", "![](", ":::", "&", '"', "'", "//", "/*", "*", "_", "^",
    "~", "%", "\\begin{", "\\end{", "\\def\\a{\\a}\\a", "\\input{x}", "<svg>", "<div>", "<td>", "\n\n", "    ", "\t",
    "9" * 400, "é", "漢", "\\left(", "\\frac", "::: {.terminal}", "{=typst}", "\x1b[31m", "<!ENTITY a SYSTEM 'x'>",
    "&a;", 'width="1e9"', "> [!NOTE]", "\n:::{note} ", "\n```{exercise}\n", "<details>", "\n::: {#thm-a}\n",
]  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    """Change a text in one to four places."""
    for _ in range(chance.randint(1, 4)):
        i, j = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        piece = text[i : min(j, i + 40)]
        text = chance.choice([
            text[:i] + text[j:],
            text[:i],
            text[:i] + chance.choice(NASTY) * chance.choice([1, 1, 2, 12]) + text[i:],
            text[:i] + piece * chance.choice([2, 30]) + text[i:],
            text[:i] + "".join(chance.sample(piece, len(piece))) + text[i + len(piece) :],
        ])  # fmt: skip
    return text


def mutated_picture(chance: random.Random) -> str:
    data = bytearray(base64.b64decode(png()))
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return base64.b64encode(data[: chance.choice([len(data), chance.randrange(len(data))])]).decode()


def mutated_settings(chance: random.Random) -> dict[str, Any]:
    made = json.loads(json.dumps(SETTINGS))
    owner = chance.choice([made, made["report"]])
    odd = [None, 5, -1, 1.5, True, [], [[]], {}, "", {"a": 1}, [None], chance.choice(NASTY), 10**30]
    owner[chance.choice(list(owner))] = chance.choice(odd)
    return made


def mutated_cell(chance: random.Random) -> NotebookNode:
    """Return a cell with one mutation."""
    kind = chance.choice(["md", "html", "tex", "svg", "png", "plain", "latex", "option"])
    if kind in ("md", "tex"):
        return markdown(mutated(MARKDOWN if kind == "md" else FORMULA, chance))
    if kind == "png":
        return code("x", shown("image/png", mutated_picture(chance)))
    if kind == "option":
        return code(mutated(FIGURE, chance), shown("image/png", png()))
    mime, text = {
        "html": ("text/html", HTML), "svg": ("image/svg+xml", SVG), "plain": ("text/plain", MARKDOWN),
        "latex": ("text/latex", "\\begin{tabular}{ll} a & $b$ \\\\ \\hline c & \\textbf{d} \\end{tabular}"),
    }[kind]  # fmt: skip
    return code("x", shown(mime, mutated(text, chance)))


def document(seed: int, size: int = 5) -> NotebookNode:
    """Return a notebook with one mutation in each cell, and sometimes one in its settings."""
    chance = random.Random(seed)
    settings = mutated_settings(chance) if seed % 3 == 0 else {}
    return notebook(*(mutated_cell(chance) for _ in range(size)), **settings)


def check(made: NotebookNode) -> bool:
    """Let every problem be one line about a cell or the settings, and none of them an exception's; then do without.

    Returns
    -------
    bool
        Whether something was left that was typeset.
    """
    for _ in range(len(made.cells) + 1):
        found = problems(made, time_limit=4)
        for problem in found:
            assert re.match(r"sample\.ipynb(, cell \d+ \(|, cell \d+:|: metadata)|the settings: ", problem)
            assert "\n" not in problem
            assert not re.search(r"converted: \w*(Error|Exception)|Error running Lua|Traceback", problem)
        if not found:
            return True
        refused = {int(number) - 1 for problem in found for number in re.findall(r"ipynb, cell (\d+)", problem)}
        made.cells = [cell for index, cell in enumerate(made.cells) if index not in refused]
        made.metadata = made.metadata if refused else {}
    return False


def test_ten_mutations_are_typeset_or_told() -> None:
    assert check(document(0, size=10))


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 300, 20))
def test_a_thousand_mutations_are_typeset_or_told(first: int) -> None:
    for seed in range(first, first + 20):
        start = time.monotonic()
        assert check(document(seed))
        assert time.monotonic() - start < 120
        with suppress(ConversionError):
            TypstHTMLExporter(time_limit=4).from_notebook_node(document(seed), {"metadata": {"name": "sample"}})
