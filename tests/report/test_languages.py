"""A report in another language than English, with looks of its own: what the merge adds is in that language, too."""

import io
import re
import string
from dataclasses import replace

import pypdf
import pytest
from report_samples import ran

from report.book import provenance, typesetting
from report.book.excerpt import elsewhere
from report.book.listings import filled
from report.book.merge import document_metadata
from report.book.outdated import warning
from report.book.student import without_solutions
from report.book.typesetting import export, merged
from report.book.wording import ENGLISH, words_in
from report.errors import ConfigError, ReportError
from report.run import fingerprint
from report.run.student import _checkout
from report.run.tasks import make_tasks
from report.typst.words import LANGUAGES

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="99"><rect width="300" height="99"/></svg>'


@pytest.fixture
def german(project):
    """A report of two chapters in German, on small paper and with a logo."""
    project.add("01-a")
    project.add("02-b")
    (project.folder / "logo.svg").write_text(LOGO)
    authors = ["King, Jr.", {"name": "Ada", "affiliation": "ETH", "student_number": 7}]
    project.configure(lang="de", papersize="a5", logo="logo.svg", authors=authors, course="Kurs", echo=False)
    return project


def typeset(settings):
    executed = [ran(task) for task in make_tasks(settings)]
    return export(merged(executed, settings), settings)


def facts(task):
    """Return a task as if it had run, with all that the appendix tells of a run."""
    more = {"machine": {"Processor": "x", "Memory": "1 GiB", "Cores": "2"}, "versions": {"numpy": "2.0"},
            "data": {"name": "mnist-5k", "sizes": [1, 2, 3], "sha256": ""}}  # fmt: skip
    one = ran(task)
    one.notebook["metadata"]["course_report"] = one.facts | more
    return one


@pytest.mark.parametrize("lang", sorted({*LANGUAGES} - {"en"}))
def test_the_appendix_has_no_english_words(project, monkeypatch, lang):
    project.add("01-a", parameters='name: str = ""  # x')
    project.add("02-b")
    words = words_in(lang)
    monkeypatch.setattr(provenance, "_git", lambda command, *_: "abc" if command == "rev-parse" else " M file")
    run = {"command": "make report", "revision": provenance.revision(words)}
    kept = {"date": "2026-11-26", "revision": "0ab, clean", "machine": {"Memory": "2 GiB"},
            "reports": {"ece421": {"processor_seconds": 1}}}  # fmt: skip
    monkeypatch.setattr("report.chapter.recorded.read", lambda: kept)
    monkeypatch.setattr(provenance, "shows_record", lambda one: "a report")
    text = provenance.appendix([facts(task) for task in make_tasks(project.resolved())], run, words, timed=True)
    named = (
        "provenance", "bold", "machine", "versions", "memory", "cores", "empty", "changed", "clean",
        "environment_tables", "times_table",
    )  # fmt: skip
    for name in named:
        assert words[name] in text, name
    for name in ("recorded", "but_recorded", "times_alike"):
        assert words[name].partition("{")[0] in text, name
    pieces = {part for word in ENGLISH.values() for part in re.findall(r"[^{}@`]{6,}", word)}
    own = " ".join(words.values())
    assert [part for part in pieces if part in text and part not in own] == []
    assert not re.search(r"\{\w+\}", re.sub(r"\{#[^}]*\}", "", text))


def test_fields_of_all_phrases_are_filled():
    names = {name for word in ENGLISH.values() for _, name, _, _ in string.Formatter().parse(word) if name}
    assert names == {
        "dataset", "profile", "few", "all", "date", "notebooks", "count", "revision", "name", "sizes", "notebook",
        "but", "solutions", "threads", "where",
    }  # fmt: skip


def test_the_title_page_has_the_date_and_the_notes_of_the_language(german, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    settings = german.resolved(only=["01-a"])
    metadata = document_metadata(settings, [ran(task) for task in make_tasks(settings)], {})
    assert metadata["report"]["date"] == "14. November 2023"
    note = metadata["report"]["dataset_note"]
    assert note.startswith("Datensatz `mnist-5k`, Profil `standard`. Ein Auszug: 1 von 2 Kapiteln; ")
    assert "mitgelieferten Ziffern" in note


def test_a_report_is_typeset_in_its_language_and_with_its_looks(german):
    settings = german.resolved()
    body, pictures = typeset(settings)
    reader = pypdf.PdfReader(io.BytesIO(body))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in ("King, Jr.", "Matrikelnummer 7", "ETH", "Inhalt", "Herkunft", "Datensatz mnist-5k", "Git-Revision"):
        assert words in text
    assert "count" not in text.partition("Herkunft")[0]
    assert reader.metadata.author == "King, Jr., Ada"
    assert round(float(reader.pages[0].mediabox.width) / 72 * 25.4) == 148
    assert [name.rpartition("/")[2] for name in pictures] == ["logo.svg"]
    page, _ = typeset(replace(settings, target="html"))
    assert b'<html lang="de" dir="ltr">' in page
    assert b"Herkunft" in page


def test_what_the_settings_name_counts_as_an_input(german):
    settings = german.resolved()
    executed = [ran(task) for task in make_tasks(settings)]
    typesetting.typeset(executed, settings, code=fingerprint.stamps(fingerprint.typesetting_files()), at="")
    assert typesetting.is_current(executed, settings)
    (german.folder / "logo.svg").write_text(LOGO.replace("300", "200"))
    assert not typesetting.is_current(executed, settings)


def test_a_file_that_is_not_there_is_named(german):
    german.configure(logo="gone.svg")
    with pytest.raises(ReportError, match=r"the settings: the logo .*gone\.svg does not exist"):
        typeset(german.resolved())


def test_other_words_of_the_merge(german):
    settings = german.resolved(only=["01-a"])
    tasks = make_tasks(settings)
    names = elsewhere(settings, {"cells": tasks[0].notebook["cells"]})
    assert names["sec-02-b"] == "„Chapter 02-b“"
    words = words_in("de")
    cell = {"cell_type": "markdown", "source": "See @sol-a.", "metadata": {}}
    made = without_solutions({"cells": [cell]}, "a", words)
    assert made["cells"][0]["source"] == "See die Lösung."
    cell = {"cell_type": "code", "metadata": {}, "source": "#| listing: mlp_core.layers:Linear.backward", "outputs": []}
    (shown,) = filled([cell], tasks[0], words_in("pl"))
    assert "`Linear.backward` w `mlp_core/layers.py`." in shown["source"]
    assert warning(ran(tasks[0]), words) == []


def test_the_edition_for_students_has_the_files_that_the_settings_name(german):
    assert _checkout(german.resolved())["report/logo.svg"] == LOGO.encode()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lang": "xx"}, "lang must be one of ar, de, en, es, fr, he, it, ja, nl, pl, pt, zh, got 'xx'"),
        ({"papersize": "a55"}, r"papersize must be one of a3, .*did you mean a5\?"),
        ({"authors": [{"name": "A", "afiliation": "B"}]}, "unknown field afiliation of an author; .*mean affiliation"),
        ({"authors": [{"affiliation": "B"}]}, "authors: expected a name"),
        ({"csl": "apa"}, "csl: expected a .csl file, which PDF and page take alike, or ieee, got 'apa'"),
        ({"papersise": "a5"}, "unknown key 'papersise'.*did you mean papersize"),
        ({"echo": "no code"}, "echo: expected bool, got 'no code'"),
    ],
)
def test_wrong_looks_are_refused_before_anything_runs(german, settings, message):
    german.configure(**settings)
    with pytest.raises(ConfigError, match=message):
        german.resolved()


def test_a_look_may_be_written_as_quarto_writes_it(german):
    german.configure(**{"toc": False, "code-fold": True, "mainfont": ["Libertinus Serif"]})
    settings = german.resolved()
    assert (settings.contents, settings.fold_code, settings.mainfont) == (False, True, ["Libertinus Serif"])
