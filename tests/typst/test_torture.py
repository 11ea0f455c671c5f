"""Every command of KaTeX's support table converts and compiles without a missing character, or is refused by name."""

import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst

import report.typst
from report.typst.formulas import output_typst
from report.typst.formulas.errors import MathError
from report.typst.formulas.macros import Macros
from report.typst.formulas.output_html import HTMLFormulas
from report.typst.formulas.parser import parse

TEMPLATES = Path(report.typst.__file__).parent / "templates"


def sections() -> dict[str, list[str]]:
    """Read katex_commands.txt."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("katex_commands.txt").read_text(encoding="utf-8").splitlines():
        if line in ("[symbols]", "[formulas]", "[refused]"):
            lines = found.setdefault(line[1:-1], [])
        elif found:
            lines.append(line)
    return found


SECTIONS = sections()
FORMULAS = [word for line in SECTIONS["symbols"] for word in line.split()] + SECTIONS["formulas"]
REFUSED = [line.rpartition(" :: ")[::2] for line in SECTIONS["refused"]]


def compile_pdf(folder: Path, markup: str) -> list[str]:
    """Compile markup as PDF/UA, which refuses missing characters and alternative texts; return the warnings."""
    (folder / "math.typ").write_bytes((TEMPLATES / "math.typ").read_bytes())
    head = (
        '#set document(title: "formulas")\n#set text(font: "New Computer Modern", lang: "en")\n#import "math.typ": *\n'
    )
    (folder / "main.typ").write_text(head + markup, encoding="utf-8")
    _, warnings = typst.compile_with_warnings(
        str(folder / "main.typ"), ignore_system_fonts=True, pdf_standards=["ua-1", "a-2a"]
    )
    return [warning.message for warning in warnings]


def test_the_set_is_as_large_as_the_table():
    assert len(FORMULAS) > 800
    assert len(REFUSED) > 90


def test_every_formula_compiles_displayed_and_inline(tmp_path):
    parsed = [parse(tex, display=True, macros=Macros()) for tex in FORMULAS]
    displayed = [output_typst.display(formula, "") for formula in parsed]
    inline = [output_typst.inline(formula) for formula in parsed if not any(line.tag for line in formula.body.rows)]
    assert compile_pdf(tmp_path, "\n\n".join(displayed + inline)) == []


def random_formulas(count: int) -> Iterator[str]:
    """Yield commands, marks and letters in random order."""
    chance = random.Random(0)
    commands = [formula for formula in FORMULAS if len(formula) < 40]
    marks = [*"abxyzAB012+-=*/<>()[]|!,.;:'\"`~?@ {}^_{}^_&#$%\\"]
    marks += ["\\\\", "{}", "\\left(", "\\right)", "\\not", "\\limits"]
    for _ in range(count):
        parts = (chance.choice(commands if chance.random() < 0.35 else marks) for _ in range(chance.randint(1, 9)))
        yield " ".join(parts) if chance.random() < 0.5 else "".join(parts)


def test_whatever_is_not_refused_compiles_and_is_well_formed(tmp_path):
    displayed = []
    for tex in random_formulas(1000):
        try:
            formula = parse(tex, display=True, macros=Macros())
        except MathError:
            continue
        displayed.append(output_typst.display(formula, ""))
        ElementTree.fromstring(f"<p>{HTMLFormulas().display(formula, '')}</p>")
    assert len(displayed) > 200
    assert compile_pdf(tmp_path, "\n\n".join(displayed)) == []


@pytest.mark.parametrize(("tex", "message"), REFUSED)
def test_what_cannot_be_typeset_is_refused_with_its_name(tex, message):
    with pytest.raises(MathError) as error:
        parse(tex, display=True)
    assert message in str(error.value)
