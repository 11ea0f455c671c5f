"""Any notebooks to one document: ``python -m report.typst a.ipynb b.ipynb -o hand-in.pdf``."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
import typst
from nbformat import NotebookNode
from nbformat.v4 import new_raw_cell
from traitlets.config import Config
from typst_documents import SVG, Pdf, code, export, markdown, notebook, printed, shown

from report.typst import TypstExporter, TypstHTMLExporter, TypstPDFExporter, hand_in
from report.typst.command import main
from report.typst.writing import zipped


def plot(label: str) -> NotebookNode:
    return code(f"#| label: {label}\n#| fig-cap: A plot.\n#| fig-alt: bars\ndraw()", shown("image/svg+xml", SVG))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: two notebooks of one name in folders of their own, with pictures of one name."""
    work = tmp_path / "work"
    monkeypatch.chdir(_made(work))
    first = [markdown("# Übung A\n\n![red](<ein Bild.svg>) See @fig-b.\n\n## Part"), plot("fig-a")]
    second = [markdown("# Übung B\n\n![blue](<ein Bild.svg>) See @fig-a and [@key]."), plot("fig-b"), markdown("# End")]
    for name, color, cells in (("eins ä", "red", first), ("zwei", "blue", second)):
        (_made(work / name) / "ein Bild.svg").write_text(SVG.replace("#369", color))
        save(f"{name}/x.ipynb", *cells, authors=[{"name": "Ada"}, {"name": name}], report={"bibliography": "../r.bib"})
    (work / "r.bib").write_text("@book{key, author={Knuth}, title={Typesetting}, publisher={P}, year=1984}")
    return work


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def save(name: str, *cells: NotebookNode, **metadata: Any) -> None:
    nbformat.write(notebook(*cells, **metadata), name)


def run(*arguments: str) -> Pdf:
    """Make ``out.pdf``."""
    assert main([*arguments, "-o", "out.pdf"]) == 0
    return Pdf(Path("out.pdf").read_bytes())


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the only error line of a command that wrote nothing."""
    before = sorted(Path().rglob("*"))
    status = main(arguments)
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("typesetting")]
    assert [line[:7] for line in lines] == ["error: "]
    assert sorted(Path().rglob("*")) == before
    return f"{status}: {lines[0].removeprefix('error: ')}"


@pytest.mark.usefixtures("work")
def test_each_notebook_is_a_chapter_and_all_is_numbered_through(capsys: pytest.CaptureFixture[str]) -> None:
    pdf = run("eins ä/x.ipynb", "zwei/x.ipynb", "--title", "Abgabe: *alles*")
    assert [(depth, title) for depth, title, _ in pdf.outline] == [
        (0, "1 Übung A"), (1, "1.1 Part"), (0, "2 Übung B"), (1, "2.1 End"), (0, "References"),
    ]  # fmt: skip
    assert "See Figure 2." in pdf.text
    assert "See Figure 1 and [1]." in pdf.text
    assert pdf.pages[0].split("\n")[:2] == ["Abgabe: alles", "Ada, eins ä and zwei"]
    assert sorted(pdf.tags("/Figure")) == ["bars", "bars", "blue", "red"]
    assert re.fullmatch(r"typesetting 5 cells of 2 notebooks\nout\.pdf: written in \d\.\d s\n", capsys.readouterr().err)


@pytest.mark.usefixtures("work")
def test_one_notebook_is_what_nbconvert_makes_of_it() -> None:
    save("only.ipynb", markdown("# Only {#sec-only}"), code("1 + 1", printed("2")), authors=["Ada"])
    pdf = run("only.ipynb")
    assert pdf.reader.metadata.title == "Only"
    assert [title for _, title, _ in pdf.outline] == ["1 Only"]
    assert len(pdf.pages) == 1


@pytest.mark.usefixtures("work")
def test_authors_are_repeated_or_separated_by_commas() -> None:
    assert run("zwei/x.ipynb", "eins ä/x.ipynb", "--author", "A, B", "--author=C").reader.metadata.author == "A, B, C"


@pytest.mark.usefixtures("work")
def test_no_input_leaves_the_outputs() -> None:
    save("run.ipynb", code("#| echo: true\nsource()", printed("kept")), markdown("# Later"))
    assert run("run.ipynb", "--no-input").text == "kept 1 Later 1"


@pytest.mark.parametrize(
    ("cells", "titles"),
    [
        ([code("x"), markdown("## Low"), markdown("# Top")], ["x", "Low", "Top"]),
        ([markdown("<b>badge</b>"), markdown("Top\n===\n\n## Low")], ["Top", "Low"]),
        ([markdown("## Low\n\n# Top")], ["Low", "Top"]),
        ([markdown("words")], ["x"]),
        ([markdown("# One"), markdown("words\n\n# Two\n\n### Three")], ["One", "Two", "Three"]),
    ],
)
@pytest.mark.usefixtures("work")
def test_a_chapter_has_the_first_heading_or_the_name(cells: list[NotebookNode], titles: list[str]) -> None:
    save("x.ipynb", *cells)
    save("last.ipynb", markdown("# Last"))
    assert main(["x.ipynb", "last.ipynb", "-o", "out.html"]) == 0
    page = Path("out.html").read_text(encoding="utf-8")
    found = re.findall(r"<h(\d)[^>]*><span class=\"number\">([\d.]+)</span> (\w+)", page)
    assert [title for _, _, title in found] == [*titles, "Last"]
    assert [number for _, number, _ in found if "." not in number] == ["1", "2"]


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("asked", [["--toc"], ["--contents", "--paper", "a4"], ["--toc=yes"], ["--contents=true"]])
def test_a_setting_may_go_by_its_other_name_and_yes_need_not_be_said(asked: list[str]) -> None:
    save("only.ipynb", markdown("# Only\n\n## Part"))
    assert main(["only.ipynb", *asked, "-o", "out.html"]) == 0
    assert ">Contents<" in Path("out.html").read_text(encoding="utf-8")
    assert main(["only.ipynb", "-o", "out.html", "--contents", "no"]) == 0
    assert ">Contents<" not in Path("out.html").read_text(encoding="utf-8")


def test_the_archive_is_all_that_is_needed(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run("eins ä/x.ipynb", "zwei/x.ipynb", "--zip", "--title=T").text
    archive = zipfile.ZipFile("out.zip")
    assert archive.namelist() == [
        f"out/{name}"
        for name in ("eins ä/ein Bild.svg", "eins ä/x.ipynb", "r.bib", "zwei/ein Bild.svg", "zwei/x.ipynb")
    ]
    assert archive.read("out/zwei/x.ipynb") == Path("zwei/x.ipynb").read_bytes()
    archive.extractall(work.parent / "taken")
    first = Path("out.zip").read_bytes()
    monkeypatch.chdir(work.parent / "taken/out")
    assert run("eins ä/x.ipynb", "zwei/x.ipynb", "--zip", "--title=T").text == text
    assert Path("out.zip").read_bytes() == first


def test_an_archive_takes_any_name() -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped({"a/\udcff.txt": b"x"})))
    assert archive.read("a/?.txt") == b"x"


@pytest.mark.usefixtures("work")
def test_the_typst_source_compiles_where_it_is_written() -> None:
    save("only.ipynb", markdown("# Only ![red](zwei/ein%20Bild.svg)"))
    assert main(["only.ipynb", "-o", "eins ä/one.typ"]) == 0
    assert {path.name for path in Path("eins ä").iterdir()} == {"ein Bild.svg", "x.ipynb", "one.typ", "one_files"}
    assert main(["eins ä/x.ipynb", "zwei/x.ipynb", "-o", 'zwei/my "ü".typ']) == 0
    compiled = Pdf(typst.compile('zwei/my "ü".typ', root="zwei", ignore_system_fonts=True))
    assert "See Figure 2." in compiled.text


def test_settings_come_from_the_first_notebook_that_has_them() -> None:
    def source(name: str, **report: Any) -> hand_in.Source:
        made = notebook(markdown("x"), report=report, title=name)
        return hand_in.Source(Path(name), nbformat.writes(made).encode())

    sources = [source("a", course="C", title="A"), source("b", lang="de", course="D", authors="B")]
    shared = {"course": "C", "lang": "de", "authors": [{"name": "B"}], "titlepage": True, "contents": True}
    assert hand_in.settings(sources, {}) == shared
    assert hand_in.settings(sources, {"title": "T"}) == shared | {"title": "T"}
    assert hand_in.settings(sources[:1], {}) == {"course": "C", "title": "A", "authors": []}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("zwei/x.ipynb gone.ipynb -o a.pdf", "gone.ipynb does not exist; expected a notebook"),
        ("zwei -o a.pdf", "zwei is a folder; name the notebooks in it"),
        ("zwei/x.ipynb zwei/x.ipynb -o a.pdf", "zwei/x.ipynb is given twice"),
        ("zwei/x.ipynb zwei/../zwei/x.ipynb -o a.pdf", "zwei/../zwei/x.ipynb is given twice, first as zwei/x.ipynb"),
        ("zwei/x.ipynb -o zwei/x.ipynb", "zwei/x.ipynb is one of the notebooks; write to another file"),
        ("zwei/x.zip -o zwei/x.pdf --zip", "zwei/x.zip is one of the notebooks; write to another file"),
        ("zwei/x.ipynb -o zwei", "zwei is a folder; expected the name of a file"),
        ("zwei/x.ipynb -o none/a.pdf", "the folder none does not exist; make it first"),
        ("zwei/x.ipynb -o a.doc", "the output must end in .pdf, .html or .typ, got a.doc"),
    ],
)
@pytest.mark.usefixtures("work")
def test_a_command_that_cannot_be_meant(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("zwei/x.zip").write_bytes(Path("zwei/x.ipynb").read_bytes())
    assert failure(capsys, *arguments.split()) == f"2: {message}"


@pytest.mark.parametrize("arguments", [[], ["a.ipynb"], ["-o", "a.pdf"], ["a.ipynb", "-o", "a.pdf", "--unknown"]])
def test_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert capsys.readouterr().err.startswith("usage: python -m report.typst [-h] -o FILE")


@pytest.mark.usefixtures("work")
def test_a_notebook_of_an_older_format_is_converted() -> None:
    cell = {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Old words"]}
    Path("old.ipynb").write_text(json.dumps(V3 | {"worksheets": [{"cells": [cell], "metadata": {}}]}), encoding="utf-8")
    assert main(["old.ipynb", "-o", "out.html"]) == 0
    assert "Old words</h1>" in Path("out.html").read_text(encoding="utf-8")


V3 = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}
HALF = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "source": 5}]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{not json", "bad.ipynb is not a notebook: expected JSON with its nbformat"),
        ("[]", "bad.ipynb is not a notebook: expected JSON with its nbformat"),
        ("", "bad.ipynb is empty or larger than 100 MiB"),
        (json.dumps(V3), "bad.ipynb has no cells"),
        (json.dumps(V3 | {"nbformat": 7}), "bad.ipynb has notebook format 7, expected 2, 3 or 4"),
        (json.dumps(HALF), "bad.ipynb, cell 1: source: 5 is not valid under any of the given schemas"),
        (json.dumps(HALF | {"cells": []}), "bad.ipynb has no cells"),
        (json.dumps(HALF | {"cells": 7}), "bad.ipynb is not a notebook: "),
        (nbformat.writes(notebook(markdown("ok"), markdown(r"$\nope$"))), r"bad.ipynb, cell 2 (`$\nope$`): formula "),
        (nbformat.writes(notebook(markdown("![a](ein%20Bild.svg)"))), "bad.ipynb, cell 1 (`![a](ein%20Bild.svg)`): "),
        (nbformat.writes(notebook(plot("fig-b"))), "bad.ipynb, cell 1 (`#| label: fig-b`): label fig-b stands already"
         " in zwei/x.ipynb, cell 2"),
        (nbformat.writes(notebook(markdown("x"), report=3)), "bad.ipynb: the settings: report must be a mapping"),
        (nbformat.writes(notebook(markdown("x"), report={"bibliography": "n.bib"})),
         "bad.ipynb: the settings: the bibliography n.bib does not exist"),
        (nbformat.writes(notebook(markdown("x"), report={"bibliography": "o.bib"})), "bad.ipynb has the bibliography"),
    ],
)  # fmt: skip
def test_what_cannot_be_typeset(content: str, message: str, work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "bad.ipynb").write_text(content)
    (work / "o.bib").write_text("% none")
    last = ["eins ä/x.ipynb", "zwei/x.ipynb", "bad.ipynb", "-o", "a.pdf", "--zip", "--strict"]
    assert failure(capsys, *last).startswith(f"1: {message}")


def test_what_cannot_be_written_leaves_what_was_there(work: Path, capsys: pytest.CaptureFixture[str],
                                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    (work / "out.html").write_text("old")
    monkeypatch.setattr("os.fsync", full)
    save("x.ipynb", markdown("x"))
    assert failure(capsys, "x.ipynb", "-o", "out.html") == "1: out.html cannot be written: No space left on device"
    assert (work / "out.html").read_text() == "old"


@pytest.mark.usefixtures("work")
def test_of_many_warnings_the_first_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    save("x.ipynb", *[markdown(f"![a]({index}.png)") for index in range(14)])
    assert main(["x.ipynb", "-o", "out.html"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "typesetting 14 cells of 1 notebook", *["warning"] * 10, "and 4 more warnings", "out.html"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "left_out"),
    [
        ("exclude_input", {"Source"}),
        ("exclude_output", {"Printed"}),
        ("exclude_markdown", {"Prose"}),
        ("exclude_code_cell", {"Source", "Printed"}),
        ("exclude_raw", {"Pasted"}),
    ],
)
def test_what_nbconvert_is_told_to_leave_out_is_left_out(setting: str, left_out: set[str]) -> None:
    made = notebook(markdown("Prose"), code("#| echo: true\nSource", printed("Printed")), new_raw_cell("Pasted"))
    text, _ = TypstExporter(config=Config({"TemplateExporter": {setting: True}})).from_notebook_node(made)
    assert {word for word in ("Prose", "Source", "Printed", "Pasted") if word not in text} == left_out


def test_settings_of_the_exporter_go_before_those_for_all() -> None:
    config = Config({"TemplateExporter": {"exclude_input": True}, "TypstPDFExporter": {"exclude_input": False}})
    assert not TypstPDFExporter(config=config).exclude_input
    assert TypstHTMLExporter(config=config).exclude_input


def test_a_label_goes_with_what_is_left_out() -> None:
    cells = [code("#| label: lst-a\n#| lst-cap: C.\nx"), plot("fig-a"), markdown("@fig-a")]
    assert export(notebook(*cells), exclude_input=True).log == []
    assert export(notebook(*cells[:2]), exclude_input=True, exclude_output=True).log == []


@pytest.mark.long
@pytest.mark.usefixtures("work")
def test_the_option_of_nbconvert() -> None:
    save("run.ipynb", code("source()", printed("kept")))
    to = ["--to", "report.typst.TypstPDFExporter", "--no-input", "run.ipynb"]
    subprocess.run([sys.executable, "-m", "nbconvert", *to], capture_output=True, check=True)
    assert Pdf(Path("run.pdf").read_bytes()).text == "run kept 1"
