"""Markdown is read as Jupyter reads it: what pandoc's own Markdown, or its readers' extensions, would misread."""

from typing import Any

import pytest
from nbformat.v4 import new_raw_cell
from typst_documents import export, markdown, notebook

from report.typst.assembly import cells
from report.typst.children import Limits
from report.typst.images import ImageStore
from report.typst.metadata import document_metadata
from report.typst.options import CellOptionsPreprocessor
from report.typst.pandoc import read
from report.typst.prose.marks import Taken
from report.typst.prose.source import prepared
from report.typst.words import ENGLISH

AROUND = {"Emph": "‹›", "Strong": "⟦⟧", "Strikeout": "÷÷"}


def sketch(node: Any) -> str:
    """Write pandoc's tree in short.

    Formulas as ⟨x⟩ and ⟪x⟫, emphasis as ‹x› and ⟦x⟧, code as `x`, citations as «x», blocks in (names).
    """
    if isinstance(node, list):
        return "".join(sketch(item) for item in node)
    kind, content = node["t"], node.get("c", "")
    if kind in AROUND:
        return AROUND[kind][0] + sketch(content) + AROUND[kind][1]
    match kind:
        case "Str":
            return content
        case "Space" | "SoftBreak":
            return " "
        case "LineBreak":
            return "⏎"
        case "Math":
            return f"⟨{content[1]}⟩" if content[0]["t"] == "InlineMath" else f"⟪{content[1].strip()}⟫"
        case "Code" | "CodeBlock":
            return f"`{' '.join(content[0][1])}|{content[1]}`" if kind == "CodeBlock" else f"`{content[1]}`"
        case "RawInline":
            return f"⟨tex:{content[1]}⟩" if content[0] == "tex" else ""
        case "Quoted":
            return f"“{sketch(content[1])}”"
        case "Cite":
            return "".join(
                f"«{sketch(one['citationPrefix'])}{one['citationMode']['t'][0]}:{one['citationId']}"
                f"{sketch(one['citationSuffix'])}»"
                for one in content[0]
            )
        case "Link" | "Image":
            return f"[{sketch(content[1])}]({content[2][0]})"
        case "Note":
            return f"(note {sketch(content)})"
        case "Para" | "Plain":
            return sketch(content)
        case "Table":
            _, caption, _, head, bodies, _ = content
            rows = [*head[1], *(row for body in bodies for row in body[3])]
            lines = "/".join("|".join(sketch(cell[4]) for cell in row[1]) for row in rows)
            return f"(table {lines}{' : ' + sketch(caption[1]) if caption[1] else ''}{_name(content[0])})"
        case "Header":
            return f"(h{content[0]} {sketch(content[2])}{_name(content[1])})"
        case "BulletList":
            return "".join(f"(- {sketch(item)})" for item in content)
        case "OrderedList":
            return "".join(f"({content[0][0]}. {sketch(item)})" for item in content[1])
        case "BlockQuote":
            return f"(> {sketch(content)})"
        case "Span" | "Div":
            return f"({kind.lower()}{_name(content[0])} {sketch(content[1])})"
    return f"({kind})"


def _name(attributes: list[Any]) -> str:
    identifier, classes, _ = attributes
    return "".join([f" #{identifier}"] * bool(identifier) + [f" .{name}" for name in classes])


CASES = [
    # rows C of the review
    ("| o | p |\n|--|--|\n|`<`|a|\n|`>`|b|", "(table o|p/`<`|a/`>`|b)"),
    ("The results:\n| a | b |\n|---|---|\n| 1 | 2 |", "The results:(table a|b/1|2)"),
    ("- list\n\n  x | y\n  --|--\n  1 | 2", "(- list(table x|y/1|2))"),
    ("> said:\n> | a |\n> |---|\n> | 1 |", "(> said:(table a/1))"),
    ('```python title="a.py"\nx = 1\n```', "`python|x = 1`"),
    ("```{r, echo=FALSE}\nx <- 1\n```", "`r|x <- 1`"),
    ("```{r}\nx <- 1\n```", "`r|x <- 1`"),
    ("~~~~ js {1,2}\nx\n~~~~", "`js|x`"),
    ("```\n:::\n```", "`|:::`"),
    ("x^2+y^2=z^2 H~2~O a~b~c", "x^2+y^2=z^2 H~2~O a~b~c"),
    ("pip install --upgrade a---b wait... and....", "pip install --upgrade a---b wait... and...."),
    ("\"it's\" 'so'", "“it’s” “so”"),
    ("costs $6, and the regex `a$` has one", "costs $6, and the regex `a$` has one"),
    *[(text, text) for text in [r"C:\Users\name\notes\new.txt \d+.\w* \LaTeX \textbf{bold}"]],
    (r"\-? \# \_a\_", "-? # _a_"),
    # formulas
    ("a $ x_1 $ b", "a ⟨x_1⟩ b"),
    ("$ x$ and $y $", "⟨x⟩ and ⟨y⟩"),
    ("$\nx = 1\n$", "⟨x = 1⟩"),
    ("`$ x $` and\n\n```\n$ x = 1 $\n```\n", "`$ x $` and`|$ x = 1 $`"),
    ("$ 5 and 6 $", "$ 5 and 6 $"),
    ("a $ sign and another $ here", "a $ sign and another $ here"),
    *[(text, text) for text in ["$HOME and $PATH", "US$ 5 or CA$ 6"]],
    ("of $ Tv $, $ [0, 1] $, $ 0 $ and $ (a, z, a') $", "of ⟨Tv⟩, ⟨[0, 1]⟩, ⟨0⟩ and ⟨(a, z, a')⟩"),
    ("$ V'' $ is $Tv $ or $ Tv$", "⟨V''⟩ is ⟨Tv⟩ or ⟨Tv⟩"),
    ("$5 or $6 or $x_1$", "$5 or $6 or ⟨x_1⟩"),
    (r"\$ x = \$", "$ x = $"),
    ("$$ x $$", "⟪x⟫"),
    ("$ x = 5 and $6", "⟨x = 5 and⟩6"),
    ("$a_1*b$ and $c*d_2$", "⟨a_1*b⟩ and ⟨c*d_2⟩"),
    ("**$x$**y *a $x*y$ b*", "**⟨x⟩**y ‹a ⟨x*y⟩ b›"),
    ("$|x|$\n\n| a | b |\n|-|-|\n| $|x|$ | $\\|y\\|$ |", "⟨|x|⟩(table a|b/⟨|x|⟩|⟨\\|y\\|⟩)"),
    ("$$a\\\\\n*b* [c](d)$$ {#eq-x}", "⟪a\\\\\n*b* [c](d)⟫ {#eq-x}"),
    ("$$\na\n$$\n{#eq-x}", "⟪a⟫ {#eq-x}"),
    (r"so \\(x*y\\) and \\[z*w\\] and \(x\)", "so ⟨x*y⟩ and ⟪z*w⟫ and (x)"),
    ("> $$\n> a\n> b\n> $$", "(> ⟪a\nb⟫)"),
    ("1. one\n   $$\n   x\n   $$", "(1. one ⟪x⟫)"),
    ("\\begin{align}\na &= b \\\\\n*c* &= d\n\\end{align} {#eq-y}",
     "⟨tex:\\begin{align}\na &= b \\\\\n*c* &= d\n\\end{align}⟩ {#eq-y}"),
    ("$x\n\ny$", "$xy$"),
    ("$\\text{a $b$ c}$", "⟨\\text{a $b$ c}⟩"),
    ("$`a$", "⟨`a⟩"),
    ("see \\eqref{eq:a_b*c} and \\ref{x*y}", "see ⟨tex:\\eqref{eq:a_b*c}⟩ and ⟨tex:\\ref{x*y}⟩"),
    ("\\newcommand{\\v}[1]{\\mathbf{#1}_{*}}\n\\def\\w{*x*}",
     "⟨tex:\\newcommand{\\v}[1]{\\mathbf{#1}_{*}}⟩ ⟨tex:\\def\\w{*x*}⟩"),
    ("<b>$x$</b> <i title='$y$'>z</i>", "⟦⟨x⟩⟧ ‹z›"),
    ("<div>\n$x$ and `y`\n</div>", "(div ⟨x⟩ and `y`)"),
    ("[$x$](a$b$c)", "[⟨x⟩](a$b$c)"),
    ("    $x$ in code\n\n$x$", "`|$x$ in code`⟨x⟩"),
    # CommonMark
    ("a\n# b\n- c\n1. d", "a(h1 b)(- c)(1. d)"),
    ("a. no\n\n(1) no\n\n: no", "a. no(1) no: no"),
    ("a  \nb\\\nc", "a⏎b⏎c"),
    ("~~a~~ www.e.org https://e.org/a--b_c_d",
     "÷a÷ [www.e.org](http://www.e.org) [https://e.org/a--b_c_d](https://e.org/a--b_c_d)"),
    ("snake_case_word 2*3*4 __b__", "snake_case_word 2‹3›4 ⟦b⟧"),
    ("[a]: http://e.org/x--y\n\n[a] [b]", "[a](http://e.org/x--y) [b]"),
    ("- [ ] a\n- [x] b", "(- ☐ a)(- ☒ b)"),
    ("a[^1] b\n\n[^1]: The *note*.", "a(note The ‹note›.) b"),
    ("vector<int> a < b <T, U> <int>", "vector<int> a < b <T, U> <int>"),
    ("<int>", "<int>"),
    ("a <!-- b --> c", "a  c"),
    # braces mean attributes where they are meant, and nowhere else
    ("word{.a} *x*{.b} {#c}\n\n{#d}", "word{.a} ‹x›{.b} {#c}{#d}"),
    ("# Title {#sec-a}\n\n## T{x}\n\nB {#sec-b}\n===", "(h1 Title #sec-a)(h2 T{x})(h1 B #sec-b)"),
    ("`x`{.r} [y]{.z} {a} \\{b\\}", "`x` (span .z y) {a} {b}"),
    ("{\"a\": 1, 'b': {c}}", "{“a”: 1, “b”: {c}}"),
    # citations and references
    ("@fig-a, -@eq-b. (@tbl-c) @sec-d's", "«A:fig-a», «S:eq-b». («A:tbl-c») «A:sec-d»’s"),
    ("[@key] [see @a, p. 3; also -@b c] [@x](u)", "«N:key» «seeN:a, p. 3»«alsoS:b c» [«A:x»](u)"),
    ("a@b.org \\@fig-x `@fig-y` x@y [a; @b]", "[a@b.org](mailto:a@b.org) @fig-x `@fig-y` x@y [a; «A:b»]"),
    ("@doe-99 [p. 4] and @doe [sic]", "«A:doe-99p. 4» and «A:doe» [sic]"),
    ("@a_b.c:d. “@fig-é” —@fig-f", "«A:a_b.c:d». “«A:fig-é»” —«A:fig-f»"),
    # captions of tables
    ("| a |\n|---|\n| 1 |\n\n: *Ones* {#tbl-a x='y'}", "(table a/1 : ‹Ones› #tbl-a)"),
    ("| a |\n|---|\n| 1 |\n: Ones {#tbl-b}\n\nafter", "(table a/1 : Ones #tbl-b)after"),
    ("Table: Above {#tbl-c}\n\n| a |\n|---|\n| 1 |", "(table a/1 : Above #tbl-c)"),
    (": no caption {#tbl-d}", ": no caption {#tbl-d}"),
    # Markdown between tags
    ("<div class='x'>\n\n*a* `b`\n\n</div>\nc", "(div .x ‹a› `b`)c"),
    ("<div>\n*a*\n</div>", "(div *a*)"),
    ("<center>\n\n# a\n\n</center>", "(div .centred (h1 a))"),
    ('<p align="center">a <b>b</b></p>\n\nc', "(div .centred a ⟦b⟧)c"),
    ("<details open>\n<summary>S <i>t</i></summary>\n\n- a\n\n</details>\n\nb",
     "(div .our fold (div .our caption S ‹t›)(- a))b"),
    ("<table>\n<tr><td>\n\n*a*\n\n</td><td>b</td></tr>\n</table>", "(table ‹a›|b)"),
    ("- <div>\n\n  a\n\n  </div>\n- b", "(- (div a))(- b)"),
    ("<div>\n\nnever *closed*", "(div never ‹closed›)"),
    ("a\n\n</div>\n\nb", "ab"),
    ("<video src='a.mp4'>x</video> <form>words</form>", "‹[A video]› (span words)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def trees() -> dict[str, str]:
    """Return every case, read by one pandoc, each as the only cell's neighbor of the others."""
    made = notebook(*(markdown(typed) for typed, _ in CASES))
    made, _ = CellOptionsPreprocessor().preprocess(made, {})
    document = {"cells": cells(made, ImageStore(None), words=ENGLISH), "metadata": document_metadata({}, "")}  # type: ignore[arg-type]
    blocks = read(document, Limits())["blocks"]
    return {typed: sketch(block["c"][1]) for (typed, _), block in zip(CASES, blocks, strict=True)}


@pytest.mark.parametrize(("typed", "meant"), CASES)
def test_markdown_is_read_as_in_jupyter(trees: dict[str, str], typed: str, meant: str) -> None:
    assert trees[typed] == meant


def test_what_is_put_back_is_what_was_typed() -> None:
    typed = "a $x$ -- {b} \"c\" \\@d $$y$$ {#eq-e} `$f$` <i g='h'> | i\n\n```\n$j$ -- {k}\n```"
    taken = Taken()
    text = prepared(typed, taken, quotes=False)
    assert "$x$" not in text
    assert taken.put_back(text).replace('\\"', '"').replace("@d", "\\@d") == typed


@pytest.mark.parametrize("typed", ["a\\-\\-b", "a\\-\\-\\-b", "a?\\`b", "a\\<\\<b", "a,,b"])
def test_no_two_characters_become_one(typed: str) -> None:
    same = f"#context assert(measure[{typed}].width == measure(text(features: (liga: 0))[{typed}]).width)"
    assert not export(notebook(new_raw_cell(same, metadata={"raw_mimetype": "text/x-typst"}))).log


def test_backslashes_need_no_warning() -> None:
    pdf = export(notebook(markdown(r"C:\Users\name and \d+, `a$` for $5")))
    assert r"C:\Users\name and \d+, a$ for $5" in pdf.text
    assert not pdf.log
