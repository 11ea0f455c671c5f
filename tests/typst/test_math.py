r"""What formulas mean: TeX beside the Typst and MathML that must come of it, spaces as TeX sets them, and refusals."""

import json
import time
import xml.etree.ElementTree as ElementTree

import pytest
import typst

from report.typst.formulas import output_typst
from report.typst.formulas.document import typeset
from report.typst.formulas.errors import MathError
from report.typst.formulas.macros import Macros
from report.typst.formulas.mathml import mathml
from report.typst.formulas.nodes import Symbol
from report.typst.formulas.output_html import HTMLFormulas
from report.typst.formulas.parser import parse, tidy
from report.typst.formulas.symbols import SYMBOLS
from report.typst.formulas.typst import write
from report.typst.formulas.typst_tables import CLASSES

TYPST = [
    ("x^2", "x^2"),
    ("x_i^2", "x_i^2"),
    ("x_{ij}", "x_(i j)"),
    ("x^{(l)}", r"x^(\( l \))"),
    ("f(x, y) = 0", r"f \( x \, y \) = 0"),
    ("a - b", "a − b"),
    ("-a", "− a"),
    ("ab", "a b"),
    ("12.5x", "12.5 x"),
    ("1{,}000", r'1 class("normal", \,) 000'),
    (r"\alpha \le \beta", "α ≤ β"),
    (r"\frac{a}{b}", "frac(a, b)"),
    (r"\frac12", "frac(1, 2)"),
    (r"\dfrac{\partial L}{\partial w}", "display(frac(∂ L, ∂ w))"),
    (r"\frac{\frac{a}{b}}{c}", "frac(frac(a, b), c)"),
    (r"\sqrt{x} + \sqrt[3]{y}", "sqrt(x) + root(3, y)"),
    (r"\sum_{i=1}^{n} x_i", "∑_(i = 1)^n x_i"),
    (r"\int\limits_0^1 f\,\mathrm{d}x", "limits(∫)_0^1 f thin upright(d) x"),
    (r"\lim_{x \to 0} f(x)", r"lim_(x → 0) f \( x \)"),
    (r"\max_x f", "max_x f"),
    (r"\operatorname{softmax}(z)_i", r'op("softmax") \( z \)_i'),
    (r"\operatorname*{arg\,max}_\theta L", 'op("arg\u2009max", limits: #true)_θ L'),
    ("f'", "f'"),
    ("f''(x)", r"f'' \( x \)"),
    ("f'_i", "f'_i"),
    ("f'^2", "f^(′ 2)"),
    ("x^{y^z}", "x^(y^z)"),
    ("{}_a^b X", '""_a^b/**/X'),
    (r"\left( \frac{a}{b} \right)^2", r"lr(\(frac(a, b)\))^2"),
    (r"\left. f \right|_{x=0}", r'lr(""f\|)_(x = 0)'),
    (r"\left\{ x \middle| y \right\}", r"lr(\{x/**/mid(\|)y\})"),
    (r"\|x\|_2", "‖x‖_2"),
    ("|x|", r"\|x\|"),
    (r"\lvert -x \rvert", r'class("opening", \|) − x class("closing", \|)'),
    (r"\langle x, y \rangle", r"\⟨ x \, y \⟩"),
    (r"\{1, \dots, n\}", r"\{ 1 \, … \, n \}"),
    (r"x_1 + \dots + x_n", "x_1 + ⋯ + x_n"),
    (r"\mathbf{W}^\top \mathbf{x} + \mathbf{b}", "upright(bold(W))^(⊤) upright(bold(x)) + upright(bold(b))"),
    (r"\boldsymbol{\theta}", "bold(θ)"),
    (r"\mathbb{R}^{n \times d}", "bb(R)^(n × d)"),
    (r"\mathcal{N}(0, \sigma^2)", r"cal(N) \( 0 \, σ^2 \)"),
    (r"\mathrm{ReLU}(x)", r'"ReLU"\( x \)'),
    (r"\mathrm{d}x", "upright(d) x"),
    (r"x_{\mathrm{max}}", 'x_("max")'),
    (r"x \text{ if } y", 'x" if "y'),
    (r"\text{if $x^2$ then}", '"if "x^2" then"'),
    (r"\hat{y} \bar{x} \vec{v}", "hat(y) macron(x) arrow(v)"),
    (r"\widehat{abc} \hat{abc}", "hat(a b c) hat(size: #0%, a b c)"),
    (r"\overline{x+y}", "overline(x + y)"),
    (r"\underbrace{a+b}_{n}", "limits(underbrace(a + b))_n"),
    (r"\overset{!}{=}", "limits(=)^(!)"),
    (r"\xrightarrow[b]{a}", "limits(texarrow(→))^(a)_(b)"),
    (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", 'texmat(delim: #("(", ")"), a, b; c, d;)'),
    (r"\begin{cases} a & b \\ c & d \end{cases}", 'texmat(delim: #("{", ""), align: #left, a, b; c, d;)'),
    (r"\begin{array}{l|r} a & b \\ \hline c & d \end{array}", "texmat(rules: #((1, ), (1, )), &a, b&; &c, d&;)"),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", 'texmat(style: "display", a &= b; c &= d;)'),
    (r"\begin{align} a &= b & c &= d \\ e &= f \end{align}", "a &= b &quad c &= d\\\ne &= f"),
    (r"\begin{eqnarray} a &=& b \end{eqnarray}", "a &= &&b"),
    (r"\color{red} x + y", 'texcolor("#ff0000", x + y)'),
    (r"\textcolor{#00f}{x} y", 'texcolor("#0000ff", x) y'),
    (r"\boxed{x}", "texboxed(x)"),
    (r"\cancel{x}", "cancel(x)"),
    (r"a \not= b", "a ≠ b"),
    (r"\not\prec", "⊀"),
    (r"\bigl( x \bigr)", r'class("opening", lr(\(, size: #1.2em)) x class("closing", lr(\), size: #1.2em))'),
    (r"a \bmod b", 'a class("binary", op("mod")) b'),
    (r"a \equiv b \pmod n", r'a ≡ b quad \( op("mod") thick n \)'),
    (r"a \quad b \, c", "a quad b thin c"),
    (r"\sin^2 x", "sin^2 x"),
    ("{a+b}^2", "texgroup(a + b)^2"),
    (r"p(y \mid x; \theta)", r"p \( y ∣ x \; θ \)"),
    (r"D_{\mathrm{KL}}(p \,\|\, q)", r'D_("KL") \( p thin‖thin q \)'),
    (r"\mathbb{E}_{x \sim p}[f]", r"bb(E)_(x ∼ p) \[ f \]"),
    ("a/b", r"a \/ b"),
    ("x < y > z", "x < y > z"),
    (r"\# \$ \% \& \_ \{ \}", r"\# \$ % \& \_ \{ \}"),
    ("n!", "n !"),
    (r"\phantom{x} y", "texphantom(x) y"),
    # what TeX refuses or leaves out and MathJax shows
    ("= $40", r"= \$ 40"),
    ("u = 1\\", "u = 1 #h(0.25em)"),
    (r"\prod_{j=1 \\ j \ne i}^d", "∏_(j = 1 j ≠ i)^d"),
    (r"\left( a \\[2pt] + b \right)", r"lr(\(a + b\))"),
    (r"x_\rm{max} y", 'x_("max") y'),
    (r"\mbox{a {\it b} c \bf d}", '"a "italic("b")" c "bold("d")'),
    (r"\begin{array}[t]{c|p{2cm}} a & b \end{array}", "texmat(rules: #((1, ), ()), a, &b;)"),
    (r"\begin{aligned}[t] a &= b \end{aligned}", 'texmat(style: "display", a &= b;)'),
    (r"\begin{gathered} [x] \end{gathered}", r'texmat(style: "display", \[ x \];)'),
    (r"\class{box}{x}^2", "x^2"),
    (r"\begin{matrix} a\ \\ b \end{matrix}", "texmat(a #h(0.25em) ; b;)"),
    (r"\sideset{}{'}\sum_k", "op(scripts(∑)', limits: #true)_k"),
    (r"\pmatrix{a & b \cr c & d}", 'texmat(delim: #("(", ")"), a, b; c, d;)'),
    (r"\root 3 \of x", "root(3, x)"),
    (r"\upalpha", "upright(α)"),
]


def code(tex: str, macros: Macros | None = None) -> str:
    """Return the Typst of a displayed formula."""
    return output_typst.lines(parse(tex, display=True, macros=macros).body)


@pytest.mark.parametrize(("tex", "expected"), TYPST)
def test_tex_becomes_this_typst(tex, expected):
    assert code(tex) == expected


@pytest.mark.parametrize("after", ["b", "− b"])
def test_every_symbol_takes_the_space_that_its_tex_class_has(after):
    symbols = sorted({(s.text, s.kind) for s in SYMBOLS.values()})
    checks = []
    for text, kind in symbols:
        plain, forced = (
            write(Symbol(text, kind)),
            f"class({CLASSES.get(kind, 'normal')!r}, {write(Symbol(text, 'num'))})",
        )
        forced = forced.replace("'", '"')
        checks.append(
            f"#context [#metadata((measure($a/**/{plain}/**/{after}$).width.pt(), "
            f"measure($a {forced} {after}$).width.pt()))<w>]"
        )
    source = '#set text(font: "New Computer Modern")\n' + "\n".join(checks)
    widths = json.loads(typst.query(source.encode(), "<w>", field="value", ignore_system_fonts=True))
    assert len(widths) == len(symbols)
    assert [pair for pair, (ours, tex) in zip(symbols, widths, strict=True) if abs(ours - tex) > 0.01] == []


REFUSED = [
    (r"\frac{a", "a group is not closed"),
    (r"\frac{a}", r"\frac needs an argument"),
    (r"a}", "unexpected }"),
    (r"\left( a", r"\left has no \right"),
    (r"\left a \right)", "needs a delimiter"),
    (r"a \right)", r"unexpected \right"),
    (r"x^a^b", "two superscripts"),
    (r"x_a_b", "two subscripts"),
    (r"a & b", "& stands outside an environment"),
    (r"\begin{matrix} a", r"\begin{matrix} is not closed"),
    (r"\begin{matrix} a \end{pmatrix}", r"\begin{matrix} is closed by \end{pmatrix}"),
    (r"\begin{nope} a \end{nope}", "environment nope is not supported"),
    (r"\begin{array}{lxr} a \end{array}", "columns of an array"),
    (r"\nope", "unknown command \\nope"),
    (r"\lamda", r"did you mean \lambda?"),
    (r"\textcolor{nocolour}{x}", "expected a colour"),
    (r"\hspace{nolength}", "needs a length"),
    (r"\href{javascript:alert(1)}{x}", "expected an address"),
    (r"\text{a \alph}", r"\alph cannot stand in \text"),
    (r"\def\x{\x}\x", r"the macro \x expands without end"),
    (r"\newcommand{\x}[1]{#1} \x", r"\x needs an argument"),
    (r"\def\x#1.{a}", "only parameters #1#2"),
    ("a #1 b", "unexpected #1"),
    ("{" * 200 + "x" + "}" * 200, "nested more than"),
    (r"\frac" * 200, "nested more than"),
]


@pytest.mark.parametrize(("tex", "message"), REFUSED)
def test_a_wrong_formula_is_refused_with_what_is_wrong(tex, message):
    with pytest.raises(MathError) as error:
        parse(tex, display=True)
    assert message in str(error.value)


def test_macros_take_arguments_and_defaults_and_nest():
    macros = Macros()
    macros.define_from(
        r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \newcommand{\p}[2][k]{p_{#1}(#2)} \def\half{\tfrac12}"
    )
    assert code(r"\pd{L}{w}", macros) == code(r"\frac{\partial L}{\partial w}")
    assert code(r"\p{x} \p[j]{y}", macros) == code(r"p_{k}(x) p_{j}(y)")
    assert code(r"\pd\half x", macros) == code(r"\frac{\partial \tfrac12}{\partial x}")


def test_a_definition_inside_a_formula_holds_for_the_next_one():
    macros = Macros()
    assert code(r"\newcommand{\loss}{\mathcal{L}}", macros) == ""
    assert code(r"\loss", macros) == code(r"\mathcal{L}")


def test_the_text_read_aloud_is_the_source_without_labels():
    assert tidy("a  = b \\label{eq:x}\n \\nonumber % why") == "a = b"


def cell(notebook: str, number: int, *blocks: dict) -> dict:
    return {"t": "Div", "c": [["", ["cell"], [["notebook", notebook], ["cell", str(number)]]], list(blocks)]}


def para(*inlines: dict) -> dict:
    return {"t": "Para", "c": list(inlines)}


def math(tex: str, kind: str = "InlineMath") -> dict:
    return {"t": "Math", "c": [{"t": kind}, tex]}


def raw(tex: str, kind: str = "RawInline") -> dict:
    return {"t": kind, "c": ["tex", tex]}


def typeset_blocks(*cells: dict, output=output_typst) -> tuple[str, dict]:
    tree = {"meta": {}, "blocks": list(cells)}
    notes = typeset(tree, output)
    return json.dumps(tree["blocks"], ensure_ascii=False), notes


def test_macros_reach_over_the_cells_of_their_notebook_only():
    definition, use = para(raw(r"\newcommand{\loss}{\mathcal{L}}")), para(math(r"\loss"))
    text, notes = typeset_blocks(cell("a.ipynb", 0, definition), cell("a.ipynb", 1, use), cell("b.ipynb", 0, use))
    assert "cal(L)" in text
    assert [(note["notebook"], note["cell"]) for note in notes["problems"]] == [("b.ipynb", 0)]
    assert r"formula $\loss$: unknown command \loss" in notes["problems"][0]["text"]


def test_an_environment_without_dollars_is_a_displayed_formula():
    text, notes = typeset_blocks(cell("a", 0, raw("\\begin{align} a &= b \\end{align}", "RawBlock")))
    assert "math.equation(block: true" in text
    assert "a &= b" in text
    assert notes["problems"] == []


def test_each_labelled_line_has_its_own_number():
    text, notes = typeset_blocks(
        cell("a", 0, para(math(r"\begin{align} a &= b \label{eq:1} \\ c &= d \label{eq:2} \end{align}", "DisplayMath")))
    )
    assert "texlines" in text
    assert "<eq:1>" in text
    assert "<eq:2>" in text
    assert [note["name"] for note in notes["labels"]] == ["eq:1", "eq:2"]


def test_a_label_may_stand_behind_the_formula_and_be_referred_to():
    label = {"t": "Str", "c": "{#eq-x}"}
    text, notes = typeset_blocks(
        cell("a", 0, para(math("a=b", "DisplayMath"), {"t": "Space"}, label, raw(r"\eqref{eq-x}")))
    )
    assert "<eq-x>" in text
    assert "{#eq-x}" not in text
    assert "texref" in text
    assert [note["name"] for note in notes["references"]] == ["eq-x"]


def test_an_autoref_names_what_it_refers_to_as_an_at_sign_does():
    text, notes = typeset_blocks(cell("a", 0, para(raw(r"\autoref{eq:x}"))))
    assert '"citationId": "eq:x"' in text
    assert notes["references"] == []


def test_other_tex_in_prose_is_kept_as_it_is_typed():
    text, notes = typeset_blocks(cell("a", 0, para(raw(r"\frobnicate{x}"))))
    assert "frobnicate{x}" in text
    assert "shown as it is typed" in notes["warnings"][0]["text"]


MATHML = [
    ("x^2", "<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow>"),
    (r"\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
    (r"\mathbb{R}", "<mi>ℝ</mi>"),
    (r"\mathbf{x}", "<mi>𝐱</mi>"),
    (r"\mathrm{ReLU}", "<mi>ReLU</mi>"),
    (r"\Gamma", '<mi mathvariant="normal">Γ</mi>'),
    (r"\text{a b}", "<mtext>a\u00a0b</mtext>"),
    (r"f'_i", "<msubsup><mi>f</mi><mi>i</mi>"),
    ("y'''''", "⁗′"),
    (r"\sum_i", "<munder><mo>∑</mo><mi>i</mi></munder>"),
    (r"\int_0^1", "<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>"),
    (r"\left. x \right|", '<mo stretchy="true" fence="true" form="postfix"'),
    ("(-a)", '<mo form="prefix" lspace="0em" rspace="0em">−</mo>'),
]


@pytest.mark.parametrize(("tex", "expected"), MATHML)
def test_tex_becomes_this_mathml(tex, expected):
    written = mathml(parse(tex, display=True).body.rows[0].cells[0])
    assert expected.removeprefix("<mrow>").removesuffix("</mrow>") in written
    ElementTree.fromstring(written)


@pytest.mark.parametrize("size", ["big", "Big", "bigg", "Bigg"])
@pytest.mark.parametrize("tex", [r"\{}r)^{{1/3}}", r"\{}l(_i", r"\{}m|_a^b", r"\{})'", r"\frac{{\{}|}}{{2}}"])
def test_a_delimiter_of_one_size_is_no_operator_that_its_surroundings_stretch(tex, size):
    root = ElementTree.fromstring(mathml(parse(tex.format(size), display=True).body.rows[0].cells[0]))
    parent = next(node for node in root.iter() if any("minsize" in child.attrib for child in node))
    assert [child.tag for child in parent] == ["mi", "mo"]


def test_html_numbers_equations_as_the_pdf_does():
    formulas = HTMLFormulas()
    for tex, label in (("a", "eq-a"), ("b", ""), (r"c \tag{T} \label{eq-t}", ""), ("d", "eq-d")):
        formulas.display(parse(tex, display=True), label)
    assert formulas.numbers == {"eq-a": "(1)", "eq-t": "(T)", "eq-d": "(2)"}


def test_hundreds_of_formulas_take_less_than_a_second():
    begin = time.process_time()
    for tex, _ in TYPST * 6:
        code(tex)
    assert len(TYPST) * 6 > 400
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(("tex", "whole"), [
    ("p = 0.5", True), (r"2 \cdot 10^{-5}", True), (r"\mathcal N(0, 1)", True), ("x", False), (r"\alpha^2", False),
    (r"\gamma^2 (1 - 1/K)", True), ("x_1 + x_2 + x_3 + x_4 + x_5 = x_6", False),
])
def test_short_formulas_do_not_break_at_their_operators(tex, whole):
    assert output_typst.inline(parse(tex, display=False)).startswith("#box(" if whole else "#math.")
