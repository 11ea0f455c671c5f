"""The introduction's tables: the splits of the data, and one meaning for every letter of the chapters' formulas."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from mlp_core import Dataset, Split
from report.chapter import introduction
from report.run import notebook as nb

CHAPTERS = sorted((Path(__file__).resolve().parent.parent.parent / "notebooks").glob("0*.ipynb"))
WORDS = re.compile(r"\\(?:text|mathrm|label|operatorname|begin|end)\{[^}]*\}|\{\{.*?\}\}")
GREEK = "alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|mu|xi|pi|rho|sigma|tau|phi|chi|psi|omega|ell|nabla|Delta"
SIGN = rf"\\(?:{GREEK})\b"
LETTER = re.compile(rf"\\mathcal N|{SIGN}|\\[A-Za-z]+|[A-Za-z]")


def letters(formula):
    """Return the letters of a formula; names of functions and words are none."""
    found = LETTER.findall(WORDS.sub(" ", formula))
    return {one for one in found if re.fullmatch(rf"[A-Za-z]|\\mathcal N|{SIGN}", one)}


def formulas(notebook):
    """Yield the formulas in a notebook's words, those of its sentences and captions included."""
    for cell in notebook["cells"]:
        text = cell["source"]
        if cell["cell_type"] == "code":
            values = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
            options = re.findall(r"^#\|.*", text, re.MULTILINE)
            text = "\n".join([*(value for value in values if isinstance(value, str)), *options])
        yield from re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL)
        yield from re.findall(r"\$([^$\n]+)\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.DOTALL))


KNOWN = set().union(*(letters(symbols) for symbols, _, _ in introduction.NOTATION))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_letter_of_a_chapter_is_in_the_notation(path):
    used = set().union(*map(letters, formulas(nb.read(path))))
    assert sorted(used - KNOWN) == []


def test_no_letter_means_two_things():
    heads = [{found[0] for one in symbols.split(", ") if (found := LETTER.findall(one))}
             for symbols, _, _ in introduction.NOTATION]  # fmt: skip
    twice = {letter for row in heads for letter in row if sum(letter in other for other in heads) > 1}
    assert twice == {"n", "z"}  # with the names in and out, max and infinity as indices, each tells itself apart


def test_the_table_has_a_row_for_each_entry():
    table = introduction.notation()
    assert len(table) == len(introduction.NOTATION)
    assert table.loc["$n$", "from chapter"] == "1"


def test_the_splits_are_described_with_their_rarest_class():
    train, rest = (Split(np.zeros((len(labels), 4)), np.array(labels)) for labels in ([0, 1, 1], [0, 1]))
    table = introduction.split_table(Dataset(train, rest, rest, name="tiny", classes=("a", "b", "c")))
    assert table.loc["training"].tolist()[:3] == ["3", "0", "2"]
