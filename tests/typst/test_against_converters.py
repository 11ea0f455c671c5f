"""The formulas beside independent converters: the same letters, digits and signs; skipped where none is installed.

`latex2mathml` and `tylax` are not needed for anything else: `pip install latex2mathml tylax` turns these tests on.
"""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pypandoc
import pytest
import typst

import report.typst
from report.typst.formulas import output_typst
from report.typst.formulas.output_html import HTMLFormulas
from report.typst.formulas.parser import parse

FORMULAS = [
    r"\frac{\partial L}{\partial w_{ij}} = \sum_{k=1}^n \delta_k a_j",
    r"\sqrt[3]{x^2 + y^2} \le \left( \frac{a}{b} \right)^{n+1}",
    r"\mathbf{h} = \sigma(\mathbf{W} \mathbf{x} + \mathbf{b})",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    r"\begin{aligned} a &= b + c \\ d &= e \end{aligned}",
    r"\hat{y} \in \mathbb{R}^{n \times d}",
    r"\int_0^\infty e^{-x} \, dx = 1",
    r"\lim_{x \to 0} \frac{\sin x}{x}",
    r"\alpha \beta \gamma \Gamma \Omega \infty \nabla",
    r"\langle \psi | \phi \rangle \otimes | 0 \rangle",
    r"P(A \mid B) \approx 0.25",
    r"x_1, \ldots, x_n \notin A \cup B",
    r"\prod_{i \neq j} \lfloor x_i \rfloor",
    r"\text{loss} + \log p",
]
_SAME = str.maketrans({"−": "-", "∗": "*", "∣": "|", "⋯": "…", "→": "→", "⃗": "→", "̂": "^", "ˆ": "^", "\u2061": ""})


def content(text: str) -> str:
    """Return the characters of a formula, in one form and sorted: converters differ in the order of delimiters."""
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME).replace("...", "…")
    return "".join(sorted(re.sub(r"\s", "", plain)))


def words(markup: str) -> str:
    """Return the text of MathML; what it notes beside the formula is left out."""
    root = ElementTree.fromstring(re.sub(r"<annotation.*?</annotation>", "", markup, flags=re.DOTALL))
    return content("".join(root.itertext()))


def ours(tex: str) -> str:
    return words(f"<p>{HTMLFormulas().display(parse(tex, display=True), '')}</p>")


def by_pandoc(tex: str) -> str:
    return pypandoc.convert_text(f"$${tex}$$", "html", format="markdown", extra_args=["--mathml"])


def by_latex2mathml(tex: str) -> str:
    markup = pytest.importorskip("latex2mathml.converter").convert(tex)
    return pytest.skip("it does not know aligned") if "<mi>&</mi>" in markup else markup


@pytest.mark.long
@pytest.mark.parametrize("converter", [by_pandoc, by_latex2mathml])
@pytest.mark.parametrize("tex", FORMULAS)
def test_another_converter_writes_the_same_signs(tex: str, converter: Callable[[str], str]):
    assert ours(tex) == words(converter(tex))


@pytest.mark.long
@pytest.mark.parametrize("tex", FORMULAS)
def test_tylax_writes_the_same_signs(tex: str):
    made = pytest.importorskip("tylax").latex_to_typst(tex)
    assert words(page(f"${made}$")) == words(page(f"${output_typst.lines(parse(tex, display=True).body)}$"))


def page(markup: str) -> str:
    """Return the MathML that Typst itself makes of its formulas: both sides are then read by one program."""
    functions = (Path(report.typst.__file__).parent / "templates/math.typ").read_text(encoding="utf-8")
    made = typst.compile(f"{functions}\n{markup}".encode(), format="html").decode()
    return re.search("<math.*</math>", made, re.DOTALL)[0]
