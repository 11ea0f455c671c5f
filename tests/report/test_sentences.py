import pytest
from report_samples import code, text

from report.book.sentences import unsaid


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('#| label: tbl-a\nx = 1\nsay("""\nA {x}.\n""", when=x)\ny = 2', "#| label: tbl-a\nx = 1\ny = 2"),
        ('say("A")\nsay("B")', ""),
        ('say("A"); x = 1', 'say("A"); x = 1'),
        ("x = say\nsaid(1)", "x = say\nsaid(1)"),
        ('%time say("A")', '%time say("A")'),
        ('say("a\u2028b")\nx = 1', "x = 1"),
    ],
)
def test_calls_of_say_are_not_printed(source, left):
    cell = unsaid(code(source, count=1, outputs=("shown",)))
    assert (cell["source"], cell["outputs"]) == (left, ["shown"])


def test_text_stays():
    assert unsaid(text("say(1)")) == text("say(1)")
