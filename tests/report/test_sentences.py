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


def said(text):
    """What `say` shows."""
    return {"output_type": "display_data", "data": {"text/markdown": text}, "metadata": {"say": {}}}


def shown(*outputs):
    cell = unsaid(code("say(1)") | {"outputs": [*outputs]})
    return ["".join(output["data"].get("text/markdown", "other")) for output in cell["outputs"]]


def test_sentences_that_follow_each_other_are_one_paragraph():
    assert shown(said("One. "), said("2.5 points\nof it."), said("*Three*.")) == ["One. 2.5 points\nof it. *Three*."]


@pytest.mark.parametrize("block", [
    "- a list", "* a list", "1. a list", "Words:\n\n- a list", "Words:\n- a list", "# A heading", "> quoted",
    "| a | b |", "$$x$$", "```\ncode\n```", "::: {.note}\nwords\n:::", "one\n\ntwo", "**First.** Words.",
])  # fmt: skip
def test_what_is_more_than_a_sentence_stays_by_itself(block):
    assert shown(said("One."), said(block)) == ["One.", block]


def test_what_stands_between_two_sentences_parts_them():
    figure = {"output_type": "display_data", "data": {"image/png": "x"}, "metadata": {}}
    assert shown(said("One."), figure, said("Two.")) == ["One.", "other", "Two."]
