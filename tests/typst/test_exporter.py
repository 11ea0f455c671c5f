"""The two exporters: found by nbconvert, the same bytes for the same input, errors that name the cell."""

import os
from pathlib import Path

import nbformat
import pytest
import typst
from typst_documents import SVG, code, export, markdown, notebook, png, printed, problems, shown

from report.typst import ConversionError, TypstExporter


@pytest.fixture
def sample() -> nbformat.NotebookNode:
    """Everything that has a file or a number of its own."""
    return notebook(
        markdown("# Title\n\nText with $x^2$ and **strong** words."),
        code("#| label: fig-a\n#| fig-cap: A square\nplot()", shown("image/svg+xml", SVG)),
        code("print(1)", printed("1\n"), shown("image/png", png())),
    )


def test_the_source_compiles_with_the_files_beside_it(sample: nbformat.NotebookNode, tmp_path: Path) -> None:
    source, resources = TypstExporter().from_notebook_node(sample, {"output_files_dir": "sample_files"})
    for name, data in resources["outputs"].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "sample.typ").write_text(source, encoding="utf-8")
    assert resources["output_extension"] == ".typ"
    assert all(name.startswith("sample_files/") for name in resources["outputs"])
    assert typst.compile(str(tmp_path / "sample.typ"), ignore_system_fonts=True)[:5] == b"%PDF-"


def test_same_bytes_elsewhere_with_other_ids_and_counts(
    sample: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = export(sample).data
    for number, cell in enumerate(sample.cells):
        cell["id"] = f"other{number}"
        if cell.cell_type == "code":
            cell.execution_count = 40 + number
    monkeypatch.chdir(tmp_path)
    assert export(sample).data == first


def test_the_date_is_source_date_epoch_or_the_reports_own(sample: nbformat.NotebookNode) -> None:
    sample.metadata["report"] = {"timestamp": 1_600_000_000}
    if "SOURCE_DATE_EPOCH" not in os.environ:
        assert export(sample).reader.metadata.creation_date.year == 2020


def test_a_single_notebook_takes_its_title_from_its_heading(sample: nbformat.NotebookNode) -> None:
    pdf = export(sample)
    assert pdf.reader.metadata.title == "Title"
    assert pdf.text.count("Title") == 1
    assert len(pdf.pages) == 1


def test_a_notebook_of_several_chapters_takes_its_file_name() -> None:
    assert export(notebook(markdown("# One"), markdown("# Two"))).reader.metadata.title == "sample"


@pytest.mark.parametrize(
    "made", [notebook(), notebook(markdown("")), notebook(code(""))], ids=["empty", "blank", "no code"]
)
def test_an_empty_notebook_is_a_page(made: nbformat.NotebookNode) -> None:
    assert len(export(made).pages) == 1


def test_all_problems_are_told_at_once_with_their_cells() -> None:
    made = notebook(
        markdown("see @fig-nope", source={"notebook": "02-init.ipynb", "cell": 7}),
        markdown("![a](gone.png)", source={"notebook": "03-grid.ipynb", "cell": 2}),
    )
    where = "its path is taken from the notebook's folder"
    assert problems(made) == [
        "02-init.ipynb, cell 8 (`see @fig-nope`): unknown reference @fig-nope; known figures: none",
        f"03-grid.ipynb, cell 3 (`![a](gone.png)`): image gone.png does not exist ({where})",
    ]


def test_what_the_compiler_refuses_is_traced_to_its_cell() -> None:
    raw = nbformat.v4.new_raw_cell("#unheard-of()", metadata={"format": "text/x-typst"})
    (problem,) = problems(notebook(markdown("# A"), raw))
    assert problem.startswith("sample.ipynb, cell 2 (`#unheard-of()`): Typst: unknown variable: unheard-of")


def test_alternative_texts_are_wanted_and_demanded_on_request() -> None:
    made = notebook(code("#| label: fig-a\n#| fig-cap: The caption\nx", shown("image/png", png())))
    pdf = export(made)
    assert pdf.log == ["sample.ipynb, cell 1 (`#| label: fig-a`): figure without fig-alt, its caption stands in"]
    assert pdf.tags("/Figure") == ["The caption"]
    assert problems(made, strict_alt=True) == pdf.log


def test_code_can_be_left_out_of_the_whole_document(sample: nbformat.NotebookNode) -> None:
    assert "print(1)" not in export(sample, echo=False).text


def test_characters_of_no_font_are_shown_as_codes_and_reported() -> None:
    pdf = export(notebook(markdown("private \U000f0001 use")), system_fonts=False)
    assert "U+F0001" in pdf.text
    assert any("U+F0001" in line for line in pdf.log)


def test_a_template_of_ones_own_decides_the_look(tmp_path: Path) -> None:
    template = tmp_path / "mine.typ"
    template.write_text(
        '#import "blocks.typ": *\n#let report(title: [], title-text: "", ..others, body) = '
        "{ set document(title: title-text); [Mine: ]; body }\n"
    )
    assert export(notebook(markdown("words")), template=str(template)).text == "Mine: words"


def test_an_unreadable_bibliography_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="bibliography gone.bib does not exist"):
        export(notebook(report={"bibliography": "gone.bib"}), tmp_path, strict=True)
