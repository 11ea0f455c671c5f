"""Figures: captions, alternative texts, sub-figures, sizes, images of every kind and from every place."""

import io
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell
from pages import Pages
from typst_documents import SVG, Pdf, code, export, ink_margins, markdown, notebook, pictures, png, problems, shown

from report.typst import TypstExporter
from report.typst.images import MAX_PIXELS, ImageError, ImageStore, prepare


def figure(options: str, *images: str) -> object:
    return code(f"{options}\nplot()", *[shown("image/png", image) for image in images], tags=["remove-input"])


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    """Return a document with figures of every kind."""
    folder = tmp_path_factory.mktemp("figures")
    (folder / "drawing.svg").write_text(SVG)
    attached = new_markdown_cell("![](attachment:a.png)", attachments={"a.png": {"image/png": png()}})
    return export(
        notebook(
            figure("#| label: fig-one\n#| fig-cap: One $x^2$ *figure*\n#| fig-alt: A red field", png()),
            figure(
                "#| label: fig-two\n#| fig-cap: Both\n#| fig-subcap: [left, right]\n#| fig-alt: [L, R]", png(), png()
            ),
            figure("#| label: fig-list\n#| fig-cap: [first, second, third]", png(), png(), png()),
            markdown("![A *drawing*](drawing.svg){#fig-md width=50% fig-alt='Blue field'}"),
            markdown('![small](drawing.svg "With a title") \n\nin the line ![dot](drawing.svg){width=10} of text'),
            attached,
            markdown(f"![d](data:image/png;base64,{png()})"),
            markdown("See @fig-one, @fig-two-2, @fig-list and @fig-md; only the number: [-@fig-one]."),
        ),
        folder,
    )


def test_captions_are_numbered_and_keep_their_markup(gallery: Pdf) -> None:
    assert "Figure 1. One" in gallery.text
    assert "Figure 2. Both" in gallery.text
    assert "Figure 4. A drawing" in gallery.text


def test_parts_of_a_figure_have_letters_and_captions(gallery: Pdf) -> None:
    for text in ("(a) left", "(b) right", "(c) third"):
        assert text in gallery.text


def test_references_name_figures_and_their_parts(gallery: Pdf) -> None:
    assert "See Figure 1, Figure 2b, Figure 3 and Figure 4; only the number: 1." in gallery.text


def test_alternative_texts_reach_the_pdf(gallery: Pdf) -> None:
    alts = gallery.tags("/Figure")
    assert {"A red field", "L", "R", "Blue field", "small", "dot"} <= set(alts)
    assert all(alts)


def test_every_image_is_there(gallery: Pdf) -> None:
    assert len(gallery.tags("/Figure")) == 11


def test_large_images_shrink_to_the_text() -> None:
    for page in pictures(notebook(figure("", png(3000, 400)), figure("#| fig-width: 40", png()))):
        left, right = ink_margins(page)
        assert left == pytest.approx(2.5, abs=0.1)
        assert right == pytest.approx(2.5, abs=0.1)


def test_small_images_keep_their_size() -> None:
    (page,) = pictures(notebook(figure("", png(192, 96)), title="x"))
    left, right = ink_margins(page[:380])
    assert 21 - left - right == pytest.approx(2 * 2.54, abs=0.2)  # 192 pixels of 1/96 inch


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP", "TIFF"])
def test_bitmaps_that_typst_does_not_take_become_png(kind: str) -> None:
    store = ImageStore(Path())
    name = store.resolve(store.add_output(f"image/{kind.lower()}", png(kind=kind)), "a", 0)
    assert ".png" in name


def test_huge_images_are_scaled_down() -> None:
    store = ImageStore(Path())
    store.resolve(store.add_output("image/png", png(3 * MAX_PIXELS, 10)), "a", 0)
    ((name, data),) = store.files.items()
    assert prepare(data, Path(name).suffix)[2] == pytest.approx(MAX_PIXELS / 96 * 72)


def test_svg_sizes_come_from_units_or_the_view_box() -> None:
    assert prepare(b'<svg width="2in" height="72pt"></svg>', ".svg")[2:] == (144, 72)
    assert prepare(b'<svg viewBox="0 0 96 48"></svg>', ".svg")[2:] == (72, 36)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("gone.png", "does not exist"),
        ("https://example.org/a.png", "is remote; save it beside the notebook"),
        ("attachment:gone.png", "is not attached to this cell"),
        ("data:image/png;base64,AAAA", "its data are damaged or of no known format"),
        ("broken.svg", "no well-formed SVG"),
    ],
)
def test_images_that_cannot_be_shown_are_named(source: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "broken.svg").write_text("<svg><g>")
    (problem,) = problems(notebook(markdown("fine"), markdown(f"![a]({source})")), tmp_path)
    assert problem.startswith(f"sample.ipynb, cell 2 (`![a]({source})`): image ")
    assert reason in problem


def test_html_images_are_images(tmp_path: Path) -> None:
    (tmp_path / "a b.svg").write_text(SVG)
    cells = [
        markdown('<img src="a b.svg" width="50%" alt="html">'),
        markdown('<p align="center"><img src="a%20b.svg" alt="p"></p>'),
    ]
    assert export(notebook(*cells), tmp_path).tags("/Figure") == ["html", "p"]


def test_formulas_of_a_caption_are_tex_in_its_alternative_text() -> None:
    pdf = export(notebook(figure('#| label: fig-a\n#| fig-cap: Loss $\\frac{1}{n}$ and "quotes"', png())))
    assert pdf.tags("/Figure") == ['Loss \\frac{1}{n} and “quotes”']


def test_a_label_without_a_picture_is_reported() -> None:
    pdf = export(notebook(code("#| label: fig-none\n#| fig-cap: Nothing\n1", shown("text/plain", "1"))))
    place = "sample.ipynb, cell 1 (`#| label: fig-none`)"
    assert pdf.log == [f"{place}: the cell has the label fig-none, but shows nothing that could bear it"]


def test_damaged_data_are_an_image_error() -> None:
    store = ImageStore(Path())
    with pytest.raises(ImageError, match="cannot be"):
        store.resolve(store.add_output("image/png", "%%%"), "a", 0)


def test_figures_and_tables_float_where_the_report_or_their_cell_says_so() -> None:
    table = shown("text/html", "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")
    cells = [
        figure("#| label: fig-a\n#| fig-cap: A", png()),
        figure("#| label: fig-b\n#| fig-cap: B\n#| placement: bottom", png()),
        code("#| label: tbl-c\n#| tbl-cap: C\n#| placement: none", table),
    ]
    text, _ = TypstExporter().from_notebook_node(notebook(*cells, report={"floats": True, "run_on": True}))
    assert "floats: true" in text
    assert "run_on: true" in text
    assert [line.partition("placement: ")[2].strip(",") for line in text.splitlines() if "#figure(" in line] == [
        "", "bottom", "none"
    ]  # fmt: skip


def test_a_floating_figure_fills_the_hole_before_it() -> None:
    words = "A line of words.\n\n" * 36
    cells = [markdown(words), figure("#| label: fig-a\n#| fig-cap: The figure", png(400, 300)), markdown(words)]
    here, floating = (export(notebook(*cells, report={"floats": floats})).pages for floats in (False, True))
    assert here[0].count("A line") == 36
    assert floating[0].count("A line") > 36


def test_a_floating_figure_keeps_its_distance_from_what_stands_below_it() -> None:
    words = "A line of words.\n\n" * 36
    cells = [markdown(words), figure("#| label: fig-a\n#| fig-cap: The figure", png(400, 300)), markdown(words)]
    pdf = export(notebook(*cells, report={"floats": True}))
    caption, below = [block for block in Pages(io.BytesIO(pdf.data)).blocks if block.last == 2][:2]
    assert caption.captions
    assert min(top for _, top, _ in below.spans) - max(bottom for *_, bottom in caption.spans) > 16


def test_another_placement_is_refused_with_its_cell() -> None:
    assert problems(notebook(figure("#| placement: left", png()))) == [
        "sample.ipynb, cell 1 (`#| placement: left`): placement must be auto or top or bottom or none, got left"
    ]


def test_a_table_that_asks_for_its_place_keeps_it_in_an_appendix_too() -> None:
    table = "| a |\n|---|\n" + "| 1 |\n" * 9 + "\n: Tabulated {#tbl-a placement=none}\n\nAfter it."
    cells = [markdown("# Body"), markdown(f"# Last\n\nWords.\n\n{table}", report_part="appendix")]
    pdf = export(notebook(*cells, report={"floats": True}))
    lines = "".join(page.extract_text(extraction_mode="layout") for page in pdf.reader.pages)  # as they stand
    assert lines.index("Words.") < lines.index("Tabulated") < lines.index("After it.")
