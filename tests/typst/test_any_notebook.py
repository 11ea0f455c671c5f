"""Notebooks made by others: all are exported, or refused with a named cell."""

import warnings
from pathlib import Path

import nbformat
import papermill
import pytest
from typst_documents import Pdf, code, export, markdown, notebook, printed, shown

from report.typst import TypstPDFExporter

SAMPLES = sorted(Path(papermill.__file__).parent.glob("tests/notebooks/*.ipynb"))
OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 2, "source": "An old heading", "metadata": {}},
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": "print 1",
                    "language": "python",
                    "metadata": {},
                    "outputs": [{"output_type": "stream", "stream": "stdout", "text": "1\n"}],
                    "prompt_number": 1,
                },
            ],
        }
    ],
}


@pytest.mark.long
@pytest.mark.skipif(not SAMPLES, reason="papermill is installed without its sample notebooks")
def test_the_sample_notebooks_of_papermill_are_exported() -> None:
    exporter = TypstPDFExporter()
    for path in SAMPLES[::2]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # samples without cell ids
            data, _ = exporter.from_filename(str(path))
        assert data.startswith(b"%PDF-"), path.name


def test_a_notebook_of_format_3_is_exported() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = nbformat.convert(nbformat.from_dict(OLD), 4)
    text = export(made).text
    assert "An old heading" in text
    assert "print 1 1" in text


@pytest.fixture(scope="module")
def hostile() -> Pdf:
    """Return what comes of a notebook with everything that could break Typst, pandoc or the PDF standards."""
    return export(
        notebook(
            markdown('#let x = 1 #show: none \\#escaped = head / term: - + "q" `raw` // comment /* other */ <int>'),
            markdown("nul\x00 bell\x07 escape\x1b[31m marks\ue000\ue002image-1\ue002 bom\ufeff surrogate\ud83d end1"),
            markdown("#\n\n## \\\n\n### <br>\n\nafter empty headings"),
            markdown("> " * 25 + "deep\n\n" + "".join("  " * level + "- level\n" for level in range(10))),
            markdown("<b>unclosed <i>tags <div> and </p> strays\n\nend2"),
            markdown("```\n" + "{" * 50 + "\n``` end3"),
            markdown("\\begin{verbatim} end4 \\end{verbatim}"),
            markdown("| a |\n|--|\n| `|` | too | many |\n\nend5"),
            markdown("% not a title\n% of any document\n\n---\nnot: yaml\n---\n\nend6"),
            code("\x1b\x00 = 1  # end7", printed("\x1b[999;9;z\x1b]0;title\x07 end8 \x1b[38;5m \x1b[")),
            code("e", shown("text/html", "<table></table><table><tr></tr></table><b>end9</b>")),
            code("f", shown("text/latex", "\\undefined{ %&$ end10")),
            code("g", shown("text/markdown", "```\nunclosed end11"), shown("text/plain", "<no object> end12")),
            title='A "quoted" #title with <marks>',
            authors=[{"name": 'N "N" \\'}, {}],
        )
    )


@pytest.mark.parametrize("number", range(1, 13))
def test_hostile_content_vanishes_nowhere(hostile: Pdf, number: int) -> None:
    assert f"end{number}" in hostile.text


def test_hostile_content_is_text(hostile: Pdf) -> None:
    assert "#let x = 1 #show: none #escaped = head / term" in hostile.text
    assert "/* other */ <int>" in hostile.text
    assert "nul bell escape[31m marksimage-1 bom surrogate" in hostile.text
    assert "% not a title" in hostile.text
    assert "not: yaml" in hostile.text
    assert hostile.reader.metadata.title == "A “quoted” #title with <marks>"
