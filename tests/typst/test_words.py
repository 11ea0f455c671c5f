"""The words that a document has beside its author's: in every language, on paper and on a page, none in English."""

import re
import string
from html import unescape
from typing import Any

import pytest
from typst_documents import code, export, markdown, notebook, printed, problems, shown

from report.typst import TypstHTMLExporter
from report.typst.words import ENGLISH, LANGUAGES, date_in, words_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="30" height="10"/></svg>'
STATEMENTS = ("thm", "lem", "cor", "def", "exm", "exr", "sol", "rem", "alg", "prf")
CELLS = [
    markdown("# 1st {#sec-a}\n\n@sec-a @fig-a @tbl-a @lst-a @eq-a @sec-z\n\n$$x \\label{eq-a}$$"),
    code("#| label: fig-a\n#| fig-cap: f\n#| fig-alt: f\nx", shown("image/svg+xml", SVG)),
    markdown("| a |\n|---|\n| 1 |\n\n: t {#tbl-a}"),
    code("#| label: lst-a\n#| lst-cap: l\ny"),
    code("z", printed("\n".join("0" * 450))),
    *(markdown(f"::: {{#{kind}-a}}\n0\n:::") for kind in STATEMENTS),
    *(markdown(f"> [!{kind}]\n> 0") for kind in ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")),
    markdown("# 2nd {#sec-z}", report_part="appendix"),
]
SAID = (
    "abstract", "keywords", "contents", "figures", "tables", "sec", "fig", "tbl", "eq", "lst", "app", "thm", "lem",
    "cor", "def", "exm", "exr", "of", "rem", "alg", "prf", "nte", "tip", "imp", "wrn", "cau",
)  # fmt: skip
"""The words that the cells ask for."""


def document(lang: str) -> Any:
    report = {"lang": lang, "abstract": "0", "keywords": ["0"], "lof": True, "lot": True}
    return notebook(*CELLS, title="0", authors=[{"name": "A"}, {"name": "B"}], report=report)


def page(made: Any) -> str:
    html, _ = TypstHTMLExporter(strict=True).from_notebook_node(made)
    return html


def text_of(html: str) -> str:
    body = re.sub(r"(?s)<style>.*?</style>|<title>.*?</title>", "", html)
    return unescape(re.sub(r"<[^>]+>", " ", body.replace("<br>", "\n")))


def english_in(text: str, lang: str) -> list[str]:
    """Return the English words in a text, but for those that the language has, too."""
    own = " ".join(word for word in words_of(lang).values() if isinstance(word, str))
    strange = {ENGLISH[name] for name in SAID} if lang != "en" else set()
    return [word for word in strange if re.search(rf"\b{word}\b", text) and not re.search(rf"\b{word}\b", own)]


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def first_of(first: str, *others: str) -> list[Any]:
    """Return parameters: the first for every run of the tests, the others for long ones."""
    return [first, *(pytest.param(other, marks=pytest.mark.long) for other in others)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_has_every_word_with_what_is_to_be_put_in(lang: str) -> None:
    def compare(ours: dict[str, Any], english: dict[str, Any]) -> None:
        assert ours.keys() == english.keys()
        for name, word in english.items():
            if isinstance(word, dict):
                compare(ours[name], word)
            elif isinstance(word, str):
                assert ours[name].strip(), name
                assert fields(ours[name]) == fields(word), name
                assert re.findall(r"@[\w-]+|`[^`]*`", ours[name]) == re.findall(r"@[\w-]+|`[^`]*`", word), name

    words = words_of(lang)
    compare(words, ENGLISH)
    assert words["direction"] in ("ltr", "rtl")
    assert (len(words["months"]), len({*words["months"]}), len(words["quotes"])) == (12, 12, 4)


def test_the_languages_that_were_asked_for_are_there() -> None:
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "he", "ja", "zh"} <= {*LANGUAGES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_has_the_words_of_its_language_and_no_english_ones(lang: str) -> None:
    html, words = page(document(lang)), words_of(lang)
    text = " ".join(text_of(html).split())
    assert [name for name in SAID if words[name] not in text] == []
    assert f"A{words['and']}B" in text
    assert words["lines_left_out"].format(count="50") in text
    assert english_in(text, lang) == []
    assert f'<html lang="{lang}" dir="{words["direction"]}">' in html


@pytest.mark.parametrize("lang", first_of("de", "en", "fr", "es", "it", "pt", "nl", "pl"))
def test_paper_has_the_same_words(lang: str) -> None:
    pdf, words = export(document(lang)), words_of(lang)
    assert pdf.log == []
    text = pdf.text.replace("’", "'")
    assert [name for name in SAID if words[name].replace("’", "'") not in text] == []
    for name, number in (("sec", "1"), ("fig", "1"), ("tbl", "1"), ("lst", "1"), ("eq", "1"), ("app", "A")):
        assert f"{words[name]} {number}" in text.replace("\xa0", " ")
    assert english_in(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "quoted"),
    [
        ("en", "“a ‘b’ c”"), ("de", "„a ‚b‘ c“"), ("fr", "«\xa0a “b” c\xa0»"), ("pl", "„a ‚b’ c”"),
        ("ja", "「a 『b』 c」"),
    ],
)  # fmt: skip
def test_quotation_marks_follow_the_language(lang: str, quoted: str) -> None:
    made = notebook(markdown("\"a 'b' c\""), report={"lang": lang})
    assert quoted in text_of(page(made))
    if lang != "ja":  # for which there is no font here
        assert quoted in export(made).text.replace("« ", "«\xa0").replace(" »", "\xa0»")


def test_words_are_hyphenated_as_the_language_does() -> None:
    def lines(lang: str) -> str:
        long = "Verallgemeinerungsfähigkeiten Donaudampfschifffahrtsgesellschaften " * 8
        return export(notebook(markdown(long), report={"lang": lang})).pages[0]

    assert "\xad\n" in lines("de")
    assert "\xad\n" not in lines("zxx")


LIVE = [
    code("a", shown("application/vnd.plotly.v1+json", {}, text_plain="Figure()")),
    code("b", shown("application/vnd.jupyter.widget-view+json", {}, text_plain="IntSlider()")),
    code(
        "c", shown("text/html", "<div><iframe src='x'></iframe></div>", text_plain="<IPython.core.display.HTML object>")
    ),
    code("d", shown("application/x-unheard-of", "z")),
    code("e", shown("image/png", "AAAA")),
    markdown(
        "```mermaid\nA\n```\n\n<video src='a'></video>\n\n<div><audio src='a'></audio></div>\n\n0 <canvas></canvas>"
    ),
]
INSTEAD = (
    "only_in_notebook", "print_with", "print_picture", "print_value", "unreadable_picture", "video", "sound", "canvas",
    "widget", "interactive_figure", "interactive_output", "diagram", "output_of_type",
)  # fmt: skip


def said(words: dict[str, Any], text: str) -> set[str]:
    """Return which of the words `INSTEAD` a text has, whatever stands in what they leave open."""

    def holds(phrase: str) -> bool:
        parts = [re.escape(part.strip()) for part in re.split(r"\{\w+\}", phrase) if re.search(r"\w", part)]
        return all(re.search(rf"(?<![a-z]){part}(?![a-z])", text) for part in parts)

    return {name for name in INSTEAD if holds(words[name])}


@pytest.mark.parametrize("lang", first_of("de", "en", "ar", "ja"))
def test_what_stands_in_the_place_of_a_lost_output_is_in_the_language_of_the_document(lang: str) -> None:
    made, words = notebook(*LIVE, report={"lang": lang}), words_of(lang)
    html, _ = TypstHTMLExporter().from_notebook_node(made)
    text = " ".join(text_of(html).split())
    assert said(words, text) == {*INSTEAD}
    assert lang == "en" or not said(ENGLISH, text)
    if lang == "de":  # letters of Arabic come out of a PDF in another order
        assert said(words, " ".join(export(made).text.split())) == {*INSTEAD}


def test_an_unknown_language_is_told_once_and_english_or_refused() -> None:
    made = notebook(markdown("# 1 {#sec-a}\n\n@sec-a"), report={"lang": "xx"})
    pdf = export(made)
    assert "Section 1" in pdf.text
    (line,) = pdf.log
    assert line.startswith("the settings: lang must be one of ar, de, en, es, ")
    assert problems(made) == [line.partition(";")[0]]


def test_a_date_is_written_as_the_language_does() -> None:
    dates = {lang: date_in(lang, 2026, 3, 1) for lang in LANGUAGES}
    assert dates["en"] == "1 March 2026"
    assert (dates["de"], dates["pl"], dates["pt"]) == ("1. März 2026", "1 marca 2026", "1 de março de 2026")
    assert dates["zh"] == "2026年3月1日"


def test_one_line_too_many_is_shown_since_what_is_said_of_it_takes_a_line_too() -> None:
    pdf = export(notebook(code("x", printed("\n".join(f"n{k}" for k in range(401))))))
    assert "n300" in pdf.text
    assert "left out" not in pdf.text
