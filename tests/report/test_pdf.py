"""The report that was made: REPORT_PDF names it, as `.ci/run` does after `make report`."""

import os
from pathlib import Path

import pypdf
import pytest
import yaml
from pages import Pages

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif("REPORT_PDF" not in os.environ, reason="REPORT_PDF names no report")


@pytest.fixture(scope="module")
def reader():
    return pypdf.PdfReader(os.environ["REPORT_PDF"])


@pytest.fixture(scope="module")
def settings():
    return yaml.safe_load((ROOT / "report" / "report.yml").read_text())


def test_it_has_its_title_and_a_chapter_for_each_notebook_and_an_appendix(reader, settings):
    outline = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert reader.metadata.title == settings["title"]
    assert len(outline) >= len(settings["chapters"]) + 1
    assert len(reader.pages) >= 2 * len(settings["chapters"])


def test_it_names_its_authors_its_data_and_where_it_came_from(reader, settings):
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert [word for word in (*settings["authors"], "Provenance", "mnist-5k") if word not in text] == []


def test_no_page_ends_with_a_hole_and_nothing_is_torn_from_what_it_belongs_to(settings):
    assert Pages(Path(os.environ["REPORT_PDF"])).problems(run_on=settings["run_on"]) == []
