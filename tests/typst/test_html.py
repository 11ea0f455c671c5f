"""The HTML page: one file, numbered as the PDF, safe, and the same bytes for the same notebook."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from report.typst import ConversionError, TypstHTMLExporter, TypstPDFExporter
from report.typst.headings import slug
from report.typst.page.safety import clean
from report.typst.page.tables import is_number, is_numeric

PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="90pt" height="60pt">
<script>alert(1)</script><path d="M0 0h9"/></svg>"""
TABLE = (
    '<div><style scoped>.a{}</style><table border="1" class="dataframe"><thead>'
    "<tr><th></th><th>loss</th><th>kind</th></tr>"
    "<tr><th>epoch</th><th></th><th></th></tr></thead>"
    "<tbody><tr><th>1</th><td>-0.5</td><td>a &lt; b</td></tr>"
    "<tr><th>2</th><td>0.25</td><td>c</td></tr></tbody></table></div>"
)
BIBLIOGRAPHY = """@article{glorot2010, author = {Glorot, Xavier and Bengio, Yoshua}, 
title = {Understanding the difficulty},
journal = {AISTATS}, year = {2010}}
@book{unused, author = {Nobody}, title = {Unused}, year = {2000}}
"""


def shown(data: dict, source: str = "x") -> dict:
    return new_code_cell(source, execution_count=1, outputs=[new_output("display_data", data)])


CELLS = [
    new_markdown_cell(
        "# First {#sec-first}\n\nSee @fig-loss, @tbl-loss, @eq-mean, @sec-second and @lst-code;\n"
        "[@glorot2010]. `@property` stays.\n\n"
        "$$ \\bar{x} = \\frac{1}{n} \\sum_i x_i $$ {#eq-mean}\n\nand \\eqref{eq:late} and [a link](#Second-things).\n"
    ),
    shown({"image/svg+xml": DRAWING}, "#| label: fig-loss\n#| fig-cap: The loss $L$.\n#| fig-alt: It falls.\nplot()"),
    shown({"text/html": TABLE}, "#| label: tbl-loss\n#| tbl-cap: Losses.\nframe"),
    new_code_cell("#| label: lst-code\n#| lst-cap: A listing.\nfor i in range(3):\n    print(i < 2)"),
    new_code_cell("warn()", outputs=[new_output("stream", name="stderr", text="\x1b[31mred <b>\x1b[0m\n")]),
    new_markdown_cell(
        "## Second things {#sec-second}\n\n\\begin{align}\na &= b \\\\\nc &= d \\label{eq:late}\n\\end{align}\n"
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "refs.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    return folder


def export(cells: list, folder: Path | str = ".", *, strict: bool = False, **report) -> str:
    """Export cells as a page."""
    notebook = new_notebook(cells=[cell.copy() for cell in cells], metadata={"title": "A & B", "report": report})
    resources = {"metadata": {"name": "n", "path": str(folder)}}
    text, resources = TypstHTMLExporter(strict=strict).from_notebook_node(notebook, resources)
    assert resources["output_extension"] == ".html"
    assert not resources["outputs"]
    return text


@pytest.fixture(scope="module")
def page(folder) -> str:
    return export(CELLS, folder, bibliography="refs.bib", authors=["Ada", "Bob"], abstract="Short *words*.", lang="en")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html.replace("\u00a0", " ").replace("&nbsp;", " ")))


def test_references_carry_the_number_of_what_they_name(page):
    for label, words in (("fig-loss", "Figure 1"), ("tbl-loss", "Table 1"), ("eq-mean", "Equation 1"),
                         ("sec-second", "Section 1.1"), ("lst-code", "Listing 1")):  # fmt: skip
        assert f'<a href="#{label}">{words}</a>' in page.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert page.count(f'id="{label}"') == 1
    assert '<a href="#eq:late">(2)</a>' in page


def test_a_citation_may_stand_behind_a_reference(folder):
    cells = [*CELLS, new_markdown_cell("See @fig-loss [@glorot2010], @tbl-loss. As [@fig-loss; @tbl-loss].")]
    text = text_of(export(cells, folder, bibliography="refs.bib"))
    assert "See Figure 1 [1], Table 1. As Figure 1, Table 1." in text


def test_the_pdf_has_the_same_numbers(page, folder):
    notebook = new_notebook(cells=[cell.copy() for cell in CELLS], metadata={"report": {"bibliography": "refs.bib"}})
    pdf, _ = TypstPDFExporter().from_notebook_node(notebook, {"metadata": {"name": "n", "path": str(folder)}})
    printed = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    sentence = re.search(r"See Figure.*? \[1\]\.", text_of(page))[0]
    assert re.sub(r"\s", "", sentence) in re.sub(r"\s", "", printed)


def test_every_link_inside_the_page_leads_somewhere(page):
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_identifiers_are_unique(page):
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))


def test_headings_captions_and_equations_are_numbered(page):
    text = text_of(page)
    for words in (
        "1 First",
        "1.1 Second things",
        "Figure 1. The loss",
        "Table 1. Losses.",
        "Listing 1. A listing.",
        "(1)",
        "(2)",
    ):
        assert words in text


def test_citations_are_numbered_and_listed(page):
    assert "[1]" in text_of(page)
    assert "X. Glorot and Y. Bengio" in text_of(page)
    assert "Unused" not in page
    assert "@property" in text_of(page)


BOOKS = r"""@string{icml = {International Conference on Machine Learning}}
@inproceedings{a, author={A. Bee}, title={A Great {BackProp} of $x^2$: the Art}, booktitle={Proceedings of the 30th } # icml, year=2013}
@incollection{b, author={A. Bee}, title={Early Stopping}, booktitle={Tricks of the Trade}, edition={2}, publisher={Ess}, year=2012}
@book{c, author={A. Bee}, title="Numerical Algorithms", edition={3}, publisher={Ess}, year=2002, langid={english}}
@phdthesis{d, author={A. Bee}, title={The Great Thesis}, school={Ess}, year=2001}
"""  # noqa: E501


def test_titles_of_references_are_as_they_are_written_and_have_their_edition(tmp_path):
    (tmp_path / "books.bib").write_text(BOOKS, encoding="utf-8")
    cells = [new_markdown_cell("[@a; @b; @c; @d]")]
    text = text_of(export(cells, tmp_path, bibliography="books.bib", lang="en"))
    for entry in (
        "“A Great BackProp of x2: the Art,” in Proceedings of the 30th International Conference on Machine Learning,",
        "“Early Stopping,” in Tricks of the Trade, 2nd ed., Ess, 2012.",
        "Numerical Algorithms, 3rd ed., Ess, 2002.",
        "The Great Thesis, PhD thesis, Ess, 2001.",
    ):
        assert entry in text
    notebook = new_notebook(cells=cells, metadata={"report": {"bibliography": "books.bib", "lang": "en"}})
    pdf, _ = TypstPDFExporter().from_notebook_node(notebook, {"metadata": {"name": "n", "path": str(tmp_path)}})
    printed = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages))
    for words in ("30thInternationalConferenceonMachineLearning", "TricksoftheTrade,2nded.", "Algorithms,3rded."):
        assert words in printed


def test_the_title_block_stands_first(page):
    assert "<title>A &amp; B</title>" in page
    assert '<h1 class="title">A &amp; B</h1>' in page
    assert "Ada and Bob" in text_of(page)
    assert "<em>words</em>" in page


def test_formulas_are_mathml_with_their_source_as_text(page):
    assert re.search(r'<math display="block" alttext="\\bar\{x\} = \\frac\{1\}\{n\} \\sum_i x_i">', page)
    assert "$" not in text_of(page.partition("<body>")[2])


def test_the_page_brings_the_font_of_its_formulas(page):
    font = re.search(r'src: url\("data:font/woff;base64,([^"]+)"', page)
    assert font
    assert base64.b64decode(font[1])[:4] == b"wOFF"
    assert "@font-face" not in export([new_markdown_cell("no formula")])


def test_tables_align_numbers_and_name_the_index_beside_the_columns(page):
    table = re.search(r"<table>.*?</table>", page, re.DOTALL)[0]
    assert table.count("<tr") == 3
    assert "epoch" in table
    assert "\u22120.5" in table
    assert re.search(r'(class="number"|text-align:\s*right)[^>]*>\u22120.5', table)


def test_header_cells_say_what_they_head_and_none_is_empty(page):
    wide = "<table><thead><tr><th></th><th colspan='2'>both</th></tr><tr><th></th><th>a</th><th>b</th></tr></thead>"
    rows = "<tbody><tr><th rowspan='2'>one</th><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>"
    markdown = "|   | loss |\n|---|---|\n| one | 2 |\n"
    html = page + export([shown({"text/html": wide + rows}), new_markdown_cell(markdown)])
    headers = re.findall(r"<th\b([^>]*)>(.*?)</th>", html)
    assert [text for attributes, text in headers if not re.search('scope="(row|col)(group)?"', attributes)] == []
    assert "" not in [text for _, text in headers]
    assert '<th scope="colgroup" colspan="2" class="spanning">both</th>' in html
    assert '<th scope="rowgroup" rowspan="2"' in html


def test_a_wide_table_scrolls_by_itself_also_by_keyboard(page):
    assert '<div class="scroll" tabindex="0" role="region" aria-label="Table 1">' in page
    bare = export([new_markdown_cell("| a | b |\n|---|---|\n| 1 | 2 |\n")])
    assert '<div class="scroll" tabindex="0" role="group" aria-label="Table">' in bare


def test_contents_have_a_name_and_a_way_to_them():
    html = export([new_markdown_cell("# One\n\n## Two\n\nWords.")], contents=True)
    assert html.index('<a class="to-contents" href="#contents-list">Contents</a>') < html.index("<header")
    assert '<nav id="contents" aria-label="Contents" tabindex="0"><details><summary>Contents</summary>' in html


def test_printed_output_keeps_its_colours_and_nothing_else(page):
    assert '<pre class="terminal stderr" tabindex="0"><span class="c1">red &lt;b&gt;</span></pre>' in page
    assert all('tabindex="0"' in start for start in re.findall("<pre[^>]*>", page))
    assert '<pre class="sourceCode' in page


def test_code_is_highlighted(page):
    assert '<span class="cf">for</span>' in page


def test_the_same_notebook_gives_the_same_bytes(page, folder):
    again = export(CELLS, folder, bibliography="refs.bib", authors=["Ada", "Bob"], abstract="Short *words*.", lang="en")
    assert again == page


HOSTILE = [
    "<script>alert(1)</script>", '<img src="x" onerror="alert(1)">', '<a href="javascript:alert(1)">link</a>',
    '<iframe src="https://example.org"></iframe>', "<form action=/x><input name=a><button>go</button></form>",
    '<div onclick="alert(1)" style="background: url(https://example.org/x)">block</div>',
    "<style>body{display:none}</style>",
    '<svg onload="alert(1)"><script>alert(2)</script></svg>',
    '<math><mtext><img src=x onerror=alert(1)></mtext></math>',
    '<link rel="stylesheet" href="https://example.org/x.css">', '<meta http-equiv="refresh" content="0; url=https://example.org">',
    '<object data="x.swf"></object><embed src="x">', '<a href="data:text/html,<script>alert(1)</script>">data</a>',
    "[md](javascript:alert(1))", '<base href="https://example.org/">',
    '<video src="https://example.org/v.mp4" autoplay></video>',
]  # fmt: skip


class Reader(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict]]:
    reader = Reader()
    reader.feed(html)
    return reader.elements


def assert_harmless(html: str) -> None:
    """Check every element of a page: nothing acts, nothing is loaded."""
    for tag, attributes in elements(html):
        assert tag not in {
            "script",
            "iframe",
            "form",
            "object",
            "embed",
            "link",
            "base",
            "svg",
            "video",
            "button",
            "foreignobject",
        }
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert "javascript:" not in (value or "").lower()
            if name == "src":
                assert value.startswith("data:image/")
            if name == "href":
                assert value.startswith(("#", "http", "mailto:"))
            if name == "style":
                assert "url(" not in value


def test_what_acts_is_taken_out_of_text_and_outputs():
    image = f"data:image/png;base64,{PIXEL}"
    hostile = [text for text in HOSTILE if "<img" not in text]
    cells = [
        new_markdown_cell("\n\n".join([*hostile, f'ok <b>bold</b> <img src="{image}" alt="dot" onerror="alert(1)">']))
    ]
    cells += [shown({"text/html": f"<table><tr><td>{text}</td><td>cell</td></tr></table>"}) for text in hostile]
    cells += [shown({"text/html": text, "text/plain": "<IPython.core.display.HTML object>"}) for text in hostile]
    html = export(cells)
    assert_harmless(html.partition("<body>")[2])
    assert html.count("<style>") == 1
    for word in ("bold", "block", "link", "cell"):
        assert word in text_of(html)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_sanitiser_alone_makes_html_harmless(text):
    assert_harmless(clean(text))
    assert "alert" not in re.sub(r"<[^>]*>", "", clean(text)) or text.startswith("[md]")


@pytest.mark.parametrize(("text", "contents"), [("# One", False), ("No heading.", True)])
def test_the_page_forbids_loading_and_scripts(text, contents):
    page = export([new_markdown_cell(text)], contents=contents)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "<script" not in page


def test_a_page_with_contents_runs_the_script_for_them_and_no_other():
    html = export([new_markdown_cell('# One\n\n<nav id="contents"><script>alert(1)</script></nav>')], contents=True)
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert re.search(r"script-src ([^;\"]+)", html)[1] == f"'sha256-{digest}'"
    assert "alert" not in html


def test_a_wide_picture_scrolls_by_itself_unless_its_author_gives_its_width():
    wide = {"image/svg+xml": DRAWING.replace("90pt", "600pt")}
    box = r'<div class="scroll picture" tabindex="0" role="group" aria-label="Figure">\s*<img [^>]*'
    html = export([shown(wide, "#| fig-cap: A\n#| fig-alt: B\nx")], lang="en")
    assert re.search(f'{box}class="wide"', html)
    html = export([shown({"image/svg+xml": DRAWING}, "#| fig-alt: B\nx")], lang="en")
    assert re.search(box, html)
    assert 'class="wide"' not in html
    html = export([shown(wide, "#| fig-alt: B\n#| fig-width: 50%\nx")], lang="en")
    assert 'style="width:50%"' in html
    assert "scroll picture" not in html


def test_problems_name_notebook_and_cell():
    with pytest.raises(ConversionError) as error:
        export([new_markdown_cell("ok"), new_markdown_cell("$\\nope$ and @fig-none")], strict=True)
    assert "n.ipynb, cell 2 (`$\\nope$ and @fig-none`): formula $\\nope$: unknown command \\nope" in str(error.value)
    assert "n.ipynb, cell 2 (`$\\nope$ and @fig-none`): unknown reference @fig-none" in str(error.value)


def test_sub_figures_are_lettered_and_referred_to():
    images = [new_output("display_data", {"image/png": PIXEL}) for _ in range(2)]
    source = '#| label: fig-two\n#| fig-cap: Both.\n#| fig-subcap: ["left", "right"]\n#| fig-alt: ["l", "r"]\nplot()'
    html = export([new_markdown_cell("See @fig-two-2."), new_code_cell(source, outputs=images)])
    assert "Figure 1b" in text_of(html)
    assert "(a) left" in text_of(html)
    assert html.count('src="data:image/png;base64,') == 2


def test_an_appendix_is_lettered_after_the_references(folder):
    last = new_markdown_cell("# Versions {#sec-versions}", metadata={"report_part": "appendix"})
    html = export([last, *CELLS, new_markdown_cell("@sec-versions")], folder, bibliography="refs.bib")
    text = text_of(html)
    assert "Appendix A" in text
    assert text.index("A Versions") > text.index("References") > text.index("1 First")


def test_chapters_count_from_zero_where_the_first_is_an_introduction():
    cells = [new_markdown_cell("# One {#sec-a}\n\n## Two"), new_markdown_cell("# B\n\n@sec-a")]
    text = text_of(export(cells, from_zero=True))
    assert all(words in text for words in ("0 One", "0.1 Two", "1 B", "Section 0"))


@pytest.mark.parametrize(
    ("text", "expected"), [("1,234.5", True), ("-3e-04", True), ("50 %", True), ("1.2.3", False), ("", False)]
)
def test_numbers_are_recognised(text, expected):
    assert is_number(text) is expected


def test_a_column_of_numbers_may_have_blanks():
    assert is_numeric(["1", "NaN", ""])
    assert not is_numeric(["NaN", ""])
    assert not is_numeric(["1", "one"])


def test_a_slug_is_made_of_words():
    assert slug("Größe & Zahl: 3") == "größe-zahl-3"


def test_a_comma_stays_with_its_formula():
    html = export([new_markdown_cell("Take $x$, then $y$.")])
    assert len(re.findall(r'<span class="tie"><math.*?</math>[,.]</span>', html)) == 2


def test_a_long_formula_within_a_line_scrolls_by_itself():
    long = " + ".join("abcdefghijklmn")
    html = export([new_markdown_cell(f"Take ${long}$, then.")])
    assert '<span class="tie"><span class="long" tabindex="0"><math' in html


def test_a_caption_that_stands_in_as_text_keeps_its_formulas():
    html = export([shown({"image/png": PIXEL}, "#| fig-cap: The loss $L^2$ falls.\nplot()")])
    assert 'alt="The loss L^2 falls."' in html
