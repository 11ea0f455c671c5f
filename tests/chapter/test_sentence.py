"""Templates: which braces are places, what stays as it is, and what is told where one cannot be filled."""

import pytest

from report.chapter.sentence import fields, fill


def test_places_take_numbers_in_the_house_s_format():
    text = fill("{right:.1%} of {n} images, {few}, *{name}*", {"right": 0.974, "n": 1000, "few": 2e-7, "name": "MNIST"})
    assert text == "97.4\N{NO-BREAK SPACE}% of 1,000 images, $2 \\cdot 10^{-7}$, *MNIST*"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$N = {{N}}$", "$N = 50{,}000$"),
        ("$10^{{N}}$", "$10^{50{,}000}$"),
        ("$10^{{{N:.0f}}}$", "$10^{50000}$"),
        (r"$\ln {{N}}$", r"$\ln {50{,}000}$"),
        (r"$\frac{{{N}}}{2}$", r"$\frac{50{,}000}{2}$"),
        ("$x_{N}^{-2}$ and {N}", "$x_{N}^{-2}$ and 50,000"),
        ("$$\n\\sum_{i}\n\n{{N}}\n$$", "$$\n\\sum_{i}\n\n50{,}000\n$$"),
        (r"\$ {N} \$", r"\$ 50,000 \$"),
        ("$5 and {N} $", "$5 and 50,000 $"),
    ],
)
def test_in_a_formula_single_braces_are_latex_s(template, text):
    assert fill(template, {"N": 50_000}) == text


@pytest.mark.parametrize(
    "code", ["`{n}`", "``a ` {n}``", "```python\nx = {n}\ny = 2\n```", "~~~\n{n}\n\n{n}\n~~~", r"\{n\}", "```\n{n}"]
)
def test_code_and_escaped_braces_stay_as_they_are(code):
    assert fill(f"Before.\n\n{code}", {}) == f"Before.\n\n{code}"
    assert fields(code) == []


def test_indentation_goes_and_the_lines_of_a_paragraph_are_joined():
    template = """
        One sentence
        on two lines, in
        {n}. Not a list.

        - an item
          of two lines
        - another
        2. a third

        | a | b |
        |---|---|

        Hard  
        break
        """  # noqa: W291
    assert fill(template, {"n": 1}).split("\n") == [
        "One sentence on two lines, in 1. Not a list.", "", "- an item of two lines", "- another", "2. a third", "",
        "| a | b |", "|---|---|", "", "Hard  ", "break",
    ]  # fmt: skip


def test_the_fields_of_a_template_come_once_and_in_order():
    template = "{b.verb} {a[-1]:.2f} $c^{{c[0].d}}$ {b.verb} $z_{z}$"
    assert fields(template) == ["b.verb", "a[-1]", "c[0].d"]
    assert fill(template, {"b.verb": "falls", "a[-1]": 1.0, "c[0].d": 2}) == "falls 1.00 $c^{2}$ falls $z_{z}$"


@pytest.mark.parametrize(
    ("template", "error", "told"),
    [
        ("{acuracy}", NameError, r"\{acuracy\}: there is no name acuracy here; near it: accuracy"),
        ("{losses:.2f}", TypeError, r"\{losses:.2f\}: expected a number or text, got a list of 2: pick one"),
        ("{accuracy:.2q}", ValueError, r"\{accuracy:.2q\}: .*format"),
        ("{name:.1%}", ValueError, r"\{name:.1%\}: .*format"),
        ("{accuracy!r}", ValueError, r"\{accuracy!r\} … expected \{name\} or \{name:spec\}"),
        ("{100 * accuracy}", ValueError, "compute what is more in a line before"),
        ("{losses['a']}", ValueError, "integer indices, only"),
        ("{{accuracy}}", ValueError, "outside formulas a place has single braces"),
        ("$p = {accuracy:.1%}$", ValueError, r"\{accuracy:.1%\}: in a formula, .* write \{\{accuracy:.1%\}\}"),
    ],
)
def test_what_cannot_be_filled_is_told_with_its_place(template, error, told):
    with pytest.raises(error, match=told):
        fill(template, {"accuracy": 0.5, "losses": [1.0, 2.0], "name": "MNIST"})
