"""Every inline element, before every character, in every container: it is set, and its words are in PDF and page."""

import itertools
import logging
import random
import re
import string
import unicodedata
from html import unescape

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from typst_documents import code, export, markdown, notebook, shown

from report.typst import TypstHTMLExporter

QUICK = (Phase.explicit, Phase.generate)  # a failure names its words: shrinking exports hundreds of notebooks

INLINE = [
    "W", "*W*", "**W**", "***W***", "_W_", "`W`", "``W ` ``", "~~W~~", "~W~", "^W^", "[W](u.html)", "[W](#W)",
    "[*W*](https://e.org)", "![W](gone.png)", "![W](https://e.org/a.png)", "[W]", "[W]{.a}", "`W`{.python}", "{W}",
    "{W: 'a'}", "(W)", "$x$W", "W$y^2$", "$5 W $6", "\\$W", "US$W", "${W}", "$$z$$W", "\\W", "C:\\W\\W", "\\(W\\)",
    "\\*W\\*", "@W", "[@W]", "[see W @x]", "W@e.org", "\\@W", "<b>W</b>", "<i>W", "W</b>",
    "<span style='color: red'>W</span>", "<kbd>W</kbd>", "<sub>W</sub>", "<a href='u'>W</a>", "<a id='b'></a>W",
    "<T>W", "<int> W", "a < W > b", "W<br>", "W<br/>x", "<!-- c -->W", "&lt;W&gt;", "&W;", "\"W\"", "'W'", "it's W",
    "W--x", "--W", "W...", "https://e.org/W", "<https://e.org/W>", "www.e.org/W", "snake_W_case", "2*W*3", "W^[x]",
    "W[^n]", "#W", "W#x", "==W==", ":W:", "%W", "W|x", "~W", "+W", "=W", "-W", "/W", "//W", "/*W*/", "`W` `x`",
    "[ ] W", "W\\\nx", "W  \nx", "<u><b>W</b></u>", "<mark>W</mark>", "\\textbf{W}", "\\begin W", "{{W}}", "[W][x]",
    "![W]", "W!", "<q>W</q>", "<img alt='W' src='gone.png'>", "<font color=red>W</font>",
]  # fmt: skip
AFTER = ["", " ", "\n", *string.punctuation, "a", "0", "é", "—", "“", "\u00a0", "中"]
AROUND = [
    "{}", "- {}", "1. {}\n2. x", "> {}", "> - {}", "# {}", "## x {}", "| a | {} |\n|---|---|\n| x | y |",
    "| a | b |\n|---|---|\n| {} | y |", ":::{{note}}\n{}\n:::", "::: {{.callout-tip title=\"T\"}}\n{}\n:::",
    "> [!NOTE]\n> {}", "<details><summary>S</summary>\n\n{}\n\n</details>", "<div>\n\n{}\n\n</div>",
    "<center>\n\n{}\n\n</center>", "x[^1]\n\n[^1]: {}", "*a {} b*", "**{}**", "x\n{}", "- a\n\n  {}", "<b>{}</b>",
    "A title {}\n===", "{}\n\n---\n\nx",
]  # fmt: skip


def cell(case: tuple[str, str, str], number: int) -> tuple[str, str]:
    """Return the Markdown of a case, and the word in it that no other has."""
    inline, after, around = case
    word = "word" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04d}")
    inline = inline.replace("\n", " ") if "|" in around or "#" in around or "===" in around or ">" in around else inline
    after = " " if after == "\n" and around != "{}" else after
    return around.format(inline.replace("W", word) + after), word


def is_meant(case: tuple[str, str, str]) -> bool:
    """Whether a case is the element that it looks like: pipes make other cells; `:a:` is an option of a directive."""
    inline, after, around = case
    is_option = inline == ":W:" and around.startswith(":::{")
    return not is_option and not ("|---|" in around and ("|" in inline or after in ("|", "\\", "`")))


def texts(*cells: NotebookNode) -> tuple[str, str, list[str]]:
    """Return what the PDF and the page say, without blanks, and the warnings of cells that could not be set."""
    document = notebook(*cells, report={"lang": "zxx"})
    pdf = export(document)
    html, _ = TypstHTMLExporter(log=logging.Logger("page")).from_notebook_node(document)
    page = unescape(re.sub("<[^<>]*>", "", html.partition("<main>")[2])) + " ".join(re.findall('alt="([^"]*)"', html))
    typed = [line for line in pdf.log if "shown as it is typed" in line]
    return _letters(pdf.text), _letters(page), typed


def _letters(text: str) -> str:
    """Return a text without blanks; the letters of formulas are letters, too."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def missing(cases: list[tuple[str, str, str]]) -> list[str]:
    """Return the cells whose words are not in the PDF, or not on the page."""
    made = [cell(case, number) for number, case in enumerate(cases)]
    pdf, page, typed = texts(*(markdown(text) for text, _ in made))
    return typed + [repr(text) for text, word in made if word not in pdf or word not in page]


cases = st.tuples(st.sampled_from(INLINE), st.sampled_from(AFTER), st.sampled_from(AROUND)).filter(is_meant)


@settings(max_examples=2, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(cases, min_size=150, max_size=150))
def test_words_survive_in_whatever_they_stand(chosen: list[tuple[str, str, str]]) -> None:
    assert not missing(chosen)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_words_survive_in_thousands_of_places(seed: int) -> None:
    everything = [case for case in itertools.product(INLINE, AFTER, AROUND) if is_meant(case)]
    assert not missing(random.Random(seed).sample(everything, 500))


TAGS = [
    "p", "div", "span", "b", "i", "u", "ul", "li", "ol", "table", "tr", "td", "th", "h2", "pre", "code", "a", "details",
    "summary", "blockquote", "center", "section", "font", "int", "x-y", "dl", "dt", "dd",
]  # fmt: skip
OTHERS = ["<br>", "<hr/>", "<img src='x.png' alt='a'>", "&nbsp;", "&amp;", "$", "< ", " ", "\n", "\n\n", "<!-- c -->",
          "<p align='center'>"]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
    st.sampled_from(OTHERS),
    st.just("W "),
)


@pytest.mark.long
@settings(max_examples=2, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.lists(pieces, min_size=3, max_size=14), min_size=60, max_size=60))
def test_words_of_html_outputs_survive(outputs: list[list[str]]) -> None:
    made, words = [], []
    for number, parts in enumerate(outputs):
        word = "word" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04d}")
        html = f"<b>{word}a</b>" + "".join(parts).replace("W", f"{word}b") + f"<i>{word}c</i>"
        made.append(code("x", shown("text/html", html, text_plain="<pkg.X object at 0x7f>")))
        words += [(f"{word}{end}", html) for end in "abc" if f"{word}{end}" in html]
    pdf, page, typed = texts(*made)
    assert not typed
    assert not [html for word, html in words if word not in pdf or word not in page]
