"""Whatever stands in a notebook: it is set, and its words are in the PDF."""

import json
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typst_documents import code, export, markdown, notebook, printed

from report.typst.prose.marks import Taken
from report.typst.prose.source import prepared

QUICK = (Phase.explicit, Phase.generate)  # a failure is told as it is: shrinking exports hundreds of notebooks
MARKS = "#$@<>*_`~\\[]{}=-+/\"'|!:;%^&().,0123456789 \n\t"
FOREIGN = "äßéøŁğČẽαΩжЯ≤→∇€–…“”«»✓"
WORD = re.compile(r"word[a-z]{3}")

words = st.lists(st.from_regex(r"word[a-z]{3}", fullmatch=True), min_size=1, max_size=4)
noise = st.text(st.sampled_from(MARKS + FOREIGN), max_size=12)
texts = st.lists(st.tuples(noise, words, noise), min_size=1, max_size=4).map(
    lambda parts: " ".join(f"{before} {' '.join(names)} {after}" for before, names, after in parts)
)


def safe(text: str) -> str:
    """Take out formulas, whose words are no words; tags and comments of HTML; and what may be an address."""
    return re.sub(r"[$<]|!\[|\]\(|\]\[|^\s*\[.*?\]:", " ", text)


@settings(max_examples=3, deadline=None, derandomize=True, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(texts, min_size=24, max_size=24))
def test_words_of_markdown_survive(cells: list[str]) -> None:
    sources = [safe(text) for text in cells]
    pdf = export(notebook(*map(markdown, sources), report={"lang": "zxx"}))  # no language, no hyphens
    flat = re.sub(r"\s", "", pdf.text)
    for source in sources:
        for word in WORD.findall(source):
            assert word in flat


@settings(max_examples=100, deadline=None, derandomize=True)
@given(texts, st.booleans())
def test_what_is_taken_out_is_put_back(text: str, quotes: bool) -> None:
    taken = Taken()
    back = json.loads(taken.put_back(json.dumps(prepared(text, taken, quotes=quotes), ensure_ascii=False)))
    assert re.findall(r"\w", back) == re.findall(r"\w", text)
    assert not re.search("[\ue010-\ue016]", back)


@pytest.mark.long
@settings(max_examples=4, deadline=None, derandomize=True, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(texts, min_size=8, max_size=8), st.text(max_size=40).filter(lambda text: not re.search("[\r\b\x1b]", text))
)
def test_code_and_output_survive_to_the_letter(cells: list[str], anything: str) -> None:
    made = [code("x = 0  # " + text.replace("\n", " "), printed(text + anything)) for text in cells]
    flat = re.sub(r"[\s↪]", "", "".join(export(notebook(*made)).pages))
    for text in cells:
        for word in WORD.findall(text):
            assert flat.count(word) >= 2
