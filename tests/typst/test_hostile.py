"""What stands in outputs, captions, titles and names is data: its words are printed, and nothing of it runs."""

import random
import re
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_raw_cell
from typst_documents import code, export, markdown, notebook, png, problems, shown

from report.typst import TypstExporter, TypstHTMLExporter

RAW = '`#panic("ran")`{=typst}\n\n```{=typst}\n#panic("ran")\n```\n\n[word]{typst:text:fill="panic()"}'
FIELDS = [
    "*a*.has(panic())", "*a*<!-- c -->.has(panic())", "$x$.body(panic())", "[l](https://e.org).x(panic())",
    "*a*[.y(panic())](nowhere)", "*a*<span>.</span>foo(panic())", "`c`.len(panic())", "H~2~.x(panic())", "*n*.txt",
]  # fmt: skip
DIVS = """::: {.terminal stream=x}
`x`{colour="panic()"}
:::

::: {.figure columns=9}
words
:::

::: {.code}
words
:::

::: {.table}
```
{"head": 1}
```
:::"""
HTML = (
    '<div typst:fill="panic()" data-typst:fill="panic()" class="figure terminal code table caption">in a div</div>'
    '<table typst:figure:kind="panic()"><tr><td data-typst:fill="panic()">1<b>2</b></td></tr></table>'
)
PIECES = [
    "#panic()", "`#panic()`{=typst}", "[x]{typst:text:fill=\"panic()\"}", "*a*.b(panic())", "$x$.c(panic())",
    '"', "\\", "]", "[", ")", "(", "/*", "*/", "//", "#{", "}", "$", "<a>", "@b", "= h", "~", "`", "# h", "/",
    "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\r", "\n", "&#xE002;", "&#x2028;", "&#11;",
    "\ue002image-1\ue002", "\ue001", "::: {.terminal}", "{=typst}", "<!-- -->", "<span>.</span>", "<b>",
    "\\input{/etc/passwd}", "\\def\\a{\\a\\a}\\a", "-", "'", ";", "word",
]  # fmt: skip


def hostile(chance: random.Random) -> str:
    return "".join(chance.choices(PIECES, k=chance.randint(1, 8)))


def everywhere(text: str, k: int) -> list[NotebookNode]:
    """Put a text into every place of a cell."""
    source = {"notebook": f"{text}.ipynb", "cell": k}
    figure = code(f"x = {text!r}", shown("image/png", png()), source=source)
    figure.metadata |= {"fig-cap": text, "fig-alt": text}
    outputs = [shown(mime, text) for mime in ("text/markdown", "text/html", "text/latex", "text/plain")]
    table = shown("text/html", f"<table><tr><th>{text}</th></tr><tr><td><b>{text}</b></td></tr></table>")
    return [markdown(text, source=source), figure, code("y", *outputs, table, source=source)]


def document(seed: int, size: int) -> NotebookNode:
    chance = random.Random(seed)
    cells = [cell for k in range(size) for cell in everywhere(hostile(chance), k)]
    metadata = {
        key: hostile(chance) for key in ("subtitle", "abstract", "short_title", "date", "course", "institution")
    }
    metadata |= {"keywords": [hostile(chance)], "dataset_note": hostile(chance)}
    return notebook(*cells, title=hostile(chance), authors=[{"name": hostile(chance)}], report=metadata)


def ran(made: NotebookNode) -> list[str]:
    """Return what Typst refuses; cells that are refused for their formulas are left out, so the rest is typeset."""
    refused = problems(made)
    while refused and not any("Typst" in problem or "converted" in problem for problem in refused):
        cells = {int(number) - 1 for problem in refused for number in re.findall(r"\.ipynb, cell (\d+)", problem)}
        made.cells = [cell for cell in made.cells if cell.metadata.source["cell"] not in cells]
        if not cells:
            return []  # the settings are refused
        refused = problems(made)
    return refused


def test_random_strings_run_nothing() -> None:
    made = document(0, 6)
    assert ran(made) == []
    assert len(made.cells) >= 9
    TypstHTMLExporter().from_notebook_node(notebook(*made.cells[:1]), {"metadata": {"name": "sample"}})


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 60))
def test_many_random_strings_run_nothing(seed: int) -> None:
    assert ran(document(seed, 8)) == []


def test_raw_typst_and_its_attributes_are_text() -> None:
    cells = [markdown(RAW), *(code("x", shown(f"text/{kind}", RAW)) for kind in ("markdown", "html", "latex"))]
    made = notebook(*cells, code("y", shown("text/html", HTML)), title=RAW, report={"abstract": RAW, "date": RAW})
    text = export(made).text
    assert text.count("#panic(") >= 8
    assert "in a div" in text


def test_a_field_behind_code_is_text() -> None:
    text = export(notebook(code("x", shown("text/markdown", "\n\n".join(FIELDS))))).text
    assert text.count("panic()") == len(FIELDS) - 1
    assert "n.txt" in text


def test_two_slashes_begin_no_comment() -> None:
    text = export(
        notebook(code("x", shown("text/markdown", "a/<!-- -->/b\n\nc/<span>/</span>d *e*/<b></b>/f @g/<!-- -->/h")))
    ).text
    for words in ("a//b", "c//d e//f", "@g//h"):
        assert words in text


def test_divs_of_the_notebook_are_not_taken_for_those_of_the_exporter() -> None:
    made = notebook(markdown(DIVS), code("x", shown("text/markdown", DIVS)))
    assert export(made).text.count("words") == 4
    assert "words" in TypstHTMLExporter().from_notebook_node(made)[0]


def test_no_line_break_ends_a_comment() -> None:
    ends = ["\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00"]
    places = [{"notebook": f"a{end}#panic()", "cell": k} for k, end in enumerate(ends)]
    source, _ = TypstExporter().from_notebook_node(notebook(*(markdown("words", source=place) for place in places)))
    assert re.findall("^// cell: .*", source, re.MULTILINE) == [f"// cell: a #panic()#{k}" for k in range(len(ends))]


def test_characters_written_as_numbers_are_no_marks() -> None:
    cell = markdown("a &#xE002;image-1&#xE002; b &#xE001;ref:x&#xE001; &#x2028;= c &#7;d\n\n&#xE002; = no heading")
    text = export(notebook(cell)).text.replace("\u200b", "")
    assert "a image-1 b ref:x = c d = no heading" in " ".join(text.split())
    assert "image-1" in TypstHTMLExporter().from_notebook_node(notebook(cell))[0]


def test_a_line_break_written_as_a_number_is_a_blank() -> None:
    starts = ["", "a", "a ", "*a*"]
    marks = ["= heading", "- item", "+ item", "/ term: words", "// comment", "1. item"]
    ends = ["&#10;", "&#13;", "&#9;", "&#xA;&#xA;"]
    cells = [markdown("\n\n".join(f"{start}{end}{mark}" for mark in marks for end in ends)) for start in starts]
    source, _ = TypstExporter().from_notebook_node(notebook(*cells))
    body = re.sub("^// cell:.*", "", source.partition("// cell:")[2].partition("\n")[2], flags=re.MULTILINE)
    assert body.count("words") == len(ends) * len(starts)
    assert not re.search(r"^\s*(=|-|\+|/|1\.)", body, re.MULTILINE)



def test_raw_typst_works_where_it_is_meant() -> None:
    raw = new_raw_cell("#upper[raw]", metadata={"format": "text/x-typst"})
    cell = markdown("`#upper[inline]`{=typst} [red]{typst:text:weight='\"bold\"'}")
    output = code("x", shown("text/markdown", "`#lower[OUTPUT]`{=typst}"))
    text = export(notebook(raw, cell, output), typst_in_markdown=True).text
    assert "RAW" in text
    assert "INLINE red" in text
    assert "#lower[OUTPUT]" in text


def test_tex_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.tex"
    secret.write_text("contents")
    table = rf"\begin{{tabular}}{{l}}\input{{{secret}}} a\end{{tabular}}"
    made = notebook(*(code("x", shown("text/latex", tex)) for tex in (table, rf"\input{{{secret}}}")))
    assert "contents" not in export(made, tmp_path).text


def test_packages_are_switched_off() -> None:
    raw = new_raw_cell('#import "@preview/cetz:0.2.0"', metadata={"format": "text/x-typst"})
    (problem,) = problems(notebook(markdown("fine"), raw))
    assert problem.startswith("sample.ipynb, cell 2 (`")
    assert "packages are not taken" in problem
