"""Solutions are cut out of Markdown as they are typed, and nothing else is."""

import pytest

from report.typst.boxes.cutting import without_solutions

ASKED = "::: {#exr-a name=\"A solution's price\"}\nAsk for the solution.\n:::"


@pytest.mark.parametrize(
    "solution",
    [
        "::: {#sol-a}\nTell.\n:::",
        "::: {.solution #any title='x'}\nTell.\n:::",
        "::: solution\nTell.\n:::",
        ":::: {.solution}\n::: {.callout-note}\nTell.\n:::\nTell more.\n::::",
        ":::{solution} exr-a\n:class: dropdown\nTell.\n:::",
        "```{solution} exr-a\nTell.\n\n~~~python\n:::\n```\n~~~\n```",
        '<div class="solution">\n\n<div>\nTell.\n</div>\n\n</div>',
        "<div id=sol-a>\nTell.\n</div>",
        "> ::: {.solution}\n> Tell.\n> :::",
    ],
)
def test_each_way_to_type_a_solution_is_cut_and_what_stands_around_it_stays(solution):
    assert without_solutions(f"{ASKED}\n\n{solution}\n\nGo on.") == f"{ASKED}\n\nGo on."


def test_what_is_not_closed_goes_to_the_end_of_the_cell():
    assert without_solutions(f"{ASKED}\n\n::: {{#sol-a}}\nTell.\n\nTell more.") == ASKED


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        "A solution is typed `::: {.solution}`.",
        "```markdown\n::: {#sol-a}\nAn example.\n:::\n```",
        "::: {.callout-note title='The solution'}\nNote.\n:::",
        "The solution of $x = 1$.\n\n\n\nTwo lines more.",
        "::: {#exr-resolution}\nAsk.\n:::",
    ],
)
def test_text_without_a_solution_is_left_as_it_is(text):
    assert without_solutions(text) == text
