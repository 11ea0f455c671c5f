"""Tables: pandas and Markdown, decimal points, headers, tables too long or too wide."""

import time

import numpy as np
import pandas as pd
import pytest
from typst_documents import Pdf, code, export, ink_margins, markdown, notebook, pictures, shown

from report.typst import TypstExporter
from report.typst.tables import plain_grid

RNG = np.random.default_rng(0)


def frame(rows: int, columns: int) -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(rows, columns)).round(4), columns=[f"variable_{k}" for k in range(columns)])


def table(html: str, **options: str) -> object:
    lines = "".join(f"#| {key}: {value}\n" for key, value in options.items())
    return code(f"{lines}x", shown("text/html", html), tags=["remove-input"])


def source_of(*cells: object) -> str:
    return TypstExporter().from_notebook_node(notebook(*cells))[0]


@pytest.fixture(scope="module")
def gallery() -> Pdf:
    """Return a document with tables of every kind."""
    index = pd.MultiIndex.from_product([["A", "B"], ["x", "y"]], names=["group", "sub"])
    columns = pd.MultiIndex.from_product([["train", "test"], ["accuracy", "loss"]])
    levels = pd.DataFrame(RNG.normal(size=(4, 4)).round(3), index=index, columns=columns)
    return export(
        notebook(
            table(levels.to_html(), label="tbl-levels", **{"tbl-cap": "Two levels"}),
            table(levels.style.set_caption("By the styler").to_html()),
            markdown("| a | b |\n|---|--:|\n| **bold** $x^2$ | -1.5 |\n\n: In Markdown {#tbl-md}"),
            table(frame(80, 3).to_html(max_rows=80), label="tbl-long", **{"tbl-cap": "Long"}),
            table(frame(5, 14).to_html(), label="tbl-wide", **{"tbl-cap": "Wide"}),
            table(frame(5, 40).to_html(max_cols=40), label="tbl-panels", **{"tbl-cap": "Very wide"}),
            table(frame(60, 14).to_html(max_rows=60), label="tbl-both", **{"tbl-cap": "Wide and long"}),
            code("x", shown("text/latex", "\\begin{tabular}{lr}\nA & 12 \\\\\nB & 5\n\\end{tabular}")),
            markdown("See @tbl-levels, @tbl-md, @tbl-long, @tbl-wide, @tbl-panels and @tbl-both."),
        )
    )


def test_every_table_is_a_table_for_screen_readers(gallery: Pdf) -> None:
    assert len(gallery.tags("/Table")) == 8 + 4  # five panels are one figure
    assert len(gallery.tags("/TH")) > 20


def test_captions_are_numbered_and_referred_to(gallery: Pdf) -> None:
    for number, caption in enumerate(["Two levels", "By the styler", "In Markdown", "Long"], start=1):
        assert f"Table {number}. {caption}" in gallery.text
    assert "See Table 1, Table 3, Table 4, Table 5, Table 6 and Table 7." in gallery.text


def test_long_tables_repeat_their_header(gallery: Pdf) -> None:
    first = next(number for number, page in enumerate(gallery.pages) if "Table 4. Long" in page)
    assert all("variable_2" in gallery.pages[number] for number in (first, first + 1))


def test_each_further_page_says_which_table_it_goes_on_with() -> None:
    rows = pd.DataFrame({"name": [f"row {k}" for k in range(130)], "value": range(130)})
    rows_here = table(rows.to_html(max_rows=130), label="tbl-x", **{"tbl-cap": "Rows"})
    pdf = export(notebook(rows_here, table(rows.to_html(max_rows=130)), report={"lang": "de"}))
    goes_on = ["Tabelle 1, Fortsetzung" in " ".join(page.split()) for page in pdf.pages]
    assert goes_on == [False, True, True, *[False] * (len(pdf.pages) - 3)]
    assert len(pdf.pages) >= 5  # a table without a caption has no number to go on with


@pytest.mark.parametrize(
    "names", [[f"row {k}" for k in range(120)], ["W" * 9 if k == 80 else "lll ill tif" for k in range(120)]]
)
def test_a_long_table_has_room_for_its_widest_text(names: list[str]) -> None:
    rows = pd.DataFrame({"value": range(120), "name": names})
    pdf = export(notebook(table(rows.to_html(max_rows=120, index=False))))
    lines = [line.strip() for page in pdf.pages for line in page.splitlines()]
    assert [line for line in lines if line.endswith(names[80])] == [f"80 {names[80]}"]
    assert not {"row", "lll", "lll ill"} & set(lines)


def test_wide_and_long_tables_stand_on_turned_pages(gallery: Pdf) -> None:
    turned = [page for page in gallery.reader.pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) >= 1
    assert "Wide and long" in turned[0].extract_text()


def test_very_wide_tables_are_split_and_lose_nothing(gallery: Pdf) -> None:
    assert all(f"variable_{k}" in gallery.text for k in range(40))


def test_styler_output_loses_its_style_and_ids() -> None:
    source = source_of(table(frame(2, 2).style.format(precision=2).hide(axis="index").to_html()))
    assert "T_" not in source
    assert "css" not in source


@pytest.mark.parametrize("rows", [3, 40])
def test_numbers_meet_at_the_decimal_point(rows: int) -> None:
    texts = ["1", "−22.5", "3.125"]
    html = pd.DataFrame({"v": ["1", "-22.5", "3.125"] * (rows // 3), "w": ["a", "b", "c"] * (rows // 3)}).to_html()
    source = source_of(table(html))
    assert "align: (right, right, left,)" in source
    for text, padding in zip(texts, ["#pad-number(3, true)", "#pad-number(2, false)", ""], strict=True):
        assert (f'[#"{text}"{padding}]' if padding else f'"{text}"') in source


def test_exponents_percents_and_blanks_count_as_numbers() -> None:
    html = pd.DataFrame(
        {"e": ["1e-05", "2.5e+10"], "p": ["5%", "12.5%"], "n": [np.nan, 1.0], "t": ["a1", "2"]}
    ).to_html()
    assert "align: (right, right, right, right, left,)" in source_of(table(html))


def test_a_true_minus_sign_and_infinity_are_of_numbers() -> None:
    html = pd.DataFrame({"a": ["−0.5", "1.25"], "b": ["−∞", "3"], "c": ["1e−5", "2"]}).to_html(index=False)
    source = source_of(table(html))
    assert "align: (right, right, right,)" in source
    assert '[#"−0.5"#pad-number(1, false)]' in source


def test_a_zero_among_formulas_ends_where_they_do() -> None:
    html = pd.DataFrame({"a": ["0.00022", "0", "0.5", r"$-4.4 \cdot 10^{-16}$"]}).to_html(index=False)
    body = source_of(table(html)).partition(" => table(")[2]
    assert body.count("#pad-number(") == 1  # 0.5


def test_per_cents_among_other_numbers_stand_at_the_right() -> None:
    html = pd.DataFrame({"a": ["98.31\xa0%", "818,970"], "b": ["98.31\xa0%", "7.5 %"]}).to_html(index=False)
    source = source_of(table(html))
    assert "align: (right, right,)" in source
    assert source.partition(" => table(")[2].count("#pad-number(") == 1  # 7.5 %


def test_columns_of_long_text_are_wrapped_not_shrunk() -> None:
    html = pd.DataFrame({"name": ["a"], "text": ["some words " * 30]}).to_html(index=False)
    assert "1fr" in source_of(table(html)) or "fr," in source_of(table(html))


def test_a_column_takes_no_more_than_its_words_need() -> None:
    html = pd.DataFrame({"name": ["a setting of some thirty letters"], "text": ["words " * 18]}).to_html(index=False)
    assert "columns: (auto, " in source_of(table(html))
    both = pd.DataFrame({"name": ["other words " * 40], "text": ["some words " * 60]}).to_html(index=False)
    assert "auto" not in source_of(table(both)).partition("columns:")[2].partition("\n")[0]


def test_a_star_behind_a_number_hangs() -> None:
    html = pd.DataFrame({"v": ["0.0475", "0.0397*", "0.04*"]}).to_html(index=False)
    source = source_of(table(html))
    assert "align: (right,)" in source
    for text in ('[#"0.0475"#pad-number(1, false)]', '"0.0397*"', '[#"0.04*"#pad-number(2, false)]'):
        assert text in source


def test_a_table_with_a_formula_floats_as_any_other() -> None:
    html = "<div><style>x</style>" + pd.DataFrame({"v": ["$10^{38}$", "1"]}).to_html(index=False) + "</div>"
    cell = code("#| label: tbl-a\n#| tbl-cap: A table.\nx", shown("text/html", html))
    assert "#block[\n#figure" not in source_of(cell)
    assert "\n#figure(kind: table" in source_of(cell)


@pytest.mark.parametrize("in_markdown", [False, True], ids=["output", "prose"])
def test_few_rows_of_many_lines_break_across_pages(in_markdown: bool) -> None:
    words = " ".join(f"word{k}" for k in range(90))
    rows = pd.DataFrame({"number": range(14), "sentence": [f"begin{k} {words} end{k}" for k in range(14)]})
    options = {"label": "tbl-tall", "tbl-cap": "Tall"}
    lines = "".join(f"| {k} | {text} |\n" for k, text in rows.values)
    prose = f"| number | sentence |\n|--:|------|\n{lines}\n: Tall {{#tbl-tall}}"
    pdf = export(notebook(markdown(prose) if in_markdown else table(rows.to_html(), **options)))
    first, last = ([number for number, page in enumerate(pdf.pages) if word in page] for word in ("begin0", "end13"))
    assert last > first
    assert all("sentence" in page for page in pdf.pages[first[0] : last[0] + 1])  # its header on every page


def test_nothing_runs_over_the_margins() -> None:
    wide = table(frame(3, 11).to_html())
    text = table(pd.DataFrame({"a": ["w" * 60], "b": ["long words " * 20], "c": [1.5]}).to_html())
    for page in pictures(notebook(wide, text)):
        left, right = ink_margins(page)
        assert min(left, right) > 2.3


def test_the_short_way_reads_what_the_long_way_reads() -> None:
    html = frame(30, 4).rename(columns={"variable_0": "first"}).rename_axis("run").to_html()
    quick = source_of(table(html))
    slow = source_of(table(html.replace(">first<", "><b title='x'>first</b><")))
    bold = source_of(table(html.replace(">first<", "><b>first</b><")))
    assert quick.count('"') > 100
    assert bold.replace('strong(strong("first"))', "X") == quick.replace('strong("first")', "X")
    assert quick.replace('strong("first")', "X") == slow.replace("strong([#strong[first]])", "X")


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><b>x</b> and y</td></tr></table>",
        "<table><tr><td>x <b>y</b></td></tr></table>",
        "<table><tr><td><b><i>x</i></b></td></tr></table>",
        "<table><tr><td><b>x</b><i>y</i></td></tr></table>",
        "<table><tr><td><b>x</td></tr></table>",
        "<table><tr><td><b style='color: red'>x</b></td></tr></table>",
        "<table><tr><td><code>x</code></td></tr></table>",
        "<table><tr><td>$x$</td></tr></table>",
        "<table><tr><td>a</td></tr></table><p>after</p>",
        "<table><tr><td><table></table></td></tr></table>",
        "words",
    ],
)
def test_the_short_way_is_only_for_plain_tables(html: str) -> None:
    assert plain_grid(html) is None


def test_spans_and_stubs_are_read() -> None:
    grid = plain_grid("<table><tr><th colspan=2>a</th></tr><tr><th rowspan='2'>r</th><td>1 &lt; 2</td></tr></table>")
    assert grid == {
        "head": [[["a", 2, 1, "", {}]]], "body": [[["r", 1, 2, "", {}], "1 < 2"]], "stubs": 1, "caption": "",
    }  # fmt: skip


def test_a_thousand_rows_are_written_quickly() -> None:
    cell = table(frame(1000, 8).to_html(max_rows=1000))
    start = time.process_time()
    source = source_of(cell)
    assert time.process_time() - start < 2
    assert source.count("\n") > 1000


def test_a_long_table_is_laid_out_once_even_with_cells_that_span_columns() -> None:
    def made(rows: int) -> str:
        columns = pd.MultiIndex.from_tuples([("both", "a title in bold"), ("both", "b")])
        words = [[f"a title in bold{number}", "x"] for number in range(rows)]
        return source_of(table(pd.DataFrame(words, columns=columns).to_html(max_rows=rows)))

    assert "measured-table-block(table(" in made(5)
    assert "measured-table-block(" not in made(100)
    assert 'strong("a title in bold")' in made(100).partition(" table-block(")[2].partition(" => table(")[0]


def test_a_table_stands_as_far_below_a_line_whether_it_may_break_or_not() -> None:
    gaps = []
    for rows in (3, 9):
        page = pictures(notebook(markdown("x"), table(frame(rows, 1).to_html())), dots=144)[0]
        ink = np.flatnonzero((page < 200).any(axis=1))
        rule = ink[np.argmax((page[ink] < 200).sum(axis=1) > 100)]  # the first row of ink that is a rule
        gaps.append(rule - ink[ink < rule].max())
    assert gaps[0] == gaps[1] > 10


def test_a_row_of_some_lines_is_not_torn_between_two_pages() -> None:
    words = " ".join(f"word{k}" for k in range(40))
    rows = pd.DataFrame({"number": range(24), "sentence": [f"begin{k} {words} end{k}" for k in range(24)]})
    pages = export(notebook(table(rows.to_html()))).pages
    assert len(pages) > 1
    assert [page.count("begin") for page in pages] == [page.count("end") for page in pages]


@pytest.mark.parametrize("name", ["size", "$B$"])
def test_the_name_of_an_index_stands_in_the_row_of_the_titles(name: str) -> None:
    rows = pd.DataFrame({"loss": [1, 2]}, index=pd.Index([3, 4], name=name))
    assert len(export(notebook(table(rows.to_html()))).tags("/TH")) == 2


@pytest.mark.parametrize("high", [f"<ul>{'<li>Q</li>' * 110}</ul>", "<br>".join("Q" * 110)])
def test_a_cell_that_is_higher_than_a_page_goes_on_there(high: str) -> None:
    words = " ".join(f"word{k}" for k in range(40))
    row = f"<tr><td>{high}</td><td>{words}</td></tr>"
    pdf = export(notebook(table(f"<table><tr><th>a</th><th>b</th></tr>{row}</table>")))
    pages = [page.count("Q") for page in pdf.pages]
    assert sum(pages) == 110
    assert max(pages) < 90
