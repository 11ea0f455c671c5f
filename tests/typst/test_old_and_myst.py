"""Notebooks of Jupyter Books, of Julia, and of Jupyter's first years; headings that their author numbered."""

import io
import json
import logging

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from typst_documents import markdown, notebook

from report.typst import TypstExporter, TypstHTMLExporter
from report.typst.metadata import numbered_by_hand

HTML = "<IPython.core.display.HTML object>"


def typst(*texts: str) -> str:
    """Return the Typst source of the last of some Markdown cells."""
    source, _ = TypstExporter(log=logging.Logger("typst")).from_notebook_node(notebook(*map(markdown, texts)))
    return source.rpartition("// cell")[2].partition("\n")[2].strip()


def page(*texts: str) -> str:
    html, _ = TypstHTMLExporter(log=logging.Logger("page")).from_notebook_node(notebook(*map(markdown, texts)))
    return html.partition("<main>")[2]


@pytest.mark.parametrize("label", ["a-name", "4.1", "two words"])
def test_a_target_is_the_label_of_the_heading_below_it(label: str) -> None:
    name = label.replace(" ", "-")
    source = typst(f"({label})=\n\n## Rain and *snow*\n\n{{ref}}`{label}`, {{ref}}`it <{label}>`, [there](#{name})")
    words = "Rain and #emph[snow]"
    links = f"#link(<{name}>)[{words}], #link(<{name}>)[it], #link(<{name}>)[there]"
    assert source == f"= {words}\n<{name}>\n{links}"


@pytest.mark.parametrize("typed", ["[](wet)", "[](#wet)", "{ref}`wet`", "@wet"])
def test_what_has_no_words_has_those_of_the_heading(typed: str) -> None:
    assert "See #link(<wet>)[Rain]." in typst(f"(wet)=\n# Rain\n\nSee {typed}.")
    assert '<p>See <a href="#wet">Rain</a>.</p>' in page(f"(wet)=\n# Rain\n\nSee {typed}.")


def test_a_target_above_anything_else_is_a_place() -> None:
    source = typst("(here)=\nWords.\n\n(list)=\n- one\n\n[a](#here), [b](#list)\n\n(end)=")
    assert source.count("#metadata(none)<anchor-") == 2
    assert "=" not in source
    assert "(x)=" not in typst("# T\n\n(x)=\n```{note}\nWords\n```")


def test_in_code_targets_and_roles_are_code() -> None:
    assert typst("`{term}`x` and ``{ref}`y` ``\n\n```\n(a)=\n{term}`x`\n```").count("{term}") == 2
    assert "{ref}`y`" in typst("``{ref}`y` ``")


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("{doc}`notes/more`", "notes/more"), ("{term}`mean <mean value>`", "mean"), ("{math}`x`", "$x$"),
        ("H{sub}`2`O", "H#sub[2]O"), ("{cite}`a,b`", r"\[\@a; \@b\]"), ("{cite:t}`a`", r"\@a"),
        ("[](more.md)", "more.md"), ("[](nowhere)", "nowhere"), ("{unheard}`of`", "{unheard}`of`"),
    ],
)  # fmt: skip
def test_a_role_is_its_words(role: str, shown: str) -> None:
    assert shown in typst(f"Say {role} so")


@pytest.mark.parametrize("fence", ["```", ":::"])
@pytest.mark.parametrize("name", ["index", "toctree", "tableofcontents", "bibliography"])
def test_a_directive_for_the_pages_of_a_book_shows_nothing(fence: str, name: str) -> None:
    assert typst(f"before\n\n{fence}{{{name}}} words\n:option: x\nmore\n{fence}\nafter") == "before\n\nafter"
    assert "after" in typst(f"{fence}{{{name}}}\nafter")


BY_HAND = {
    "1. One|2. Two|Aside": True, "Chapter 4: Wind|4.1 Sea|4.1.1 Waves": True, "A.2 One|A.2.1 Two": True,
    "05. Only": True, "I. One|II. Two": True, "<b>1.1 Bold</b>|**1.2** x|Y": True,
    "One|Two": False, "3 ways|Two|Three": False, "One|1. A|Two|Three": False, "2019 was wet|2020 was not": False,
}  # fmt: skip


@pytest.mark.parametrize("headings", BY_HAND)
def test_headings_with_numbers_get_no_others(headings: str) -> None:
    first, *others = headings.split("|")
    made = notebook(markdown("\n\n".join([f"# {first}", *(f"## {one}" for one in others)])))
    assert numbered_by_hand(made) == BY_HAND[headings]


def test_a_reference_to_a_heading_without_number_has_its_words() -> None:
    text = "# 1. One {#sec-one}\n\nSee @sec-one.\n\n# 2. Two"
    assert "See #link(<sec-one>)[#[]1. One]." in typst(text)  # no list begins in the brackets
    assert 'See <a href="#sec-one">1. One</a>.' in page(text)
    source, _ = TypstExporter(numbered=True).from_notebook_node(notebook(markdown(text)))
    assert '#ref(label("sec-one"))' in source


def test_two_hashes_without_a_blank_are_a_heading() -> None:
    assert typst("##Rain\nwords") == "= Rain\nwords"
    assert typst("#hash #tag, a ##b") == r"\#hash \#tag, a \#\#b"
    assert "##c" in typst("```\n##c\n```")
    assert "= " not in typst("```\n##c\n```")


def output(html: str, text: str = HTML) -> NotebookNode:
    return new_code_cell("x", outputs=[new_output("display_data", data={"text/html": html, "text/plain": text})])


MATHJAX = "<style>a{}</style><script>\nMathJax.Hub.Config({tex2jax: 1});</script>"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (output(MATHJAX), ""), (output(f"words{MATHJAX}"), "words"), (output("<script>draw()</script>"), "placeholder"),
        (output("<script class='js-collapse-script' src='/a.js'></script>", 'HTML{String}("<script")'), ""),
        (output("<b>bold</b>", 'HTML{String}("<b>bold</b>")'), "#strong[bold]"),
        (output("<div></div><unsafe-script>\nWebIO.mount(1)</unsafe-script>", "(div\n Widgets.Widget{}"), "widget"),
    ],
)  # fmt: skip
def test_scripts_are_told_where_they_would_have_shown_something(cell: NotebookNode, shown: str) -> None:
    source, _ = TypstExporter(log=logging.Logger("typst")).from_notebook_node(notebook(cell))
    below = source.rpartition("block: true))")[2].strip()
    assert shown in below if shown else not below
    assert "mount" not in below
    assert "HTML{" not in below


OUTPUTS = [{"output_type": "stream", "text": "a"}, {"output_type": "execute_result", "data": {"text/plain": "3"}}]
LACKING = {
    "metadata": {"nbformat": 4, "cells": [{"cell_type": "raw", "source": "a"}, {"cell_type": "code", "source": "3"}]},
    "what outputs need not": {"nbformat": 4, "cells": [{"cell_type": "code", "source": "b", "outputs": OUTPUTS}]},
    "format 2": {"nbformat": 2, "metadata": {}, "worksheets": [{"cells": [
        {"cell_type": "markdown", "source": "a"},
        {"cell_type": "code", "language": "python", "input": "1+2", "outputs": [{"output_type": "pyout", "text": "3"}]},
    ]}]},
}  # fmt: skip


@pytest.mark.parametrize("lacking", LACKING)
def test_a_notebook_may_lack_what_no_document_needs(lacking: str) -> None:
    source, _ = TypstExporter(log=logging.Logger("typst")).from_file(io.StringIO(json.dumps(LACKING[lacking])))
    assert all(word in source for word in "a3"), source
