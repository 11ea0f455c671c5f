"""References, citations, links: they lead to their place, and errors name both places."""

import logging
import re
from pathlib import Path

import nbformat
import pytest
from typst_documents import Pdf, code, export, markdown, notebook, problems

from report.typst import TypstHTMLExporter
from report.typst.bibliography import with_formulas

BIBLIOGRAPHY = """
@comment{not an entry}
@book{knuth1984, author={Knuth, Donald E.}, title={The {\\TeX}book}, publisher={Addison-Wesley}, year={1984}}
@article{he2015, author={He, Kaiming and Zhang, Xiangyu}, title={Rectifiers and $\\ell_1$}, journal={ICCV}, year={2015}}
"""


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (r"title={$\alpha$, {$x^{n+1}$}, $\text{a}$}", 'title={$α$, {$x^(n + 1)$}, $"a"$}'),
        (r'title="$\alpha$, $\text{a}$"', r'title="$α$, $\text{a}$"'),
        (r"title={$^{13}$C for \$5 or \$6}", r"title={$zws^13$C for \$5 or \$6}"),
        (r"title={$\nope$, $\left( a$, $\{a\}$, $\boxed{a}$}", r"title={$\nope$, $\left( a$, $\{a\}$, $\boxed{a}$}"),
    ],
)
def test_formulas_in_a_bibliography_are_those_that_its_reader_knows(given: str, made: str) -> None:
    assert with_formulas(given) == made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a bibliography."""
    made = tmp_path_factory.mktemp("references")
    (made / "refs.bib").write_text(BIBLIOGRAPHY)
    return made


@pytest.fixture(scope="module")
def pdf(folder: Path) -> Pdf:
    """Return a document with every kind of reference."""
    return export(
        notebook(
            markdown("# First {#sec-first}\n\nSee @sec-second, @eq-one and @lst-a [@knuth1984; @he2015, p. 3]."),
            markdown("# Second {#sec-second}\n\n$$a = b$$ {#eq-one}\n\nAs @he2015 show, [-@eq-one]."),
            code("#| label: lst-a\n#| lst-cap: The listing\nx = 1"),
            markdown("A decorator @property, me@example.org, A @ B, `@fig-x`, [@user](https://example.org)."),
            markdown(
                "## A Heading, twice\n\n[to it](#A-Heading,-twice), [as GitHub](#a-heading-twice), <a id='here'></a>"
            ),
            markdown("[back](#here), [lost](#nowhere), [file](other.ipynb), [out](https://example.org/a_b?c=d#e)"),
            report={"bibliography": "refs.bib"},
        ),
        folder,
    )


def test_a_formula_in_the_title_of_a_reference_is_one(pdf: Pdf) -> None:
    assert "Rectifiers and ℓ" in pdf.text


def test_references_name_kind_and_number(pdf: Pdf) -> None:
    assert "See Section 2, Equation 1 and Listing 1 [1], [2, p. 3]." in pdf.text
    assert "[2] show, 1." in pdf.text


def test_the_list_of_references_holds_what_is_cited(pdf: Pdf) -> None:
    assert "References [1] D. E. Knuth" in pdf.text


def test_no_list_without_citations(folder: Path) -> None:
    assert "References" not in export(notebook(markdown("text"), report={"bibliography": "refs.bib"}), folder).text


def test_what_only_looks_like_a_citation_stays_text(pdf: Pdf) -> None:
    assert "A decorator @property, me@example.org, A @ B, @fig-x, @user." in pdf.text


def test_links_lead_somewhere_or_are_reported(pdf: Pdf) -> None:
    actions = [
        note.get_object()["/A"]
        for page in pdf.reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    assert "https://example.org/a_b?c=d#e" in [action.get("/URI") for action in actions]
    place = "sample.ipynb, cell 6 (`[back](#here), [lost](#nowhere), [file](other.ipy…`): link to"
    assert [line for line in pdf.log if "link" in line] == [
        f"{place} #nowhere leads to nothing in this notebook; its text is kept",
        f"{place} other.ipynb leads to a notebook that is no part of this document; its text is kept",
    ]
    assert "back, lost, file, out" in pdf.text


def test_sections_are_destinations_for_links_from_outside(pdf: Pdf) -> None:
    assert {"sec-first", "sec-second"} <= set(pdf.reader.named_destinations)


def test_equal_links_of_two_notebooks_do_not_meet() -> None:
    cells = [
        markdown(f"# Part {name}\n\n## Same\n\n[to](#Same)", source={"notebook": f"{name}.ipynb", "cell": 0})
        for name in "ab"
    ]
    pdf = export(notebook(*cells))
    targets = {
        str(note.get_object().get("/Dest", note.get_object().get("/A"))) for note in pdf.reader.pages[0]["/Annots"]
    }
    assert len(targets) == 2


LINKS = (
    "[start](./02-b.ipynb) [label](02-b.ipynb#sec-late) [words](02-b.ipynb#Late-words) [own](01-a%20b.ipynb#Early) "
    "[lab](02-b.ipynb#Late-words-%7B#sec-late%7D) [lost](02-b.ipynb#gone) [away](../03.ipynb#x)"
)
HERE = ["link to 02-b.ipynb#gone leads to nothing in that notebook; its text is kept",
        "link to ../03.ipynb#x leads to a notebook that is no part of this document; its text is kept"]  # fmt: skip


def chapters() -> list[nbformat.NotebookNode]:
    """Return two chapters, the first of which links to the second."""
    texts = {"01-a b": f"# Early\n\n{LINKS}", "02-b": "# Second\n\n## Late words {#sec-late}"}
    return [markdown(text, source={"notebook": f"{name}.ipynb", "cell": 0}) for name, text in texts.items()]


def test_links_to_other_notebooks_of_the_document_lead_to_their_chapters() -> None:
    pdf = export(notebook(*chapters()))
    notes = [note.get_object() for note in pdf.reader.pages[0]["/Annots"]]
    assert len(notes) == 5
    assert all("/Dest" in note or "/D" in note.get("/A", {}) for note in notes)
    assert [line.partition("): ")[2] for line in pdf.log] == HERE


def test_on_the_page_they_do_so_too(caplog: pytest.LogCaptureFixture) -> None:
    html, _ = TypstHTMLExporter(log=logging.getLogger("page")).from_notebook_node(notebook(*chapters()))
    links = re.findall(r'<a href="#([\w-]+)"[^>]*>(start|label|words|own|lab|lost|away)<', html)
    assert {name: target for target, name in links} == {
        "start": "second", "label": "sec-late", "words": "sec-late", "own": "early", "lab": "sec-late",
    }  # fmt: skip
    assert [line.partition("): ")[2] for line in caplog.messages] == HERE


def test_a_doubled_label_names_both_places() -> None:
    cells = [
        markdown("$$a$$ {#eq-a}", source={"notebook": "01-a.ipynb", "cell": 3}),
        markdown("$$b$$ {#eq-a}", source={"notebook": "02-b.ipynb", "cell": 5}),
    ]
    assert problems(notebook(*cells)) == [
        "02-b.ipynb, cell 6 (`$$b$$ {#eq-a}`): label eq-a stands already in 01-a.ipynb, cell 4 (`$$a$$ {#eq-a}`)"
    ]


def test_an_unknown_reference_names_the_known_ones() -> None:
    made = notebook(markdown("# A {#sec-a}\n\n## B {#sec-b}\n\n@sec-c"))
    assert problems(made) == [
        "sample.ipynb, cell 1 (`# A {#sec-a}`): unknown reference @sec-c; known sections: sec-a, sec-b"
    ]


def test_an_unknown_citation_names_the_entries(folder: Path) -> None:
    made = notebook(markdown("[@nobody2020]"), report={"bibliography": "refs.bib"})
    assert problems(made, folder) == [
        "sample.ipynb, cell 1 (`[@nobody2020]`): unknown citation @nobody2020; the bibliography has: he2015, knuth1984"
    ]


def test_a_reference_of_the_abstract_is_checked_too() -> None:
    made = notebook(report={"abstract": "see @fig-gone"})
    assert problems(made) == ["the settings: unknown reference @fig-gone; known figures: none"]


def test_a_heading_is_referred_to_by_its_words() -> None:
    made = notebook(markdown("# A first part\n\nSee @sec-why-relu-a-look."), markdown("## Why ReLU? *A look*\n\nHere."))
    assert "See Section 1.1." in export(made).text
    html, _ = TypstHTMLExporter().from_notebook_node(made)
    assert 'href="#sec-why-relu-a-look"' in html


def test_a_reference_to_words_of_two_headings_is_one_to_a_doubled_label() -> None:
    made = notebook(markdown("# A\n\n@sec-same"), markdown("## Same"), markdown("# B\n\n## Same"))
    assert problems(made) == [
        "sample.ipynb, cell 3 (`# B`): label sec-same stands already in sample.ipynb, cell 2 (`## Same`)"
    ]


def test_words_of_headings_are_suggested() -> None:
    made = notebook(markdown("# First\n\n@sec-a-look"), markdown("## A closer look"))
    assert problems(made) == [
        "sample.ipynb, cell 1 (`# First`): unknown reference @sec-a-look; "
        "known sections: sec-a-closer-look, sec-first (did you mean @sec-a-closer-look?)"
    ]


def test_a_heading_that_is_a_link_is_a_heading() -> None:
    made = notebook(markdown("# [Start](#End)\n\nwords\n\n# End\n\n[*back* to](#Start)."))
    pdf = export(made)
    assert not pdf.log
    assert [title for _, title, _ in pdf.outline] == ["1 Start", "2 End"]
    assert "back to." in pdf.text


def test_a_heading_with_a_formula_is_linked_to_as_in_jupyter_on_paper_and_page() -> None:
    links = [f"[to](#{name})" for name in ("The-$L_2$-norm", "The-%24L_2%24-norm", "the-l_2-norm", "of-$x$")]
    cells = [markdown("## The $L_2$ norm\n\nWords.\n\n## of $x$"), markdown(" ".join(links))]
    pdf = export(notebook(*cells))
    assert pdf.log == []
    assert len(pdf.tags("/Link")) == 4
    page, _ = TypstHTMLExporter().from_notebook_node(notebook(*cells))
    assert re.findall(r'<a href="(#[^"]*)">to</a>', page) == ["#the-l_2-norm"] * 3 + ["#of-x"]


def test_notebooks_in_folders_link_to_each_other_from_where_they_stand() -> None:
    texts = {
        "book/10.ipynb": "# Ten\n\n[beside](02.ipynb#Words) [below](solutions/10.ipynb)",
        "book/02.ipynb": "# Two\n\n## Words", "book/solutions/10.ipynb": "# Three\n\n[above](../02.ipynb)",
    }  # fmt: skip
    cells = [markdown(text, source={"notebook": name, "cell": 0}) for name, text in texts.items()]
    pdf = export(notebook(*cells))
    assert pdf.log == []
    assert len(pdf.tags("/Link")) == 3
    page, _ = TypstHTMLExporter().from_notebook_node(notebook(*cells))
    links = re.findall(r'<a href="(#[^"]*)">(beside|below|above)</a>', page)
    assert links == [("#words", "beside"), ("#three", "below"), ("#two", "above")]


def test_a_heading_with_a_formula_is_suggested_by_its_name() -> None:
    made = notebook(markdown("# One step of $B$ images\n\n@sec-one-step-of-images"))
    told = "known sections: sec-one-step-of-b-images (did you mean @sec-one-step-of-b-images?)"
    assert problems(made)[0].endswith(told)


def test_on_paper_a_link_to_another_notebook_has_its_number() -> None:
    links = "[the other](b.ipynb), [its part](b.ipynb#Part), [Chapter 2](b.ipynb), [b2](b.ipynb), [here](#Below)"
    first = f"# One\n\n{links}\n\n## Below"
    second = "# Two\n\n## Part\n\n[the first](a.ipynb)"
    cells = [
        markdown(text, source={"notebook": f"{name}.ipynb", "cell": 0}) for name, text in (("a", first), ("b", second))
    ]
    text = " ".join(export(notebook(*cells)).text.replace("\xa0", " ").split())
    assert "the other (§ 2), its part (§ 2.1), Chapter 2, b2 (§ 2), here" in text
    assert "the first (§ 1)" in text
