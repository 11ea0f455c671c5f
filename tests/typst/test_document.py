"""The document as a whole: title page, contents, bookmarks, tags, fonts, appendix, text of every kind."""

from pathlib import Path

import pytest
from typst_documents import Pdf, code, export, ink_margins, markdown, notebook, pictures, png, problems, shown

ABSTRACT = "We reach 97.5 % with $\\sigma^2 = 1/n$.\n\nA second *paragraph*."


def chapters() -> object:
    """Make a report of two notebooks with an appendix."""
    source = [{"notebook": f"0{k}.ipynb", "cell": 0} for k in range(3)]
    return notebook(
        markdown("# First chapter {#sec-a}\n\n## Its section\n\nText [@key].", source=source[0]),
        code("#| label: fig-a\n#| fig-cap: A field\n#| fig-alt: Red\nx", shown("image/png", png())),
        markdown("# Second chapter\n\n#### Deep\n\n| a |\n|---|\n| 1 |\n\n: Ones {#tbl-a}", source=source[1]),
        markdown("# Parameters\n\nAll of @sec-a.", source=source[2], report_part="appendix"),
        title="On *training*: a report",
        authors=[{"name": "Ada Lovelace"}, {"name": "Blaise Pascal"}],
        report={
            "subtitle": "A subtitle", "course": "CS-101", "institution": "A University", "date": "20 November 2026",
            "abstract": ABSTRACT, "keywords": ["perceptron", "softmax"], "lang": "en", "lof": True, "lot": True,
            "dataset_note": "Dataset `mnist-5k`, profile quick.", "bibliography": "refs.bib",
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a bibliography."""
    made = tmp_path_factory.mktemp("document")
    (made / "refs.bib").write_text("@book{key, author={Key, A.}, title={T}, publisher={P}, year={2000}}")
    return made


@pytest.fixture(scope="module")
def report(folder: Path) -> Pdf:
    """Return the report as PDF."""
    return export(chapters(), folder)


def test_the_title_page_names_everything(report: Pdf) -> None:
    page = " ".join(report.pages[0].split())
    for text in (
        "On training: a report", "A subtitle", "CS-101", "20 November 2026", "Ada Lovelace and Blaise Pascal",
        "We reach 97.5 % with", "A second paragraph", "perceptron · softmax", "Dataset mnist-5k, profile quick.",
    ):  # fmt: skip
        assert text in page
    assert "university" in page.lower()


def test_properties_are_set(report: Pdf) -> None:
    metadata = report.reader.metadata
    assert metadata.title == "On training: a report"
    assert metadata.author == "Ada Lovelace, Blaise Pascal"
    assert metadata["/Keywords"] == "perceptron, softmax"
    assert report.reader.trailer["/Root"]["/Lang"] == "en"


def test_bookmarks_follow_chapters_references_and_appendix(report: Pdf) -> None:
    assert [(depth, title) for depth, title, _ in report.outline] == [
        (0, "1 First chapter"), (1, "1.1 Its section"), (0, "2 Second chapter"), (1, "2.1 Deep"), (0, "References"),
        (0, "A Parameters"),
    ]  # fmt: skip
    pages = [page for _, _, page in report.outline]
    assert pages == sorted(pages)


def test_contents_and_lists_name_their_pages(report: Pdf) -> None:
    contents = " ".join(report.pages[1].split())
    for text in ("Contents", "1.1 Its section", "Figures Figure 1 A field", "Tables Table 1 Ones", "A Parameters"):
        assert text in contents


def test_the_appendix_is_lettered_and_referred_to(report: Pdf) -> None:
    assert "A Parameters All of Section 1." in report.text


def test_running_heads_and_page_numbers(report: Pdf) -> None:
    assert "1 First chapter" in report.pages[2].splitlines()[0]
    assert report.pages[2].rstrip().endswith("2")


def test_it_claims_the_standards_it_was_checked_against(report: Pdf) -> None:
    xmp = report.reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert report.reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_tags_hold_the_structure(report: Pdf) -> None:
    tags = {tag for tag, _ in report.structure}
    assert {"/Document", "/H1", "/H2", "/P", "/Figure", "/Table", "/TH", "/TD", "/Caption", "/Link"} <= tags


def test_all_fonts_are_embedded(report: Pdf) -> None:
    assert len(report.fonts) >= 4
    assert all(report.fonts.values())
    assert any("NewCM" in name for name in report.fonts)


def test_the_language_sets_the_words() -> None:
    made = notebook(markdown("# Eins {#sec-a}\n\nsiehe @sec-a"), report={"lang": "de", "abstract": "Kurz."})
    text = export(made).text
    assert "Zusammenfassung" in text
    assert "siehe Abschnitt 1" in text


def test_text_of_every_kind_survives() -> None:
    made = notebook(
        markdown(
            "> quoted\n\n1. one\n    - inner\n2. two\n\n- [ ] todo\n- [x] done\n\nTerm\n: Defined\n\n"
            "~~struck~~ H~2~O[^n]\n\n[^n]: A note with $x$.\n\n---\n\n"
            "5 % of $3, C#, a_b * 2, [x], {y}, <z>, \\#, //no comment, ~, `co_de`\nNext\\\nline"
        ),
        markdown("## Under a paragraph\ntext right below\n- item right below"),
    )
    text = export(made).text
    for word in (
        "quoted", "inner", "☐ todo", "☒ done", "Term", "Defined", "struck", "A note with",
        "5 % of $3, C#, a_b * 2, [x], {y}", "//no comment", "co_de", "Next line", "text right below",
        "item right below", "<z>",
    ):  # fmt: skip
        assert word in text


def test_html_bits_of_markdown_are_read() -> None:
    made = notebook(
        markdown(
            "<b>bold</b> a<br>b H<sub>2</sub>O <kbd>Esc</kbd> "
            "<span style='color:red'>red <i>words</i></span> &alpha; x<!-- not -->y\n\n"
            "<details>\n<summary>More</summary>\n\n**inside** it\n\n</details>\n\n<center>middle</center>\n\n"
            "<table><tr><th>head</th></tr><tr><td>cell</td></tr></table>\n\n"
            "<script>alert('no')</script>\n\n<div>\n\n**deep**\n\n</div>"
        )
    )
    text = export(made).text
    for word in ("bold", "Esc", "red words", "α", "xy", "More", "inside it", "middle", "head", "cell", "deep"):
        assert word in text
    assert "alert" not in text
    assert "**" not in text


def test_footnotes_of_two_cells_may_share_a_name() -> None:
    text = export(notebook(markdown("a[^1]\n\n[^1]: note one"), markdown("b[^1]\n\n[^1]: note two"))).text
    assert "note one" in text
    assert "note two" in text


def test_headings_never_jump_a_level() -> None:
    outline = export(notebook(markdown("### A\n\n##### B\n\n#### C\n\n# D"))).outline
    assert [(depth, title) for depth, title, _ in outline] == [(0, "1 A"), (1, "1.1 B"), (1, "1.2 C"), (0, "2 D")]


def test_headings_may_hold_anything() -> None:
    picture = f"![i](data:image/png;base64,{png()})"
    made = notebook(
        markdown(f"# The $x^2$ `code` [link](https://example.org) term^[a note]\n\n## {picture}\n\n## $y$\n\ntext"),
        report={"abstract": "x", "lof": True},
    )
    pdf = export(made)
    assert pdf.outline[0][1].startswith("1 The x2 code link term")
    assert len(pdf.outline) == 1
    assert len(pdf.tags("/Figure")) == 1
    assert "Figures" not in pdf.text


def test_no_page_has_ink_in_its_margins(folder: Path) -> None:
    made = chapters()
    made.metadata.report.pop("bibliography")
    made.cells[0].source = made.cells[0].source.replace("[@key]", "words " * 300)
    for page in pictures(made):
        left, right = ink_margins(page)
        assert min(left, right) > 2.3


def test_prose_of_the_settings_is_checked(folder: Path) -> None:
    made = notebook(report={"abstract": "by [@nobody]", "bibliography": "refs.bib"})
    assert problems(made, folder) == ["the settings: unknown citation @nobody; the bibliography has: key"]


@pytest.mark.long
def test_a_quotation_is_never_left_alone_on_a_page(folder: Path) -> None:
    """Chapters of all lengths around a page, each closed by a paragraph and, in a cell of its own, a quotation."""
    cells = []
    for lines in range(30, 50):
        cells += [markdown("\n\n".join([f"# Chapter {lines}", *["Filler."] * lines, f"Conclusion {lines}."]))]
        cells += [markdown(f"> **Try** exercise {lines}.")]
    pages = export(notebook(*cells, title="T", report={"course": "C"}), folder).pages
    for lines in range(30, 50):
        together = [page for page in pages if f"exercise {lines}." in page]
        assert len(together) == 1
        assert f"Conclusion {lines}." in together[0]
    assert any("exercise" in page and "Filler" not in page for page in pages)


def test_chapters_count_from_zero_where_the_first_is_an_introduction(folder: Path) -> None:
    made = export(notebook(
        markdown("# Introduction {#sec-i}\n\n## Data\n\nOn."), markdown("# First {#sec-f}\n\nSee @sec-i and @sec-f."),
        markdown("# More", report_part="appendix"), title="T", report={"from_zero": True},
    ), folder)  # fmt: skip
    text = " ".join(" ".join(made.pages).split())
    assert "0 Introduction 0.1 Data" in text
    assert "1 First See Section 0 and Section 1." in text
    assert "A More" in text


@pytest.mark.parametrize(
    "before",
    [
        "",
        '<a href="https://e.org"><img src="https://e.org/badge.svg" alt="Open"/></a>\n\n<!-- a note -->',
        "[![Open](https://e.org/a_(b).svg)](https://e.org) ![Two](https://e.org/b.svg)",
        "$$\n\\newcommand{\\EE}{\\mathbb{E}}\n$$\n\n<a id='start'></a>",
    ],
)
def test_badges_and_definitions_before_the_first_heading_leave_it_the_title(before: str) -> None:
    pdf = export(notebook(markdown(before), markdown("# The heading"), markdown("## Below"), title="The heading"))
    assert pdf.text.count("The heading") == 1
    assert pdf.reader.metadata.title == "The heading"


def test_words_before_the_first_heading_stand_below_the_title() -> None:
    pdf = export(notebook(markdown("Some words."), markdown("# The heading"), title="A title"))
    assert pdf.text.startswith("A title Some words. 1 The heading")


def test_a_formula_that_is_wider_than_the_page_is_set_smaller() -> None:
    wide = " + ".join(f"a_{{{index}}}" for index in range(22))
    matrix = r"\begin{pmatrix}" + " & ".join(r"\text{a long word}" for _ in range(7)) + r"\end{pmatrix}"
    lines = rf"\begin{{align}} x &= {wide} \label{{eq-a}} \\ y &= b \label{{eq-b}} \end{{align}}"
    made = notebook(markdown(f"$$x = {wide}$$"), markdown(f"$${matrix}$$ {{#eq-m}}"), markdown(f"{lines}\n\n@eq-a"))
    left, right = ink_margins(pictures(made, dots=72)[0], dots=72)
    assert min(left, right) > 2
