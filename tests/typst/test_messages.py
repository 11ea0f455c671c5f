"""Whatever is wrong is told in one line, with the notebook, the cell as JupyterLab counts it, and the reason."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pypandoc
import pytest
from nbformat import NotebookNode
from typst_documents import code, markdown, notebook, problems, shown

from report.typst import ConversionError, TypstExporter, TypstPDFExporter
from report.typst.errors import first_line, guilty


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"title": ["a"]}, "metadata.title"),
        ({"title": 3}, "metadata.title"),
        ({"authors": 3}, "metadata.authors"),
        ({"kernelspec": 3}, "metadata.kernelspec"),
        ({"language_info": [1]}, "metadata.language_info"),
        ({"authors": [[1]]}, "authors must be a text or a mapping, got a list"),
        ({"authors": [{"name": {"a": 1}}]}, "authors must be a text"),
        ({"report": [1]}, "report must be a mapping, got a list"),
        ({"report": {"title": {"a": 1}}}, "title must be a text"),
        ({"report": {"lang": "english"}}, "lang must be a language such as en or pt-BR: one of ar, de, en,"),
        ({"report": {"lang": ["en"]}}, "lang must be a text, got a list"),
        ({"report": {"keywords": 3}}, "keywords must be a list of texts, got 3"),
        ({"report": {"timestamp": "abc"}}, "must be seconds since 1970, got 'abc'"),
        ({"report": {"timestamp": 10**30}}, "must be seconds since 1970"),
        ({"report": {"paper": "none"}}, "papersize must be one of a3, a4, a5, iso-b5, "),
        ({"report": {"lang": "xx"}}, "lang must be one of ar, de, en, "),
        ({"report": {"qqq": "red"}}, "unknown setting qqq; settings.md lists all"),
        ({"report": {"papersise": "a5"}}, "unknown setting papersise (did you mean papersize?)"),
        ({"report": {"floats": "perhaps"}}, "floats must be true or false, got 'perhaps'"),
        ({"report": {"authors": [{"name": "A", "afiliation": "B"}]}}, "(did you mean affiliation?)"),
        ({"report": {"logo": "gone.svg"}}, "the logo gone.svg does not exist"),
        ({"report": {"template": "/etc/hosts"}}, "the template /etc/hosts has an absolute path"),
        ({"report": {"bibliography": ["a"]}}, "bibliography must be a text, got a list"),
    ],
)
def test_wrong_forms_of_metadata_are_told_in_one_line(metadata: dict[str, Any], reason: str) -> None:
    (problem,) = problems(notebook(markdown("words"), **metadata))
    assert reason in problem


@pytest.mark.parametrize("lang", ["en-US", "pt_BR", "de", "EN"])
def test_a_language_may_name_its_region(lang: str) -> None:
    source, _ = TypstExporter().from_notebook_node(notebook(report={"lang": lang}))
    assert f'lang: "{lang[:2].lower()}"' in source


def broken(**parts: Any) -> NotebookNode:
    made = notebook(markdown("fine"), code("x"))
    made.cells[1].update(parts)
    return made


@pytest.mark.parametrize(
    "parts",
    [
        {"outputs": [5]}, {"outputs": 5}, {"source": 5}, {"cell_type": "none"}, {"metadata": {"tags": 5}},
        {"metadata": {"jupyter": 5}}, {"outputs": [{"output_type": "stream", "text": 5, "name": "stdout"}]},
    ],
)  # fmt: skip
def test_a_cell_of_a_wrong_form_is_named(parts: dict[str, Any]) -> None:
    (problem,) = problems(broken(**parts))
    assert problem.startswith("sample.ipynb, cell 2: ")


@pytest.mark.parametrize("source", ["x", 5, {"notebook": 5, "cell": "a"}, {"cell": 1}])
def test_other_metadata_named_source_is_left_alone(source: Any) -> None:
    text, _ = TypstExporter().from_notebook_node(broken(metadata={"source": source}), {"metadata": {"name": "sample"}})
    assert "// cell: sample.ipynb#1" in text


def test_what_cannot_be_decoded_names_its_cell() -> None:
    for cell in (markdown("![a](data:image/png;base64,AAA)"), code("x", shown("image/png", "AAA"))):
        (problem,) = problems(notebook(markdown("fine"), cell))
        assert problem.startswith("sample.ipynb, cell 2 (`")
        assert problem.endswith("Incorrect padding")


def test_a_fault_in_a_file_of_the_settings_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "own.typ").write_text("#let report(..settings, body) = {\n  set text(fill: maroon\n  body\n}\n")
    (tmp_path / "own.bib").write_text("@book{a,\n title={A} year=2020}\n")
    first = problems(notebook(markdown("x"), report={"template": "own.typ"}), tmp_path)[0]
    assert first == "the settings: Typst: unclosed delimiter, in own.typ, line 2: set text(fill: maroon"
    (problem,) = problems(notebook(markdown("[@a]"), report={"bibliography": "own.bib"}), tmp_path)
    assert problem.startswith("the settings: Typst: failed to parse BibLaTeX (")
    assert problem.endswith("), in the bibliography, line 2: title={A} year=2020}")


def test_a_message_of_the_compiler_without_a_place_finds_its_cell() -> None:
    drawing = '<svg xmlns="urn:none" width="10" height="10"><rect width="5" height="5"/></svg>'
    (problem,) = problems(notebook(markdown("fine"), code("draw()", shown("image/svg+xml", drawing)), markdown("fine")))
    assert problem.startswith("sample.ipynb, cell 2 (`draw()`): Typst: ")


@pytest.mark.parametrize(
    "text", ["{not json", "[1]", '{"nbformat": 99, "cells": []}', "[" * 100_000, '{"nbformat": 4}', "\xff"]
)
def test_what_is_no_notebook_is_told_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConversionError, match=r"^bad\.ipynb[ :].*") as error:
        TypstPDFExporter().from_filename(str(path))
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(
    "to", ["typstpdf", pytest.param("typst", marks=pytest.mark.long), pytest.param("typsthtml", marks=pytest.mark.long)]
)
def test_nbconvert_prints_one_line_and_no_traceback(to: str, tmp_path: Path) -> None:
    nbformat.write(notebook(markdown("fine"), markdown("![a](gone.png)")), tmp_path / "bad.ipynb")
    exporter = {"typst": "TypstExporter", "typstpdf": "TypstPDFExporter", "typsthtml": "TypstHTMLExporter"}[to]
    quick = "from report.run.fast_imports import skip_slow_imports as skip; skip()"
    program = f"{quick}; from nbconvert.nbconvertapp import main; main()"
    options = ["--to", f"report.typst.{exporter}", f"--{exporter}.strict=True", "--log-level=WARN"]
    command = [sys.executable, "-c", program, *options, "bad.ipynb"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    reason = "image gone.png does not exist (its path is taken from the notebook's folder)"
    assert result.stderr == f"error: bad.ipynb, cell 2 (`![a](gone.png)`): {reason}\n"


def test_the_guilty_one_is_found() -> None:
    assert guilty(range(100), lambda part: 37 in part) == 37
    assert guilty(range(100), lambda part: {3, 97} <= set(part)) is None


def test_a_first_line_is_short_and_printable() -> None:
    assert first_line("\n\n# A\u2028b\x1b\nc") == "# A b"
    assert len(first_line("x" * 500)) == 50


def test_an_unusable_pandoc_leaves_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "pandoc").write_text("no program")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(tmp_path / "pandoc"))
    monkeypatch.setattr(pypandoc, "__pandoc_path", None)
    with pytest.raises(OSError, match="pandoc"):
        pypandoc.get_pandoc_path()
    assert caplog.records == []
    assert "Traceback" not in capfd.readouterr().err
