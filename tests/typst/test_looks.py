"""Looks from settings: one table of them, and each does the same from metadata, flags of nbconvert and command line."""

import os
import re
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbconvert.nbconvertapp import NbConvertApp
from traitlets.config import Config
from typst_documents import (
    POINTS_PER_CM,
    Pdf,
    code,
    export,
    ink_margins,
    markdown,
    notebook,
    pictures,
    printed,
    problems,
)

from report.typst import ConversionError, TypstExporter, TypstHTMLExporter, TypstPDFExporter
from report.typst.command import main
from report.typst.looks import LOOKS, PAPERS, LookError, canonical, read
from report.typst.own_files import located
from report.typst.page import page
from report.typst.settings_table import PAGE
from report.typst.settings_table import page as settings_page
from report.typst.sheet import text_size

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="99"><rect width="300" height="99"/></svg>'
BIB = "@book{knuth, author={Knuth, Donald}, title={The Art}, year={1968}}\n"
TEXT = "## Heading\n\n" + "Words of a text that goes on for longer than one line, whatever the paper. " * 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_text(LOGO)
    (tmp_path / "refs.bib").write_text(BIB)
    style = Path(page.__file__).with_name("numeric.csl").read_text(encoding="utf-8")
    (tmp_path / "own.csl").write_text(
        style.replace('prefix="[" suffix="]" delimiter', 'prefix="⟨" suffix="⟩" delimiter')
    )
    (tmp_path / "own.css").write_text("h1 { color: teal } </style>")
    return tmp_path


def html(made: nbformat.NotebookNode, folder: Path | None = None, **settings: Any) -> str:
    resources = {"metadata": {"name": "sample", "path": str(folder or "")}}
    return str(TypstHTMLExporter(**settings).from_notebook_node(made, resources)[0])


def test_the_page_lists_all_settings_as_they_are() -> None:
    """`python -m report.typst.settings_table` writes it."""
    assert settings_page() == PAGE.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in settings_page() for name in LOOKS)


def test_each_setting_is_a_flag_of_nbconvert_and_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    traits = TypstPDFExporter.class_traits(config=True)
    assert LOOKS.keys() <= traits.keys()
    assert [name for name in LOOKS if traits[name].help != LOOKS[name].help] == []
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [
        name for name in LOOKS if f"--{name.replace('_', '-')} " not in shown.replace("--author ", "--authors ")
    ] == []


def from_metadata(folder: Path, name: str, value: str) -> bytes:
    return export(notebook(markdown(TEXT), code("secret"), report={name: value}), folder).data


def from_nbconvert(folder: Path, name: str, value: str) -> bytes:
    nbformat.write(notebook(markdown(TEXT), code("secret")), folder / "a.ipynb")
    app = NbConvertApp()
    app.initialize(
        ["--to", "report.typst.TypstPDFExporter", f"--TypstExporter.{name}={value}", str(folder / "a.ipynb")]
    )
    app.convert_notebooks()
    return (folder / "a.pdf").read_bytes()


def from_command_line(folder: Path, name: str, value: str) -> bytes:
    nbformat.write(notebook(markdown(TEXT), code("secret")), folder / "a.ipynb")
    flag = f"--{name.removesuffix('s') if name == 'authors' else name}"
    assert main([str(folder / "a.ipynb"), "-o", str(folder / "b.pdf"), f"{flag}={value}"]) == 0
    return (folder / "b.pdf").read_bytes()


@pytest.mark.parametrize("way", [from_metadata, from_nbconvert, from_command_line])
def test_the_ways_to_say_a_setting_do_the_same(folder: Path, way: Callable[[Path, str, str], bytes]) -> None:
    def made(name: str, value: str) -> Pdf:
        return Pdf(way(folder, name, value))

    assert round(float(made("papersize", "a5").reader.pages[0].mediabox.width) / POINTS_PER_CM, 1) == 14.8
    assert made("authors", "King, Jr.; Bob").reader.metadata.author == "King, Jr., Bob"
    assert "secret" not in made("echo", "false").text
    assert "secret" in made("echo", "true").text
    assert made("lang", "pl").reader.trailer["/Root"]["/Lang"] == "pl"
    assert any("DejaVuSansMono" in font for font in made("mainfont", "DejaVu Sans Mono").fonts)
    assert "Contents" in made("contents", "true").text


def test_names_may_be_written_as_quarto_does() -> None:
    written = {
        "number-sections": False,
        "toc": True,
        "lof": True,
        "paper": "letter",
        "code-fold": True,
        "author": ["A"],
    }
    assert read(written) == {
        "numbered": False, "contents": True, "list_of_figures": True, "papersize": "us-letter", "fold_code": True,
        "authors": [{"name": "A"}],
    }  # fmt: skip
    assert all(canonical(other) == name for name, look in LOOKS.items() for other in look.also)


@pytest.mark.parametrize("paper", ["a3", "a5", "us-letter"])
def test_text_keeps_within_every_paper(paper: str) -> None:
    width, height = text_size(paper)
    assert width < PAPERS[paper][0] / 10 * POINTS_PER_CM - 2 * POINTS_PER_CM
    assert height < PAPERS[paper][1] / 10 * POINTS_PER_CM - 2 * POINTS_PER_CM
    cells = [
        markdown(TEXT),
        code(
            "x = [" + "1234, " * 60 + "]",
            printed("word " * 60),
        ),
        code("#| lst-cap: x\ny=" + "9" * 200),
    ]
    for drawn in pictures(notebook(*cells, report={"papersize": paper})):
        left, right = ink_margins(drawn)
        assert min(left, right) > (PAPERS[paper][0] / 10 - width / POINTS_PER_CM) / 2 - 0.2


AUTHORS = [
    {"name": "King, Ada, Jr.", "affiliation": ["Here", "There"], "student-number": 123456, "email": "a@example.org"},
    {"name": "Bob", "orcid": "https://orcid.org/0000-0001-2345-6789"}, "Carl <b>",
]  # fmt: skip


@pytest.mark.parametrize("titlepage", [True, False])
def test_authors_have_numbers_and_affiliations(titlepage: bool) -> None:
    made = notebook(markdown("x"), report={"authors": AUTHORS, "titlepage": titlepage, "lang": "de"})
    pdf, shown = export(made, strict=True), html(made, strict=True)
    assert pdf.reader.metadata.author == "King, Ada, Jr., Bob, Carl <b>"
    for text in (
        "King, Ada, Jr.",
        "Matrikelnummer 123456",
        "Here, There",
        "a@example.org",
        "ORCID 0000-0001-2345-6789",
    ):
        assert text in pdf.text
        assert text in shown
    assert "Carl &lt;b&gt;" in shown
    assert '<meta name="author" content="King, Ada, Jr.">' in shown


def test_a_logo_stands_above_the_title(folder: Path) -> None:
    made = notebook(markdown("x"), title="T", report={"logo": "logo.svg", "institution": "Somewhere"})
    assert export(made, folder, strict=True).tags("/Figure") == ["Somewhere"]
    shown = html(made, folder, strict=True)
    assert shown.index('<img src="data:image/svg+xml') < shown.index("Somewhere</p>") < shown.index("<h1")
    assert 'alt="Somewhere"' in shown


def test_citations_have_the_style_of_a_file_on_paper_and_page(folder: Path) -> None:
    made = notebook(markdown("A [@knuth]."), report={"bibliography": "refs.bib", "csl": "own.csl"})
    assert "A ⟨1⟩." in export(made, folder, strict=True).text
    assert "⟨" in html(made, folder, strict=True)
    assert "[1]" in export(made, folder, csl="ieee").text


def test_a_bibliography_may_have_formulas_and_the_mark_of_windows(folder: Path) -> None:
    (folder / "odd.bib").write_text("@misc{a, title={Of {#} $x^2$ and $n$}}", encoding="utf-8-sig")
    made = notebook(markdown("A [@a]."), report={"bibliography": "odd.bib"})
    assert "A [1]." in export(made, folder, strict=True).text


def test_a_style_by_name_is_for_paper_alone(folder: Path) -> None:
    made = notebook(markdown("A [@knuth]."), report={"bibliography": "refs.bib", "csl": "apa"})
    assert "(Knuth, 1968)" in export(made, folder, strict=True).text
    with pytest.raises(
        ConversionError, match=r"a web page takes no csl by name, got apa; a .csl file serves the PDF, too"
    ):
        html(made, folder, strict=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<x/>", "it must begin with <style>, got <x>"), ("no XML", "syntax error: line 1"), ("<style>", "no element")],
)
def test_what_is_no_style_of_citations_is_told_before_anything_is_typeset(folder: Path, text: str, reason: str) -> None:
    (folder / "bad.csl").write_text(text)
    made = notebook(markdown("A [@knuth]."), report={"bibliography": "refs.bib", "csl": "bad.csl"})
    with pytest.raises(ConversionError, match=f"the csl bad.csl is no CSL style: {re.escape(reason)}"):
        html(made, folder, strict=True)
    pdf = export(made, folder)
    assert "A [1]." in pdf.text
    assert any("is no CSL style" in line for line in pdf.log)


ODD = {
    "is no regular file": os.mkfifo,
    "cannot be read: Is a directory": Path.mkdir,
    "is empty or larger than 100 MiB": Path.touch,
    "is not UTF-8: invalid start byte at byte 0": lambda path: path.write_bytes(b"\xff\xfe"),
}
NAMING = [name for name, look in LOOKS.items() if look.form == "file"]


@pytest.mark.parametrize(("setting", "reason"), [pair for pair in product(NAMING, ODD) if pair != ("logo", [*ODD][-1])])
def test_what_a_file_cannot_be_is_told_with_its_setting(tmp_path: Path, setting: str, reason: str) -> None:
    ODD[reason](tmp_path / "odd.csl")
    with pytest.raises(ConversionError, match=f"^the settings: the {setting} odd.csl {reason}"):
        located({setting: "odd.csl"}, tmp_path, None)
    told: list[str] = []
    assert located({setting: "odd.csl"}, tmp_path, told.append) == {}
    assert told == [f"the {setting} odd.csl {reason}"]


def test_a_folder_of_fonts_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").touch()
    with pytest.raises(ConversionError, match=r"the font_paths \['a.ttf'\] is no folder"):
        located({"font_paths": ["a.ttf"]}, tmp_path, None)


def test_a_template_and_a_style_sheet_may_be_a_notebooks_own(folder: Path) -> None:
    (folder / "mine.typ").write_text(
        '#import "report.typ": *\n#let ours = report\n'
        "#let report(..settings, body) = { show heading: it => [Mine: #it.body]; ours(..settings, body) }\n"
    )
    made = notebook(markdown("# A\n\nx\n\n# B"), report={"template": "mine.typ", "css": "own.css"})
    assert "Mine: A" in export(made, folder, strict=True).text
    shown = html(made, folder, strict=True)
    assert "h1 { color: teal }" in shown
    assert shown.count("</style>") == 1


def test_fonts_are_those_of_the_settings_and_one_that_is_not_there_is_told() -> None:
    made = notebook(
        markdown("words"), code("code"), report={"mainfont": "Libertinus Serif", "monofont": ["New Computer Modern"]}
    )
    names = export(made, strict=True, system_fonts=False).fonts
    assert any("Libertinus" in name for name in names)
    assert not any("DejaVu" in name for name in names)
    assert 'body { font-family: "Libertinus Serif", serif; }' in html(made)
    made = notebook(markdown("words"), report={"mainfont": "Nowhere Sans, Libertinus Serif"})
    pdf = export(made)
    assert pdf.log == ["the settings: mainfont: there is no font Nowhere Sans on this machine, or in font_paths"]
    assert problems(made) == pdf.log


def test_a_setting_that_is_said_twice_is_told() -> None:
    told: list[str] = []
    assert read({"papersize": "a5", "paper": "a4", "toc": True}, told.append) == {"papersize": "a5", "contents": True}
    assert told == ["papersize is said twice, the second time as paper"]
    with pytest.raises(LookError, match="said twice"):
        read({"toc": False, "contents": True})


def test_files_of_a_notebook_lie_in_its_repository_and_others_are_left_out_with_a_warning(folder: Path) -> None:
    inside = folder / "inside"
    inside.mkdir()
    names = {"bibliography": "../refs.bib", "logo": "../logo.svg", "csl": "../own.csl", "template": "/etc/hosts"}
    made = notebook(markdown("A [@knuth]."), report=names)
    pdf = export(made, inside)
    assert "A [@knuth]." in pdf.text
    assert len(pdf.log) == 4
    assert all(line.startswith("the settings: the ") and line.endswith("it is left out") for line in pdf.log)
    with pytest.raises(ConversionError, match="does not lie inside"):
        export(made, inside, strict=True)
    assert "A [1]." in export(made, inside, bibliography=str(folder / "refs.bib")).text


def test_what_a_flag_says_wrongly_is_refused_and_the_command_line_says_what_was_meant(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConversionError, match=r"^the settings: papersize must be one of a3, .* \(did you mean a4\?\)"):
        TypstExporter(config=Config({"TypstExporter": {"papersize": "a44"}})).from_notebook_node(notebook())
    nbformat.write(notebook(markdown("x")), folder / "a.ipynb")
    assert main([str(folder / "a.ipynb"), "-o", str(folder / "a.pdf"), "--lang=xx"]) == 2
    assert "error: lang must be one of ar, de, en" in capsys.readouterr().err


def test_what_a_document_is_made_from_goes_into_the_archive(folder: Path) -> None:
    report = {"logo": "logo.svg", "bibliography": "refs.bib"}
    nbformat.write(notebook(markdown("A [@knuth]."), report=report), folder / "a.ipynb")
    assert main([str(folder / "a.ipynb"), "-o", str(folder / "a.html"), "--zip"]) == 0
    names = {Path(name).name for name in zipfile.ZipFile(folder / "a.zip").namelist()}
    assert names == {"a.ipynb", "logo.svg", "refs.bib"}


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("一万 " + "".join(map(chr, range(0x4E00, 0x4F40))), "Noto Serif CJK SC"),
        ("これは日本語", "Noto Serif CJK JP"), ("한국어", "Noto Serif CJK KR"),
    ],
)  # fmt: skip
def test_without_its_font_a_text_is_shown_in_codes_and_the_font_is_named(text: str, font: str) -> None:
    pdf = export(notebook(markdown(text), code("x", printed(text)), report={"lang": "ja"}), system_fonts=False)
    assert f"U+{ord(text[0]):04X}" in pdf.text
    assert f"install {font} (Debian: fonts-noto-cjk)" in pdf.log[-1]
    assert "U+200B" not in pdf.log[-1]


def test_ink_stays_on_a_small_page_with_a_wide_table() -> None:
    names = "|".join(f"column{k}" for k in range(12))
    table = f"|{names}|\n{'|---' * 12}|\n" + ("|" + "|".join(["12345.678"] * 12) + "|\n") * 3
    for drawn in pictures(notebook(markdown(table), report={"papersize": "a5"})):
        assert isinstance(drawn, np.ndarray)
        assert min(ink_margins(drawn)) > 1.2
