"""Outputs of code cells: nothing of them is lost, and what paper cannot show says so where it stood."""

import base64
import logging
import re
import sys
from html import unescape
from types import ModuleType
from typing import Any

import pytest
from typst_documents import SVG, code, export, markdown, notebook, png, shown

from report.typst import TypstExporter, TypstHTMLExporter
from report.typst.interactive import _made
from report.typst.outputs import choose
from report.typst.words import ENGLISH

VEGA, PLOTLY = "application/vnd.vegalite.v5+json", "application/vnd.plotly.v1+json"
STYLED = (
    "<style>#T_a_row0_col0, #T_b { background-color: #ff0000; color: white; font-weight: bold }"
    "#T_a_row1_col0 { width: 10em; background: linear-gradient(90deg, #d65f5f 25.0%, transparent 25.0%) }</style>"
    "<table id='T_a'><tr><td id='T_a_row0_col0'>1.50</td></tr><tr><td id='T_a_row1_col0' class='x'>{}</td></tr></table>"
)


def html_of(*outputs: Any) -> str:
    """Return the main part of a page."""
    made = notebook(*(code("x", output) for output in outputs))
    return TypstHTMLExporter(log=logging.Logger("page")).from_notebook_node(made)[0].partition("<main>")[2]


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^<>]*>", " ", html)).split())


KINDS = [
    (PLOTLY, {"data": []}, "", "Plotly figure", "plotly.io.renderers"),
    (VEGA, {"mark": "bar"}, "<VegaLite 5 object>", "Vega figure", 'alt.renderers.enable("png")'),
    ("application/vnd.bokehjs_exec.v0+json", "", "", "Bokeh figure", "export_png"),
    ("application/vnd.jupyter.widget-view+json", {}, "IntSlider(value=0)", "interactive widget", "print its value"),
    ("text/html", "<div><iframe srcdoc='x'></iframe></div>", "<folium.folium.Map at 0x1>", "A map", "picture"),
    ("text/html", "<div><script>embed vega</script></div>", "alt.Chart(...)", "Vega figure", "alt.renderers"),
]


@pytest.mark.parametrize(("mime", "data", "text", "name", "advice"), KINDS)
def test_what_lives_in_a_notebook_only_says_how_to_print_it(
    mime: str, data: Any, text: str, name: str, advice: str
) -> None:
    _made.cache_clear()
    choice = choose({"data": {mime: data, "text/plain": text}})
    assert choice is not None
    assert choice.kind == "placeholder"
    said = choice.data[0].words(ENGLISH)
    assert name in said
    assert advice in said


@pytest.mark.parametrize("mime", [VEGA, PLOTLY])
def test_a_stored_picture_comes_first(mime: str) -> None:
    choice = choose({"data": {mime: {"a": 1}, "image/png": png(), "text/html": "<script>x</script>"}})
    assert choice is not None
    assert (choice.kind, choice.mime) == ("image", "image/png")


def test_an_installed_library_makes_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def vega(spec: Any, **options: Any) -> bytes:
        asked.append((spec, options["allowed_base_urls"]))
        return base64.b64decode(png(30, 20))

    def plotly(figure: Any, **options: Any) -> bytes:
        asked.append((figure, options["format"]))
        raise ValueError("no browser")

    converter, package, module = (ModuleType(name) for name in ("vl_convert", "plotly", "plotly.io"))
    converter.vegalite_to_png = vega  # type: ignore[attr-defined]
    module.to_image, package.io = plotly, module  # type: ignore[attr-defined]
    for one in (converter, package, module):
        monkeypatch.setitem(sys.modules, one.__name__, one)
    _made.cache_clear()
    drawn, box = (choose({"data": data}) for data in ({VEGA: {"mark": "bar"}}, {PLOTLY: {"data": [1], "layout": {}}}))
    _made.cache_clear()
    assert drawn is not None
    assert (drawn.kind, drawn.data) == ("image", png(30, 20))
    assert box is not None
    assert box.kind == "placeholder"
    assert asked == [({"mark": "bar"}, []), ({"data": [1], "layout": {}}, "png")]


def test_altair_is_drawn_by_vl_convert() -> None:
    pytest.importorskip("vl_convert")
    _made.cache_clear()
    encoding = {"x": {"field": "a", "type": "nominal"}}
    spec = {"data": {"values": [{"a": 1}, {"a": 2}]}, "mark": "bar", "encoding": encoding}
    choice = choose({"data": {VEGA: spec, "text/plain": "alt.Chart(...)"}})
    assert choice is not None
    assert base64.b64decode(choice.data).startswith(b"\x89PNG")


HTML = (
    "<h3>Report</h3><p>Score: <b>0.95</b> of <a href='https://e.org/x'>linked</a></p>"
    "<ul><li>one<ul><li>two <code>three</code></li></ul></li></ul>"
    "<details><summary>More</summary><table><tr><td>cell</td></tr></table>folded</details>"
    "<img src='https://e.org/logo.png' alt='A logo'> <int> last"
)


def test_html_keeps_its_words() -> None:
    output = shown("text/html", HTML, text_plain="<pkg.Report object at 0x7f>")
    pdf = export(notebook(markdown("# One"), code("x", output), markdown("# Two")))
    for text in (pdf.text.replace("•", "").replace("‣", ""), words(html_of(output))):
        found = " ".join(text.split())
        for part in ("Report", "Score: 0.95 of linked", "one", "two three", "More", "cell", "folded", "<int> last"):
            assert part in found
        assert "A logo – https://e.org/logo.png" in found
        assert "0x7f" not in found
    assert [title for _, title, _ in pdf.outline] == ["1 One", "2 Two"]  # its heading is none of the document
    assert sum("image https://e.org/logo.png is remote" in line for line in pdf.log) == 1


@pytest.mark.parametrize("data", [f"<div>{SVG}</div>", f'<img alt="a" src="data:image/png;base64,{png()}"/>'])
def test_html_that_is_a_picture_shows_it(data: str) -> None:
    output = shown("text/html", data, text_plain="<IPython.core.display.HTML object>")
    assert len(export(notebook(code("x", output))).tags("/Figure")) == 1
    assert '<img src="data:' in html_of(output)


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<style>.a {width: 100%}</style>", "text/plain": "<IPython.core.display.HTML object>"},
        {"text/markdown": "", "text/plain": "<IPython.core.display.Markdown object>"},
        {"text/plain": ""},
    ],
)
def test_what_shows_nothing_leaves_nothing(data: dict[str, str]) -> None:
    assert choose({"data": data}) is None


def test_a_diagram_keeps_its_source() -> None:
    source = "graph TD; A-->B;"
    output = shown("text/vnd.mermaid", source, text_plain="<IPython.core.display.Mermaid object>")
    pdf = export(notebook(markdown(f"```mermaid\n{source}\n```"), code("x", output)))
    assert pdf.text.count(source) == 2
    assert pdf.text.count("A Mermaid diagram: it is") == 2


@pytest.mark.parametrize("cell", ["2.50", "<i>2.50</i> x"])
def test_the_colours_of_a_styler_are_shown(cell: str) -> None:
    output = shown("text/html", STYLED.replace("{}", cell), text_plain="<pandas.io.formats.style.Styler at 0x7f>")
    typst, _ = TypstExporter().from_notebook_node(notebook(code("x", output)))
    assert 'table.cell(fill: rgb("#ff0000"), text(fill: rgb("#ffffff"), ' in typst
    assert 'gradient.linear((rgb("#d65f5f"), 0%), (rgb("#d65f5f"), 25%), (rgb("#ffffff"), 25%), ' in typst
    assert "1.50" in export(notebook(code("x", output))).text
    html = html_of(output)
    assert "background-color:#ff0000;color:#ffffff" in html
    assert "linear-gradient(90deg, #d65f5f 0% 25%, #ffffff 25% 100%)" in html
    assert "1.50" in words(html)


def test_a_style_loads_nothing() -> None:
    styled = "<span style='background-image: url(https://e.org/x); color: red'>a</span><td style='color: red'>b"
    html = html_of(shown("text/html", styled, text_plain="<pkg.A object at 0x7f>"))
    assert "url(" not in html


LATEX = [
    (r"\begin{bmatrix}1 & 2\\3 & 4\end{bmatrix}", "<mtable"), (r"\[ x^2 \]", "<msup"), (r"so \(x_1\) is", "<msub"),
    (r"$\displaystyle \frac{a}{b}$", 'display="block"'), ("*50%* & more_ [a](b) # c", "*50%* &amp; more_ [a](b) # c"),
    (r"$[1,~2] \; \mathrm{m}$", "<math"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "part"), LATEX)
def test_latex_is_no_markdown(tex: str, part: str) -> None:
    assert part in html_of(shown("text/latex", tex, text_plain="x"))


def test_quotes_of_values_stay_and_those_of_prose_are_set() -> None:
    value = shown("text/markdown", "'a$b_c' \"d\"", text_plain='[1] "a$b_c"')
    prose = shown("text/markdown", 'say "d"', text_plain="<IPython.core.display.Markdown object>")
    text = export(notebook(code("x", value), code("y", prose))).text
    assert "'a$b_c' \"d\"" in text
    assert "say “d”" in text


def test_paragraphs_between_rows_come_before_the_table() -> None:
    table = "<table><thead><tr><th>A</th></tr></thead><tbody><p>3 rows</p><tr><td>1</td></tr></tbody></table>"
    pdf = export(notebook(code("x", shown("text/html", table, text_plain="D"))))
    assert "3 rows A 1" in pdf.text


def test_lost_links_are_told_together() -> None:
    made = notebook(*(markdown(f"[a](b{k}.ipynb) and [c](#d)") for k in range(3)))
    within, elsewhere = export(made).log
    assert "cell 1 (`[a](b0.ipynb) and [c](#d)`): link to #d leads to nothing in this notebook" in within
    assert elsewhere.startswith("3 links lead to notebooks that are no part of this document (b0.ipynb, b1.ipynb, b2.")
